"""What keeps things: databases, tables, keys, secrets, parameters, topics and queues."""

from collections.abc import Sequence
from datetime import UTC
from typing import Annotated, Any, Literal

from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends
from moto.rds.models import rds_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends
from pydantic import Field

from fireline.lab.resources.network import GroupNames
from fireline.lab.resources.resource import Resource, Spot, given, text_of
from fireline.lab.world_part import AccountId, Policy, Refers

_PASSWORD = "lab-only-1234"  # noqa: S105 - of a database that does not exist
KeyName = Annotated[str, Refers("kms.key")]


class Key(Resource):
    """A KMS key, known to others of the world by its name, which is its alias too."""

    kind: Literal["kms.key"]
    rotated: bool = False
    policy: Policy | None = None
    disabled: bool = False
    deleted_in_days: Annotated[int, Field(ge=7, le=30)] | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("kms")
        made = client.create_key(
            Description=self.name,
            **given(
                Policy=text_of(self.policy) if self.policy else None,
                Tags=[{"TagKey": k, "TagValue": v} for k, v in self.tags.items()],
            ),
        )["KeyMetadata"]["KeyId"]
        client.create_alias(AliasName=f"alias/{self.name}", TargetKeyId=made)
        if self.rotated:
            client.enable_key_rotation(KeyId=made)
        if self.disabled:
            client.disable_key(KeyId=made)
        if self.deleted_in_days:
            client.schedule_key_deletion(KeyId=made, PendingWindowInDays=self.deleted_in_days)
        there: Any = kms_backends[at.account][at.region].keys[made]
        there.creation_date = at.born.replace(tzinfo=UTC).timestamp()
        return str(made)


class Secret(Resource):
    """A secret. What it holds is made up."""

    kind: Literal["secretsmanager.secret"]
    value: str = "made up"
    key: KeyName | None = None
    policy: Policy | None = None
    rotated_every_days: Annotated[int, Field(ge=1, le=1000)] | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("secretsmanager")
        made = client.create_secret(
            Name=self.name,
            SecretString=self.value,
            **given(
                Tags=self.tag_list, KmsKeyId=at.id_of("kms.key", self.key) if self.key else None
            ),
        )["ARN"]
        if self.policy is not None:
            client.put_resource_policy(SecretId=made, ResourcePolicy=text_of(self.policy))
        there: Any = secretsmanager_backends[at.account][at.region].secrets.get(made)
        if there is not None:
            there.created_date = int(at.born.replace(tzinfo=UTC).timestamp())
            there.rotation_enabled = self.rotated_every_days is not None
            if self.rotated_every_days:
                there.auto_rotate_after_days = self.rotated_every_days
        return str(made)


class Topic(Resource):
    """An SNS topic. Without a policy it has AWS's own, which narrows to the account."""

    kind: Literal["sns.topic"]
    policy: Policy | None = None
    key: KeyName | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        attributes = given(
            Policy=text_of(self.policy) if self.policy else None,
            KmsMasterKeyId=at.id_of("kms.key", self.key) if self.key else None,
        )
        made = at.client("sns").create_topic(
            Name=self.name, **given(Attributes=attributes or None, Tags=self.tag_list)
        )
        return str(made["TopicArn"])


class Queue(Resource):
    """An SQS queue."""

    kind: Literal["sqs.queue"]
    policy: Policy | None = None
    encrypted: bool = True

    def make(self, at: Spot) -> str:
        """Make it."""
        attributes = given(Policy=text_of(self.policy) if self.policy else None)
        attributes["SqsManagedSseEnabled"] = "true" if self.encrypted else "false"
        at.client("sqs").create_queue(
            QueueName=self.name, Attributes=attributes, **given(tags=dict(self.tags))
        )
        there: Any = sqs_backends[at.account][at.region].queues[self.name]
        there.created_timestamp = int(at.born.replace(tzinfo=UTC).timestamp())
        return self.name


class Table(Resource):
    """A DynamoDB table."""

    kind: Literal["dynamodb.table"]
    key: KeyName | None = None
    recovery: bool = False
    protected: bool = False

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("dynamodb")
        encrypted = {"Enabled": True, "SSEType": "KMS"} if self.key else None
        if self.key and encrypted:
            encrypted["KMSMasterKeyId"] = at.id_of("kms.key", self.key)
        client.create_table(
            TableName=self.name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            DeletionProtectionEnabled=self.protected,
            **given(Tags=self.tag_list, SSESpecification=encrypted),
        )
        if self.recovery:
            client.update_continuous_backups(
                TableName=self.name,
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            )
        dynamodb_backends[at.account][at.region].tables[self.name].created_at = at.born
        return self.name


class DatabaseInstance(Resource):
    """An RDS instance."""

    kind: Literal["rds.instance"]
    engine: Literal["postgres", "mysql", "mariadb"] = "postgres"
    version: str = ""
    type: str = "db.t3.micro"
    public: bool = False
    encrypted: bool = True
    backup_days: Annotated[int, Field(ge=0, le=35)] = 7
    many_zones: bool = False
    protected: bool = False
    minor_upgrades: bool = True
    logs: Sequence[str] = ()
    security_groups: GroupNames = ()

    def make(self, at: Spot) -> str:
        """Make it."""
        at.client("rds").create_db_instance(
            DBInstanceIdentifier=self.name,
            DBInstanceClass=self.type,
            Engine=self.engine,
            MasterUsername="root",
            MasterUserPassword=_PASSWORD,
            AllocatedStorage=20,
            PubliclyAccessible=self.public,
            StorageEncrypted=self.encrypted,
            BackupRetentionPeriod=self.backup_days,
            MultiAZ=self.many_zones,
            DeletionProtection=self.protected,
            AutoMinorVersionUpgrade=self.minor_upgrades,
            **given(
                EngineVersion=self.version,
                EnableCloudwatchLogsExports=list(self.logs),
                VpcSecurityGroupIds=at.ids_of("ec2.security_group", self.security_groups),
                Tags=self.tag_list,
            ),
        )
        there: Any = rds_backends[at.account][at.region].databases[self.name]
        there.created = there.instance_create_time = at.born
        return self.name


