"""Place silences and maintenance windows, see what they would hold, end them, list them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.alerting.matching import Matcher, checked
from fireline.core.alerting.silences import (
    LONGEST,
    LONGEST_UNTIL_RESOLVED,
    MAX_MATCHERS,
    Silence,
    SilenceBook,
)
from fireline.core.alerting.windows import Weekly
from fireline.core.values.actor import Actor, Machine
from fireline.core.values.ids import DrillId, SilenceId
from fireline.core.values.json import JsonObject
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import due, pokes, silences
from fireline.store.silences import SILENCE, SilenceRow
from fireline.usecases.facts import house_stream, record
from fireline.usecases.held_alerts import MAX_AT_ONCE, hold_fitting, look_again
from fireline.usecases.silence_previews import Preview, preview_of
from fireline.usecases.silence_views import SilenceView, status_of, view_of
from fireline.usecases.transaction import Tx

TOPIC = "silences"  # what pages and the sorter listen to
MAX_COMMENT = 2_000
# Sorting knows of silences so long before they begin.
AHEAD = timedelta(hours=1)
_CLOCK = Machine("silences")


class SilenceNotFound(Refusal):
    """There is no such silence."""

    kind = Kind.NOT_FOUND
    code = "silence.not_found"


class SilenceOver(Refusal):
    """The silence has ended already."""

    kind = Kind.CONFLICT
    code = "silence.over"


class SilenceUnclear(Refusal):
    """When a silence holds, or why, was not said so that it can be kept."""

    kind = Kind.INVALID
    code = "silence.unclear"


class SilenceTooBroad(Refusal):
    """The silence would hold very much, and nobody said why it should."""

    kind = Kind.INVALID
    code = "silence.too_broad"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A silence about to be placed. Without a start it begins now.

    It ends at `ends_at`, or `until_resolved` when nothing it holds fires any longer. A `window`
    makes it a maintenance window, which may go on without end. `broad` is the reason why it may
    hold much, and P1 alerts.
    """

    matchers: tuple[Matcher, ...]
    comment: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    until_resolved: bool = False
    window: Weekly | None = None
    ticket: str = ""
    broad: str = ""


# Books that were opened, by what of the database they depend on: a silence never changes in place.
_books: dict[str, SilenceBook] = {"": SilenceBook(())}


async def active_silences(tx: Tx, drill: DrillId | None = None) -> SilenceBook:
    """Return the silences that hold something now, or within the hour. Drills know none.

    Costs one small query while nothing changes, so it may be asked at every sort.
    """
    if drill is not None:
        return _books[""]
    before = tx.now + AHEAD
    edition = await silences.edition(tx.db, now=tx.now, before=before)
    if edition not in _books:
        found = await silences.soon(tx.db, now=tx.now, before=before)
        _books.clear()
        _books[""] = SilenceBook(())
        _books[edition] = SilenceBook(row.value for row in found)
    return _books[edition]


async def preview_silence(tx: Tx, wanted: Wanted) -> Preview:
    """Say what a silence would hold, without placing it. Raises BadMatcher."""
    return await preview_of(tx, _drawn(tx, wanted, by=""))


async def place_silence(
    tx: Tx, wanted: Wanted, *, by: Actor, replaces: SilenceId | None = None
) -> SilenceView:
    """Place a silence; what fires already and fits is held from now on, too.

    `replaces` changes one that stands: itself where it matches the same, else it is ended, and a
    new one placed. Raises BadMatcher, SilenceUnclear, SilenceTooBroad, SilenceNotFound.
    """
    new = _drawn(tx, wanted, by=by.name)
    seen = await preview_of(tx, new, look_back=False)
    if seen.broad and not new.broad:
        msg = f"This silence would hold very much: {'; '.join(seen.broad)}."
        hint = "Add a matcher, or say why it may: --broad REASON."
        raise SilenceTooBroad(msg, hint=hint)
    if new.until_resolved and not seen.held and new.starts_at <= tx.now:
        msg = "Nothing that fires fits, so there is nothing that could be resolved."
        raise SilenceUnclear(msg, hint="Give it an end instead.")
    old = await _locked(tx, replaces) if replaces else None
    if old is not None and _may_become(old, new, tx.now):
        return await _change(tx, old, new, by=by)
    if old is not None and status_of(old, tx.now) != "expired":
        await _end(tx, old, by=by)
    await silences.add(tx.db, new, now=tx.now)
    await _begin(tx, new)
    return await _told(tx, new.id, "silence.placed", by=by)


