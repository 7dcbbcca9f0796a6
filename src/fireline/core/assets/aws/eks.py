"""EKS clusters."""

from fireline.core.assets.aws.ec2 import KEY, SECURITY_GROUP, SUBNET, VPC
from fireline.core.assets.kinds import ROLE
from fireline.core.assets.resource_type import Batch, LinkRule, ResourceType

_GONE = frozenset({"ResourceNotFoundException"})

TYPES = (
    ResourceType(
        kind="aws.eks.cluster",
        service="eks",
        operation="ListClusters",
        result="clusters[].{name: @}",
        batch=Batch("DescribeCluster", "name", "[cluster]", 1, "name", gone=_GONE),
        none_when=_GONE,
        id="{name}",
        name="{name}",
        arn="{arn}",
        arn_form="eks:cluster/(.+)",
        tags="tags",
        links=(
            LinkRule("role", ROLE, "roleArn"),
            LinkRule(
                "security group",
                SECURITY_GROUP,
                "resourcesVpcConfig.[securityGroupIds, [clusterSecurityGroupId]][][]",
            ),
            LinkRule("subnet", SUBNET, "resourcesVpcConfig.subnetIds"),
            LinkRule("VPC", VPC, "resourcesVpcConfig.vpcId"),
            LinkRule("encrypted with", KEY, "encryptionConfig[].provider.keyArn"),
        ),
        volatile=("health",),
        event_services=("eks",),
        named_by=("name", "clustername"),
        cloudformation="AWS::EKS::Cluster",
    ),
)
