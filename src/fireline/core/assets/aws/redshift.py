"""Redshift clusters."""

from fireline.core.assets.aws.ec2 import KEY, SECURITY_GROUP, VPC
from fireline.core.assets.kinds import ROLE
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.redshift.cluster",
        service="redshift",
        operation="DescribeClusters",
        result="Clusters",
        again={"ClusterIdentifier": "{id}"},
        none_when=frozenset({"ClusterNotFound", "ClusterNotFoundFault"}),
        id="{ClusterIdentifier}",
        name="{ClusterIdentifier}",
        arn="arn:{partition}:redshift:{region}:{account}:cluster:{id}",
        arn_form="redshift:cluster:(.+)",
        tags="Tags",
        details=(Detail("Logging", "DescribeLoggingStatus", {"ClusterIdentifier": "{id}"}),),
        links=(
            LinkRule("security group", SECURITY_GROUP, "VpcSecurityGroups[].VpcSecurityGroupId"),
            LinkRule("VPC", VPC, "VpcId"),
            LinkRule("role", ROLE, "IamRoles[].IamRoleArn"),
            LinkRule("encrypted with", KEY, "KmsKeyId"),
            LinkRule("logs to", "aws.s3.bucket", "Logging.BucketName"),
        ),
        volatile=(
            "ClusterAvailabilityStatus",
            "ExpectedNextSnapshotScheduleTime*",
            "Logging.Last*",
            "TotalStorageCapacityInMegaBytes",
        ),
        event_services=("redshift",),
        named_by=("clusteridentifier",),
        cloudformation="AWS::Redshift::Cluster",
    ),
)
