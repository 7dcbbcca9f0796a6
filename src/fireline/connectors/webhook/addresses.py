"""Which addresses fireline may call.

An address in a plan must not become a way into the network fireline stands in: what looks like a
host on the internet may resolve to the metadata service.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
# Python calls these global, or did in some release; none of them is a host on the internet.
_DENIED: tuple[IPv4Network | IPv6Network, ...] = (
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


def why_refused(address: str, *, loopback_only: bool) -> str | None:
    """Return why an address may not be called, or `None` when it may.

    An address that carries another inside it (mapped, 6to4, Teredo, NAT64) is judged by both.
    """
    outer = ip_address(address.partition("%")[0])
    if loopback_only:
        return None if outer.is_loopback else f"{address} is not on this machine, and drills stay"
    inner = _carried(outer)
    judged = (inner,) if inner is not None else (outer,)
    if inner is not None and any(outer in network for network in _networks(outer)):
        return f"{address} is not an address on the internet"
    for one in judged:
        if not one.is_global or any(one in network for network in _networks(one)):
            return f"{address} is not an address on the internet"
    return None


def _carried(address: _Address) -> IPv4Address | None:
    """Return the IPv4 address inside an IPv6 one: where the packets would really go."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def _networks(address: _Address) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(network for network in _DENIED if network.version == address.version)
