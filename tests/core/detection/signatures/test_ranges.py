from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.detection.signatures.ranges import (
    Range,
    in_both,
    is_world,
    public_size,
    range_of,
    without,
)
from fireline.core.detection.signatures.telling import CannotTell


@pytest.mark.parametrize(
    "ranges",
    [
        ["0.0.0.0/0"],
        ["::/0"],
        ["2000::/3"],
        ["0.0.0.0/1"],
        ["128.0.0.0/1"],
        ["0.0.0.0/1", "128.0.0.0/1"],
        ["16.0.0.0/7"],
        ["17.0.0.0/8", "18.0.0.0/32"],
        ["2a00::/31"],
        [f"{first}.{second}.0.0/16" for first in (40, 41) for second in range(256)],
    ],
)
def test_more_public_addresses_than_anybody_owns_are_the_world(ranges: list[str]):
    assert is_world(ranges)


@pytest.mark.parametrize(
    "ranges",
    [
        [],
        ["17.0.0.0/8"],
        ["17.0.0.0/9", "17.128.0.0/9", "17.3.4.5/32"],
        ["2a00::/32"],
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"],
        ["224.0.0.0/3"],
        ["fc00::/7", "fe80::/10", "::1/128"],
        ["198.51.100.7"],
        ["198.51.100.7/24"],
    ],
)
def test_somebodys_own_and_private_addresses_are_not_the_world(ranges: list[str]):
    assert not is_world(ranges)


def test_what_is_no_range_is_doubt_only_where_the_rest_does_not_decide():
    assert is_world(["nonsense", "0.0.0.0/0"])
    with pytest.raises(CannotTell, match="'nonsense' is not a range of addresses"):
        is_world(["10.0.0.0/8", "nonsense"])
    with pytest.raises(CannotTell, match="None is not"):
        is_world([None])


def networks(version: int) -> st.SearchStrategy[str]:
    bits = 32 if version == 4 else 128
    numbers = st.integers(0, 2**bits - 1)
    kind = IPv4Address if version == 4 else IPv6Address
    return st.tuples(numbers, st.integers(0, bits)).map(
        lambda pair: str(ip_network(f"{kind(pair[0])}/{pair[1]}", strict=False))
    )


ANY = networks(4) | networks(6)


@given(st.lists(ANY, max_size=8), st.lists(ANY, max_size=8))
def test_more_ranges_never_make_it_less_of_the_world(some: list[str], more: list[str]):
    assert is_world(some) <= is_world([*some, *more])


@given(st.lists(ANY, max_size=6), st.data())
def test_writing_a_range_in_halves_changes_nothing(ranges: list[str], data: st.DataObject):
    split = [
        [str(each) for each in ip_network(one).subnets()]
        if ip_network(one).prefixlen < ip_network(one).max_prefixlen
        else [one]
        for one in ranges
    ]
    pieces = [each for both in split for each in both]
    assert is_world(data.draw(st.permutations(pieces))) == is_world(ranges)


@given(st.lists(ANY, min_size=1, max_size=6), st.lists(ANY, max_size=6))
def test_what_is_kept_and_what_is_taken_are_the_whole(kept: list[str], taken: list[str]):
    holes = [range_of(each) for each in taken]
    for text in kept:
        whole = range_of(text)
        assert whole is not None
        left = without(whole, [each for each in holes if each])
        common = in_both([whole], [each for each in holes if each])
        for v6 in (False, True):
            size = public_size([whole], v6=v6)
            assert public_size(left, v6=v6) + public_size(common, v6=v6) == size
            assert public_size([*left, *common], v6=v6) == size


def test_ranges_of_the_two_families_have_nothing_in_common():
    assert in_both([Range(v6=False, first=0, last=9)], [Range(v6=True, first=0, last=9)]) == []
