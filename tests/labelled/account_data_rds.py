"""Databases, their clusters and snapshots, warehouses.

Who may restore a snapshot: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
"""

from typing import Any

from tests.labelled.labels import (
    DENIED,
    FAIL,
    PASS,
    THROTTLED,
    UNKNOWN,
    Account,
    Hole,
    Labels,
    Thing,
    Verdict,
)

HERE, DARK = "eu-west-1", "us-east-1"
ABOUT = ("rds-", "redshift-")
OPEN, ADDRESS, PROTECTED, BACKUPS, UPGRADES, PLAIN = (
    "rds-open-to-world",
    "rds-publicly-accessible",
    "rds-deletion-not-protected",
    "rds-no-backups",
    "rds-no-minor-upgrades",
    "rds-not-encrypted",
)
ALL = (OPEN, ADDRESS, PROTECTED, BACKUPS, UPGRADES, PLAIN)


def database(number: int, says: Labels, *groups: int, region: str = HERE, **said: Any) -> Thing:
    unread, without = said.pop("unread", {}), said.pop("without", ())
    port = said.pop("port", 5432)
    config: dict[str, Any] = {
        "DBInstanceIdentifier": f"orders-{number}",
        "DBInstanceClass": "db.t4g.medium",
        "Engine": "postgres",
        "EngineVersion": "16.4",
        "DBInstanceStatus": "available",
        "MasterUsername": "postgres",
        "Endpoint": {
            "Address": f"orders-{number}.abcdefghijkl.eu-west-1.rds.amazonaws.com",
            "Port": port,
            "HostedZoneId": "Z29XKXDKYMONMX",
        },
        "AllocatedStorage": 100,
        "BackupRetentionPeriod": 14,
        "DBSecurityGroups": [],
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": f"sg-0{each:016x}", "Status": "active"} for each in groups
        ],
        "DBSubnetGroup": {"VpcId": "vpc-0123456789abcdef0", "Subnets": []},
        "MultiAZ": True,
        "AutoMinorVersionUpgrade": True,
        "ReadReplicaDBInstanceIdentifiers": [],
        "PubliclyAccessible": False,
        "StorageType": "gp3",
        "StorageEncrypted": True,
        "DbInstancePort": 0,
        "DeletionProtection": True,
        "TagList": [],
        "NetworkType": "IPV4",
    }
    drop = {*without, *unread}
    config = {name: value for name, value in (config | said).items() if name not in drop}
    return Thing("aws.rds.instance", config, says, region, unread)


def group(
    number: int, first: int, last: int, source: str, region: str = HERE, **more: Any
) -> Thing:
    family = "Ipv6Ranges" if ":" in source else "IpRanges"
    cidr = {"CidrIpv6" if ":" in source else "CidrIp": source}
    rule = {
        "IpProtocol": "tcp",
        "FromPort": first,
        "ToPort": last,
        family: [cidr] if source else [],
    }
    return Thing(
        "aws.ec2.security_group",
        {
            "GroupId": f"sg-0{number:016x}",
            "GroupName": f"db-{number}",
            "VpcId": "vpc-0123456789abcdef0",
            "IpPermissions": [rule | more],
            "IpPermissionsEgress": [],
        },
        {},
        region,
    )


