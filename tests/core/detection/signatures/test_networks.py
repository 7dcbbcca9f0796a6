from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.detection.signatures.networks import (
    acl_lets_world_reach,
    world_ports,
    world_ranges,
    world_reaches,
    world_reaches_anything,
    world_reaches_everything,
    world_reaches_some,
)
from fireline.core.detection.signatures.telling import CannotTell

LIST = "pl-0123456789abcdef0"


def rule(
    source: str = "0.0.0.0/0",
    protocol: str = "tcp",
    ports: tuple[int, int] | None = (22, 22),
    **more: object,
) -> dict[str, Any]:
    found: dict[str, Any] = {"IpProtocol": protocol, **more}
    if ports is not None:
        found |= {"FromPort": ports[0], "ToPort": ports[1]}
    if source.startswith("pl-"):
        return {**found, "PrefixListIds": [{"PrefixListId": source}]}
    family = ("Ipv6Ranges", "CidrIpv6") if ":" in source else ("IpRanges", "CidrIp")
    return {**found, family[0]: [{family[1]: source}]} if source else found


def prefix_list(*ranges: str) -> Mapping[str, Any]:
    entries = [{"Cidr": each} for each in ranges]
    return {"ec2.managed_prefix_list": [{"id": LIST, "config": {"Entries": entries}}]}


@pytest.mark.parametrize(
    "rules",
    [
        [rule()],
        [rule("::/0")],
        [rule(protocol="6")],
        [rule(protocol="TCP")],
        [rule(protocol="-1", ports=None)],
        [rule(protocol="all", ports=None)],
        [rule(ports=(0, 65535))],
        [rule(ports=(20, 25))],
        [rule(ports=None)],
        [rule(ports=(-1, -1))],
        [rule("0.0.0.0/1"), rule("128.0.0.0/1", protocol="-1", ports=None)],
        [rule("10.0.0.0/8"), rule("0.0.0.0/0")],
    ],
)
def test_the_world_reaches_a_port_however_it_is_written(rules: list[dict[str, Any]]):
    assert world_reaches(rules, 22)
    assert world_reaches_anything(rules)


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [rule("10.0.0.0/8")],
        [rule(ports=(23, 65535)), rule(ports=(0, 21))],
        [rule(protocol="udp")],
        [rule(protocol="17", ports=(0, 65535))],
        [rule(protocol="icmp", ports=(-1, -1))],
        [rule(protocol="50", ports=None)],
        [rule("")],
        [rule("", UserIdGroupPairs=[{"GroupId": "sg-1"}])],
        [rule("0.0.0.0/9"), rule("16.0.0.0/8", ports=(443, 443))],
    ],
)
def test_the_world_does_not_reach_what_is_not_open_to_it(rules: list[dict[str, Any]]):
    assert not world_reaches(rules, 22)


def test_a_prefix_list_opens_by_its_entries():
    assert world_reaches([rule(LIST)], 22, "tcp", prefix_list("0.0.0.0/0"))
    assert world_reaches([rule(LIST)], 22, "tcp", prefix_list("0.0.0.0/1", "128.0.0.0/1"))
    assert not world_reaches([rule(LIST)], 22, "tcp", prefix_list("198.51.100.0/24"))
    assert not world_reaches([rule(LIST)], 22, "tcp", prefix_list())


@pytest.mark.parametrize(
    "related",
    [
        None,
        {},
        {"ec2.managed_prefix_list": []},
        {"ec2.managed_prefix_list": [{"id": LIST, "config": {}}]},
    ],
)
def test_a_prefix_list_that_was_not_read_is_doubt_unless_the_rest_decides(related: Any):
    with pytest.raises(CannotTell, match=f"the prefix list {LIST} was not read"):
        world_reaches([rule(LIST)], 22, "tcp", related)
    assert world_reaches([rule(LIST), rule()], 22, "tcp", related)
    assert not world_reaches([rule(LIST, ports=(443, 443))], 22, "tcp", related)


def test_any_of_some_ports_is_enough_and_doubt_stands_only_when_none_is_open():
    databases = [3306, 5432]
    assert world_reaches_some([rule(ports=(5432, 5432))], databases)
    assert not world_reaches_some([rule()], databases)
    assert not world_reaches_some([rule()], [])
    doubtful = rule(LIST, ports=(3306, 3306))
    assert world_reaches_some([doubtful, rule(ports=(5432, 5432))], databases)
    with pytest.raises(CannotTell):
        world_reaches_some([doubtful], databases)


def test_everything_may_be_open_by_several_rules():
    assert world_reaches_everything([rule(protocol="-1", ports=None)])
    assert world_reaches_everything([rule(ports=(0, 65535))])
    assert world_reaches_everything([rule(ports=(1, 65535))])
    assert world_reaches_everything([rule(ports=(0, 30000)), rule(ports=(30001, 65535))])
    assert not world_reaches_everything([rule(ports=(0, 30000)), rule(ports=(30002, 65535))])
    assert not world_reaches_everything([rule(protocol="udp", ports=(0, 65535))])
    assert not world_reaches_everything([rule("10.0.0.0/8", protocol="-1", ports=None)])
    assert not world_reaches_everything([])


