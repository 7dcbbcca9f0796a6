"""Keys and secrets, tables and file systems: who may use them, and what becomes of them.

KMS turns only keys it made itself that are symmetric:
https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
"""

from typing import Any

from tests.labelled.labels import (
    DENIED,
    FAIL,
    NA,
    PASS,
    THROTTLED,
    UNKNOWN,
    Account,
    Labels,
    Thing,
    Verdict,
)
from tests.labelled.policies import ACCOUNT, BROKEN, allow, deny, policy, private, public, root

HERE = "eu-west-1"
ABOUT = ("kms-", "secret-", "dynamodb-", "efs-")
ROTATED, KEY_PUBLIC, DELETED = "kms-key-not-rotated", "kms-key-public", "kms-key-to-be-deleted"
OURS = policy(allow(root(), "kms:*", Sid="Enable IAM User Permissions"), Id="key-default-1")


def key(number: int, says: Labels, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    name = f"{number:08x}-1111-2222-3333-444444444444"
    config: dict[str, Any] = {
        "AWSAccountId": ACCOUNT,
        "KeyId": name,
        "Arn": f"arn:aws:kms:{HERE}:{ACCOUNT}:key/{name}",
        "CreationDate": "2025-01-01T00:00:00Z",
        "Enabled": True,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
        "Policy": OURS,
        "KeyRotationEnabled": True,
    }
    config = {name: value for name, value in (config | said).items() if name not in unread}
    return Thing("aws.kms.key", config, says, HERE, unread)


ASYMMETRIC = {"KeySpec": "RSA_2048", "CustomerMasterKeySpec": "RSA_2048"}
ENDING = {"KeyState": "PendingDeletion", "Enabled": False, "DeletionDate": "2026-06-20T00:00:00Z"}
KEYS = (
    key(1, {ROTATED: FAIL, KEY_PUBLIC: PASS, DELETED: PASS}, KeyRotationEnabled=False),
    key(2, {ROTATED: FAIL}, KeyRotationEnabled=False, Description="payments"),
    key(3, {ROTATED: FAIL}, KeyRotationEnabled=False, MultiRegion=True),
    key(4, {ROTATED: PASS, KEY_PUBLIC: PASS, DELETED: PASS}),
    key(5, {ROTATED: PASS}, MultiRegion=True),
    key(6, {ROTATED: PASS}, Policy=policy(allow({"AWS": "444455556666"}, "kms:Decrypt"))),
    # Keys of these kinds are not turned, by anybody.
    key(7, {ROTATED: NA}, KeyRotationEnabled=None, KeyUsage="SIGN_VERIFY", **ASYMMETRIC),
    key(8, {ROTATED: NA}, KeyRotationEnabled=None, Origin="EXTERNAL"),
    key(9, {ROTATED: NA}, KeyRotationEnabled=None, KeySpec="HMAC_256"),
    key(10, {ROTATED: NA}, KeyManager="AWS", KeyRotationEnabled=None, Policy=None),
    key(11, {ROTATED: UNKNOWN}, unread={"KeyRotationEnabled": DENIED}),
    key(12, {ROTATED: UNKNOWN, KEY_PUBLIC: PASS}, unread={"KeyRotationEnabled": THROTTLED}),
    key(
        13,
        {ROTATED: UNKNOWN, KEY_PUBLIC: UNKNOWN, DELETED: PASS},
        unread={"KeyRotationEnabled": DENIED, "Policy": DENIED},
    ),
    key(14, {DELETED: FAIL}, KeyRotationEnabled=None, **ENDING),
    key(15, {DELETED: FAIL, KEY_PUBLIC: PASS}, KeyRotationEnabled=None, **ENDING, **ASYMMETRIC),
    key(16, {DELETED: FAIL}, KeyRotationEnabled=None, **ENDING, Origin="EXTERNAL"),
    # It goes when the last of its replicas has gone.
    key(
        17,
        {DELETED: FAIL},
        KeyState="PendingReplicaDeletion",
        Enabled=False,
        KeyRotationEnabled=None,
        MultiRegion=True,
    ),
    key(18, {DELETED: PASS}, KeyState="Disabled", Enabled=False, KeyRotationEnabled=None),
    key(19, {DELETED: UNKNOWN}, unread={"KeyState": DENIED}),
    key(20, {DELETED: UNKNOWN}, KeyState=None),
    key(21, {DELETED: UNKNOWN, KEY_PUBLIC: UNKNOWN}, unread={"KeyState": "?", "Policy": THROTTLED}),
    # Whoever asks through S3 may be anybody.
    key(
        22,
        {KEY_PUBLIC: FAIL},
        Policy=policy(
            allow(
                {"AWS": "*"},
                "kms:Decrypt",
                when={"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
            )
        ),
    ),
    key(
        23,
        {KEY_PUBLIC: PASS},
        Policy=policy(
            allow(
                {"AWS": "*"},
                "kms:Encrypt",
                "kms:Decrypt",
                when={
                    "StringEquals": {
                        "kms:CallerAccount": ACCOUNT,
                        "kms:ViaService": "rds.eu-west-1.amazonaws.com",
                    }
                },
            )
        ),
    ),
)


def each(make: Any, first: int, name: str, texts: Any, label: Verdict, field: str) -> list[Thing]:
    """Make a thing of each policy."""
    return [
        make(first + at, {name: label}, **{field: text}) for at, text in enumerate(texts.values())
    ]


KEY_POLICIES = (
    *each(key, 100, KEY_PUBLIC, public("kms:Decrypt", "kms:CreateGrant"), FAIL, "Policy"),
    *each(key, 200, KEY_PUBLIC, private("kms:Decrypt", "kms:DescribeKey"), PASS, "Policy"),
    *each(key, 300, KEY_PUBLIC, BROKEN, UNKNOWN, "Policy"),
)

NOT_ROTATED, SECRET_PUBLIC = "secret-not-rotated", "secret-public"


def secret(number: int, says: Labels, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    config: dict[str, Any] = {
        "ARN": f"arn:aws:secretsmanager:{HERE}:{ACCOUNT}:secret:shop/{number}-AbCdEf",
        "Name": f"shop/{number}",
        "CreatedDate": "2025-01-01T00:00:00Z",
        "LastChangedDate": "2025-01-01T00:00:00Z",
        "Tags": [],
        "SecretVersionsToStages": {"11111111-2222": ["AWSCURRENT"]},
        "Policy": None,
        "RotationEnabled": True,
        "RotationLambdaARN": f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:turn",
        "RotationRules": {"AutomaticallyAfterDays": 30},
    }
    config = {name: value for name, value in (config | said).items() if name not in unread}
    return Thing("aws.secretsmanager.secret", config, says, HERE, unread)


def never(number: int, **said: Any) -> Thing:
    """Make a secret for which nobody ever set up rotation: AWS says nothing of it."""
    made = secret(number, {NOT_ROTATED: FAIL, SECRET_PUBLIC: PASS}, **said)
    left = {k: v for k, v in made.config.items() if not k.startswith("Rotation")}
    return Thing(made.kind, left, made.says, HERE)


SECRETS = (
    never(1),
    never(2, Description="key of a partner"),
    secret(3, {NOT_ROTATED: FAIL}, RotationEnabled=False),
    secret(4, {NOT_ROTATED: FAIL}, RotationEnabled=None),
    secret(5, {NOT_ROTATED: PASS, SECRET_PUBLIC: PASS}),
    secret(6, {NOT_ROTATED: PASS}, RotationRules={"ScheduleExpression": "rate(10 days)"}),
    secret(7, {NOT_ROTATED: PASS}, OwningService="rds", RotationLambdaARN=None),
    secret(8, {NOT_ROTATED: UNKNOWN, SECRET_PUBLIC: PASS}, unread={"RotationEnabled": DENIED}),
    secret(9, {NOT_ROTATED: UNKNOWN}, unread={"RotationEnabled": THROTTLED}),
    secret(
        10,
        {NOT_ROTATED: UNKNOWN, SECRET_PUBLIC: UNKNOWN},
        unread={"RotationEnabled": "unreadable", "Policy": DENIED},
    ),
    secret(11, {NOT_ROTATED: PASS, SECRET_PUBLIC: UNKNOWN}, unread={"Policy": THROTTLED}),
    *each(secret, 100, SECRET_PUBLIC, public("secretsmanager:GetSecretValue"), FAIL, "Policy"),
    *each(secret, 200, SECRET_PUBLIC, private("secretsmanager:GetSecretValue"), PASS, "Policy"),
    *each(secret, 300, SECRET_PUBLIC, BROKEN, UNKNOWN, "Policy"),
)

BACKUPS = "dynamodb-without-backups"


def table(number: int, label: Verdict, recovery: str | None, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    config: dict[str, Any] = {
        "TableName": f"orders-{number}",
        "TableArn": f"arn:aws:dynamodb:{HERE}:{ACCOUNT}:table/orders-{number}",
        "TableStatus": "ACTIVE",
        "CreationDateTime": "2025-01-01T00:00:00Z",
        "ItemCount": 12,
        "DeletionProtectionEnabled": False,
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
    }
    if recovery is not None:
        # The first is on for every table there is and says nothing.
        config["ContinuousBackups"] = {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": recovery},
        }
    return Thing("aws.dynamodb.table", config | said, {BACKUPS: label}, HERE, unread)


TABLES = (
    table(1, FAIL, "DISABLED"),
    table(2, FAIL, "DISABLED", SSEDescription={"Status": "ENABLED", "SSEType": "KMS"}),
    table(3, FAIL, "DISABLED", DeletionProtectionEnabled=True),
    table(4, PASS, "ENABLED"),
    table(5, PASS, "ENABLED", TableClassSummary={"TableClass": "STANDARD_INFREQUENT_ACCESS"}),
    table(6, PASS, "ENABLED", Replicas=[{"RegionName": "eu-central-1"}]),
    table(7, UNKNOWN, None, unread={"ContinuousBackups": DENIED}),
    table(8, UNKNOWN, None, unread={"ContinuousBackups": THROTTLED}),
    table(9, UNKNOWN, None),
    table(10, UNKNOWN, None, ContinuousBackups={"ContinuousBackupsStatus": "ENABLED"}),
)

EFS_PLAIN, EFS_PUBLIC = "efs-not-encrypted", "efs-public"
EFS_ALLOWED = policy(allow(root(), "elasticfilesystem:ClientMount"))


def files(number: int, says: Labels, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    config: dict[str, Any] = {
        "OwnerId": ACCOUNT,
        "CreationToken": "console",
        "FileSystemId": f"fs-0{number:016x}",
        "FileSystemArn": f"arn:aws:elasticfilesystem:{HERE}:{ACCOUNT}:file-system/fs-{number}",
        "CreationTime": "2025-01-01T00:00:00Z",
        "LifeCycleState": "available",
        "Name": "home",
        "NumberOfMountTargets": 3,
        "PerformanceMode": "generalPurpose",
        "Encrypted": True,
        "ThroughputMode": "elastic",
        "Tags": [],
        "Policy": EFS_ALLOWED,
        "Backup": {"Status": "ENABLED"},
    }
    config = {name: value for name, value in (config | said).items() if name not in unread}
    return Thing("aws.efs.file_system", config, says, HERE, unread)


MOUNTS = ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite")
FILE_SYSTEMS = (
    files(1, {EFS_PLAIN: FAIL, EFS_PUBLIC: PASS}, Encrypted=False),
    files(2, {EFS_PLAIN: FAIL}, Encrypted=False, NumberOfMountTargets=0),
    files(3, {EFS_PLAIN: FAIL}, Encrypted=False, AvailabilityZoneName="eu-west-1a"),
    files(4, {EFS_PLAIN: PASS, EFS_PUBLIC: PASS}),
    files(5, {EFS_PLAIN: PASS}, KmsKeyId="arn:aws:kms:eu-west-1:111122223333:key/1"),
    files(6, {EFS_PLAIN: PASS}, LifeCycleState="updating"),
    files(7, {EFS_PLAIN: UNKNOWN}, unread={"Encrypted": DENIED}),
    files(8, {EFS_PLAIN: UNKNOWN}, Encrypted=None),
    files(9, {EFS_PLAIN: UNKNOWN, EFS_PUBLIC: PASS}, unread={"Encrypted": THROTTLED}),
    # Without a policy EFS asks nobody who they are; but only its network comes to it.
    files(10, {EFS_PUBLIC: PASS}, Policy=None),
    files(11, {EFS_PUBLIC: UNKNOWN}, unread={"Policy": DENIED}),
    # A policy that allows nothing leaves it to identities.
    files(
        12,
        {EFS_PUBLIC: PASS},
        Policy=policy(deny("*", "*", when={"Bool": {"aws:SecureTransport": "false"}})),
    ),
    *each(files, 100, EFS_PUBLIC, public(*MOUNTS), FAIL, "Policy"),
    *each(files, 200, EFS_PUBLIC, private(*MOUNTS), PASS, "Policy"),
    *each(files, 300, EFS_PUBLIC, BROKEN, UNKNOWN, "Policy"),
)

ACCOUNTS = (Account(ACCOUNT, ABOUT, (*KEYS, *KEY_POLICIES, *SECRETS, *TABLES, *FILE_SYSTEMS)),)