PRIVATE, WORLD, MYSQL, HALF, OTHER_HALF, LISTED, WORLD_LIST = range(1, 8)
LIST: dict[str, Any] = {"PrefixListIds": [{"PrefixListId": "pl-00000000000000001"}]}
GROUPS = (
    group(PRIVATE, 5432, 5432, "10.0.0.0/8"),
    group(WORLD, 5432, 5432, "0.0.0.0/0"),
    group(MYSQL, 3306, 3306, "0.0.0.0/0"),
    group(HALF, 5000, 6000, "0.0.0.0/1"),
    group(OTHER_HALF, 5432, 5432, "128.0.0.0/1"),
    group(LISTED, 5432, 5432, "", **LIST),
    Thing(
        "aws.ec2.managed_prefix_list",
        {"PrefixListId": "pl-00000000000000001", "PrefixListName": "gone", "OwnerId": "1"},
        {},
        HERE,
        {"Entries": DENIED},
    ),
    group(WORLD_LIST, 5432, 5432, "", PrefixListIds=[{"PrefixListId": "pl-00000000000000002"}]),
    Thing(
        "aws.ec2.managed_prefix_list",
        {
            "PrefixListId": "pl-00000000000000002",
            "PrefixListName": "everywhere",
            "OwnerId": "111122223333",
            "Entries": [{"Cidr": "0.0.0.0/0"}],
        },
        {},
        HERE,
    ),
)
ON: dict[str, Any] = {"PubliclyAccessible": True}
BAD: dict[str, Any] = {
    "DeletionProtection": False,
    "BackupRetentionPeriod": 0,
    "AutoMinorVersionUpgrade": False,
    "StorageEncrypted": False,
}
SETTINGS = (PROTECTED, BACKUPS, UPGRADES, PLAIN)
NOTHING_SAID = ("PubliclyAccessible", *BAD)
DATABASES = (
    database(1, {OPEN: FAIL, ADDRESS: FAIL}, PRIVATE, WORLD, **ON),
    # Groups add up, and so do halves of the world.
    database(2, {OPEN: FAIL, ADDRESS: FAIL}, HALF, OTHER_HALF, **ON),
    database(3, {OPEN: FAIL, ADDRESS: FAIL}, MYSQL, port=3306, Engine="mysql", **ON),
    database(4, {OPEN: FAIL, ADDRESS: FAIL, BACKUPS: PASS}, WORLD_LIST, **ON),
    # Half of the world is more than anybody owns.
    database(5, {OPEN: FAIL, ADDRESS: FAIL}, HALF, PRIVATE, **ON),
    database(11, {OPEN: PASS, ADDRESS: FAIL}, PRIVATE, **ON),
    database(12, {OPEN: PASS, ADDRESS: FAIL}, MYSQL, PRIVATE, **ON),
    database(13, {OPEN: PASS, ADDRESS: PASS} | dict.fromkeys(SETTINGS, PASS), WORLD),
    database(14, {OPEN: PASS, ADDRESS: PASS} | dict.fromkeys(SETTINGS, PASS), PRIVATE),
    database(6, dict.fromkeys(SETTINGS, PASS), PRIVATE, Engine="mariadb", MultiAZ=False),
    database(15, {ADDRESS: PASS, BACKUPS: PASS}, PRIVATE, BackupRetentionPeriod=1),
    database(16, dict.fromkeys(SETTINGS, FAIL) | {ADDRESS: PASS}, PRIVATE, **BAD),
    database(17, dict.fromkeys(SETTINGS, FAIL), PRIVATE, **BAD, Engine="sqlserver-ex"),
    database(18, dict.fromkeys(SETTINGS, FAIL), PRIVATE, **BAD, DBInstanceStatus="stopped"),
    # A group nobody saw, and one whose list could not be read.
    database(21, {OPEN: UNKNOWN, ADDRESS: FAIL}, PRIVATE, 99, **ON),
    database(22, {OPEN: UNKNOWN, ADDRESS: FAIL}, LISTED, **ON),
    # Still being made, it has no port yet.
    database(23, {OPEN: UNKNOWN, ADDRESS: FAIL}, WORLD, **ON, without=["Endpoint"]),
    database(24, dict.fromkeys(ALL, UNKNOWN), WORLD, without=NOTHING_SAID),
    database(25, dict.fromkeys(ALL, UNKNOWN), WORLD, **dict[str, Any].fromkeys(NOTHING_SAID)),
    database(26, dict.fromkeys(ALL, UNKNOWN), WORLD, unread=dict.fromkeys(NOTHING_SAID, THROTTLED)),
    # Its cluster is what is protected.
    database(
        27,
        {ADDRESS: PASS, PLAIN: PASS},
        PRIVATE,
        DBClusterIdentifier="orders",
        Engine="aurora-postgresql",
        DeletionProtection=False,
    ),
    database(28, {OPEN: UNKNOWN, ADDRESS: FAIL}, WORLD, region=DARK, **ON),
    database(29, {OPEN: PASS, ADDRESS: PASS}, WORLD, region=DARK),
)


