"""Except findings: somebody answers for what fails, with a reason, until a day; then it is open.

What an exception covers still fails, and is shown as excepted. Its alert ends, and comes back when
the exception does not hold any more.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fireline.core.access.roles import Permission
from fireline.core.detection.posture_exceptions import (
    LONGEST,
    MANY,
    WARN_BEFORE,
    Scope,
    covers,
    next_turn,
    why_broad,
)
from fireline.core.escalation.wording import Note
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor, Machine
from fireline.core.values.ids import DrillId, PersonId
from fireline.core.values.json import JsonObject
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import due, pokes, posture_exceptions
from fireline.store.posture_exceptions import (
    EXCEPTION,
    MAX_LISTED,
    ExceptionRow,
    HoldingRow,
    New,
    OpenRow,
    Wanted,
)
from fireline.usecases import posture_alerts, posture_covering
from fireline.usecases.facts import house_stream, record
from fireline.usecases.person_messages import tell_person
from fireline.usecases.posture_covering import Standing
from fireline.usecases.posture_signatures import book_of
from fireline.usecases.transaction import Tx

__all__ = ["Wanted"]

TOPIC = "posture"  # what pages listen to
NEEDS = Permission.RESPOND
MAX_TEXT = 2_000
_CLOCK = Machine("posture")


class ExceptionNotFound(Refusal):
    """No exception has this number."""

    kind = Kind.NOT_FOUND
    code = "posture.exception_not_found"


class ExceptionOver(Refusal):
    """The exception holds nothing any more."""

    kind = Kind.CONFLICT
    code = "posture.exception_over"


class ExceptionUnclear(Refusal):
    """Who answers for an exception, why, or until when was not said so that it can be kept."""

    kind = Kind.INVALID
    code = "posture.exception_unclear"


class ExceptionTooBroad(Refusal):
    """The exception would cover very much, and nobody said why it should."""

    kind = Kind.INVALID
    code = "posture.exception_too_broad"


class NoSuchSignature(Refusal):
    """No signature has this id."""

    kind = Kind.NOT_FOUND
    code = "posture.no_such_signature"


@dataclass(frozen=True, slots=True)
class NewException:
    """An exception about to be made. `broad` is the reason why it may cover very much."""

    scope: Scope
    owner: PersonId
    reason: str
    expires_at: datetime
    ticket: str = ""
    broad: str = ""


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """An exception as people see it; `holds` is how many open findings are under it now."""

    number: int
    drill: DrillId | None
    signature: str
    asset: str
    tag: str
    account: str
    scope: str
    owner: str
    ticket: str
    reason: str
    broad: str
    expires_at: datetime
    stands: bool
    made_by: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    holds: int


async def except_findings(
    tx: Tx,
    plan: Plan,
    wanted: NewException,
    *,
    drill: DrillId | None,
    by: Actor,
) -> ExceptionView:
    """Make an exception; the findings it covers are excepted, and their alerts end.

    Raises NoSuchSignature, ExceptionUnclear, ExceptionTooBroad.
    """
    _refuse_unclear(tx, plan, wanted)
    await _refuse_broad(tx, wanted, drill=drill)
    new = New(
        id=tx.ids.fresh(),
        drill_id=drill,
        scope=wanted.scope,
        owner=wanted.owner,
        ticket=wanted.ticket.strip(),
        reason=wanted.reason.strip(),
        broad=wanted.broad.strip(),
        expires_at=wanted.expires_at,
        by=by.name,
    )
    await posture_exceptions.add(tx.db, new, now=tx.now)
    turn = next_turn(new.expires_at, warned=False, now=tx.now)
    await due.plan(tx.db, EXCEPTION, new.id, turn)
    await _cover_again(tx, plan, wanted.scope.signature, drill=drill)
    made = await posture_exceptions.lock(tx.db, new.id)
    if made is None:
        msg = "an exception that was just made is gone"
        raise AssertionError(msg)
    return await _told(tx, made, "made", by=by)


async def end_exception(tx: Tx, plan: Plan, number: int, *, by: Actor) -> ExceptionView:
    """End an exception now: what it covers is open again.

    Raises ExceptionNotFound, ExceptionOver.
    """
    known = await _numbered(tx, number)
    row = await posture_exceptions.lock(tx.db, known.id)
    if row is None or not row.stands(tx.now):
        msg = f"Exception {number} is over already."
        raise ExceptionOver(msg, hint="fireline posture exceptions --ended")
    return await _end(tx, plan, row, by=by)


async def turn_exception(tx: Tx, plan: Plan, id_: UUID) -> None:
    """Do what is due of an exception: warn its owner that it ends soon, or let it end."""
    row = await posture_exceptions.lock(tx.db, id_)
    if row is None or row.ended_at is not None:
        await due.cancel(tx.db, EXCEPTION, id_)
        return
    if row.expires_at <= tx.now:
        await _end(tx, plan, row, by=_CLOCK)
        return
    if row.warned_at is None and row.expires_at - WARN_BEFORE <= tx.now:
        await _warn(tx, plan, row)
    warned = row.warned_at is not None or row.expires_at - WARN_BEFORE <= tx.now
    await due.plan(tx.db, EXCEPTION, id_, next_turn(row.expires_at, warned=warned, now=tx.now))


async def find_exception(tx: Tx, number: int) -> ExceptionView:
    """Return one exception. Raises ExceptionNotFound."""
    return _view(await _numbered(tx, number), tx.now)


async def list_exceptions(
    tx: Tx,
    wanted: Wanted,
    *,
    drill: DrillId | None,
    limit: int = MAX_LISTED,
    offset: int = 0,
) -> tuple[ExceptionView, ...]:
    """List exceptions: those that stand, the soonest to end first; the others after, if asked."""
    found = await posture_exceptions.listed(
        tx.db, wanted, drill=drill, now=tx.now, limit=min(limit, MAX_LISTED), offset=offset
    )
    return tuple(_view(row, tx.now) for row in found)


def _refuse_unclear(tx: Tx, plan: Plan, wanted: NewException) -> None:
    if wanted.scope.signature not in plan.signatures:
        msg = f"There is no signature {wanted.scope.signature[:80]}."
        raise NoSuchSignature(msg, hint="`fireline posture signatures` lists them.")
    if wanted.owner not in plan.people:
        msg = f"The plan has no person {wanted.owner[:80]}."
        raise ExceptionUnclear(msg, hint="An exception has an owner: somebody of people.yaml.")
    if not wanted.reason.strip():
        msg = "An exception needs a reason."
        raise ExceptionUnclear(msg, hint="Say why it may stay as it is.")
    texts = (wanted.reason, wanted.ticket, wanted.broad, wanted.scope.asset, wanted.scope.tag)
    if max(map(len, texts)) > MAX_TEXT or any("\x00" in text for text in texts):
        msg = f"A reason, ticket, asset or tag has at most {MAX_TEXT} printable characters."
        raise ExceptionUnclear(msg)
    if wanted.expires_at <= tx.now:
        msg = "An exception ends in the future."
        raise ExceptionUnclear(msg, hint=f"It is {tx.now:%Y-%m-%d %H:%M} UTC now.")
    if wanted.expires_at > tx.now + LONGEST:
        msg = f"An exception lasts {LONGEST.days} days at most."
        raise ExceptionUnclear(msg, hint="Switch the signature off in the plan instead.")


async def _refuse_broad(tx: Tx, wanted: NewException, *, drill: DrillId | None) -> None:
    if wanted.broad.strip():
        return
    signature = wanted.scope.signature
    judged = await posture_exceptions.judged_by(tx.db, signature, drill=drill)
    covered = [asset for asset in judged if covers(wanted.scope, signature, asset)]
    if reasons := why_broad(wanted.scope, covered):
        msg = f"This exception would cover very much: {'; '.join(reasons)}."
        hint = f"Name fewer assets (up to {MANY}), or say why it may: --broad REASON."
        raise ExceptionTooBroad(msg, hint=hint)


async def _cover_again(tx: Tx, plan: Plan, signature: str, *, drill: UUID | None) -> None:
    """Look again which open findings of a signature are under an exception."""
    open_ = await posture_exceptions.open_of(tx.db, signature, drill=drill)
    covered = await posture_covering.cover(
        tx, [_standing(signature, o) for o in open_], drill=drill
    )
    book = book_of(plan)
    await posture_alerts.tell(tx, book, begin=covered.begin, end=covered.end, drill=drill)
    await pokes.poke(tx.db, TOPIC)


def _standing(signature: str, row: OpenRow) -> Standing:
    return Standing(row.id, signature, row.judged, row.exception_id, row.alerts, row.alerted_at)


async def _end(tx: Tx, plan: Plan, row: ExceptionRow, *, by: Actor) -> ExceptionView:
    await posture_exceptions.over(tx.db, row.id, by=by.name, now=tx.now)
    await due.cancel(tx.db, EXCEPTION, row.id)
    await _cover_again(tx, plan, row.signature, drill=row.drill_id)
    return await _told(tx, row, "ended", by=by)


async def _told(tx: Tx, row: ExceptionRow, verb: str, *, by: Actor) -> ExceptionView:
    view = await find_exception(tx, row.number)
    until = f"until {row.expires_at:%Y-%m-%d %H:%M} UTC"
    body: JsonObject = {
        "exception": row.number,
        "signature": row.signature,
        "asset": row.asset,
        "tag": row.tag,
        "account": row.account,
        "owner": row.owner,
        "ticket": row.ticket,
        "reason": row.reason,
        "broad": row.broad_why,
        "until": row.expires_at.isoformat(),
        "holds": view.holds,
        "text": f"Exception {row.number} {verb} by {by.name}: {row.scope}, {until} ({row.reason})",
    }
    await record(tx, house_stream(), f"posture.exception_{verb}", by=by, body=body)
    return view


async def _warn(tx: Tx, plan: Plan, row: ExceptionRow) -> None:
    until = f"{row.expires_at:%Y-%m-%d %H:%M} UTC"
    subject = f"Your exception {row.number} for {row.signature} ends on {until}"
    letter = "\n".join(
        [
            subject,
            f"It covers {row.scope}: {row.reason}",
            "Then what it covers is open again, and alerts.",
            "",
            f"See it: fireline posture exceptions --signature {row.signature}",
            "",
        ]
    )
    said = {
        "exception": row.number,
        "signature": row.signature,
        "until": row.expires_at.isoformat(),
    }
    note = Note("posture_exception_ends", subject, letter, said)
    key = f"posture_exception:{row.id}:{row.expires_at.isoformat()}"
    owner = PersonId(row.owner)
    told = await tell_person(tx, plan, owner, note, key=key, about=house_stream())
    await posture_exceptions.warned(tx.db, row.id, now=tx.now)
    reached = "was told" if told else "could not be told"
    text = f"{row.owner} {reached} that exception {row.number} ends on {until}"
    body: JsonObject = {"exception": row.number, "owner": row.owner, "told": told, "text": text}
    await record(tx, house_stream(), "posture.exception_ends_soon", by=_CLOCK, body=body)


async def _numbered(tx: Tx, number: int) -> HoldingRow:
    row = await posture_exceptions.numbered(tx.db, number)
    if row is None:
        msg = f"There is no exception {number}."
        raise ExceptionNotFound(msg, hint="`fireline posture exceptions` lists them.")
    return row


def _view(row: HoldingRow, now: datetime) -> ExceptionView:
    return ExceptionView(
        number=row.number,
        drill=None if row.drill_id is None else DrillId(row.drill_id),
        signature=row.signature,
        asset=row.asset,
        tag=row.tag,
        account=row.account,
        scope=str(row.scope),
        owner=row.owner,
        ticket=row.ticket,
        reason=row.reason,
        broad=row.broad_why,
        expires_at=row.expires_at,
        stands=row.stands(now),
        made_by=row.made_by,
        made_at=row.made_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        holds=row.holds,
    )
