from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.access.secrets import fingerprint, why_not_password
from fireline.core.access.sessions import (
    SESSION_ABSOLUTE,
    SESSION_IDLE,
    alive,
    session_ends,
)

BEGAN = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
gaps = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2))


@given(gaps, gaps)
def test_a_session_lives_while_it_is_used_and_never_beyond_its_day(
    seen: timedelta, idle: timedelta
):
    now = BEGAN + seen + idle
    lives = alive(BEGAN, BEGAN + seen, now)
    assert lives is (idle < SESSION_IDLE and seen + idle < SESSION_ABSOLUTE)


def test_a_session_ends_at_the_earlier_of_its_two_ends():
    assert session_ends(BEGAN, BEGAN) == BEGAN + SESSION_IDLE
    late = BEGAN + SESSION_ABSOLUTE - timedelta(minutes=1)
    assert session_ends(BEGAN, late) == BEGAN + SESSION_ABSOLUTE


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "A password cannot be empty."),
        ("   \t  ", "A password cannot be empty."),
        ("\0\0\0\0\0\0\0\0\0\0\0\0\0", "A password cannot be empty."),
        ("right length", None),
        ("short pass", "A password has at least 12 characters."),
        ("x" * 257, "A password has at most 256 characters."),
        ("ababababababab", "A password has at least four different characters."),
        ("ana-ana-1234", "A password is not one's own name with something around it."),
        ("ana has many words here", None),
    ],
)
def test_a_password_is_long_enough_and_not_empty_or_a_name(password: str, why: str | None):
    assert why_not_password(password, "ana") == why


@given(st.text(), st.text())
def test_fingerprints_tell_tokens_apart_and_hide_them(one: str, other: str):
    assert (fingerprint(one) == fingerprint(other)) is (one == other)
    assert len(fingerprint(one)) == 64
