"""Systems Manager's parameters: that they are there, never what they say."""

from fireline.core.assets.aws.ec2 import KEY
from fireline.core.assets.resource_type import LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.ssm.parameter",
        service="ssm",
        operation="DescribeParameters",
        result="Parameters",
        parameters={"MaxResults": 50},
        again={"ParameterFilters": [{"Key": "Name", "Values": ["{id}"]}]},
        id="{Name}",
        name="{Name}",
        arn="{ARN}",
        # A name with a path begins with a slash that its ARN leaves out.
        arn_form="ssm:parameter(/.+/.+)|ssm:parameter/([^/]+)",
        tagged="ssm:parameter",
        links=(LinkRule("encrypted with", KEY, "KeyId"),),
        event_services=("ssm",),
        named_by=("name", "names"),
        named_in="Parameter",
        cloudformation="AWS::SSM::Parameter",
    ),
)
