"""ECR repositories and who may pull from them."""

from fireline.core.assets.aws.ec2 import KEY
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.ecr.repository",
        service="ecr",
        operation="DescribeRepositories",
        result="repositories",
        parameters={"maxResults": 1000},
        again={"repositoryNames": ["{id}"]},
        none_when=frozenset({"RepositoryNotFoundException"}),
        id="{repositoryName}",
        name="{repositoryName}",
        arn="{repositoryArn}",
        arn_form="ecr:repository/(.+?)(?:/sha256:.*|:.*)?",
        tagged="ecr:repository",
        details=(
            Detail(
                "Policy",
                "GetRepositoryPolicy",
                {"repositoryName": "{repositoryName}"},
                take="policyText",
                absent=frozenset({"RepositoryPolicyNotFoundException"}),
            ),
        ),
        links=(LinkRule("encrypted with", KEY, "encryptionConfiguration.kmsKey"),),
        event_services=("ecr",),
        named_by=("repositoryname",),
        cloudformation="AWS::ECR::Repository",
    ),
)
