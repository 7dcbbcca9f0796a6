"""Who reaches what over the network, by security groups and network ACLs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fireline.core.detection.signatures.ranges import (
    Range,
    are_world,
    is_world,
    public_size,
    range_of,
    sure_range,
    without,
)
from fireline.core.detection.signatures.telling import CannotTell, all_of, any_of

Row = Mapping[str, Any]

PREFIX_LISTS = "ec2.managed_prefix_list"
ANY, _TCP = "-1", "6"
_NUMBERS = {"tcp": _TCP, "udp": "17", "icmp": "1", "icmpv6": "58", "all": ANY}
_NAMES = {number: name for name, number in _NUMBERS.items()}
_WITH_PORTS = frozenset({"6", "17"})
_LAST_PORT = 65_535
_NO_LISTS: Mapping[str, Sequence[str]] = {}


@dataclass(frozen=True, slots=True)
class Ports:
    """Some ports of a protocol, which is a number as text."""

    protocol: str
    first: int
    last: int

    def __str__(self) -> str:
        name = _NAMES.get(self.protocol, self.protocol)
        if self.protocol not in _WITH_PORTS:
            return name
        return f"{name} {self.first}" + ("" if self.first == self.last else f"-{self.last}")


def world_reaches(
    permissions: Sequence[Any],
    port: int,
    protocol: str = "tcp",
    related: Row | None = None,
) -> bool:
    """Say whether the world reaches a port through a security group's `IpPermissions`.

    Protocol -1 and every range of ports around it count, names and numbers of protocols alike, IPv4
    and IPv6; the ranges of all rules are united. With `related`, prefix lists count by their
    entries. Unknown when a prefix list was not read and the rest does not decide.
    """
    return _reached(permissions, Ports(_number(protocol), port, port), _lists(related))


def world_reaches_some(
    permissions: Sequence[Any],
    ports: Sequence[Any],
    protocol: str = "tcp",
    related: Row | None = None,
) -> bool:
    """Say whether the world reaches any of some ports; as `world_reaches` for each."""
    return any_of(
        lambda port=port: world_reaches(permissions, port, protocol, related) for port in ports
    )


def world_reaches_anything(permissions: Sequence[Any], related: Row | None = None) -> bool:
    """Say whether the world reaches anything at all: any port of any protocol."""
    lists = _lists(related)
    return any_of(
        lambda ports=ports: _reached(permissions, ports, lists) for ports in _stretches(permissions)
    )


def world_reaches_everything(permissions: Sequence[Any], related: Row | None = None) -> bool:
    """Say whether the world reaches every port of TCP, by one rule or by several together."""
    rows = [ports for ports in map(_ports, permissions) if ports.protocol == _TCP]
    # The whole is asked of beside the rules' own, so that no port between them is passed over.
    every = Ports(_TCP, 1, _LAST_PORT)
    pieces = [*_stretches_of(_TCP, [*rows, every])]
    lists = _lists(related)
    return bool(
        all_of(
            *(
                lambda ports=ports: _reached(permissions, ports, lists)
                for ports in pieces
                if ports.last > 0
            ),
            lambda: "all of them",
        )
    )


def world_ranges(
    permissions: Sequence[Any],
    port: int,
    protocol: str = "tcp",
    related: Row | None = None,
) -> list[str]:
    """List the ranges and prefix lists let in to a port, the widest first; for evidence."""
    wanted, lists = Ports(_number(protocol), port, port), _lists(related)
    rows = [row for row in permissions if _lets(row, wanted)]
    found = {text for row in rows for text in (*_ranges(row, lists), *_lists_of(row))}
    return sorted(found, key=lambda text: (-_width(text), text))


def world_ports(permissions: Sequence[Any], related: Row | None = None) -> list[str]:
    """List what the world reaches, as `tcp 22`, `udp 0-65535` or `all`; for evidence."""
    lists = _lists(related)
    return [str(ports) for ports in _stretches(permissions) if _surely(permissions, ports, lists)]


def acl_lets_world_reach(entries: Sequence[Any], port: int, protocol: str = "tcp") -> bool:
    """Say whether a network ACL's `Entries` let the world in to a port.

    As AWS does, entries are tried by number and the first that fits a packet decides
    (https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html): what is denied earlier is
    not let in later.
    """
    return are_world(let_in_by_acl(entries, Ports(_number(protocol), port, port)))


def let_in_by_acl(entries: Sequence[Any], wanted: Ports) -> list[Range]:
    """Return the ranges a network ACL lets in to all of some ports."""
    inbound = [row for row in entries if not row.get("Egress") and _covers(acl_ports(row), wanted)]
    left: list[Range] = []
    denied: list[Range] = []
    for row in sorted(inbound, key=lambda each: int(each["RuleNumber"])):
        source = sure_range(row.get("CidrBlock") or row.get("Ipv6CidrBlock") or "")
        if row["RuleAction"] == "allow":
            left += without(source, denied)
        else:
            denied.append(source)
    return left


def acl_ports(row: Row) -> Ports:
    """Return what ports an entry of a network ACL speaks of."""
    said: Row = row.get("PortRange") or {}
    return _ports_of(str(row.get("Protocol", ANY)), said.get("From"), said.get("To"))


def _reached(permissions: Sequence[Any], wanted: Ports, lists: Mapping[str, Sequence[str]]) -> bool:
    rows = [row for row in permissions if _lets(row, wanted)]
    unread = sorted({each for row in rows for each in _lists_of(row)} - lists.keys())
    ranges = [text for row in rows for text in _ranges(row, lists)]
    return any_of((lambda: is_world(ranges), lambda: _none_of(unread)))


def let_in_by_groups(
    permissions: Sequence[Any], wanted: Ports, related: Row
) -> tuple[list[Range], list[str]]:
    """Return the ranges some rules let in to all of some ports, and the prefix lists not read."""
    lists = _lists(related)
    rows = [row for row in permissions if _lets(row, wanted)]
    ranges = [sure_range(text) for row in rows for text in _ranges(row, lists)]
    return ranges, sorted({each for row in rows for each in _lists_of(row)} - lists.keys())


def group_ports(permissions: Sequence[Any]) -> list[Ports]:
    """Return what ports each rule of a security group speaks of."""
    return [_ports(row) for row in permissions]


def _none_of(unread: Sequence[str]) -> bool:
    if unread:
        msg = f"the prefix list {unread[0]} was not read"
        raise CannotTell(msg)
    return False


def _surely(permissions: Sequence[Any], wanted: Ports, lists: Mapping[str, Sequence[str]]) -> bool:
    try:
        return _reached(permissions, wanted, lists)
    except CannotTell:
        return False


def _lists(related: Row | None) -> Mapping[str, Sequence[str]]:
    """Return the ranges of each prefix list that was read."""
    if related is None:
        return _NO_LISTS
    return {
        str(one["id"]): [str(entry["Cidr"]) for entry in one["config"]["Entries"]]
        for one in related.get(PREFIX_LISTS, ())
        if one["config"].get("Entries") is not None
    }


def _ranges(row: Row, lists: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for each in row.get("IpRanges") or ():
        yield str(each["CidrIp"])
    for each in row.get("Ipv6Ranges") or ():
        yield str(each["CidrIpv6"])
    for named in _lists_of(row):
        yield from lists.get(named, ())


def _lists_of(row: Row) -> Iterator[str]:
    for each in row.get("PrefixListIds") or ():
        yield str(each["PrefixListId"])


def _width(text: str) -> int:
    found = range_of(text)
    return 0 if found is None else public_size([found], v6=found.v6)


def _lets(row: Row, wanted: Ports) -> bool:
    """Say whether a rule speaks of all these ports."""
    return _covers(_ports(row), wanted)


def _covers(ports: Ports, wanted: Ports) -> bool:
    if ports.protocol == ANY:
        return True
    return ports.protocol == wanted.protocol and (
        ports.first <= wanted.first and wanted.last <= ports.last
    )


def _ports(row: Row) -> Ports:
    return _ports_of(str(row["IpProtocol"]), row.get("FromPort"), row.get("ToPort"))


def _ports_of(protocol: str, first: Any, last: Any) -> Ports:
    number = _number(protocol)
    # ICMP keeps its type and code in these fields, and -1 is any.
    if number not in _WITH_PORTS or first is None or last is None or first < 0:
        return Ports(number, 0, _LAST_PORT)
    return Ports(number, int(first), int(last))


def _number(protocol: str) -> str:
    small = protocol.lower()
    return _NUMBERS.get(small, small)


def _stretches(permissions: Sequence[Any]) -> Iterator[Ports]:
    return stretches(map(_ports, permissions))


def stretches(every: Iterable[Ports]) -> Iterator[Ports]:
    """Give each stretch of ports of which every rule speaks as a whole or not at all."""
    by_protocol: dict[str, list[Ports]] = {}
    for ports in every:
        by_protocol.setdefault(ports.protocol, []).append(ports)
    for protocol, found in sorted(by_protocol.items()):
        yield from _stretches_of(protocol, found)


def _stretches_of(protocol: str, found: Sequence[Ports]) -> Iterator[Ports]:
    starts = sorted({at for ports in found for at in (ports.first, ports.last + 1)})
    for first, after in pairwise(starts):
        if any(ports.first <= first <= ports.last for ports in found):
            yield Ports(protocol, first, after - 1)
