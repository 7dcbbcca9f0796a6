"""Security groups and prefix lists as DescribeSecurityGroups and the like answer them.

https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
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
    Hole,
    Labels,
    Thing,
    Verdict,
    Why,
)

ABOUT = (
    "ec2-ssh-",
    "ec2-rdp-",
    "ec2-administration-",
    "ec2-databases-",
    "ec2-everything-",
    "ec2-default-group-",
)
SSH, RDP, ADMIN, DATA, ALL, DEFAULT = (
    "ec2-ssh-open-to-world",
    "ec2-rdp-open-to-world",
    "ec2-administration-open-to-world",
    "ec2-databases-open-to-world",
    "ec2-everything-open-to-world",
    "ec2-default-group-lets-traffic",
)
PORTS = (SSH, RDP, ADMIN, DATA, ALL)
HERE = "eu-west-1"
Rule = dict[str, Any]


def rule(protocol: str, first: int | None, last: int | None, *ranges: str, **more: Any) -> Rule:
    """Write one entry of IpPermissions; `lists` and `groups` are ids."""
    ports = {} if first is None else {"FromPort": first, "ToPort": last}
    return {
        "IpProtocol": protocol,
        **ports,
        "UserIdGroupPairs": [
            {"UserId": "111122223333", "GroupId": each} for each in more.get("groups", ())
        ],
        "IpRanges": [{"CidrIp": each} for each in ranges if ":" not in each],
        "Ipv6Ranges": [{"CidrIpv6": each} for each in ranges if ":" in each],
        "PrefixListIds": [
            {"PrefixListId": each, "Description": "as agreed"} for each in more.get("lists", ())
        ],
    }


EVERYTHING = rule("-1", None, None, "0.0.0.0/0")
WEB = [rule("tcp", 80, 80, "0.0.0.0/0", "::/0"), rule("tcp", 443, 443, "0.0.0.0/0", "::/0")]


def group(number: int, *rules: Rule, says: Labels, region: str = HERE, **more: Any) -> Thing:
    config = {
        "GroupId": f"sg-0{number:016x}",
        "GroupName": f"group-{number}",
        "Description": "made by hand",
        "OwnerId": "111122223333",
        "VpcId": "vpc-0123456789abcdef0",
        "SecurityGroupArn": f"arn:aws:ec2:{region}:111122223333:security-group/sg-0{number:016x}",
        "IpPermissions": list(rules),
        "IpPermissionsEgress": [EVERYTHING],
        "Tags": [{"Key": "Team", "Value": "shop"}],
    }
    config |= more.pop("config", {})
    for name in more.pop("without", ()):
        del config[name]
    return Thing("aws.ec2.security_group", config, says, region, **more)


def prefix_list(number: int, *entries: str, region: str = HERE, **more: Any) -> Thing:
    owner = more.pop("owner", "111122223333")
    config: dict[str, Any] = {
        "PrefixListId": f"pl-0{number:016x}",
        "AddressFamily": "IPv6" if any(":" in one for one in entries) else "IPv4",
        "State": "create-complete",
        "PrefixListArn": f"arn:aws:ec2:{region}:{owner}:prefix-list/pl-0{number:016x}",
        "PrefixListName": more.pop("name", f"list-{number}"),
        "MaxEntries": 20,
        "Version": 3,
        "Tags": [],
        "OwnerId": owner,
    }
    if owner == "AWS":
        config["Entries"] = None
    elif "unread" not in more:
        config["Entries"] = [{"Cidr": one, "Description": ""} for one in entries]
    return Thing("aws.ec2.managed_prefix_list", config, {}, region, **more)


def lists(*numbers: int) -> list[str]:
    return [f"pl-0{number:016x}" for number in numbers]


def all_ports(label: Verdict) -> dict[str, Verdict]:
    return dict.fromkeys(PORTS, label)


NOT_DEFAULT = {DEFAULT: NA}
QUIET = all_ports(PASS) | NOT_DEFAULT

OPEN = (
    group(1, *WEB, rule("tcp", 22, 22, "0.0.0.0/0"), says={SSH: FAIL, RDP: PASS, ALL: PASS}),
    group(2, rule("tcp", 22, 22, "::/0"), says={SSH: FAIL, RDP: PASS, DATA: PASS}),
    group(3, rule("6", 0, 1023, "0.0.0.0/0"), says={SSH: FAIL, ADMIN: FAIL, RDP: PASS, ALL: PASS}),
    # Halves of the internet are the internet.
    group(
        4,
        rule("tcp", 22, 22, "0.0.0.0/1"),
        rule("tcp", 22, 22, "128.0.0.0/1"),
        says={SSH: FAIL, RDP: PASS},
    ),
    group(5, rule("tcp", 22, 22, lists=lists(1)), says={SSH: FAIL, ADMIN: PASS}),
    group(6, EVERYTHING, says=all_ports(FAIL) | NOT_DEFAULT),
    group(7, rule("-1", None, None, "::/0"), says=all_ports(FAIL)),
    group(
        8,
        rule("tcp", 0, 65535, "10.0.0.0/8", "0.0.0.0/0"),
        says=all_ports(FAIL),
        config={"Description": "temporary"},
    ),
    # Even with an address of one's own beside it.
    group(9, rule("tcp", 3389, 3389, "198.51.100.7/32", "0.0.0.0/0"), says={RDP: FAIL, SSH: PASS}),
    group(10, rule("tcp", 3380, 3390, "::/0"), says={RDP: FAIL, DATA: PASS}),
    group(11, rule("tcp", 1024, 65535, "0.0.0.0/0"), says={RDP: FAIL, DATA: FAIL, ADMIN: FAIL}),
    group(12, rule("tcp", 23, 23, "0.0.0.0/0"), says={ADMIN: FAIL, SSH: PASS}),
    group(13, rule("tcp", 20, 21, "0.0.0.0/0", "::/0"), says={ADMIN: FAIL, SSH: PASS}),
    group(14, rule("tcp", 445, 445, "0.0.0.0/0"), says={ADMIN: FAIL}),
    group(15, rule("tcp", 5900, 5901, "0.0.0.0/0"), says={ADMIN: FAIL}),
    group(16, rule("tcp", 5985, 5986, "0.0.0.0/0"), says={ADMIN: FAIL, RDP: PASS}),
    group(17, rule("tcp", 2375, 2375, "0.0.0.0/0"), says={ADMIN: FAIL}),
    group(18, rule("tcp", 10250, 10250, "0.0.0.0/0"), says={ADMIN: FAIL}),
    group(19, rule("tcp", 2379, 2380, "::/0"), says={ADMIN: FAIL}),
    group(20, rule("tcp", 5432, 5432, "0.0.0.0/0"), says={DATA: FAIL, ADMIN: PASS}),
    group(21, rule("tcp", 3306, 3306, "0.0.0.0/0"), says={DATA: FAIL}),
    group(22, rule("6", 6379, 6379, "::/0"), says={DATA: FAIL, SSH: PASS}),
    group(23, rule("tcp", 27017, 27017, "0.0.0.0/0"), says={DATA: FAIL}),
    group(24, rule("tcp", 9200, 9200, "0.0.0.0/0"), says={DATA: FAIL}),
    group(25, rule("tcp", 1433, 1433, "0.0.0.0/0"), says={DATA: FAIL}),
    group(26, rule("tcp", 1521, 1521, "0.0.0.0/0"), says={DATA: FAIL}),
    group(27, rule("tcp", 11211, 11211, "0.0.0.0/0"), says={DATA: FAIL}),
    # Memcached answers UDP, too, and the largest floods came of it.
    group(28, rule("udp", 11211, 11211, "0.0.0.0/0"), says={DATA: FAIL, ADMIN: PASS}),
    group(
        29,
        rule("tcp", 0, 30000, "0.0.0.0/0"),
        rule("tcp", 30001, 65535, "0.0.0.0/0"),
        says=all_ports(FAIL),
    ),
    # The world over TCP by number, beside a rule that lets in nothing of it.
    group(
        30,
        rule("-1", None, None, groups=["sg-00000000000000001"]),
        rule("6", 22, 22, "0.0.0.0/0"),
        says={SSH: FAIL, ALL: PASS},
    ),
    # One part decides, whatever became of the rest.
    group(31, rule("tcp", 22, 22, "0.0.0.0/0", lists=lists(9)), says={SSH: FAIL, RDP: PASS}),
)

CLOSED = (
    group(40, says=QUIET),
    group(41, *WEB, says=QUIET),
    group(42, rule("tcp", 22, 22, "10.0.0.0/8", "192.168.0.0/16", "fd00::/8"), says=QUIET),
    group(43, rule("tcp", 22, 3389, "203.0.113.0/24", "2001:db8:4::/48"), says=QUIET),
    group(44, rule("udp", 22, 22, "0.0.0.0/0"), says={SSH: PASS, RDP: PASS, ALL: PASS}),
    group(45, rule("-1", None, None, groups=["sg-00000000000000040"]), says=QUIET),
    group(46, rule("icmp", -1, -1, "0.0.0.0/0"), says=QUIET),
    group(47, rule("icmpv6", -1, -1, "::/0"), says=QUIET),
    group(48, rule("tcp", 23, 25, "10.1.0.0/16"), rule("tcp", 25, 25, "0.0.0.0/0"), says=QUIET),
    # One list holds two offices, the other nothing at all.
    group(49, rule("tcp", 22, 22, lists=lists(2, 3)), says=QUIET),
    group(50, rule("tcp", 443, 443, lists=lists(9)), says=QUIET),
    # What CloudFront comes from is AWS's, not the world's.
    group(51, rule("tcp", 443, 443, lists=lists(8)), says=QUIET),
    # Out is not in.
    group(
        52,
        says=QUIET,
        config={"IpPermissionsEgress": [EVERYTHING, rule("tcp", 22, 22, "0.0.0.0/0")]},
    ),
    # One of its own /8 is an organisation, not the world.
    group(53, rule("tcp", 5432, 5432, "17.0.0.0/8"), says=QUIET),
    # Shared address space and loopback are nobody's way in.
    group(54, rule("tcp", 3306, 3306, "100.64.0.0/10", "127.0.0.0/8"), says=QUIET),
    group(55, rule("47", None, None, "0.0.0.0/0"), says={SSH: PASS, RDP: PASS, DATA: PASS}),
)

UNTELLABLE = (
    group(60, rule("tcp", 22, 22, lists=lists(9)), says=QUIET | {SSH: UNKNOWN}),
    group(61, rule("tcp", 22, 22, lists=lists(10)), says=QUIET | {SSH: UNKNOWN}),
    # Somebody else's list, shared once and no more.
    group(62, rule("tcp", 22, 22, "10.0.0.0/8", lists=lists(99)), says=QUIET | {SSH: UNKNOWN}),
    group(63, rule("tcp", 3389, 3389, lists=lists(9)), says=QUIET | {RDP: UNKNOWN}),
    group(64, rule("6", 3000, 3400, lists=lists(10)), says={RDP: UNKNOWN, DATA: UNKNOWN}),
    group(65, rule("tcp", 3389, 3389, lists=lists(2, 99)), says=QUIET | {RDP: UNKNOWN}),
    group(66, rule("tcp", 5432, 5432, lists=lists(9)), says=QUIET | {DATA: UNKNOWN}),
    group(67, rule("tcp", 6379, 6379, lists=lists(10)), says=QUIET | {DATA: UNKNOWN}),
    group(68, rule("tcp", 23, 23, lists=lists(9)), says=QUIET | {ADMIN: UNKNOWN}),
    group(69, rule("tcp", 445, 445, lists=lists(10)), says=QUIET | {ADMIN: UNKNOWN}),
    group(70, rule("-1", None, None, lists=lists(9)), says=all_ports(UNKNOWN)),
    group(71, rule("tcp", 0, 65535, lists=lists(10)), says=all_ports(UNKNOWN)),
    group(72, says=all_ports(UNKNOWN), unread={"IpPermissions": DENIED}, without=["IpPermissions"]),
    # An answer without its rules is not a group without rules.
    group(73, says=all_ports(UNKNOWN), without=["IpPermissions"]),
)

DEFAULTS = (
    group(
        80,
        rule("-1", None, None, groups=["sg-00000000000000080"]),
        says={DEFAULT: FAIL, SSH: PASS},
        config={"GroupName": "default", "Description": "default VPC security group"},
    ),
    # Letting out is letting through, too.
    group(81, says={DEFAULT: FAIL}, config={"GroupName": "default"}),
    group(
        82,
        rule("tcp", 443, 443, "10.0.0.0/8"),
        says={DEFAULT: FAIL, ALL: PASS},
        config={"GroupName": "default", "IpPermissionsEgress": []},
    ),
    group(
        83,
        rule("tcp", 22, 22, "0.0.0.0/0"),
        says={DEFAULT: FAIL, SSH: FAIL},
        config={"GroupName": "default", "IpPermissionsEgress": []},
        unread={"tags": THROTTLED},
    ),
    *(
        group(
            84 + number,
            says={DEFAULT: PASS} | all_ports(PASS),
            config={
                "GroupName": "default",
                "IpPermissionsEgress": [],
                "VpcId": f"vpc-0123456789abcde{number:02x}",
                "Tags": [{"Key": "Name", "Value": "do not use"}] * number,
            },
        )
        for number in range(3)
    ),
    # Called so by people, in a name that is not AWS's own.
    group(87, EVERYTHING, says=all_ports(FAIL) | {DEFAULT: NA}, config={"GroupName": "Default"}),
    # What it lets out decides, whatever it lets in.
    group(91, says={DEFAULT: FAIL}, config={"GroupName": "default"}, without=["IpPermissions"]),
    group(
        88,
        says={DEFAULT: UNKNOWN},
        config={"GroupName": "default", "IpPermissionsEgress": []},
        without=["IpPermissions"],
    ),
    group(
        89,
        says={DEFAULT: UNKNOWN},
        config={"GroupName": "default"},
        without=["IpPermissions", "IpPermissionsEgress"],
        unread={"IpPermissions": DENIED, "IpPermissionsEgress": DENIED},
    ),
    group(
        90,
        says={DEFAULT: UNKNOWN, SSH: PASS},
        config={"GroupName": "default"},
        without=["IpPermissionsEgress"],
        unread={"IpPermissionsEgress": THROTTLED},
    ),
)

LISTS = (
    prefix_list(1, "198.51.100.0/24", "0.0.0.0/0"),
    prefix_list(2, "198.51.100.0/24", "203.0.113.8/29"),
    prefix_list(3),
    prefix_list(8, owner="AWS", name="com.amazonaws.global.cloudfront.origin-facing"),
    prefix_list(9, unread={"Entries": DENIED}),
    prefix_list(10, unread={"Entries": THROTTLED}),
)

# Where prefix lists could not be listed at all, and the rest could.
ELSEWHERE = (
    group(1, rule("tcp", 22, 22, lists=lists(1)), says=QUIET | {SSH: UNKNOWN}, region="us-east-1"),
    group(2, rule("tcp", 0, 65535, lists=lists(2)), says=all_ports(UNKNOWN), region="us-east-1"),
    group(3, rule("tcp", 23, 23, lists=lists(2)), says={ADMIN: UNKNOWN}, region="us-east-1"),
    group(4, rule("tcp", 22, 22, "0.0.0.0/0"), says={SSH: FAIL, RDP: PASS}, region="us-east-1"),
    group(5, *WEB, says=QUIET, region="us-east-1"),
    group(6, EVERYTHING, says=all_ports(FAIL), region="us-east-1"),
    group(7, rule("tcp", 22, 22, lists=lists(1)), says=QUIET | {SSH: UNKNOWN}, region="eu-north-1"),
)

ACCOUNTS = (
    Account("111122223333", ABOUT, (*OPEN, *CLOSED, *UNTELLABLE, *DEFAULTS, *LISTS)),
    Account(
        "222233334444",
        ABOUT,
        ELSEWHERE,
        (
            Hole("aws.ec2.managed_prefix_list", "us-east-1"),
            Hole("aws.ec2.managed_prefix_list", "eu-north-1", Why.THROTTLED, "AWS said slow down"),
        ),
    ),
)
