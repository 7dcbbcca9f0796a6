from collections.abc import Mapping
from typing import Any

import pytest

from fireline.core.detection.signatures.exposure import exposed_on, exposed_ports, is_exposed
from fireline.core.detection.signatures.telling import CannotTell

SUBNET, VPC = "subnet-0123456789abcdef0", "vpc-0123456789abcdef0"
OPEN = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
OPEN_V6 = {**OPEN, "IpRanges": [], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
OUT = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0123456789abcdef0"}
OUT_V6 = {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-0123456789abcdef0"}
LET = {"RuleNumber": 100, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}


def interface(**more: Any) -> dict[str, Any]:
    said = {"SubnetId": SUBNET, "VpcId": VPC, "Groups": [{"GroupId": "sg-1"}]}
    return {**said, "Association": {"PublicIp": "198.51.100.7"}, **more}


def around(
    *rules: Mapping[str, Any], routes: Any = (OUT,), acl: Any = (LET,), main: bool = False
) -> dict[str, Any]:
    bound = {"Main": True} if main else {"SubnetId": SUBNET}
    table = {"VpcId": VPC, "Associations": [bound], "Routes": [*routes]}
    return {
        "ec2.security_group": [{"id": "sg-1", "config": {"IpPermissions": [*rules]}}],
        "ec2.route_table": [{"id": "rtb-1", "config": table}],
        "ec2.network_acl": [
            {"id": "acl-1", "config": {"Associations": [{"SubnetId": SUBNET}], "Entries": [*acl]}}
        ],
    }


INSTANCE = {"NetworkInterfaces": [interface()]}


def test_all_four_must_let_the_world_in():
    assert exposed_on(INSTANCE, around(OPEN), 22)
    assert is_exposed(INSTANCE, around(OPEN))
    assert exposed_ports(INSTANCE, around(OPEN)) == ["tcp 22"]
    assert not exposed_on(INSTANCE, around(OPEN), 443)
    for closed in (
        around(),
        around(OPEN, routes=()),
        around(OPEN, routes=({**OUT, "GatewayId": "local"},)),
        around(OPEN, routes=({**OUT, "State": "blackhole"},)),
        around(OPEN, routes=({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"},)),
        around(OPEN, routes=({**OUT, "DestinationCidrBlock": "198.51.100.0/24"},)),
        around(OPEN, routes=(OUT_V6,)),
        around(OPEN, acl=()),
        around(OPEN, acl=({**LET, "RuleAction": "deny", "RuleNumber": 1}, LET)),
        around(OPEN, acl=({**LET, "CidrBlock": "10.0.0.0/8"},)),
        around(OPEN_V6),
    ):
        assert not exposed_on(INSTANCE, closed, 22)
        assert exposed_ports(INSTANCE, closed) == []


def test_without_a_public_address_nothing_is_reached_whatever_else_is_known():
    inside = {"NetworkInterfaces": [interface(Association=None)]}
    assert not is_exposed(inside, around(OPEN))
    assert not exposed_on(inside, {}, 22)
    assert not is_exposed({"NetworkInterfaces": []}, {})


def test_an_ipv6_address_is_public_by_itself_and_needs_a_route_of_its_own():
    six = {"NetworkInterfaces": [interface(Association=None, Ipv6Addresses=[{"Ipv6Address": "x"}])]}
    let = {"RuleNumber": 101, "RuleAction": "allow", "Protocol": "-1", "Ipv6CidrBlock": "::/0"}
    assert exposed_on(six, around(OPEN_V6, routes=(OUT_V6,), acl=(LET, let)), 22)
    assert not exposed_on(six, around(OPEN_V6, routes=(OUT,), acl=(LET, let)), 22)
    assert not exposed_on(six, around(OPEN_V6, routes=(OUT_V6,)), 22)
    assert not exposed_on(six, around(OPEN, routes=(OUT_V6,), acl=(LET, let)), 22)


def test_a_subnet_without_a_table_of_its_own_takes_the_main_one():
    assert exposed_on(INSTANCE, around(OPEN, main=True), 22)
    both = around(OPEN, main=True)
    own = {"VpcId": VPC, "Associations": [{"SubnetId": SUBNET}], "Routes": []}
    both["ec2.route_table"].append({"id": "rtb-2", "config": own})
    assert not exposed_on(INSTANCE, both, 22)


def test_groups_of_one_interface_add_up_and_interfaces_do_not():
    related = around(OPEN)
    related["ec2.security_group"].append({"id": "sg-2", "config": {"IpPermissions": []}})
    two = {
        "NetworkInterfaces": [
            interface(Groups=[{"GroupId": "sg-2"}]),
            interface(Association=None),
        ]
    }
    assert not is_exposed(two, related)
    together = interface(Groups=[{"GroupId": "sg-2"}, {"GroupId": "sg-1"}])
    assert is_exposed({"NetworkInterfaces": [together]}, related)
    assert is_exposed(together, related)


def test_acl_and_groups_must_let_in_the_same_part_of_the_world():
    half = {**OPEN, "IpRanges": [{"CidrIp": "0.0.0.0/1"}]}
    assert not exposed_on(INSTANCE, around(half, acl=({**LET, "CidrBlock": "128.0.0.0/1"},)), 22)
    assert exposed_on(INSTANCE, around(half, acl=({**LET, "CidrBlock": "0.0.0.0/1"},)), 22)


def test_an_acl_cuts_what_a_group_opens_wide():
    wide = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    web = {**LET, "Protocol": "6", "PortRange": {"From": 443, "To": 443}}
    assert exposed_ports(INSTANCE, around(wide, acl=(web,))) == ["tcp 443"]
    assert not exposed_on(INSTANCE, around(wide, acl=(web,)), 22)


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ("ec2.security_group", "the security group sg-1 was not looked at"),
        ("ec2.route_table", f"the route table of its subnet {SUBNET} was not looked at"),
        ("ec2.network_acl", f"the network ACL of its subnet {SUBNET} was not looked at"),
    ],
)
@pytest.mark.parametrize("gone", [True, False])
def test_what_was_not_looked_at_is_doubt(missing: str, why: str, gone: bool):
    related = around(OPEN)
    if gone:
        del related[missing]
    else:
        related[missing] = []
    with pytest.raises(CannotTell, match=why):
        exposed_on(INSTANCE, related, 22)
    assert exposed_ports(INSTANCE, related) == []


def test_doubt_about_one_does_not_hide_that_another_stops_it():
    related = around(OPEN, routes=())
    del related["ec2.network_acl"]
    assert not exposed_on(INSTANCE, related, 22)
    listed = {**OPEN, "IpRanges": [], "PrefixListIds": [{"PrefixListId": "pl-1"}]}
    with pytest.raises(CannotTell, match="the prefix list pl-1 was not read"):
        exposed_on(INSTANCE, around(listed), 22)
    assert exposed_on(INSTANCE, around(listed, OPEN), 22)