async def end_silence(tx: Tx, silence: SilenceId, *, by: Actor) -> None:
    """End a silence now. People are told of what it held, if that still fires.

    Raises SilenceNotFound, SilenceOver.
    """
    row = await _locked(tx, silence)
    if status_of(row, tx.now) == "expired":
        msg = f"Silence {row.number} is over already."
        raise SilenceOver(msg, hint="Place a new one: fireline silence add")
    await _end(tx, row, by=by)
    await lift(tx)


async def find_silence(tx: Tx, silence: SilenceId) -> SilenceView:
    """Return one silence. Raises SilenceNotFound."""
    row = await silences.get(tx.db, silence)
    if row is None:
        raise _not_found()
    return await _view(tx, row)


async def silence_numbered(tx: Tx, number: int) -> SilenceView:
    """Return the silence people call by this number. Raises SilenceNotFound."""
    row = await silences.numbered(tx.db, number)
    if row is None:
        raise _not_found()
    return await _view(tx, row)


async def list_silences(
    tx: Tx, *, ended: bool = False, limit: int = silences.MAX_LISTED, offset: int = 0
) -> tuple[SilenceView, ...]:
    """List the silences that stand, the newest first; those that ended after them, if asked."""
    found = await silences.listed(tx.db, ended=ended, now=tx.now, limit=limit, offset=offset)
    holds = await silences.holding(tx.db, [row.id for row in found])
    return tuple(view_of(row, tx.now, holds.get(row.id, 0)) for row in found)


async def turn_silence(tx: Tx, silence: SilenceId, *, after: UUID | None = None) -> UUID | None:
    """Do what is due of a silence: begin to hold, stop, or end; plan the next turn.

    It goes through live alerts a page at a time; call again with what it returns.
    """
    row = await silences.lock(tx.db, silence)
    if row is None or row.ended_at is not None:
        await due.cancel(tx.db, SILENCE, silence)
        return None
    value = row.value
    if status_of(row, tx.now) == "expired":
        await _end(tx, row, by=_CLOCK)
        return None
    if value.at(tx.now) is not None:
        last = await hold_fitting(tx, value, after=after)
        if last is not None:
            return last
        await silences.begun(tx.db, silence, now=tx.now)
    turn = value.next_turn(tx.now)
    if turn is not None:
        await due.plan(tx.db, SILENCE, silence, turn)
    await pokes.poke(tx.db, TOPIC)
    return None


async def lift(tx: Tx) -> bool:
    """End silences that waited for their alerts to be resolved; tell of what nothing holds.

    Return whether there may be more to do.
    """
    for silence in await silences.fulfilled(tx.db):
        row = await silences.lock(tx.db, silence)
        if row is not None and row.ended_at is None:
            await _end(tx, row, by=_CLOCK)
    doubtful = await silences.doubtful(tx.db, now=tx.now, limit=MAX_AT_ONCE)
    if doubtful:
        await look_again(tx, await active_silences(tx), doubtful)
    return len(doubtful) == MAX_AT_ONCE


def _drawn(tx: Tx, wanted: Wanted, *, by: str) -> Silence:
    """Check what is wanted, and give it its times."""
    if not wanted.matchers and not wanted.broad:
        msg = "A silence without a matcher would hold everything."
        raise SilenceTooBroad(msg, hint='Add a matcher such as host="web-1".')
    if len(wanted.matchers) > MAX_MATCHERS:
        msg = f"A silence has at most {MAX_MATCHERS} matchers."
        raise SilenceUnclear(msg)
    if not wanted.comment.strip() and by:
        msg = "A silence needs a comment that says why."
        raise SilenceUnclear(msg, hint="Somebody will wonder at three in the morning.")
    if max(len(wanted.comment), len(wanted.ticket), len(wanted.broad)) > MAX_COMMENT:
        msg = f"A comment, ticket or reason has at most {MAX_COMMENT} characters."
        raise SilenceUnclear(msg)
    starts = max(wanted.starts_at or tx.now, tx.now)
    return Silence(
        id=SilenceId(tx.ids.fresh()),
        matchers=tuple(checked(matcher) for matcher in wanted.matchers),
        starts_at=starts,
        ends_at=_end_of(wanted, starts, tx.now),
        until_resolved=wanted.until_resolved,
        window=wanted.window,
        by=by,
        comment=wanted.comment.strip(),
        ticket=wanted.ticket.strip(),
        broad=wanted.broad.strip(),
    )


