"""Which addresses fireline may call.

An address in a plan must not become a way into the network fireline stands in: what looks like a
host on the internet may resolve to the metadata service.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
# Python calls these global, or did in some release; none of them is a host on the internet.
_DENIED: tuple[Network, ...] = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("224.0.0.0/3"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("100::/64"),
    IPv6Network("fc00::/7"),
    IPv6Network("fe80::/10"),
    IPv6Network("fec0::/10"),
    IPv6Network("ff00::/8"),
)


# Nobody serves people here: link-local, where clouds keep their metadata, and addresses of many.
_NEVER: tuple[Network, ...] = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("224.0.0.0/3"),
    IPv6Network("fd00:ec2::/32"),
    IPv6Network("fe80::/10"),
    IPv6Network("ff00::/8"),
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far calls may go: to the internet and the `private` networks, or, in drills, nowhere.

    `private` is what an operator opened: where their own ntfy or Matrix stands.
    """

    loopback_only: bool = False
    private: tuple[Network, ...] = ()


INTERNET = Reach()
THIS_MACHINE = Reach(loopback_only=True)


def why_refused(address: str, reach: Reach = INTERNET) -> str | None:
    """Return why an address may not be called, or `None` when it may.

    An address that carries another inside it (mapped, 6to4, Teredo, NAT64) is judged by both.
    """
    outer = ip_address(address.partition("%")[0])
    if reach.loopback_only:
        return None if outer.is_loopback else f"{address} is not on this machine, and drills stay"
    inner = _carried(outer)
    if inner is None:
        may = _is_opened(outer, reach) or _is_on_the_internet(outer)
    else:
        may = not _is_in(outer, _DENIED) and _is_on_the_internet(inner)
    return None if may else f"{address} is not an address on the internet"


def _is_opened(address: _Address, reach: Reach) -> bool:
    return _is_in(address, reach.private) and not _is_in(address, _NEVER)


def _is_on_the_internet(address: _Address) -> bool:
    return address.is_global and not _is_in(address, _DENIED)


def _is_in(address: _Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == one.version and address in one for one in networks)


def _carried(address: _Address) -> IPv4Address | None:
    """Return the IPv4 address inside an IPv6 one: where the packets would really go."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour
