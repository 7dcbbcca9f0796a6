"""Reviews, and the whole life of an incident as a law: whatever people do, the promises hold."""

import asyncio
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from fireline.app.ids import FreshIds
from fireline.core.incidents.containment import Containment, Cover, Vector
from fireline.core.incidents.roles import Giving
from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Role
from fireline.core.incidents.transitions import NEXT
from fireline.core.incidents.updates import PublicWord
from fireline.core.reviews.assembly import Milestone
from fireline.core.reviews.review import Draft, FollowUp, FollowUpKind, ReviewState
from fireline.core.timeline.fact import first_break
from fireline.core.values.ids import DrillId, PersonId
from fireline.core.values.refusals import Refusal
from fireline.usecases import incidents, reviews
from fireline.usecases.transaction import Tx
from tests.hand_clock import HandClock
from tests.usecases.incidents_world import (
    ANA,
    BO,
    CY,
    DRAFT,
    MINUTE,
    PLAN,
    SHUT,
    alert,
    declared,
    moved,
    seen,
)

BEFORE_REVIEW = (State.CONTAINED, State.ERADICATED, State.RECOVERED, State.IN_REVIEW)
ROTATE = FollowUp(FollowUpKind.PREVENT, "Rotate keys", ANA.person, date(2026, 12, 1))


async def found(tx: Tx, incident: object) -> reviews.ReviewView:
    (line,) = [each for each in await incidents.list_incidents(tx) if each.id == incident]
    return await reviews.find_review(tx, PLAN, line.number)


async def test_a_review_is_written_closed_and_remembered(tx: Tx):
    incident = await declared(tx, await alert(tx))
    await moved(tx, incident, *BEFORE_REVIEW)
    draft = replace(DRAFT, summary="A key leaked.", follow_ups=(ROTATE,))
    version = await reviews.write_review(tx, incident, draft, version=0, by=ANA)
    await reviews.close_review(tx, incident, by=ANA)
    await reviews.close_review(tx, incident, by=ANA)
    view = await found(tx, incident)
    assert (view.state, view.version, view.closed_by) == (ReviewState.CLOSED, version, "ana")
    assert view.draft.summary == "A key leaked."
    assert replace(view.draft.follow_ups[0], id=None) == ROTATE
    kinds = [fact.kind for fact in (await seen(tx, incident)).timeline]
    assert kinds.count("review.closed") == kinds.count("follow_up.added") == 1
    with pytest.raises(reviews.ReviewClosed):
        await reviews.write_review(tx, incident, Draft(), version=version, by=ANA)
    await reviews.write_review(tx, incident, draft, version=version, by=ANA)


async def test_a_review_that_lacks_something_says_all_of_it(tx: Tx):
    incident = await declared(tx)
    await moved(tx, incident, *BEFORE_REVIEW)
    loose = FollowUp(FollowUpKind.DETECT, "Alarm on new keys")
    draft = Draft(whys=("a",), facilitator=BO.person, follow_ups=(loose,))
    await reviews.write_review(tx, incident, draft, version=0, by=BO)
    with pytest.raises(reviews.Unfinished) as refused:
        await reviews.close_review(tx, incident, by=BO)
    codes = [each.code for each in refused.value.missing]
    assert codes == ["whys", "insights", "facilitator", "follow_up_owner", "follow_up_due"]
    assert [each.code for each in (await found(tx, incident)).missing] == codes
    actions = (await seen(tx, incident)).next_actions
    assert "Review: write down at least one insight." in actions


async def test_saving_again_is_harmless_and_saving_over_another_is_refused(tx: Tx):
    incident = await declared(tx)
    first = replace(DRAFT, follow_ups=(ROTATE,))
    assert await reviews.write_review(tx, incident, first, version=0, by=ANA) == 1
    assert await reviews.write_review(tx, incident, first, version=0, by=ANA) == 1
    with pytest.raises(reviews.WrittenMeanwhile) as refused:
        await reviews.write_review(tx, incident, DRAFT, version=0, by=BO)
    assert refused.value.version == 1
    assert await reviews.write_review(tx, incident, DRAFT, version=1, by=BO) == 2
    assert (await found(tx, incident)).draft.follow_ups == ()


