"""Nulls do not wear Python's `None` out."""

import sys
from datetime import UTC, datetime

from fireline.core.detection.signatures.judging import environment

NAMES = ("asset", "tags", "related", "account", "region", "unread")
MORE = 100_000


def test_answers_of_null_leave_none_as_it_was() -> None:
    asked = environment().compile("[config.X, [config.X]]")
    given = {name: {} for name in NAMES} | {
        "config": {"X": None},
        "now": datetime(2026, 1, 1, tzinfo=UTC),
    }
    asked_of = environment().Activation(given)
    for _ in range(MORE // 100):
        assert asked.eval(asked_of).plain_value() == [None, [None]]
    assert sys.getrefcount(None) > MORE
