"""What an alert says at three in the morning."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fireline.core.alerting.answers import (
    Sureness,
    Telling,
    how_it_flaps,
    how_sure,
    ordinal,
    who_is_told,
)
from fireline.core.alerting.snoozes import tomorrow_morning
from fireline.core.values.priority import Priority

NOW = datetime(2026, 11, 17, 3, 0, tzinfo=UTC)
SOON, LATER = NOW + timedelta(seconds=31), NOW + timedelta(minutes=4, seconds=1)

TOLD = [
    (Telling("resolved", "withdrawn", NOW), "Nobody: it is over."),
    (
        Telling("resolved", "withdrawn", NOW, merged_into=7),
        "Nobody: it is part of alert #7 now.",
    ),
    (
        Telling("acknowledged", "answered", NOW, ("ana",), acknowledged_by="bo"),
        "Nobody else: bo acknowledged it.",
    ),
    (
        Telling("firing", "withdrawn", NOW, snoozed_until=NOW + timedelta(hours=1)),
        "Nobody until 04:00 UTC: it is snoozed.",
    ),
    (
        Telling("firing", "withdrawn", NOW, snoozed_until=NOW + timedelta(days=1)),
        "Nobody until 18 Nov 03:00 UTC: it is snoozed.",
    ),
    (Telling("firing", "withdrawn", NOW, snoozed_until=NOW), "Nobody."),
    (
        Telling("firing", "waiting", NOW, snoozed_until=LATER),
        "Nobody yet; the next step is due now.",
    ),
    (
        Telling("firing", "withdrawn", NOW, suppressed=True, untold_why="silence 3 holds it"),
        "Nobody until the silence is lifted: silence 3 holds it.",
    ),
    (
        Telling("firing", "withdrawn", NOW, suppressed=True, suppressed_until=LATER),
        "Nobody until 03:04 UTC: a silence holds it.",
    ),
    (
        Telling("firing", "withdrawn", NOW, told_by=9, untold_why="storm"),
        "Nobody of this one: storm #9 speaks for it.",
    ),
    (
        Telling("firing", "withdrawn", NOW, untold_why="a route says so"),
        "Nobody: a route says so.",
    ),
    (
        Telling("firing", "waiting", NOW, next_step_at=SOON, untold_why="it flaps"),
        "Nobody yet (it flaps); the next step is in 31 s.",
    ),
    (
        Telling("firing", "waiting", NOW, ("ana", "bo", "cy"), next_step_at=LATER),
        "ana, bo and cy; the next step is in 5 min.",
    ),
    (
        Telling("firing", "exhausted", NOW, ("ana", "bo")),
        "ana and bo were told, and nobody answered.",
    ),
    (Telling("firing", "exhausted", NOW), "Everybody was told, and nobody answered."),
    (Telling("firing", "withdrawn", NOW, ("ana",)), "ana."),
    (Telling("firing", "withdrawn", NOW), "Nobody."),
]


@pytest.mark.parametrize(("telling", "said"), TOLD, ids=[said for _, said in TOLD])
def test_who_is_told_or_why_nobody_is(telling: Telling, said: str):
    assert who_is_told(telling) == said


@pytest.mark.parametrize(
    ("source", "links", "rule", "sure"),
    [
        (None, (), None, Sureness("Its source says so", "with no figure for how sure it is")),
        (90, (), None, Sureness("Very sure", "its source says 90 of 100")),
        (
            90,
            (0.97, 0.65),
            None,
            Sureness(
                "Fairly sure",
                "its source says 90 of 100; its weakest link says 65 of 100 that it is one problem",
            ),
        ),
        (20, (), None, Sureness("Unsure", "its source says 20 of 100")),
        (
            None,
            (),
            Priority.P2,
            Sureness("A rule says so", "a rule of the plan found it, as P2 High"),
        ),
    ],
)
def test_how_sure_it_is_is_its_weakest_reason(
    source: int | None, links: tuple[float, ...], rule: Priority | None, sure: Sureness
):
    assert how_sure(source, links, rule) == sure


def test_flapping_is_said_from_the_third_firing_on():
    assert how_it_flaps(2, None, NOW) == ""
    assert how_it_flaps(3, None, NOW) == "3rd time in an hour"
    assert how_it_flaps(7, NOW - timedelta(minutes=58), NOW) == "7th time since 02:02 UTC"


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
def test_places_are_written_as_people_say_them(number: int, said: str):
    assert ordinal(number) == said


@pytest.mark.parametrize(
    ("now", "zone", "morning"),
    [
        (NOW, "UTC", datetime(2026, 11, 18, 9, tzinfo=UTC)),
        (NOW, "Asia/Tokyo", datetime(2026, 11, 18, 0, tzinfo=UTC)),
        (NOW, "America/New_York", datetime(2026, 11, 17, 14, tzinfo=UTC)),
        # The night before the clocks go forward in Berlin: nine is an hour sooner than usual.
        (
            datetime(2026, 3, 28, 20, tzinfo=UTC),
            "Europe/Berlin",
            datetime(2026, 3, 29, 7, tzinfo=UTC),
        ),
    ],
)
def test_tomorrow_morning_is_nine_where_somebody_is(now: datetime, zone: str, morning: datetime):
    assert tomorrow_morning(now, ZoneInfo(zone)) == morning
