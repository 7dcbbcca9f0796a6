"""Machines and all that stands between them and the internet, which is several links away.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
"""

from typing import Any

from tests.labelled.labels import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Account,
    Hole,
    Thing,
    Verdict,
    Why,
)

EXPOSED = "ec2-instance-exposed-ssh"
ABOUT = ("ec2-instance-exposed",)
HERE, DARK, COLD = "eu-west-1", "us-east-1", "eu-north-1"
OPEN, CLOSED, GUARDED = 1, 2, 3
GROUPS = WORLD, WEB, SIX, LISTED, UNREAD = range(1, 6)


def id_of(kind: str, number: int) -> str:
    return f"{kind}-0{number:016x}"


def machine(number: int, label: Verdict, *groups: int, region: str = HERE, **more: Any) -> Thing:
    subnet, v4, v6 = more.pop("subnet", OPEN), more.pop("v4", True), more.pop("v6", False)
    vpc = more.pop("vpc", 1)
    association = {"Association": {"IpOwnerId": "amazon", "PublicIp": "198.51.100.7"}} if v4 else {}
    interface = {
        "NetworkInterfaceId": id_of("eni", number),
        "Groups": [{"GroupId": id_of("sg", each), "GroupName": str(each)} for each in groups],
        "Ipv6Addresses": [{"Ipv6Address": "2001:db8::7"}] if v6 else [],
        "PrivateIpAddress": "10.0.1.12",
        "Status": "in-use",
        "SubnetId": id_of("subnet", subnet),
        "VpcId": id_of("vpc", vpc),
        **association,
    }
    config: dict[str, Any] = {
        "InstanceId": id_of("i", number),
        "ImageId": "ami-0123456789abcdef0",
        "InstanceType": "t3.micro",
        "State": {"Code": 16, "Name": "running"},
        "SubnetId": id_of("subnet", subnet),
        "VpcId": id_of("vpc", vpc),
        "NetworkInterfaces": [interface],
        "SecurityGroups": interface["Groups"],
        "Tags": [],
    }
    return Thing("aws.ec2.instance", config | more, {EXPOSED: label}, region)


def group(number: int, last: int, source: str, region: str = HERE, **more: Any) -> Thing:
    family = "Ipv6Ranges" if ":" in source else "IpRanges"
    cidr = {"CidrIpv6" if ":" in source else "CidrIp": source}
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": last, family: [cidr] if source else []}
    if number == WEB:
        rule |= {"FromPort": 443, "ToPort": 443}
    config = {
        "GroupId": id_of("sg", number),
        "GroupName": f"group-{number}",
        "VpcId": id_of("vpc", 1),
        "IpPermissions": [rule | more],
        "IpPermissionsEgress": [],
    }
    return Thing("aws.ec2.security_group", config, {}, region)


def lists(number: int) -> dict[str, Any]:
    return {"PrefixListIds": [{"PrefixListId": id_of("pl", number)}]}


def prefix_list(number: int, *ranges: str, **more: Any) -> Thing:
    config = {"PrefixListId": id_of("pl", number), "PrefixListName": "l", "OwnerId": "111122223333"}
    entries = {} if more else {"Entries": [{"Cidr": each} for each in ranges]}
    return Thing("aws.ec2.managed_prefix_list", config | entries, {}, HERE, **more)


def network(number: int, region: str = HERE) -> list[Thing]:
    """Make a network of three subnets."""
    config = {"VpcId": id_of("vpc", number), "CidrBlock": "10.0.0.0/16", "State": "available"}
    subnets = [
        Thing(
            "aws.ec2.subnet",
            {"SubnetId": id_of("subnet", 10 * (number - 1) + at), "VpcId": id_of("vpc", number)},
            {},
            region,
        )
        for at in (OPEN, CLOSED, GUARDED)
    ]
    return [Thing("aws.ec2.vpc", config, {}, region), *subnets]


def table(number: int, *routes: Any, subnet: int = 0, region: str = HERE, vpc: int = 1) -> Thing:
    bound = {"Main": not subnet} | ({"SubnetId": id_of("subnet", subnet)} if subnet else {})
    local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
    config = {
        "RouteTableId": id_of("rtb", number),
        "VpcId": id_of("vpc", vpc),
        "Associations": [bound],
        "Routes": [local, *routes],
    }
    return Thing("aws.ec2.route_table", config, {}, region)


