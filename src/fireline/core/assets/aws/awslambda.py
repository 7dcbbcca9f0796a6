"""Lambda functions, who may call them, and the addresses they answer at."""

from fireline.core.assets.aws.ec2 import KEY, SECURITY_GROUP, SUBNET, VPC
from fireline.core.assets.kinds import ROLE
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

_NOT_FOUND = frozenset({"ResourceNotFoundException"})

TYPES = (
    ResourceType(
        kind="aws.lambda.function",
        service="lambda",
        operation="ListFunctions",
        result="Functions",
        find="GetFunctionConfiguration",
        find_result="[@]",
        again={"FunctionName": "{id}"},
        none_when=_NOT_FOUND,
        id="{FunctionName}",
        name="{FunctionName}",
        arn="{FunctionArn}",
        arn_form="lambda:function:([^:]+)(?::.*)?",
        # name:alias and account:function:name
        forms=(r"(?:\d{12}:function:)?([\w-]+)(?::[\w$-]+)?",),
        tagged="lambda:function",
        details=(
            Detail(
                "Policy",
                "GetPolicy",
                {"FunctionName": "{FunctionName}"},
                take="Policy",
                absent=_NOT_FOUND,
            ),
            Detail(
                "Url",
                "GetFunctionUrlConfig",
                {"FunctionName": "{FunctionName}"},
                absent=_NOT_FOUND,
            ),
        ),
        links=(
            LinkRule("role", ROLE, "Role"),
            LinkRule("security group", SECURITY_GROUP, "VpcConfig.SecurityGroupIds"),
            LinkRule("subnet", SUBNET, "VpcConfig.SubnetIds"),
            LinkRule("VPC", VPC, "VpcConfig.VpcId"),
            LinkRule("encrypted with", KEY, "KMSKeyArn"),
            LinkRule("writes to", "aws.logs.group", "LoggingConfig.LogGroup"),
        ),
        # The listing leaves out how the function fares, and what it runs on.
        volatile=(
            "LastModified",
            "LastUpdateStatus*",
            "RevisionId",
            "RuntimeVersionConfig",
            "State*",
        ),
        hidden=("Environment.Variables",),
        event_services=("lambda",),
        named_by=("functionname", "functionarn"),
        cloudformation="AWS::Lambda::Function",
    ),
)
