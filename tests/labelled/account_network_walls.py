"""Network ACLs, and networks with and without flow logs.

ACLs: https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html (the first that fits).
Flow logs: CIS AWS 3.0.0, 3.7 asks for what is rejected, of each VPC.
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
    Thing,
    Verdict,
    Why,
)

ACL, LOGS = "ec2-acl-lets-world-administer", "ec2-vpc-without-flow-logs"
ABOUT = ("ec2-acl-", "ec2-vpc-")
HERE, FAR, COLD = "eu-west-1", "us-east-1", "eu-north-1"
Entry = dict[str, Any]


def entry(number: int, action: str, source: str, *ports: int, **more: Any) -> Entry:
    family = "Ipv6CidrBlock" if ":" in source else "CidrBlock"
    found: Entry = {
        family: source,
        "Egress": more.get("egress", False),
        "Protocol": more.get("protocol", "6" if ports else "-1"),
        "RuleAction": action,
        "RuleNumber": number,
    }
    return found | ({"PortRange": {"From": ports[0], "To": ports[-1]}} if ports else {})


LAST = (entry(32767, "deny", "0.0.0.0/0"), entry(32768, "deny", "::/0"))
OUT = (
    entry(100, "allow", "0.0.0.0/0", egress=True),
    entry(32767, "deny", "0.0.0.0/0", egress=True),
)


def acl(number: int, label: Verdict, *entries: Entry, region: str = HERE, **more: Any) -> Thing:
    config: dict[str, Any] = {
        "Associations": [
            {
                "NetworkAclAssociationId": f"aclassoc-0{number:016x}",
                "NetworkAclId": f"acl-0{number:016x}",
                "SubnetId": f"subnet-0{number:016x}",
            }
        ],
        "Entries": [*OUT, *entries, *LAST],
        "IsDefault": False,
        "NetworkAclId": f"acl-0{number:016x}",
        "Tags": [],
        "VpcId": "vpc-0123456789abcdef0",
        "OwnerId": "111122223333",
    }
    config |= more.pop("config", {})
    for name in more.pop("without", ()):
        del config[name]
    return Thing("aws.ec2.network_acl", config, {ACL: label}, region, **more)


ACLS = (
    # As AWS gives it.
    acl(1, FAIL, entry(100, "allow", "0.0.0.0/0"), config={"IsDefault": True}),
    acl(2, FAIL, entry(101, "allow", "::/0")),
    acl(3, FAIL, entry(100, "deny", "0.0.0.0/0", 22), entry(110, "allow", "0.0.0.0/0")),
    # The usual opening for answers holds Remote Desktop.
    acl(
        4,
        FAIL,
        entry(100, "allow", "0.0.0.0/0", 443),
        entry(140, "allow", "0.0.0.0/0", 1024, 65535),
    ),
    acl(5, FAIL, entry(200, "deny", "0.0.0.0/0", 22), entry(100, "allow", "0.0.0.0/0", 22)),
    # Half of the world is turned away, the other half is not.
    acl(6, FAIL, entry(90, "deny", "0.0.0.0/1", 22), entry(100, "allow", "0.0.0.0/0", 22)),
    acl(7, FAIL, entry(100, "allow", "0.0.0.0/1", 22), entry(101, "allow", "128.0.0.0/1", 22)),
    acl(8, FAIL, entry(90, "deny", "0.0.0.0/0", 0, 65535), entry(100, "allow", "::/0", 3389)),
    acl(
        9,
        FAIL,
        entry(90, "deny", "0.0.0.0/0", 22, protocol="17"),
        entry(100, "allow", "0.0.0.0/0", 22),
    ),
    acl(10, FAIL, entry(100, "allow", "0.0.0.0/0", 22), config={"Associations": []}),
    acl(20, PASS),
    acl(21, PASS, entry(100, "allow", "10.0.0.0/8"), entry(110, "allow", "203.0.113.0/24", 22)),
    acl(22, PASS, entry(100, "allow", "0.0.0.0/0", 80), entry(110, "allow", "0.0.0.0/0", 443)),
    acl(
        23,
        PASS,
        # Not in the order of their numbers: AWS promises none.
        entry(300, "allow", "0.0.0.0/0"),
        entry(100, "deny", "0.0.0.0/0", 22),
        entry(110, "deny", "0.0.0.0/0", 3389),
    ),
    acl(24, PASS, entry(90, "deny", "0.0.0.0/0", 20, 4000), entry(100, "allow", "0.0.0.0/0")),
    acl(25, PASS, entry(100, "allow", "0.0.0.0/0", 22, 3389, protocol="17")),
    acl(
        26,
        PASS,
        entry(90, "deny", "::/0", 22),
        entry(91, "deny", "::/0", 3389),
        entry(92, "deny", "0.0.0.0/0", protocol="-1"),
        entry(100, "allow", "::/0"),
        entry(101, "allow", "0.0.0.0/0"),
    ),
    acl(
        27,
        PASS,
        entry(100, "allow", "0.0.0.0/0", protocol="1") | {"IcmpTypeCode": {"Code": -1, "Type": -1}},
    ),
    acl(30, UNKNOWN, without=["Entries"], unread={"Entries": DENIED}),
    acl(31, UNKNOWN, without=["Entries"]),
    acl(32, UNKNOWN, without=["Entries"], unread={"Entries": THROTTLED}),
    acl(33, UNKNOWN, config={"Entries": None}),
)


def vpc(number: int, label: Verdict, region: str = HERE, **more: Any) -> Thing:
    config: dict[str, Any] = {
        "CidrBlock": "10.0.0.0/16",
        "DhcpOptionsId": "dopt-0123456789abcdef0",
        "State": "available",
        "VpcId": f"vpc-0{number:016x}",
        "OwnerId": "111122223333",
        "InstanceTenancy": "default",
        "CidrBlockAssociationSet": [],
        "IsDefault": False,
        "Tags": [{"Key": "Name", "Value": f"net-{number}"}],
    }
    return Thing("aws.ec2.vpc", config | more, {LOGS: label}, region)


def flow_log(number: int, records: str, region: str = HERE, **more: Any) -> Thing:
    config: dict[str, Any] = {
        "CreationTime": "2026-01-10T08:00:00Z",
        "DeliverLogsPermissionArn": "arn:aws:iam::111122223333:role/flow-logs",
        "DeliverLogsStatus": "SUCCESS",
        "FlowLogId": f"fl-0{number:016x}",
        "FlowLogStatus": "ACTIVE",
        "LogGroupName": "/vpc/flow",
        "ResourceId": records,
        "TrafficType": "ALL",
        "LogDestinationType": "cloud-watch-logs",
        "LogFormat": "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr}",
        "Tags": [],
        "MaxAggregationInterval": 600,
    }
    return Thing("aws.ec2.flow_log", config | more, {}, region)


def net(number: int) -> str:
    return f"vpc-0{number:016x}"


NETWORKS = (
    vpc(1, FAIL, IsDefault=True),
    # Its neighbour keeps some.
    vpc(2, FAIL),
    # Of one interface only.
    vpc(3, FAIL),
    flow_log(3, "eni-00000000000000003"),
    # Only what was let through: a scan that was turned away is not in it.
    vpc(4, FAIL),
    flow_log(4, net(4), TrafficType="ACCEPT"),
    # Nothing arrives where it should be kept.
    vpc(5, FAIL),
    flow_log(5, net(5), DeliverLogsStatus="FAILED", DeliverLogsErrorMessage="Access error"),
    vpc(11, PASS),
    flow_log(11, net(11)),
    vpc(12, PASS),
    flow_log(
        12,
        net(12),
        TrafficType="REJECT",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::example-flow-logs/here/",
        MaxAggregationInterval=60,
    ),
    vpc(13, PASS),
    flow_log(13, net(13), TrafficType="ACCEPT"),
    flow_log(14, net(13), TrafficType="REJECT"),
    vpc(14, PASS, IsDefault=True),
    flow_log(15, net(14), DeliverLogsStatus="FAILED", DeliverLogsErrorMessage="Rate limited"),
    flow_log(16, net(14), LogDestinationType="kinesis-data-firehose"),
    vpc(21, UNKNOWN, FAR),
    vpc(22, UNKNOWN, COLD),
    vpc(23, UNKNOWN, COLD, IsDefault=True),
)

ACCOUNTS = (
    Account("111122223333", ABOUT, ACLS),
    Account(
        "222233334444",
        ABOUT,
        NETWORKS,
        (
            Hole("aws.ec2.flow_log", FAR),
            Hole("aws.ec2.flow_log", COLD, Why.THROTTLED, "AWS asked to slow down five times"),
        ),
    ),
)