def _end_of(wanted: Wanted, starts: datetime, now: datetime) -> datetime | None:
    if wanted.until_resolved and wanted.window is not None:
        msg = "A maintenance window ends by the clock, not when something is resolved."
        raise SilenceUnclear(msg)
    if wanted.window is not None and not wanted.window.weekdays:
        msg = "A maintenance window needs a day of the week."
        raise SilenceUnclear(msg)
    latest = starts + LONGEST_UNTIL_RESOLVED if wanted.until_resolved else None
    ends = wanted.ends_at or latest
    if ends is None and wanted.window is None:
        msg = "A silence needs an end."
        raise SilenceUnclear(msg, hint="Say how long, until when, or until it is resolved.")
    if ends is not None and (ends <= starts or ends <= now):
        msg = "A silence ends after it begins, and in the future."
        raise SilenceUnclear(msg, hint=f"It is {now:%Y-%m-%d %H:%M} UTC now.")
    if ends is not None and wanted.window is None and ends > starts + LONGEST:
        msg = f"A silence lasts {LONGEST.days} days at most."
        raise SilenceUnclear(msg, hint="For something that is never to be told, write a route.")
    return min(ends, latest) if ends and latest else ends


def _may_become(old: SilenceRow, new: Silence, now: datetime) -> bool:
    value = old.value
    same = (value.matchers, value.window, value.until_resolved) == (
        new.matchers,
        new.window,
        new.until_resolved,
    )
    return same and status_of(old, now) != "expired"


async def _change(tx: Tx, old: SilenceRow, new: Silence, *, by: Actor) -> SilenceView:
    # One that holds already has begun, whatever a later edition says.
    starts = old.starts_at if old.starts_at <= tx.now else new.starts_at
    changed = replace(new, id=SilenceId(old.id), starts_at=starts, by=old.made_by)
    await silences.change(tx.db, changed, now=tx.now)
    await _begin(tx, changed)
    return await _told(tx, changed.id, "silence.changed", by=by)


async def _begin(tx: Tx, silence: Silence) -> None:
    """Hold the first of what fires at once; a worker goes on, and looks at every later turn."""
    await due.plan(tx.db, SILENCE, silence.id, max(silence.starts_at, tx.now))
    if silence.at(tx.now) is not None:
        await hold_fitting(tx, silence)


async def _end(tx: Tx, row: SilenceRow, *, by: Actor) -> None:
    await silences.end(tx.db, row.id, by=by.name, now=tx.now)
    await due.cancel(tx.db, SILENCE, row.id)
    await _told(tx, SilenceId(row.id), "silence.ended", by=by)


async def _told(tx: Tx, silence: SilenceId, kind: str, *, by: Actor) -> SilenceView:
    view = await find_silence(tx, silence)
    what = ", ".join(str(matcher) for matcher in view.matchers) or "everything"
    verb = kind.removeprefix("silence.")
    body: JsonObject = {
        "silence": str(view.id),
        "number": view.number,
        "matchers": [str(matcher) for matcher in view.matchers],
        "from": view.starts_at.isoformat(),
        "until": view.ends_at.isoformat() if view.ends_at else None,
        "until_resolved": view.until_resolved,
        "window": None if view.window is None else silences.written(view.window),
        "comment": view.comment,
        "ticket": view.ticket,
        "broad": view.broad,
        "text": f"Silence {view.number} {verb} by {by.name}: {what} ({view.comment})",
    }
    await record(tx, house_stream(), kind, by=by, body=body)
    await pokes.poke(tx.db, TOPIC)
    return view


async def _locked(tx: Tx, silence: SilenceId) -> SilenceRow:
    row = await silences.lock(tx.db, silence)
    if row is None:
        raise _not_found()
    return row


def _not_found() -> SilenceNotFound:
    return SilenceNotFound("There is no such silence.", hint="List them: fireline silence list")


async def _view(tx: Tx, row: SilenceRow) -> SilenceView:
    holds = await silences.holding(tx.db, [row.id])
    return view_of(row, tx.now, holds.get(row.id, 0))