def cluster(number: int, label: Verdict, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    config: dict[str, Any] = {
        "DBClusterIdentifier": f"orders-{number}",
        "DBClusterArn": f"arn:aws:rds:{HERE}:111122223333:cluster:orders-{number}",
        "Engine": "aurora-postgresql",
        "Status": "available",
        "BackupRetentionPeriod": 7,
        "DeletionProtection": True,
        "VpcSecurityGroups": [],
        "TagList": [],
    }
    return Thing(
        "aws.rds.cluster", config | said, {"rds-cluster-not-encrypted": label}, HERE, unread
    )


CLUSTERS = (
    cluster(1, FAIL, StorageEncrypted=False),
    cluster(2, FAIL, StorageEncrypted=False, Engine="neptune"),
    cluster(3, FAIL, StorageEncrypted=False, Engine="docdb", Status="stopped"),
    cluster(4, PASS, StorageEncrypted=True),
    cluster(5, PASS, StorageEncrypted=True, EngineMode="serverless"),
    cluster(6, PASS, StorageEncrypted=True, KmsKeyId="arn:aws:kms:eu-west-1:111122223333:key/1"),
    cluster(7, UNKNOWN),
    cluster(8, UNKNOWN, StorageEncrypted=None),
    cluster(9, UNKNOWN, unread={"StorageEncrypted": DENIED}),
)

RESTORE, KINDS = "restore", (("snapshot", "DBSnapshot"), ("cluster_snapshot", "DBClusterSnapshot"))


def snapshots(number: int, label: Verdict, said: Any, **more: Any) -> list[Thing]:
    """Make a snapshot of a database and one of a cluster: they are shared alike."""
    unread = more.pop("unread", {})
    made: list[Thing] = []
    for kind, word in KINDS:
        config: dict[str, Any] = {
            f"{word}Identifier": f"before-upgrade-{number}",
            f"{word}Arn": f"arn:aws:rds:{HERE}:111122223333:{kind}:before-upgrade-{number}",
            "Engine": "postgres",
            "SnapshotType": "manual",
            "Status": "available",
            "TagList": [],
        }
        if not unread:
            config["Attributes"] = said
        signature = f"rds-{kind.replace('_', '-')}-public"
        made.append(Thing(f"aws.rds.{kind}", config | more, {signature: label}, HERE, unread))
    return made


def restore(*who: str) -> dict[str, Any]:
    return {"AttributeName": RESTORE, "AttributeValues": list(who)}


SNAPSHOTS = (
    *snapshots(1, FAIL, [restore("all")]),
    *snapshots(2, FAIL, [restore("444455556666", "all")], Encrypted=False),
    *snapshots(3, FAIL, [{"AttributeName": "tags", "AttributeValues": []}, restore("all")]),
    *snapshots(4, PASS, [restore()]),
    *snapshots(5, PASS, [restore("444455556666", "555566667777")]),
    *snapshots(6, PASS, [], Encrypted=True),
    *snapshots(7, UNKNOWN, None, unread={"Attributes": DENIED}),
    *snapshots(8, UNKNOWN, None, unread={"Attributes": THROTTLED}),
    *snapshots(9, UNKNOWN, None, unread={"Attributes": "unreadable: half an answer"}),
)


def warehouse(number: int, label: Verdict, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    config: dict[str, Any] = {
        "ClusterIdentifier": f"reports-{number}",
        "NodeType": "ra3.xlplus",
        "ClusterStatus": "available",
        "Endpoint": {"Address": "reports.abcdefghijkl.eu-west-1.redshift.amazonaws.com"},
        "VpcSecurityGroups": [],
        "Encrypted": True,
        "EnhancedVpcRouting": False,
        "Tags": [],
    }
    return Thing(
        "aws.redshift.cluster", config | said, {"redshift-open-to-internet": label}, HERE, unread
    )


WAREHOUSES = (
    warehouse(1, FAIL, **ON),
    warehouse(2, FAIL, **ON, ClusterStatus="paused"),
    warehouse(3, FAIL, **ON, EnhancedVpcRouting=True),
    warehouse(4, PASS, PubliclyAccessible=False),
    warehouse(5, PASS, PubliclyAccessible=False, EnhancedVpcRouting=True),
    warehouse(6, PASS, PubliclyAccessible=False, Encrypted=False),
    warehouse(7, UNKNOWN),
    warehouse(8, UNKNOWN, PubliclyAccessible=None),
    warehouse(9, UNKNOWN, unread={"PubliclyAccessible": DENIED}),
)

ACCOUNTS = (
    Account(
        "111122223333",
        ABOUT,
        (*GROUPS, *DATABASES, *CLUSTERS, *SNAPSHOTS, *WAREHOUSES),
        (Hole("aws.ec2.security_group", DARK),),
    ),
)