class DatabaseCluster(Resource):
    """An RDS cluster."""

    kind: Literal["rds.cluster"]
    engine: Literal["aurora-postgresql", "aurora-mysql"] = "aurora-postgresql"
    encrypted: bool = True
    protected: bool = False
    backup_days: Annotated[int, Field(ge=1, le=35)] = 7

    def make(self, at: Spot) -> str:
        """Make it."""
        at.client("rds").create_db_cluster(
            DBClusterIdentifier=self.name,
            Engine=self.engine,
            MasterUsername="root",
            MasterUserPassword=_PASSWORD,
            StorageEncrypted=self.encrypted,
            DeletionProtection=self.protected,
            BackupRetentionPeriod=self.backup_days,
            **given(Tags=self.tag_list),
        )
        there: Any = rds_backends[at.account][at.region].clusters[self.name]
        there.created = there.cluster_create_time = at.born
        return self.name


class Shared(Resource):
    """A snapshot of a database, perhaps shared with accounts or everybody."""

    shared_with: Sequence[AccountId] = ()
    public: bool = False

    @property
    def _whom(self) -> list[str]:
        return [*self.shared_with, *(["all"] if self.public else [])]


class DatabaseSnapshot(Shared):
    """A snapshot of an RDS instance."""

    kind: Literal["rds.snapshot"]
    instance: Annotated[str, Refers("rds.instance")]

    def make(self, at: Spot) -> str:
        """Make it."""
        rds = at.client("rds")
        rds.create_db_snapshot(
            DBSnapshotIdentifier=self.name,
            DBInstanceIdentifier=self.instance,
            **given(Tags=self.tag_list),
        )
        if self._whom:
            rds.modify_db_snapshot_attribute(
                DBSnapshotIdentifier=self.name, AttributeName="restore", ValuesToAdd=self._whom
            )
        return self.name


class ClusterSnapshot(Shared):
    """A snapshot of an RDS cluster."""

    kind: Literal["rds.cluster_snapshot"]
    cluster: Annotated[str, Refers("rds.cluster")]

    def make(self, at: Spot) -> str:
        """Make it."""
        rds = at.client("rds")
        rds.create_db_cluster_snapshot(
            DBClusterSnapshotIdentifier=self.name,
            DBClusterIdentifier=self.cluster,
            **given(Tags=self.tag_list),
        )
        if self._whom:
            rds.modify_db_cluster_snapshot_attribute(
                DBClusterSnapshotIdentifier=self.name,
                AttributeName="restore",
                ValuesToAdd=self._whom,
            )
        return self.name


class Parameter(Resource):
    """A parameter of Systems Manager."""

    kind: Literal["ssm.parameter"]
    value: str = "made up"
    secret: bool = False

    def make(self, at: Spot) -> str:
        """Make it."""
        at.client("ssm").put_parameter(
            Name=self.name,
            Value=self.value,
            Type="SecureString" if self.secret else "String",
            **given(Tags=self.tag_list),
        )
        return self.name


class FileSystem(Resource):
    """An EFS file system."""

    kind: Literal["efs.file_system"]
    encrypted: bool = True

    def make(self, at: Spot) -> str:
        """Make it."""
        tags = [{"Key": "Name", "Value": self.name}, *self.tag_list]
        made = at.client("efs").create_file_system(
            CreationToken=self.name, Encrypted=self.encrypted, Tags=tags
        )
        return str(made["FileSystemId"])


class Warehouse(Resource):
    """A Redshift cluster."""

    kind: Literal["redshift.cluster"]
    public: bool = False
    encrypted: bool = True

    def make(self, at: Spot) -> str:
        """Make it."""
        at.client("redshift").create_cluster(
            ClusterIdentifier=self.name,
            NodeType="ra3.large",
            MasterUsername="root",
            MasterUserPassword=_PASSWORD,
            PubliclyAccessible=self.public,
            Encrypted=self.encrypted,
            **given(Tags=self.tag_list),
        )
        return self.name


class SearchDomain(Resource):
    """An OpenSearch domain."""

    kind: Literal["opensearch.domain"]
    encrypted: bool = True
    policy: Policy | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        at.client("opensearch").create_domain(
            DomainName=self.name,
            EngineVersion="OpenSearch_2.19",
            EncryptionAtRestOptions={"Enabled": self.encrypted},
            NodeToNodeEncryptionOptions={"Enabled": self.encrypted},
            **given(
                AccessPolicies=text_of(self.policy) if self.policy else None, TagList=self.tag_list
            ),
        )
        return self.name


FIRST_KINDS: tuple[type[Resource], ...] = (Key,)
KINDS: tuple[type[Resource], ...] = (
    Secret,
    Topic,
    Queue,
    Table,
    DatabaseInstance,
    DatabaseCluster,
    DatabaseSnapshot,
    ClusterSnapshot,
    Parameter,
    FileSystem,
    Warehouse,
    SearchDomain,
)
