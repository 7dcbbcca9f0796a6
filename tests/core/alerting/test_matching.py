"""Matchers, as Alertmanager has them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.alerting.matching import (
    MAX_VALUE,
    BadMatcher,
    Matcher,
    checked,
    matcher_from,
)


@pytest.mark.parametrize(
    ("written", "values", "fits"),
    [
        ("host=web-1", ("web-1",), True),
        ("host=web-1", ("web-2",), False),
        ("host=web-1", (), False),
        ("host=", (), True),
        ("host!=web-1", (), True),
        ("host!=web-1", ("web-1",), False),
        ("host=~web-[12]", ("web-2",), True),
        ("host=~web", ("web-2",), False),
        ("host=~.*", (), True),
        ("host=~.+", (), False),
        ("host!~web-.*", ("db-1",), True),
        ("host!~web-.*", ("web-1",), False),
        # Of several values one is enough, and for a denial none may be it.
        ("tag=b", ("a", "b"), True),
        ("tag!=b", ("a", "b"), False),
        ("tag!=c", ("a", "b"), True),
        ("host=~a|b", ("b",), True),
        ("host=~a|b", ("ab",), False),
    ],
)
def test_a_matcher_fits(written: str, values: tuple[str, ...], fits: bool):
    assert matcher_from(written).fits(values) is fits


@pytest.mark.parametrize(
    ("written", "matcher"),
    [
        ("a=b", Matcher("a", "b")),
        (' a = "b c" ', Matcher("a", "b c")),
        ('a="say \\"x\\" \\\\"', Matcher("a", 'say "x" \\')),
        ("a!~b|c", Matcher("a", "b|c", is_regex=True, is_equal=False)),
        ("a==b", Matcher("a", "=b")),
        ("k8s.io/name=~x", Matcher("k8s.io/name", "x", is_regex=True)),
    ],
)
def test_a_matcher_is_read_as_amtool_writes_it(written: str, matcher: Matcher):
    assert matcher_from(written) == matcher


@pytest.mark.parametrize(
    "written", ["", "a", "=b", "a=~(", "a=~(?=b)", "a=b\x00", "x" * 300 + "=b"]
)
def test_what_is_no_matcher_is_refused(written: str):
    with pytest.raises(BadMatcher):
        matcher_from(written)


def test_a_matcher_is_bounded():
    with pytest.raises(BadMatcher, match="longer"):
        checked(Matcher("a", "b" * (MAX_VALUE + 1)))


def test_no_expression_takes_long():
    matcher = checked(Matcher("a", "(a+)+b", is_regex=True))
    assert not matcher.fits(("a" * 5_000,))


names = st.from_regex(r"[a-z_][a-z0-9_]{0,10}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


@given(names, texts, st.booleans())
def test_what_is_written_is_read_again(name: str, value: str, is_equal: bool):
    matcher = Matcher(name, value, is_equal=is_equal)
    assert matcher_from(str(matcher)) == matcher


@given(st.text("ab|c1.-", max_size=8), st.text("abc1.-", max_size=6))
def test_the_literals_of_a_matcher_are_what_it_fits(written: str, value: str):
    matcher = Matcher("x", written, is_regex=True)
    literals = matcher.literals
    if literals is not None:
        assert (value in literals) == matcher.fits((value,) if value else ())
    if re.fullmatch(r"[abc1|-]*", written):
        assert literals == frozenset(written.split("|"))


@given(texts, st.sampled_from(["=", "!="]))
def test_a_denial_is_the_opposite(value: str, sign: str):
    matcher, other = Matcher("x", "v"), Matcher("x", "v", is_equal=False)
    assert matcher.fits((value,)) != other.fits((value,))
    assert sign in str(matcher) + str(other)
