"""Move an incident from state to state, with everything a move brings along."""

from dataclasses import replace
from datetime import datetime

from fireline.core.incidents.containment import (
    NOTHING_DONE,
    Containment,
    Cover,
    Vector,
    with_known,
)
from fireline.core.incidents.deadlines import DeadlineKind
from fireline.core.incidents.numbers import short
from fireline.core.incidents.roles import lead_of
from fireline.core.incidents.states import State
from fireline.core.incidents.transitions import (
    Blocked,
    Reason,
    Situation,
    may_merge,
    may_move,
)
from fireline.core.incidents.updates import UPDATE_AT_LEAST_EVERY, PublicWord
from fireline.core.plan.plan import Plan
from fireline.core.reviews.review import ReviewState
from fireline.core.values.actor import Human
from fireline.core.values.ids import IncidentId, PersonId
from fireline.core.values.json import JsonValue
from fireline.core.values.priority import Priority
from fireline.core.values.time import at_pace
from fireline.store import incidents as store
from fireline.store import response, reviews
from fireline.store.incidents import IncidentRow, VectorRow
from fireline.usecases.deadlines import reach, run_again, withdraw
from fireline.usecases.declaring import WorldsApart, rule_of
from fireline.usecases.incident_desk import (
    MoveBlocked,
    holders,
    lock_incident,
    lock_open,
    read_incident,
    say,
    written,
)
from fireline.usecases.roles import lead_is_vacant
from fireline.usecases.transaction import Tx
from fireline.usecases.updates import promise


async def transition(  # noqa: PLR0913 - a move says where to, who, why, and what has been done
    tx: Tx,
    plan: Plan,
    incident: IncidentId,
    to: State,
    *,
    by: Human,
    note: str = "",
    containment: Containment = NOTHING_DONE,
) -> None:
    """Move an incident to another state, or refuse with everything that is missing.

    `containment` is what its runs have done; `plan` is that of the incident's pinned revision.
    """
    row = await lock_incident(tx, incident)
    done = await known_containment(tx, incident, containment)
    verdict = may_move(await _situation(tx, row, done), to, by=by.person, note=note)
    if isinstance(verdict, Blocked):
        msg = f"{short(row.number)} cannot become {to.value} yet."
        raise MoveBlocked(msg, reasons=verdict.reasons)
    moved = _moved(row, to, tx.now, reopens=verdict.reopens)
    await store.set_state(tx.db, moved)
    kind = "reopened" if verdict.reopens else to.value
    await say(
        tx,
        row.id,
        f"incident.{kind}",
        by=by,
        number=row.number,
        before=row.state,
        episode=moved.episode,
        note=note.strip(),
        vectors=_told(done) if to is State.CONTAINED else [],
        text=f"{short(row.number)} is {kind.replace('_', ' ')}. {note.strip()}".rstrip(),
    )
    if verdict.reopens:
        await _begin_again(tx, plan, moved)
    else:
        await _follow(tx, moved, to, by=by)


async def why_not(
    tx: Tx, incident: IncidentId, to: State, *, by: Human, containment: Containment = NOTHING_DONE
) -> tuple[Reason, ...]:
    """List what is missing for a move, the note aside, so that a page can say it beforehand."""
    row = await read_incident(tx, incident)
    done = await known_containment(tx, incident, containment)
    verdict = may_move(await _situation(tx, row, done), to, by=by.person, note="(to be said)")
    return verdict.reasons if isinstance(verdict, Blocked) else ()


async def propose_dismissal(tx: Tx, incident: IncidentId, *, why: str, by: Human) -> None:
    """Propose to dismiss an incident; of a P1 or P2, another person then dismisses it."""
    row = await lock_open(tx, incident)
    reason = written(why, "The reason")
    await store.propose_dismissal(tx.db, row.id, by=by.name, why=reason)
    text = f"{by.name} proposes to dismiss it. {reason}"
    await say(tx, row.id, "incident.dismissal_proposed", by=by, why=reason, text=text)


async def merge(tx: Tx, incident: IncidentId, into: IncidentId, *, by: Human) -> None:
    """Fold an incident into another open one, alerts and all. Both timelines say so."""
    # Two merges that cross must not wait for each other: the smaller id is locked first.
    first, second = sorted((incident, into))
    locked = {first: await lock_open(tx, first), second: await lock_open(tx, second)}
    row, target = locked[incident], locked[into]
    if row.drill_id != target.drill_id or row.id == target.id:
        msg = f"{short(row.number)} cannot be folded into {short(target.number)}."
        raise WorldsApart(msg)
    verdict = may_merge(await _situation(tx, row, NOTHING_DONE), by=by.person)
    if isinstance(verdict, Blocked):
        msg = f"{short(row.number)} cannot be merged."
        raise MoveBlocked(msg, reasons=verdict.reasons)
    await store.set_merged(tx.db, row.id, into=target.id, now=tx.now)
    await withdraw(tx, row.id, *DeadlineKind)
    ended = f"{short(row.number)} was merged into {short(target.number)}."
    await say(tx, row.id, "incident.merged", by=by, into=str(target.id), text=ended)
    await say(tx, target.id, "incident.took_in", by=by, merged=str(row.id), text=ended)


