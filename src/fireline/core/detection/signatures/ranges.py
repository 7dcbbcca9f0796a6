"""Ranges of addresses: how many public ones they hold together, and when that is the world.

Ranges are *the world* when, taken together, they hold more public addresses than a /8 of IPv4 or a
/32 of IPv6: the line AWS itself draws when it calls a policy public by its `aws:SourceIp`
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
"The meaning of public"). Ranges add up, so no rule is hidden by writing it in pieces; private
addresses do not count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

from fireline.core.detection.signatures.telling import CannotTell

Span = tuple[int, int]  # first and last, both included

# As many addresses may be somebody's own; one more may not.
OWN_V4 = 2**24
OWN_V6 = 2**96
_REMEMBERED = 8_192


@dataclass(frozen=True, slots=True)
class Range:
    """A range of addresses of one family."""

    v6: bool
    first: int
    last: int


def is_world(ranges: Sequence[Any]) -> bool:
    """Say whether ranges of addresses, taken together, are open to the world.

    Of each family, the public addresses in the union are counted: more than a /8 of IPv4 or more
    than a /32 of IPv6 is the world. Unknown when one is no range and the rest does not decide.
    """
    good = frozenset(each for each in ranges if isinstance(each, str) and range_of(each))
    if _is_world(good):
        return True
    for each in ranges:
        if each not in good:
            msg = f"{each!r} is not a range of addresses"
            raise CannotTell(msg)
    return False


def sure_range(text: str) -> Range:
    """Read a range; unknown when it is none."""
    found = range_of(text)
    if found is None:
        msg = f"{text!r} is not a range of addresses"
        raise CannotTell(msg)
    return found


@lru_cache(maxsize=_REMEMBERED)
def range_of(text: str) -> Range | None:
    """Read a range such as `10.0.0.0/8` or a single address; `None` when it is none."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    first, last = int(network.network_address), int(network.broadcast_address)
    return Range(network.version == 6, first, last)


def are_world(ranges: Iterable[Range]) -> bool:
    """Say whether ranges hold so many public addresses that they are nobody's own."""
    every = tuple(ranges)
    return any(public_size(every, v6=v6) > own for v6, own in ((False, OWN_V4), (True, OWN_V6)))


def public_size(ranges: Iterable[Range], *, v6: bool) -> int:
    """Count the public addresses of a family in the union of some ranges."""
    spans = _united((each.first, each.last) for each in ranges if each.v6 == v6)
    return sum(last - first + 1 for first, last in _without(spans, _NOT_PUBLIC[v6]))


def without(kept: Range, taken: Iterable[Range]) -> list[Range]:
    """Return what is left of a range when others are taken out of it."""
    holes = [(each.first, each.last) for each in taken if each.v6 == kept.v6]
    return [Range(kept.v6, *span) for span in _without([(kept.first, kept.last)], holes)]


def in_both(some: Iterable[Range], others: Sequence[Range]) -> list[Range]:
    """Return what two sets of ranges have in common."""
    found = [
        Range(one.v6, max(one.first, other.first), min(one.last, other.last))
        for one in some
        for other in others
        if one.v6 == other.v6
    ]
    return [each for each in found if each.first <= each.last]


@lru_cache(maxsize=_REMEMBERED)
def _is_world(texts: frozenset[str]) -> bool:
    return are_world(found for text in texts if (found := range_of(text)))


def _united(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _without(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    left = list(spans)
    for low, high in holes:
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, low - 1)), (max(first, high + 1), last))
            if piece[0] <= piece[1]
        ]
    return left


def _spans(*texts: str) -> tuple[Span, ...]:
    networks = [ip_network(text) for text in texts]
    return tuple((int(each[0]), int(each[-1])) for each in networks)


# https://www.iana.org/assignments/iana-ipv4-special-registry; of IPv6 only 2000::/3 is given out,
# less what https://www.iana.org/assignments/iana-ipv6-special-registry keeps of it.
_NOT_PUBLIC = {
    False: _spans(
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    ),
    True: _spans("::/3", "2001:db8::/32", "2002::/16", "3fff::/20", "4000::/2", "8000::/1"),
}