async def test_a_follow_up_keeps_its_identity_while_it_is_edited(tx: Tx):
    incident = await declared(tx)
    await reviews.write_review(
        tx, incident, replace(DRAFT, follow_ups=(ROTATE,)), version=0, by=ANA
    )
    (known,) = (await found(tx, incident)).draft.follow_ups
    edited = replace(known, text="Rotate all keys", owner=CY.person)
    another = FollowUp(FollowUpKind.PLAN_CHANGE, "Shorten the first wait")
    await reviews.write_review(
        tx, incident, replace(DRAFT, follow_ups=(another, edited)), version=1, by=ANA
    )
    kept = (await found(tx, incident)).draft.follow_ups
    assert [each.text for each in kept] == ["Shorten the first wait", "Rotate all keys"]
    assert kept[1].id == known.id
    facts = [fact.kind for fact in (await seen(tx, incident)).timeline]
    assert facts.count("follow_up.added") == 2


async def test_a_review_closes_in_its_time_only(tx: Tx):
    incident = await declared(tx)
    with pytest.raises(reviews.NoReview):
        await reviews.close_review(tx, incident, by=BO)
    await reviews.write_review(tx, incident, DRAFT, version=0, by=BO)
    with pytest.raises(reviews.TooEarly):
        await reviews.close_review(tx, incident, by=BO)
    suspected = await incidents.suspect(
        tx, PLAN, alerts=[], title="Odd", priority=PLAN.definitions.priorities[0].priority, by=BO
    )
    with pytest.raises(reviews.TooEarly):
        await reviews.write_review(tx, suspected, DRAFT, version=0, by=BO)
    assert (await found(tx, suspected)).state is ReviewState.DRAFT


async def test_blame_is_pointed_out_and_refused_by_nobody(tx: Tx):
    incident = await declared(tx)
    draft = replace(DRAFT, factors=("Ana forgot the flag",))
    await reviews.write_review(tx, incident, draft, version=0, by=BO)
    warned = (await found(tx, incident)).warnings
    assert [(each.field, each.word) for each in warned] == [
        ("factors", "forgot"),
        ("factors", "Ana"),
    ]


async def test_the_clocks_come_from_the_facts(tx: Tx):
    raised = await alert(tx)
    incident = await declared(replace(tx, now=tx.now + 5 * MINUTE), raised)
    await moved(replace(tx, now=tx.now + 20 * MINUTE), incident, State.CONTAINED)
    clocks = {each.milestone: each.after for each in (await found(tx, incident)).assembled.clocks}
    assert clocks[Milestone.DECLARED] == 5 * MINUTE
    assert clocks[Milestone.CONTAINED] == 20 * MINUTE
    assert Milestone.DETECTED in clocks


async def test_response_times_are_spread_over_incidents_and_leave_drills_out(tx: Tx):
    for minutes in (4, 2, 9):
        raised = await alert(tx, key=f"AKIA{minutes}")
        await declared(replace(tx, now=tx.now + minutes * MINUTE), raised)
    drilled = await alert(tx, key="AKIAD", drill=DrillId(tx.ids.fresh()), pace=20)
    await declared(replace(tx, now=tx.now + 30 * MINUTE), drilled)
    spread = (await reviews.response_times(tx))[Milestone.DECLARED]
    assert spread.values == (2 * MINUTE, 4 * MINUTE, 9 * MINUTE)
    assert spread.median == 4 * MINUTE


