from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.plan.lengths import length_from, length_text


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("3d", timedelta(days=3)),
        ("2w1d", timedelta(days=15)),
        ("0m", timedelta(0)),
    ],
)
def test_lengths_read_as_people_write_them(text: str, length: timedelta) -> None:
    assert length_from(text) == length


@pytest.mark.parametrize(
    "text", ["", "5", "m", "5 m", "30m1h", "-5m", "1.5h", "5m\n", "\u0665m", "999999d"]
)
def test_anything_else_is_no_length(text: str) -> None:
    with pytest.raises(ValueError, match="length of time"):
        length_from(text)


@given(st.integers(min_value=0, max_value=99_999 * 86_400))
def test_a_length_written_and_read_is_the_same_length(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert length_from(length_text(length)) == length
