"""Write the review of an incident, close it, and find what the facts already say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from fireline.core.incidents.deadlines import DeadlineKind
from fireline.core.incidents.numbers import short
from fireline.core.incidents.roles import lead_of
from fireline.core.incidents.states import State
from fireline.core.plan.plan import Plan
from fireline.core.reviews.assembly import (
    SAID_BY,
    Assembled,
    Milestone,
    Reached,
    assemble,
    reached,
)
from fireline.core.reviews.language import Warned, warnings
from fireline.core.reviews.metrics import Distribution, times_to
from fireline.core.reviews.review import (
    Draft,
    FollowUp,
    FollowUpKind,
    Missing,
    ReviewState,
    missing,
)
from fireline.core.values.actor import Human
from fireline.core.values.ids import FollowUpId, IncidentId, PersonId
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import facts, incidents
from fireline.store import reviews as store
from fireline.store.incidents import IncidentRow
from fireline.store.reviews import FollowUpRow, ReviewRow
from fireline.usecases.deadlines import reach
from fireline.usecases.incident_desk import holders, lock_incident, numbered, say, written
from fireline.usecases.transaction import Tx


class NoReview(Refusal):
    """The incident has no review yet."""

    kind = Kind.NOT_FOUND
    code = "review.not_found"


class TooEarly(Refusal):
    """The incident has not been declared, or ended without a review."""

    kind = Kind.CONFLICT
    code = "review.too_early"


class ReviewClosed(Refusal):
    """A closed review is not written in; reopening its incident reopens it."""

    kind = Kind.CONFLICT
    code = "review.closed"


class WrittenMeanwhile(Refusal):
    """Somebody saved another version first; `version` is the one now stored."""

    kind = Kind.CONFLICT
    code = "review.written_meanwhile"

    def __init__(self, message: str, *, version: int) -> None:
        super().__init__(message, hint="Compare both versions, then save on top of theirs.")
        self.version = version


class Unfinished(Refusal):
    """The review lacks something; `missing` lists all of it."""

    kind = Kind.CONFLICT
    code = "review.unfinished"

    def __init__(self, message: str, *, missing: Sequence[Missing]) -> None:
        super().__init__(message, hint="; ".join(each.text for each in missing))
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review with what it lacks and what the facts say. `version` is given back on saving."""

    incident: IncidentId
    number: int
    title: str
    incident_state: State
    plan_revision: str
    drill: bool
    state: ReviewState
    version: int
    draft: Draft
    saved_at: datetime | None
    saved_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    missing: tuple[Missing, ...]
    warnings: tuple[Warned, ...]
    assembled: Assembled


async def write_review(
    tx: Tx, incident: IncidentId, draft: Draft, *, version: int, by: Human
) -> int:
    """Save a draft over the version it was written from; return the new version.

    Lessons are accepted at any time, so the first save begins the review. Saving the same words
    again changes nothing, so a repeated request is harmless.
    """
    row = await lock_incident(tx, incident)
    review = await _begun(tx, row)
    kept = _with_ids(tx, draft, await _follow_ups(tx, review))
    present = _draft(review, await _follow_ups(tx, review))
    if present == kept:
        return review.version
    if review.state == ReviewState.CLOSED:
        msg = f"The review of {short(row.number)} is closed."
        raise ReviewClosed(msg, hint="Reopen the incident with new evidence.")
    if review.version != version:
        msg = f"Version {review.version} was saved meanwhile, not on top of {version}."
        raise WrittenMeanwhile(msg, version=review.version)
    await store.save(tx.db, _row(review, kept), by=by.name, now=tx.now)
    await store.set_follow_ups(tx.db, review.id, _follow_up_rows(kept, tx.now))
    await _say_added(tx, incident, present, kept, by)
    return review.version + 1


async def close_review(tx: Tx, incident: IncidentId, *, by: Human) -> None:
    """Close a review that lacks nothing, or refuse with everything it lacks."""
    row = await lock_incident(tx, incident)
    review = await store.lock(tx.db, incident)
    if review is None:
        msg = f"{short(row.number)} has no review yet."
        raise NoReview(msg)
    if review.state == ReviewState.CLOSED:
        return
    if row.state != State.IN_REVIEW:
        msg = f"{short(row.number)} is {row.state}: its review closes once it is in review."
        raise TooEarly(msg)
    draft = _draft(review, await _follow_ups(tx, review))
    lacking = await _missing(tx, row, draft, await _assembled(tx, row))
    if lacking:
        msg = f"The review of {short(row.number)} is not finished."
        raise Unfinished(msg, missing=lacking)
    await store.close(tx.db, review.id, by=by.name, now=tx.now)
    await say(
        tx,
        incident,
        "review.closed",
        by=by,
        review=str(review.id),
        insights=list(draft.insights),
        follow_ups=len(draft.follow_ups),
        text=f"The review is closed with {len(draft.follow_ups)} follow-ups.",
    )
    await reach(tx, incident, DeadlineKind.RETRO, by=by)


async def find_review(tx: Tx, plan: Plan, number: int) -> ReviewView:
    """Return the review of an incident, with what it lacks; one not begun is an empty draft."""
    row = await numbered(tx, number)
    review = await store.of_incident(tx.db, row.id) or _empty(tx, row)
    draft = _draft(review, await _follow_ups(tx, review))
    assembled = await _assembled(tx, row)
    names = [name for person in plan.people.values() for name in (person.id, person.name)]
    return ReviewView(
        incident=IncidentId(row.id),
        number=row.number,
        title=row.title,
        incident_state=State(row.state),
        plan_revision=row.plan_revision,
        drill=row.drill_id is not None,
        state=ReviewState(review.state),
        version=review.version,
        draft=draft,
        saved_at=review.saved_at,
        saved_by=review.saved_by,
        closed_at=review.closed_at,
        closed_by=review.closed_by,
        missing=await _missing(tx, row, draft, assembled),
        warnings=warnings(draft, names),
        assembled=assembled,
    )


