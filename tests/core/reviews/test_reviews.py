from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.reviews.assembly import Milestone, assemble
from fireline.core.reviews.language import warnings
from fireline.core.reviews.metrics import distribution, times_to
from fireline.core.reviews.review import Draft, FollowUp, FollowUpKind, missing
from fireline.core.timeline.fact import EMPTY, Fact, Stream, follow
from fireline.core.values.ids import PersonId

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANA, BO = PersonId("ana"), PersonId("bo")
DONE = Draft(whys=("a", "b", "c", "d", "e"), insights=("Keys live too long.",))


def fact(minutes: int, kind: str, stream: str = "incident") -> Fact:
    at = NOON + minutes * MINUTE
    return follow(
        EMPTY, Stream(stream, UUID(int=1)), at=at, by="ana", kind=kind, body={"text": kind}
    )


def test_a_review_with_whys_and_an_insight_needs_no_follow_up():
    assert missing(DONE, timeline=1, lead=BO) == ()


def test_everything_missing_is_said_at_once():
    draft = Draft(
        whys=("a", " ", "c"),
        insights=("  ",),
        facilitator=BO,
        follow_ups=(
            FollowUp(FollowUpKind.PREVENT, "Rotate keys"),
            FollowUp(FollowUpKind.DETECT, "Alarm", ANA, date(2026, 4, 1)),
        ),
    )
    assert [each.code for each in missing(draft, timeline=0, lead=BO)] == [
        "timeline",
        "whys",
        "insights",
        "facilitator",
        "follow_up_owner",
        "follow_up_due",
    ]
    assert "2 of 5" in missing(draft, timeline=1, lead=BO)[0].text


def test_a_facilitator_who_did_not_lead_is_welcome():
    draft = Draft(whys=DONE.whys, insights=DONE.insights, facilitator=ANA)
    assert missing(draft, timeline=1, lead=BO) == ()


def test_blame_and_names_in_causes_are_pointed_out():
    draft = Draft(
        summary="Ana found it.",
        whys=("Because Ana forgot the flag", "the check was obviously off"),
        factors=("no alarm on the pipeline",),
    )
    found = [(w.field, w.entry, w.word) for w in warnings(draft, ["ana", "Ana", ""])]
    assert found == [("whys", 0, "forgot"), ("whys", 0, "Ana"), ("whys", 1, "obviously")]


def test_part_of_a_word_is_no_name():
    assert warnings(Draft(whys=("the analysis", "a lazybones")), ["ana"]) == ()
    assert [w.word for w in warnings(Draft(whys=("the lazy loader",)), [])] == ["lazy"]


def test_the_clocks_take_the_first_of_each_and_count_from_the_first_event():
    facts = [
        fact(30, "incident.contained"),
        fact(3, "alert.raised", "alert"),
        fact(5, "alert.acknowledged", "alert"),
        fact(9, "alert.acknowledged", "alert"),
        fact(10, "incident.declared"),
        fact(12, "note.added"),
    ]
    found = assemble(facts, first_at=NOON)
    assert [(each.milestone, each.after) for each in found.clocks] == [
        (Milestone.DETECTED, 3 * MINUTE),
        (Milestone.ACKNOWLEDGED, 5 * MINUTE),
        (Milestone.DECLARED, 10 * MINUTE),
        (Milestone.CONTAINED, 30 * MINUTE),
    ]
    assert [entry.at for entry in found.timeline] == sorted(each.at for each in facts)
    assert found.timeline[-1].text == "incident.contained"


def test_many_incidents_give_a_distribution_and_no_mean():
    clocks = [
        assemble([fact(n, "incident.declared")], first_at=NOON).clocks for n in (10, 1, 2, 3, 100)
    ]
    (spread,) = times_to(clocks).values()
    assert spread.median == 3 * MINUTE
    assert spread.ninetieth == 100 * MINUTE
    assert (spread.smallest, spread.largest) == (MINUTE, 100 * MINUTE)
    assert distribution([]) is None
    assert times_to([]) == {}


@given(st.lists(st.timedeltas(), min_size=1))
def test_quantiles_are_values_that_occurred_and_are_in_order(values: list[timedelta]):
    spread = distribution(values)
    assert spread is not None
    quantiles = [spread.smallest, spread.median, spread.ninetieth, spread.largest]
    assert quantiles == sorted(quantiles)
    assert set(quantiles) <= set(values)
    assert sum(value <= spread.median for value in values) * 2 >= len(values)
