"""What the world can reach of an instance or a network interface, everything on the way united.

A packet from the internet arrives where four things agree: the interface has a public address of
the packet's family, its subnet's route table leads out through an internet gateway, the subnet's
network ACL lets it in, and so does one of the interface's security groups, whose rules add up
(https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html). Each interface is
judged by itself. Load balancers and other ways round are not followed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fireline.core.detection.signatures.networks import (
    PREFIX_LISTS,
    Ports,
    acl_ports,
    group_ports,
    let_in_by_acl,
    let_in_by_groups,
    stretches,
)
from fireline.core.detection.signatures.ranges import Range, are_world, in_both, range_of
from fireline.core.detection.signatures.telling import CannotTell, all_of, any_of

Row = Mapping[str, Any]

GROUPS, TABLES, ACLS = "ec2.security_group", "ec2.route_table", "ec2.network_acl"
ASKS = (ACLS, GROUPS, PREFIX_LISTS, TABLES)
_TCP = "6"


def exposed_on(config: Row, related: Row, port: int) -> bool:
    """Say whether the world reaches a TCP port of an instance or network interface.

    It needs a public address, a route to an internet gateway, a network ACL and security groups
    that all let it in. Unknown when one of them was not read and none of the others stops it.
    """
    wanted = Ports(_TCP, port, port)
    return any_of(lambda way=way: _reached(way, [wanted], related) for way in _interfaces(config))


def is_exposed(config: Row, related: Row) -> bool:
    """Say whether the world reaches anything of an instance or network interface."""
    return any_of(lambda way=way: _reached(way, None, related) for way in _interfaces(config))


def exposed_ports(config: Row, related: Row) -> list[str]:
    """List what the world reaches of an instance or network interface, as `tcp 22`.

    For evidence: what cannot be told is left out.
    """
    found: dict[str, None] = {}
    for way in _interfaces(config):
        try:
            around = _Around(way, related)
            for ports in around.pieces():
                if around.lets(ports):
                    found[str(ports)] = None
        except CannotTell:
            continue
    return list(found)


@dataclass(frozen=True, slots=True)
class _Interface:
    subnet: str
    vpc: str
    groups: tuple[str, ...]
    families: tuple[bool, ...]
    """Of its public addresses: whether IPv6."""


def _interfaces(config: Row) -> list[_Interface]:
    return [_interface(row, config) for row in config.get("NetworkInterfaces", [config])]


def _interface(row: Row, instance: Row) -> _Interface:
    address: Row = row.get("Association") or {}
    v4 = address.get("PublicIp") is not None
    v6 = bool(row.get("Ipv6Addresses"))
    return _Interface(
        subnet=str(row.get("SubnetId") or instance.get("SubnetId")),
        vpc=str(row.get("VpcId") or instance.get("VpcId")),
        groups=tuple(str(group["GroupId"]) for group in row.get("Groups") or ()),
        families=tuple(family for family, there in ((False, v4), (True, v6)) if there),
    )


def _reached(way: _Interface, wanted: Sequence[Ports] | None, related: Row) -> bool:
    if not way.families:
        return False
    around = _Around(way, related)
    return bool(
        all_of(
            lambda: bool(around.routed()),
            lambda: any_of(
                lambda ports=ports: around.lets(ports)
                for ports in (around.pieces() if wanted is None else wanted)
            ),
            lambda: "both",
        )
    )


class _Around:
    """What stands between the internet and one interface."""

    def __init__(self, way: _Interface, related: Row) -> None:
        self._way = way
        self._related = related

    def pieces(self) -> Iterator[Ports]:
        """Give each stretch of ports that all rules treat alike."""
        acl = [acl_ports(row) for row in self._acl() if not row.get("Egress")]
        return stretches([*group_ports(self._permissions()[0]), *acl])

    def routed(self) -> list[bool]:
        """Return the families for which a route leads out to the internet."""
        table = self._of_subnet(TABLES, main=True)
        return [
            family
            for family in self._way.families
            if any(_leads_out(route, v6=family) for route in table.get("Routes") or ())
        ]

    def lets(self, wanted: Ports) -> bool:
        """Say whether ACL and groups let the world in to some ports, by a family that is routed."""
        families = self.routed()
        by_acl = [each for each in let_in_by_acl(self._acl(), wanted) if each.v6 in families]
        if not are_world(by_acl):
            return False
        permissions, unseen = self._permissions()
        ranges, unread = let_in_by_groups(permissions, wanted, self._related)
        if are_world(in_both(ranges, by_acl)):
            return True
        if unseen:
            msg = f"the security group {unseen[0]} was not looked at"
            raise CannotTell(msg)
        if unread:
            msg = f"the prefix list {unread[0]} was not read"
            raise CannotTell(msg)
        return False

    def _acl(self) -> Sequence[Any]:
        return self._of_subnet(ACLS, main=False).get("Entries") or ()

    def _permissions(self) -> tuple[list[Any], list[str]]:
        """Return the rules of its groups, and the groups nobody has looked at."""
        known = {str(one["id"]): one["config"] for one in self._related.get(GROUPS, ())}
        unseen = [group for group in self._way.groups if group not in known]
        rows = [
            row
            for group in self._way.groups
            if group in known
            for row in known[group]["IpPermissions"]
        ]
        return rows, unseen

    def _of_subnet(self, kind: str, *, main: bool) -> Row:
        """Return the route table or ACL of its subnet; a subnet always has one of each."""
        rows = [one["config"] for one in self._related.get(kind, ())]
        for row in rows:
            if any(each.get("SubnetId") == self._way.subnet for each in _bound(row)):
                return row
        for row in rows:
            if main and row.get("VpcId") == self._way.vpc and any(map(_is_main, _bound(row))):
                return row
        what = "route table" if kind == TABLES else "network ACL"
        msg = f"the {what} of its subnet {self._way.subnet} was not looked at"
        raise CannotTell(msg)


def _bound(row: Row) -> Sequence[Any]:
    return row.get("Associations") or ()


def _is_main(bound: Row) -> bool:
    return bound.get("Main") is True


def _leads_out(route: Row, *, v6: bool) -> bool:
    if not str(route.get("GatewayId", "")).startswith("igw-") or route.get("State") == "blackhole":
        return False
    to = route.get("DestinationIpv6CidrBlock" if v6 else "DestinationCidrBlock")
    found: Range | None = range_of(str(to)) if to else None
    return found is not None and are_world([found])