def acl(number: int, subnets: tuple[int, ...], *entries: Any, vpc: int = 1, **more: Any) -> Thing:
    config = {
        "NetworkAclId": id_of("acl", number),
        "VpcId": id_of("vpc", vpc),
        "Associations": [{"SubnetId": id_of("subnet", each)} for each in subnets],
        "Entries": [*entries, entry(32767, "deny", "0.0.0.0/0"), entry(32768, "deny", "::/0")],
    }
    return Thing("aws.ec2.network_acl", config, {}, more.get("region", HERE))


def entry(number: int, action: str, source: str, *ports: int) -> dict[str, Any]:
    family = "Ipv6CidrBlock" if ":" in source else "CidrBlock"
    said = {family: source, "Egress": False, "RuleAction": action, "RuleNumber": number}
    if ports:
        return said | {"Protocol": "6", "PortRange": {"From": ports[0], "To": ports[-1]}}
    return said | {"Protocol": "-1"}


GATE = "igw-0123456789abcdef0"
OUT = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": GATE, "State": "active"}
OUT_6 = {"DestinationIpv6CidrBlock": "::/0", "GatewayId": GATE, "State": "active"}
NAT = {
    "DestinationCidrBlock": "0.0.0.0/0",
    "NatGatewayId": "nat-0123456789abcdef0",
    "State": "active",
}
ANY = (entry(100, "allow", "0.0.0.0/0"), entry(101, "allow", "::/0"))
NET = (
    *network(1),
    group(WORLD, 22, "0.0.0.0/0"),
    group(WEB, 443, "0.0.0.0/0"),
    group(SIX, 22, "::/0"),
    group(LISTED, 22, "", **lists(1)),
    group(UNREAD, 22, "", **lists(2)),
    prefix_list(1, "0.0.0.0/0"),
    prefix_list(2, unread={"Entries": DENIED}),
    # The main one leads out; one subnet has one of its own that does not.
    table(1, OUT),
    table(2, NAT, subnet=CLOSED),
    table(3, OUT, OUT_6, subnet=GUARDED),
    acl(1, (OPEN, CLOSED), *ANY),
    acl(2, (GUARDED,), entry(90, "deny", "0.0.0.0/0", 22), *ANY),
)
MACHINES = (
    machine(1, FAIL, WORLD),
    machine(2, FAIL, WEB, WORLD, IamInstanceProfile={"Arn": "arn:aws:iam::1:instance-profile/w"}),
    machine(3, FAIL, LISTED),
    # Its ACL turns IPv4 away and forgot IPv6.
    machine(4, FAIL, WORLD, SIX, subnet=GUARDED, v6=True),
    # Stopped, it keeps its address and wakes up as it was.
    machine(5, FAIL, WORLD, UNREAD, State={"Code": 80, "Name": "stopped"}),
    machine(11, PASS, WEB),
    machine(12, PASS, WORLD, subnet=CLOSED),
    machine(13, PASS, WORLD, subnet=GUARDED),
    machine(14, PASS, WORLD, v4=False),
    machine(15, PASS, SIX),
    # No route leads IPv6 out here.
    machine(16, PASS, SIX, v4=False, v6=True),
    machine(17, PASS, UNREAD, v4=False),
    machine(21, UNKNOWN, UNREAD),
    machine(22, UNKNOWN, WEB, 99),
    # In a network of somebody else's, shared with this account.
    machine(23, UNKNOWN, WORLD, subnet=71, vpc=7),
    machine(24, UNKNOWN, WORLD, WEB, NetworkInterfaces=None),
)
ELSEWHERE = (
    *network(1, DARK),
    group(WORLD, 22, "0.0.0.0/0", DARK),
    table(1, OUT, region=DARK),
    machine(1, UNKNOWN, WORLD, region=DARK),
    machine(2, PASS, WORLD, region=DARK, v4=False),
    *network(2, COLD),
    group(WORLD, 22, "0.0.0.0/0", COLD),
    acl(1, (11,), *ANY, vpc=2, region=COLD),
    machine(3, UNKNOWN, WORLD, region=COLD, vpc=2, subnet=11),
)

ACCOUNTS = (
    Account("111122223333", ABOUT, (*NET, *MACHINES)),
    Account(
        "222233334444",
        ABOUT,
        ELSEWHERE,
        (
            Hole("aws.ec2.network_acl", DARK),
            Hole("aws.ec2.route_table", COLD, Why.THROTTLED, "AWS asked to slow down"),
        ),
    ),
)