async def name_vector(tx: Tx, incident: IncidentId, asset: str, *, by: Human) -> None:
    """Name a way in that must be shut before the incident counts as contained."""
    await lock_open(tx, incident)
    known = written(asset, "The asset")
    if await store.name_vector(tx.db, incident, VectorRow(known, Cover.OPEN, "", by.name, tx.now)):
        text = f"A way in: {known}"
        await say(tx, incident, "vector.named", by=by, asset=known, text=text)


async def accept_risk(tx: Tx, incident: IncidentId, asset: str, why: str, *, by: Human) -> None:
    """Accept, in writing, that a way in stays open."""
    await lock_open(tx, incident)
    known, reason = written(asset, "The asset"), written(why, "The reason")
    row = VectorRow(known, Cover.ACCEPTED_RISK, reason, by.name, tx.now)
    if await store.name_vector(tx.db, incident, row):
        text = f"The risk of {known} is accepted. {reason}"
        await say(tx, incident, "vector.risk_accepted", by=by, asset=known, text=text)


async def known_containment(tx: Tx, incident: IncidentId, done: Containment) -> Containment:
    """Add the ways in that people named to what the runs have done."""
    named = await store.vectors_of(tx.db, incident)
    return with_known(done, (Vector(row.asset, Cover(row.cover), row.note) for row in named))


async def _situation(tx: Tx, row: IncidentRow, done: Containment) -> Situation:
    updates = await response.updates_of(tx.db, row.id, limit=1)
    review = await reviews.of_incident(tx.db, row.id)
    follow_ups = await reviews.follow_ups(tx.db, review.id) if review else []
    return Situation(
        state=State(row.state),
        priority=Priority(row.priority),
        category=row.category,
        operational=row.operational,
        lead=lead_of(await holders(tx, row.id)),
        last_word=PublicWord(updates[0].word) if updates else None,
        review_closed=review is not None and review.state == ReviewState.CLOSED,
        loose_follow_ups=tuple(f.text for f in follow_ups if f.owner is None or f.due is None),
        dismissal_by=PersonId(row.dismissal_by) if row.dismissal_by else None,
        containment=done,
    )


def _moved(row: IncidentRow, to: State, now: datetime, *, reopens: bool) -> IncidentRow:
    if reopens:
        return replace(
            row,
            state=to,
            episode=row.episode + 1,
            declared_at=row.declared_at or now,
            contained_at=None,
            eradicated_at=None,
            recovered_at=None,
            in_review_at=None,
            ended_at=None,
            next_update_due=now + row.update_every,
        )
    if not to.is_open:
        return replace(row, state=to, ended_at=now, next_update_due=None)
    return replace(
        row,
        state=to,
        declared_at=now if to is State.DECLARED else row.declared_at,
        contained_at=now if to is State.CONTAINED else row.contained_at,
        eradicated_at=now if to is State.ERADICATED else row.eradicated_at,
        recovered_at=now if to is State.RECOVERED else row.recovered_at,
        in_review_at=now if to is State.IN_REVIEW else row.in_review_at,
    )


async def _follow(tx: Tx, row: IncidentRow, to: State, *, by: Human) -> None:
    match to:
        case State.RECOVERED:
            await reach(tx, row.id, DeadlineKind.REMEDIATE, by=by)
        case State.IN_REVIEW:
            await reviews.open_review(tx.db, tx.ids.fresh(), row.id, now=tx.now)
            # The world has heard that it is over; while the review lasts a word a day will do.
            await promise(tx, row, tx.now + at_pace(UPDATE_AT_LEAST_EVERY, row.pace))
        case State.CLOSED | State.DISMISSED:
            await withdraw(tx, row.id, *DeadlineKind)
        case _:
            pass


async def _begin_again(tx: Tx, plan: Plan, row: IncidentRow) -> None:
    await reviews.reopen(tx.db, row.id)
    await run_again(tx, row, rule_of(plan, Priority(row.priority)))
    await promise(tx, row, tx.now + row.update_every)
    if lead_of(await holders(tx, row.id)) is None:
        await lead_is_vacant(tx, row)


def _told(done: Containment) -> list[JsonValue]:
    return [
        {"asset": vector.asset, "cover": vector.cover.value, "note": vector.note}
        for vector in done.vectors
    ]
