"""RDS: databases, clusters of them (Aurora, Neptune and DocumentDB too), and their snapshots."""

from fireline.core.assets.aws.ec2 import KEY, SECURITY_GROUP, SUBNET, VPC
from fireline.core.assets.kinds import ROLE
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

INSTANCE = "aws.rds.instance"
CLUSTER = "aws.rds.cluster"
_RDS = "arn:{partition}:rds:{region}:{account}"
_GROUPS = LinkRule("security group", SECURITY_GROUP, "VpcSecurityGroups[].VpcSecurityGroupId")
_KEY = LinkRule("encrypted with", KEY, "KmsKeyId")
_SECRET = LinkRule("password in", "aws.secretsmanager.secret", "MasterUserSecret.SecretArn")
# Automated ones cannot be shared.
_MANUAL = "SnapshotType == 'manual'"

TYPES = (
    ResourceType(
        kind=INSTANCE,
        service="rds",
        operation="DescribeDBInstances",
        result="DBInstances",
        again={"DBInstanceIdentifier": "{id}"},
        none_when=frozenset({"DBInstanceNotFound", "DBInstanceNotFoundFault"}),
        id="{DBInstanceIdentifier}",
        name="{DBInstanceIdentifier}",
        arn=f"{_RDS}:db:{{id}}",
        arn_form="rds:db:(.+)",
        tags="TagList",
        links=(
            _GROUPS,
            LinkRule("subnet", SUBNET, "DBSubnetGroup.Subnets[].SubnetIdentifier"),
            LinkRule("VPC", VPC, "DBSubnetGroup.VpcId"),
            LinkRule("in cluster", CLUSTER, "DBClusterIdentifier"),
            LinkRule("role", ROLE, "[AssociatedRoles[].RoleArn, [MonitoringRoleArn]][]"),
            _KEY,
            _SECRET,
        ),
        volatile=("LatestRestorableTime", "PercentProgress"),
        event_services=("rds",),
        named_by=("dbinstanceidentifier",),
        cloudformation="AWS::RDS::DBInstance",
    ),
    ResourceType(
        kind=CLUSTER,
        service="rds",
        operation="DescribeDBClusters",
        result="DBClusters",
        again={"DBClusterIdentifier": "{id}"},
        none_when=frozenset({"DBClusterNotFoundFault"}),
        id="{DBClusterIdentifier}",
        name="{DBClusterIdentifier}",
        arn=f"{_RDS}:cluster:{{id}}",
        arn_form="rds:cluster:(.+)",
        tags="TagList",
        links=(
            _GROUPS,
            LinkRule("role", ROLE, "AssociatedRoles[].RoleArn"),
            _KEY,
            _SECRET,
        ),
        volatile=(
            "LatestRestorableTime",
            "EarliestRestorableTime",
            "EarliestBacktrackTime",
            "BacktrackConsumedChangeRecords",
            "Capacity",
            "PercentProgress",
        ),
        event_services=("rds",),
        named_by=("dbclusteridentifier",),
        cloudformation="AWS::RDS::DBCluster",
    ),
    ResourceType(
        kind="aws.rds.snapshot",
        service="rds",
        operation="DescribeDBSnapshots",
        result="DBSnapshots",
        again={"DBSnapshotIdentifier": "{id}"},
        none_when=frozenset({"DBSnapshotNotFound", "DBSnapshotNotFoundFault"}),
        id="{DBSnapshotIdentifier}",
        name="{DBSnapshotIdentifier}",
        arn=f"{_RDS}:snapshot:{{id}}",
        arn_form="rds:snapshot:(.+)",
        tags="TagList",
        details=(
            Detail(
                "Attributes",
                "DescribeDBSnapshotAttributes",
                {"DBSnapshotIdentifier": "{id}"},
                take="DBSnapshotAttributesResult.DBSnapshotAttributes",
                when=_MANUAL,
            ),
        ),
        links=(LinkRule("copy of", INSTANCE, "DBInstanceIdentifier"), _KEY),
        volatile=("PercentProgress",),
        event_services=("rds",),
        named_by=("dbsnapshotidentifier",),
        cloudformation="AWS::RDS::DBSnapshot",
    ),
    ResourceType(
        kind="aws.rds.cluster_snapshot",
        service="rds",
        operation="DescribeDBClusterSnapshots",
        result="DBClusterSnapshots",
        again={"DBClusterSnapshotIdentifier": "{id}"},
        none_when=frozenset({"DBClusterSnapshotNotFoundFault"}),
        id="{DBClusterSnapshotIdentifier}",
        name="{DBClusterSnapshotIdentifier}",
        arn=f"{_RDS}:cluster-snapshot:{{id}}",
        arn_form="rds:cluster-snapshot:(.+)",
        tags="TagList",
        details=(
            Detail(
                "Attributes",
                "DescribeDBClusterSnapshotAttributes",
                {"DBClusterSnapshotIdentifier": "{id}"},
                take="DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes",
                when=_MANUAL,
            ),
        ),
        links=(LinkRule("copy of", CLUSTER, "DBClusterIdentifier"), _KEY),
        volatile=("PercentProgress",),
        event_services=("rds",),
        named_by=("dbclustersnapshotidentifier",),
        cloudformation="AWS::RDS::DBClusterSnapshot",
    ),
)