async def what_is_missing(tx: Tx, row: IncidentRow) -> tuple[Missing, ...]:
    """List what the review of an incident lacks before it may close, begun or not."""
    review = await store.of_incident(tx.db, row.id) or _empty(tx, row)
    draft = _draft(review, await _follow_ups(tx, review))
    return await _missing(tx, row, draft, await _assembled(tx, row))


async def _begun(tx: Tx, row: IncidentRow) -> ReviewRow:
    found = await store.lock(tx.db, row.id)
    if found is not None:
        return found
    if row.state in {State.SUSPECTED, State.DISMISSED, State.MERGED}:
        msg = f"{short(row.number)} is {row.state}: there is nothing to review."
        raise TooEarly(msg)
    await store.open_review(tx.db, tx.ids.fresh(), row.id, now=tx.now)
    begun = await store.lock(tx.db, row.id)
    if begun is None:
        msg = "a review that was just begun is not there"
        raise AssertionError(msg)
    return begun


async def _assembled(tx: Tx, row: IncidentRow) -> Assembled:
    alerts = await incidents.alerts_of(tx.db, row.id)
    told = await facts.timeline(tx.db, [row.id, *(alert.id for alert in alerts)])
    return assemble(told, first_at=row.first_at)


async def _missing(
    tx: Tx, row: IncidentRow, draft: Draft, assembled: Assembled
) -> tuple[Missing, ...]:
    lead = lead_of(await holders(tx, row.id))
    return missing(draft, timeline=len(assembled.timeline), lead=lead)


async def _follow_ups(tx: Tx, review: ReviewRow) -> tuple[FollowUp, ...]:
    found = await store.follow_ups(tx.db, review.id)
    return tuple(
        FollowUp(
            FollowUpKind(row.kind),
            row.text,
            PersonId(row.owner) if row.owner else None,
            row.due,
            FollowUpId(row.id),
        )
        for row in found
    )


def _with_ids(tx: Tx, draft: Draft, known: Sequence[FollowUp]) -> Draft:
    """Give each follow-up its id: the one it came with, that of the same words, or a new one."""
    free = {each.id: each.text for each in known}
    kept: list[FollowUp] = []
    for each in draft.follow_ups:
        text = written(each.text, "A follow-up")
        match_ = each.id if each.id in free else None
        match_ = match_ or next((id_ for id_, said in free.items() if said == text), None)
        if match_ is not None:
            del free[match_]
        kept.append(replace(each, text=text, id=match_ or FollowUpId(tx.ids.fresh())))
    return replace(draft, follow_ups=tuple(kept))


async def _say_added(tx: Tx, incident: IncidentId, before: Draft, after: Draft, by: Human) -> None:
    known = {each.id for each in before.follow_ups}
    for each in after.follow_ups:
        if each.id not in known:
            await say(
                tx,
                incident,
                "follow_up.added",
                by=by,
                follow_up=str(each.id),
                what=each.kind.value,
                owner=each.owner,
                due=each.due.isoformat() if each.due else None,
                text=f"Follow-up: {each.text}",
            )


async def response_times(tx: Tx, *, limit: int = 200) -> dict[Milestone, Distribution]:
    """Return how the times of the latest incidents are spread; drills do not count."""
    found = await store.milestones(tx.db, list(SAID_BY), limit=limit)
    by_incident: dict[UUID, list[Reached]] = {}
    for row in found:
        measured = reached(SAID_BY[row.kind], row.at, first_at=row.first_at)
        by_incident.setdefault(row.incident_id, []).append(measured)
    return times_to(by_incident.values())


def _draft(row: ReviewRow, follow_ups: tuple[FollowUp, ...]) -> Draft:
    return Draft(
        summary=row.summary,
        impact=row.impact,
        detection=row.detection,
        whys=tuple(row.whys),
        factors=tuple(row.factors),
        went_well=tuple(row.went_well),
        surprises=tuple(row.surprises),
        questions=tuple(row.questions),
        insights=tuple(row.insights),
        owner=PersonId(row.owner) if row.owner else None,
        facilitator=PersonId(row.facilitator) if row.facilitator else None,
        follow_ups=follow_ups,
    )


def _row(review: ReviewRow, draft: Draft) -> ReviewRow:
    return replace(
        review,
        summary=draft.summary,
        impact=draft.impact,
        detection=draft.detection,
        whys=list(draft.whys),
        factors=list(draft.factors),
        went_well=list(draft.went_well),
        surprises=list(draft.surprises),
        questions=list(draft.questions),
        insights=list(draft.insights),
        owner=draft.owner,
        facilitator=draft.facilitator,
    )


def _follow_up_rows(draft: Draft, now: datetime) -> list[FollowUpRow]:
    return [
        FollowUpRow(each.id, each.kind, each.text, each.owner, each.due, now, None)
        for each in draft.follow_ups
        if each.id is not None
    ]


def _empty(tx: Tx, row: IncidentRow) -> ReviewRow:
    """Return the review of an incident nobody has written about yet. It is not stored."""
    return ReviewRow(
        id=tx.ids.fresh(),
        incident_id=row.id,
        state=ReviewState.DRAFT,
        version=0,
        summary="",
        impact="",
        detection="",
        whys=[],
        factors=[],
        went_well=[],
        surprises=[],
        questions=[],
        insights=[],
        owner=None,
        facilitator=None,
        opened_at=tx.now,
        saved_at=None,
        saved_by=None,
        closed_at=None,
        closed_by=None,
    )