def test_evidence_names_the_ports_and_the_widest_ranges_first():
    rules = [
        rule("198.51.100.0/24"),
        rule("0.0.0.0/0", ports=(20, 30)),
        rule("10.0.0.0/8", ports=(443, 443)),
        rule(protocol="-1", source="::/0", ports=None),
        rule(LIST),
    ]
    assert world_ports(rules) == ["all", "tcp 20-21", "tcp 22", "tcp 23-30", "tcp 443"]
    assert world_ports([rule(protocol="icmp", ports=(8, -1)), rule(protocol="50")]) == [
        "icmp",
        "50",
    ]
    found = world_ranges(rules, 22)
    assert found[:2] == ["::/0", "0.0.0.0/0"]
    assert sorted(found[2:]) == ["198.51.100.0/24", LIST]


def test_what_cannot_be_told_is_left_out_of_evidence():
    assert world_ports([rule(LIST), rule(ports=(80, 80))]) == ["tcp 80"]


def entry(number: int, action: str, source: str = "0.0.0.0/0", **more: Any) -> dict[str, Any]:
    family = "Ipv6CidrBlock" if ":" in source else "CidrBlock"
    said = {"RuleNumber": number, "RuleAction": action, "Egress": False, "Protocol": "6"}
    return {**said, family: source, "PortRange": {"From": 22, "To": 22}, **more}


@pytest.mark.parametrize(
    ("entries", "open_"),
    [
        ([], False),
        ([entry(100, "allow")], True),
        ([entry(100, "allow", Protocol="-1")], True),
        ([entry(100, "allow", Protocol="17")], False),
        ([entry(100, "allow", Egress=True)], False),
        ([entry(100, "allow", PortRange={"From": 0, "To": 65535})], True),
        ([entry(100, "allow", PortRange={"From": 23, "To": 80})], False),
        ([entry(100, "deny"), entry(200, "allow")], False),
        ([entry(200, "allow"), entry(100, "deny")], False),
        ([entry(100, "allow"), entry(200, "deny")], True),
        ([entry(100, "deny", "::/0"), entry(200, "allow")], True),
        ([entry(100, "deny", "::/0"), entry(200, "allow", "::/0")], False),
        ([entry(100, "deny", "0.0.0.0/1"), entry(200, "allow")], True),
        (
            [
                entry(100, "deny", "0.0.0.0/1"),
                entry(110, "deny", "128.0.0.0/1"),
                entry(200, "allow"),
            ],
            False,
        ),
        ([entry(100, "deny", PortRange={"From": 80, "To": 80}), entry(200, "allow")], True),
        ([entry(100, "allow", "10.0.0.0/8"), entry(32767, "deny", Protocol="-1")], False),
    ],
)
def test_the_first_entry_of_a_network_acl_that_fits_decides(
    entries: list[dict[str, Any]], open_: bool
):
    assert acl_lets_world_reach(entries, 22) is open_


def test_an_entry_without_a_range_cannot_be_told():
    with pytest.raises(CannotTell):
        acl_lets_world_reach([entry(100, "allow", "nonsense")], 22)


RULES = st.lists(
    st.builds(
        rule,
        st.sampled_from(["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "::/0", LIST, ""]),
        st.sampled_from(["tcp", "6", "udp", "-1", "icmp"]),
        st.tuples(st.integers(0, 65535), st.integers(0, 65535)).map(
            lambda two: (min(two), max(two))
        ),
    ),
    max_size=6,
)
PORTS = st.integers(0, 65535)


def verdict(rules: list[dict[str, Any]], port: int) -> bool | None:
    try:
        return world_reaches(rules, port)
    except CannotTell:
        return None


@given(RULES, RULES, PORTS)
def test_another_rule_never_closes_a_port(
    rules: list[dict[str, Any]], more: list[dict[str, Any]], port: int
):
    if verdict(rules, port):
        assert verdict([*more, *rules], port)


@given(RULES, PORTS)
def test_what_is_open_at_a_port_is_open_somewhere(rules: list[dict[str, Any]], port: int):
    if verdict(rules, port):
        assert world_reaches_anything(rules)
        assert world_ranges(rules, port)
        assert world_ports(rules)


@given(RULES, PORTS)
def test_reading_a_prefix_list_settles_every_doubt(rules: list[dict[str, Any]], port: int):
    before = verdict(rules, port)
    after = world_reaches(rules, port, "tcp", prefix_list("0.0.0.0/0"))
    assert after == before or before is None
    if before is None:
        assert after
