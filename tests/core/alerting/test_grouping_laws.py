"""What holds of every stream: the order of arrival does not matter, nor does a restart."""

import gc
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fireline.core.alerting.grouping import Grouping, Member, Placement
from fireline.core.alerting.occurrence import Occurrence
from fireline.core.values.ids import AlertId, SymptomId
from tests.core.alerting.grouping_world import TOPOLOGY, alert, occurrence

SERVICES = ["shop", "checkout", "search", "orders-db", "mail", "index", "billing"]
TITLES = ["errors", "slow", "full", "backup failed"]
USERS = [f"arn:aws:iam::1:user/{name}" for name in ("ana", "bo", "cy")]
STORM_SECONDS = 240  # `ONSET_SECONDS`: within it, all that is linked is one

seconds = st.integers(0, STORM_SECONDS - 1)


@st.composite
def failing(draw: st.DrawFn) -> dict[str, str]:
    service = draw(st.sampled_from(SERVICES))
    host = draw(st.sampled_from(["", "node-1", "node-2"]))
    things = {"host": host, "pod": f"{service}-1"} if host else {}
    return {"title": draw(st.sampled_from(TITLES)), "service": service, **things}


@st.composite
def doing(draw: st.DrawFn) -> dict[str, str]:
    things = {
        "who": draw(st.sampled_from(["", *USERS])),
        "used": draw(st.sampled_from(["", "AKIA1", "AKIA2", "AKIA3"])),
        "asset": draw(st.sampled_from(["", "AKIA2", "arn:bucket"])),
        "address": draw(st.sampled_from(["", "192.0.2.1", "192.0.2.2"])),
    }
    return {"title": "finding", "tactic": "discovery"} | {k: v for k, v in things.items() if v}


node_down = st.sampled_from(["node-1", "node-2"]).map(
    lambda host: {"title": "down", "host": host, "account": "1", "region": "eu"}
)
storms = st.lists(st.tuples(seconds, st.one_of(failing(), doing(), node_down)), max_size=25)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, dict[str, str]]]:
    """Draw what was learned from, long enough before."""
    found = draw(st.lists(st.tuples(st.integers(-7200, -3600), failing()), max_size=20))
    return sorted(found, key=lambda each: each[0])


def occurrences(parts: Iterable[tuple[int, dict[str, str]]], first: int) -> list[Occurrence]:
    return [occurrence(number, at=at, **things) for number, (at, things) in enumerate(parts, first)]


def place(grouping: Grouping, ones: Iterable[Occurrence]) -> dict[SymptomId, AlertId]:
    """Place symptoms as they come and return which alert each ends in."""
    found: dict[SymptomId, AlertId] = {}
    for one in ones:
        placed = grouping.place(one, fresh=AlertId(one.id))
        found = {k: placed.alert if v in placed.merged else v for k, v in found.items()}
        found[one.id] = placed.alert
    return found


def partition(found: dict[SymptomId, AlertId]) -> set[frozenset[SymptomId]]:
    return {frozenset(k for k, v in found.items() if v == alert_id) for alert_id in found.values()}


def taught(history: list[tuple[int, dict[str, str]]]) -> Grouping:
    grouping = Grouping(TOPOLOGY)
    for one in occurrences(history, 1):
        grouping.place(one, fresh=AlertId(one.id))
        grouping.resolved(one.id, one.at + timedelta(seconds=1))
    # Its time passes, so that all of it is learned before the storm.
    grouping.place(occurrence(999, "quiet", at=-1000), fresh=alert(999))
    return grouping


@settings(max_examples=80, deadline=None)
@given(histories(), storms, st.randoms(use_true_random=False))
def test_the_order_in_which_a_storm_arrives_does_not_change_what_is_one(history, storm, shuffler):
    ones = occurrences(storm, 1000)
    shuffled = list(ones)
    shuffler.shuffle(shuffled)
    in_order = place(taught(history), sorted(ones, key=lambda one: (one.at, one.id)))
    assert partition(in_order) == partition(place(taught(history), shuffled))


@settings(max_examples=25, deadline=None)
@given(histories(), storms)
def test_the_same_stream_gives_the_same_placements(history, storm):
    ones = occurrences(storm, 1000)
    runs: list[list[Placement]] = []
    for _ in range(2):
        grouping = taught(history)
        runs.append([grouping.place(one, fresh=AlertId(one.id)) for one in ones])
    assert runs[0] == runs[1]


streams = st.lists(
    st.tuples(
        st.integers(0, 400),  # seconds since the one before
        st.one_of(failing(), doing(), node_down),
        st.sampled_from(["", "", "", "k1", "k2"]),  # a key that may come back
        st.booleans(),  # whether it ends before the next
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(streams, st.integers(0, 29))
def test_after_a_restart_everything_goes_on_as_if_there_had_been_none(stream, restart):
    ones: list[tuple[Occurrence, bool]] = []
    at = 0
    for number, (gap, things, key, ends) in enumerate(stream, 1):
        at += gap + 2
        ones.append((occurrence(number, at=at, key=key, **things), ends))
    split = min(restart, len(ones))
    whole = Grouping(TOPOLOGY)
    members: dict[SymptomId, Member] = {}
    firing: dict[str, SymptomId] = {}
    for one, ends in ones[:split]:
        feed(whole, members, firing, one, ends=ends)
    later = Grouping.restored(TOPOLOGY, list(members.values()))
    others, other_firing = dict(members), dict(firing)
    for one, ends in ones[split:]:
        went_on = feed(whole, members, firing, one, ends=ends)
        began_anew = feed(later, others, other_firing, one, ends=ends)
        assert went_on == began_anew


def feed(
    grouping: Grouping,
    members: dict[SymptomId, Member],
    firing: dict[str, SymptomId],
    one: Occurrence,
    *,
    ends: bool,
) -> Placement | None:
    """Do what the store does: repeat what fires already, or place and keep a row; then end it."""
    placed = None
    known = firing.get(one.key)
    if known is not None:
        grouping.seen(known, one.at)
        members[known] = replace(members[known], seen_at=one.at)
    else:
        placed = grouping.place(one, fresh=AlertId(one.id))
        members[one.id] = Member(one, placed.alert)
        firing[one.key] = one.id
        for symptom, member in members.items():
            if member.alert in placed.merged:
                members[symptom] = replace(member, alert=placed.alert)
    if ends:
        symptom = firing.pop(one.key)
        at = one.at + timedelta(seconds=1)
        grouping.resolved(symptom, at)
        members[symptom] = replace(members[symptom], resolved_at=at)
    return placed


def test_ten_thousand_symptoms_of_one_service_cost_no_more_each_than_a_thousand():
    def cost_of_each(count: int) -> float:
        grouping = Grouping(TOPOLOGY)
        ones = [
            occurrence(number, "errors", "checkout", at=number / 50) for number in range(1, count)
        ]
        # What other tests left in memory is not to be swept on this one's time.
        gc.disable()
        try:
            start = time.process_time()
            place_only(grouping, ones)
            for one in ones:
                grouping.resolved(one.id, one.at)
            return (time.process_time() - start) / count
        finally:
            gc.enable()

    assert cost_of_each(10_000) < 5 * cost_of_each(1_000)


def place_only(grouping: Grouping, ones: Iterable[Occurrence]) -> None:
    for one in ones:
        grouping.place(one, fresh=AlertId(one.id))