class Life(RuleBasedStateMachine):
    """One incident, and people who do anything to it in any order."""

    dsn: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = HandClock()
        self.runner.run(self._begin())

    async def _begin(self) -> None:
        self.db = await psycopg.AsyncConnection.connect(self.dsn, options="-c timezone=UTC")
        self.tx = Tx(self.db, self.clock.moment, FreshIds())
        self.incident = await declared(self.tx, await alert(self.tx))

    def teardown(self) -> None:
        async def end() -> None:
            await self.db.rollback()
            await self.db.close()

        self.runner.run(end())
        self.runner.close()

    def attempt(self, doing: object) -> None:
        """Do something as an edge does: a refusal leaves nothing behind."""

        async def guarded() -> None:
            try:
                async with self.db.transaction():
                    await doing
            except Refusal:
                pass

        self.tx = replace(self.tx, now=self.tx.now + MINUTE)
        self.runner.run(guarded())

    @rule(
        to=st.sampled_from(State),
        by=st.sampled_from([ANA, BO]),
        note=st.sampled_from(["", "said"]),
        done=st.sampled_from(
            [SHUT, SHUT, Containment(vectors=(Vector("AKIA9", Cover.OPEN),), standing=("deny",))]
        ),
    )
    def somebody_moves_it(self, to, by, note, done):
        self.attempt(
            incidents.transition(
                self.tx, PLAN, self.incident, to, by=by, note=note, containment=done
            )
        )

    @rule(steps=st.integers(1, 6), prepared=st.booleans())
    def it_goes_on_well(self, steps, prepared):
        for _ in range(steps):
            state = self.view().state
            if state not in NEXT:
                return
            if prepared and state is State.RECOVERED:
                self.somebody_posts(PublicWord.RESOLVED)
            if prepared and state is State.IN_REVIEW:
                self.somebody_writes(DRAFT)
                self.somebody_closes_the_review()
            self.attempt(
                incidents.transition(
                    self.tx, PLAN, self.incident, NEXT[state], by=BO, note="On.", containment=SHUT
                )
            )
            self.the_promises_hold()

    @rule()
    def new_evidence_comes(self):
        self.attempt(
            incidents.transition(
                self.tx, PLAN, self.incident, State.DECLARED, by=CY, note="It is used again."
            )
        )

    @rule(word=st.sampled_from([PublicWord.RESOLVED, PublicWord.MONITORING]))
    def somebody_posts(self, word):
        self.attempt(incidents.post_update(self.tx, self.incident, word=word, text="x", by=BO))

    @rule(person=st.sampled_from(["ana", "bo", "cy"]), role=st.sampled_from(Role))
    def somebody_takes_a_role(self, person, role):
        giving = Giving(role, PersonId(person), "note")
        self.attempt(incidents.take_role(self.tx, PLAN, self.incident, giving, by=BO))

    @rule(person=st.sampled_from(["ana", "bo", "cy"]))
    def the_lead_leaves(self, person):
        self.attempt(
            incidents.leave_role(
                self.tx, self.incident, Role.LEAD, person=PersonId(person), note="x", by=BO
            )
        )

    @rule(draft=st.sampled_from([DRAFT, replace(DRAFT, insights=())]))
    def somebody_writes(self, draft):
        version = self.runner.run(found(self.tx, self.incident)).version
        self.attempt(reviews.write_review(self.tx, self.incident, draft, version=version, by=BO))

    @rule()
    def somebody_closes_the_review(self):
        self.attempt(reviews.close_review(self.tx, self.incident, by=BO))

    @rule(by=st.sampled_from([ANA, BO]))
    def somebody_would_dismiss_it(self, by):
        self.attempt(incidents.propose_dismissal(self.tx, self.incident, why="x", by=by))

    def view(self) -> incidents.IncidentView:
        return self.runner.run(seen(self.tx, self.incident))

    @invariant()
    def the_promises_hold(self) -> None:
        view = self.view()
        review = self.runner.run(found(self.tx, self.incident))
        if view.state is State.CLOSED:
            assert review.state is ReviewState.CLOSED
            assert review.missing == ()
        leads = [r for r in view.roles if r.role is Role.LEAD and r.until is None]
        assert len(leads) <= 1
        running = [d.kind.value for d in view.deadlines if d.standing.value == "running"]
        assert len(running) == len(set(running))
        if view.state.is_open:
            assert view.next_update_due is not None
            assert view.next_actions
            assert leads or any(d.kind.value == "lead" for d in view.deadlines)
        else:
            assert running == []
        own = [fact for fact in view.timeline if fact.stream.kind == "incident"]
        assert first_break(sorted(own, key=lambda fact: fact.seq)) is None


def test_whatever_people_do_the_promises_of_an_incident_hold(scratch: str):
    run_state_machine_as_test(
        type("LifeHere", (Life,), {"dsn": scratch}),
        settings=settings(
            max_examples=12,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
