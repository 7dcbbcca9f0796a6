"""What a silence holds, when, and when it would hold too much."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.alerting.matching import Matcher, matcher_from
from fireline.core.alerting.routing import Routed
from fireline.core.alerting.silences import (
    Reach,
    Silence,
    SilenceBook,
    held_by,
    subject_from,
    subject_of,
    too_broad,
)
from fireline.core.alerting.windows import Weekly
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.ids import ServiceId, SilenceId, TeamId
from fireline.core.values.priority import Priority

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def silence(*written: str, number: int = 1, **said: object) -> Silence:
    terms = {"starts_at": NOW, "ends_at": NOW + 2 * HOUR, "by": "ana", **said}
    matchers = tuple(matcher_from(each) for each in written)
    return Silence(SilenceId(UUID(int=number)), matchers, **terms)  # pyright: ignore[reportArgumentType] - any terms


def subject(priority: Priority = Priority.P3, **labels: str):
    return subject_from(labels.items(), priority)


def test_a_subject_has_the_sources_labels_and_firelines_own():
    notice = Notice(
        key="k", status=Status.FIRING, title="Disk full", kind="DiskFull", tags=("a", "b"),
        labels={"service": "web", "severity": "page", "empty": ""},
        entities=(Entity("host", "web-1"), Entity("host", "web-2")),
    )  # fmt: skip
    routed = Routed(None, ServiceId("shop"), TeamId("web"), None, Priority.P2, None, "because")
    seen = subject_of(notice, routed, source="prometheus")
    assert seen.priority is Priority.P2
    assert seen.labels == {
        "title": ("Disk full",), "kind": ("DiskFull",), "alertname": ("DiskFull",), "key": ("k",),
        "source": ("prometheus",), "service": ("shop", "web"), "team": ("web",),
        "priority": ("P2",), "tag": ("a", "b"), "host": ("web-1", "web-2"), "severity": ("page",),
    }  # fmt: skip


def test_every_matcher_must_fit():
    both = silence("host=web-1", "severity!=page")
    assert both.fits(subject(host="web-1"))
    assert not both.fits(subject(host="web-1", severity="page"))
    assert not both.fits(subject(host="web-2"))


def test_it_holds_from_its_start_and_not_at_its_end():
    one = silence("host=web-1")
    assert held_by(one, NOW - timedelta(microseconds=1)) is None
    held = held_by(one, NOW)
    assert held is not None
    assert held.until == NOW + 2 * HOUR
    assert held_by(one, NOW + 2 * HOUR) is None


def test_until_resolved_says_no_moment():
    held = held_by(silence("host=web-1", until_resolved=True, comment="wait"), NOW)
    assert held is not None
    assert held.until is None
    assert held.why == "silence by ana, until it is resolved: wait"


def test_a_p1_is_held_only_with_a_reason():
    urgent = subject(Priority.P1, host="web-1")
    assert not silence("host=web-1").fits(urgent)
    assert silence("host=web-1", broad="planned").fits(urgent)


def test_a_window_ends_with_its_silence_and_begins_with_it():
    nightly = Weekly(ZoneInfo("UTC"), frozenset(range(7)), time(8), time(12))
    one = silence("a=b", window=nightly, starts_at=NOW, ends_at=NOW + HOUR)
    held = held_by(one, NOW)
    assert held is not None
    assert held.until == NOW + HOUR
    assert "maintenance window by ana" in held.why
    endless = silence("a=b", window=nightly, ends_at=None)
    assert endless.next_turn(NOW) == NOW + 3 * HOUR
    assert endless.next_turn(NOW + 3 * HOUR) == NOW + 23 * HOUR


def test_of_several_silences_the_one_that_ends_last_holds():
    book = SilenceBook(
        [
            silence("host=web-1", number=1),
            silence("host=~web-.*", number=2, ends_at=NOW + 5 * HOUR),
            silence("severity!=page", number=3, ends_at=NOW + 3 * HOUR),
        ]
    )
    held = book.holding(subject(host="web-1"), NOW)
    assert held is not None
    assert held.silence == UUID(int=2)
    assert book.holding(subject(host="db-1", severity="page"), NOW) is None
    assert SilenceBook([]).holding(subject(), NOW) is None


@pytest.mark.parametrize(
    ("reach", "why"),
    [
        (Reach(1, 10, 1, 4, 0), 0),
        (Reach(4, 4, 1, 4, 0), 0),  # few alerts: a share means little
        (Reach(5, 10, 1, 4, 0), 1),
        (Reach(3, 100, 4, 4, 0), 1),
        (Reach(1, 100, 1, 1, 0), 0),  # the only service there is
        (Reach(1, 100, 1, 4, 1), 1),
        (Reach(50, 100, 4, 4, 2), 3),
    ],
)
def test_a_silence_that_reaches_far_needs_a_reason(reach: Reach, why: int):
    assert len(too_broad([Matcher("host", "web-1")], reach)) == why


@pytest.mark.parametrize(
    ("written", "broad"), [("a!=b", 1), ("a=~.*", 1), ("a=~.+", 0), ("a=b", 0)]
)
def test_a_matcher_that_says_nothing_needs_a_reason(written: str, broad: int):
    assert len(too_broad([matcher_from(written)], Reach(0, 0, 0, 0, 0))) == broad


values = st.sampled_from(["a", "b", "ab", ""])
matchers = st.builds(
    Matcher,
    st.sampled_from(["x", "y", "z"]),
    values | st.sampled_from(["a|b", "a.*", ".*", ".+", "a|"]),
    is_regex=st.booleans(),
    is_equal=st.booleans(),
)
weekly = st.builds(
    Weekly,
    st.sampled_from(["UTC", "Europe/Berlin"]).map(ZoneInfo),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.builds(time, st.integers(0, 23)),
    st.builds(time, st.integers(0, 23)) | st.builds(timedelta, hours=st.integers(1, 30)),
)
hours = st.integers(-40, 40).map(lambda count: NOW + count * HOUR)


@st.composite
def some_silences(draw: st.DrawFn) -> list[Silence]:
    found: list[Silence] = []
    for number in range(draw(st.integers(0, 6))):
        start = draw(hours)
        window = draw(st.none() | weekly)
        lasting = draw(st.integers(1, 60)) * HOUR
        found.append(
            Silence(
                SilenceId(UUID(int=number + 1)),
                tuple(draw(st.lists(matchers, max_size=3))),
                start,
                None if window is not None and draw(st.booleans()) else start + lasting,
                window=window,
                broad=draw(st.sampled_from(["", "why"])),
            )
        )
    return found


subjects = st.builds(
    subject_from,
    st.lists(st.tuples(st.sampled_from(["x", "y", "z", "w"]), values), max_size=5),
    st.sampled_from(Priority),
)


@given(some_silences(), subjects, hours)
def test_the_book_answers_as_asking_every_silence_does(
    found: list[Silence], asked: object, now: datetime
):
    plain = [
        held
        for one in found
        if one.fits(asked) and (held := held_by(one, now)) is not None  # pyright: ignore[reportArgumentType] - drawn
    ]
    held = SilenceBook(found).holding(asked, now)  # pyright: ignore[reportArgumentType] - drawn
    if not plain:
        assert held is None
    else:
        assert held in plain
        assert all(one.until is not None for one in plain)
        assert held is not None
        assert held.until == max(one.until for one in plain if one.until)


@given(some_silences(), hours)
def test_a_silence_that_holds_says_a_moment_at_which_it_may_not(
    found: list[Silence], now: datetime
):
    """Between a turn and the next nothing changes, and the last turn is an end."""
    for one in found:
        held, turn = one.at(now), one.next_turn(now)
        if held is not None:
            assert turn is not None
            assert now < turn <= held.end
        if turn is not None:
            before = now + (turn - now) * 0.999
            assert (one.at(before) is None) == (held is None)
        elif one.window is None:
            assert one.ends_at is not None
            assert now >= one.ends_at
