"""Watch for silence: heartbeats that must come in time, and sources that ought to be heard of.

A heartbeat is watched from its first ping on. Its silence is an alert under its own name, and the
next ping ends it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.signals.notice import MAX_TITLE, Notice, Status
from fireline.core.values.actor import Actor
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import heartbeats as store
from fireline.store import pokes
from fireline.store.heartbeats import HeartbeatRow, QuietRow
from fireline.usecases.facts import house_stream, record
from fireline.usecases.intake import say
from fireline.usecases.transaction import Tx

HEARTBEATS = "heartbeats"  # the source alerts of silence come from, and the poke when one changed
SILENCE = "heartbeat"  # the kind of such an alert
MAX_NAME = 200
MAX_INTERVAL_SECONDS = 400 * 86_400
Wanted = store.Wanted
Heartbeat = HeartbeatRow


class HeartbeatNotFound(Refusal):
    """No heartbeat has this name."""

    kind = Kind.NOT_FOUND
    code = "heartbeat.not_found"


class HeartbeatTaken(Refusal):
    """There is a heartbeat of this name already."""

    kind = Kind.CONFLICT
    code = "heartbeat.taken"


class HeartbeatInvalid(Refusal):
    """A heartbeat cannot be like this."""

    kind = Kind.INVALID
    code = "heartbeat.invalid"


async def create_heartbeat(tx: Tx, wanted: Wanted, *, by: Actor) -> Heartbeat:
    """Make a heartbeat. It is watched from its first ping on. Raises HeartbeatTaken."""
    _check(wanted)
    made = await store.create(tx.db, tx.ids.fresh(), wanted, by=by.name, now=tx.now)
    if made is None:
        raise _taken(wanted.name)
    await _tell(tx, "created", wanted.name, by=by)
    return made


async def list_heartbeats(
    tx: Tx, *, after: str = "", limit: int = store.MAX_LISTED
) -> tuple[Heartbeat, ...]:
    """List heartbeats by name; `after` is the last name of a page before."""
    return tuple(await store.listed(tx.db, after=after, limit=limit))


async def find_heartbeat(tx: Tx, name: str) -> Heartbeat:
    """Return the heartbeat of a name. Raises HeartbeatNotFound."""
    found = await store.named(tx.db, name)
    if found is None:
        raise _unknown(name)
    return found


async def change_heartbeat(tx: Tx, name: str, wanted: Wanted, *, by: Actor) -> Heartbeat:
    """Change all that is set of a heartbeat. Its silence is measured by the new interval."""
    _check(wanted)
    was = await _held(tx, name)
    if wanted.name != was.name and await store.named(tx.db, wanted.name):
        raise _taken(wanted.name)
    expired_at = was.expired_at if _stays_silent(was, wanted, tx.now) else None
    if was.expired_at is not None and expired_at is None:
        await say(tx, _over(was, by=by.name), source=HEARTBEATS)
    await store.change(tx.db, was.id, wanted, expired_at=expired_at)
    await _tell(tx, "changed", wanted.name, by=by)
    return await find_heartbeat(tx, wanted.name)


async def enable_heartbeat(tx: Tx, name: str, enabled: bool, by: Actor) -> Heartbeat:  # noqa: FBT001 - what is said of it
    """Watch a heartbeat, or leave off; an alert of its silence ends with that."""
    was = await _held(tx, name)
    return await change_heartbeat(tx, name, replace(_wanted_of(was), enabled=enabled), by=by)


async def delete_heartbeat(tx: Tx, name: str, *, by: Actor) -> None:
    """Forget a heartbeat; an alert of its silence ends with that."""
    was = await _held(tx, name)
    if was.expired_at is not None:
        await say(tx, _over(was, by=by.name), source=HEARTBEATS)
    await store.delete(tx.db, was.id)
    await _tell(tx, "deleted", name, by=by)


async def ping(tx: Tx, name: str) -> bool:
    """Note that something still beats: one statement. `False`: no heartbeat has this name."""
    beat = await store.ping(tx.db, name, now=tx.now)
    if beat is not None and beat.revived:
        notice = Notice(
            beat.name,
            Status.RESOLVED,
            f"Heartbeat {beat.name} is heard again",
            Priority(beat.alert_priority),
            kind=SILENCE,
            team=beat.owner_team or "",
        )
        await say(tx, notice, source=HEARTBEATS)
    return beat is not None


async def watch(tx: Tx) -> bool:
    """Say who has become silent, and who is heard again. Says whether there may be more."""
    expired = await store.expire(tx.db, now=tx.now)
    for heartbeat in expired:
        await say(tx, _silent(heartbeat), source=HEARTBEATS)
    quieted = await store.quieted(tx.db, now=tx.now)
    for source in quieted:
        await say(tx, quiet_notice(source, Status.FIRING))
    heard = await store.heard_again(tx.db)
    for source in heard:
        await say(tx, quiet_notice(source, Status.RESOLVED))
    if quieted or heard:
        await pokes.poke(tx.db, "sources")
    return len(expired) == store.MAX_AT_ONCE


async def beat_of_source(tx: Tx, source: UUID) -> None:
    """Note that a source which only says that it is there was heard of: one statement."""
    await store.beat(tx.db, source, now=tx.now)


def quiet_notice(source: QuietRow, status: Status) -> Notice:
    """Write what is said of a source that is too quiet, or is heard again."""
    seen = f"{source.last_seen_at:%Y-%m-%d %H:%M:%S} UTC" if source.last_seen_at else "never"
    allowed = lasting(source.quiet_seconds or 0)
    if status is Status.FIRING:
        title = f"The source {source.name} has been silent for more than {allowed}"
    else:
        title = f"The source {source.name} is heard again"
    return Notice(
        f"quiet:{source.id}",
        status,
        title,
        Priority.P2,
        kind="quiet source",
        description=f"Last heard of: {seen}. What it watches is not watched while it is silent.",
        service=source.service or "",
        labels={"source": source.name, "format": source.format},
    )


def lasting(seconds: int) -> str:
    """Say a length of time as people do: 90 s, 15 min, 6 h, 2 d."""
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {word}"
    return f"{seconds} s"


async def _held(tx: Tx, name: str) -> Heartbeat:
    found = await store.held(tx.db, name)
    if found is None:
        raise _unknown(name)
    return found


def _wanted_of(row: Heartbeat) -> Wanted:
    return Wanted(
        row.name,
        row.interval_seconds,
        row.enabled,
        row.description,
        row.owner_team,
        row.alert_message,
        tuple(row.alert_tags),
        row.alert_priority,
    )


def _stays_silent(was: Heartbeat, wanted: Wanted, now: datetime) -> bool:
    """Say whether it is silent by what is set anew, too; a new name is watched anew."""
    if was.last_ping_at is None or not wanted.enabled or wanted.name != was.name:
        return False
    return was.last_ping_at + timedelta(seconds=wanted.interval_seconds) < now


def _silent(heartbeat: Heartbeat) -> Notice:
    allowed = lasting(heartbeat.interval_seconds)
    title = heartbeat.alert_message or f"Heartbeat {heartbeat.name} has been silent for {allowed}"
    seen = heartbeat.last_ping_at
    last = f"Last ping: {seen:%Y-%m-%d %H:%M:%S} UTC." if seen else ""
    return Notice(
        heartbeat.name,
        Status.FIRING,
        title[:MAX_TITLE],
        Priority(heartbeat.alert_priority),
        kind=SILENCE,
        description=f"{last} It is expected every {allowed}. {heartbeat.description}".strip(),
        team=heartbeat.owner_team or "",
        tags=tuple(heartbeat.alert_tags),
        labels={"heartbeat": heartbeat.name},
    )


def _over(heartbeat: Heartbeat, *, by: str) -> Notice:
    return replace(
        _silent(heartbeat), status=Status.RESOLVED, by=by, note="The heartbeat was changed."
    )


def _check(wanted: Wanted) -> None:
    if not wanted.name.strip() or len(wanted.name) > MAX_NAME or not wanted.name.isprintable():
        msg = f"A heartbeat needs a name of at most {MAX_NAME} characters."
        raise HeartbeatInvalid(msg)
    if not 0 < wanted.interval_seconds <= MAX_INTERVAL_SECONDS:
        msg = "The interval is longer than nothing, and at most 400 days."
        raise HeartbeatInvalid(msg)


def _unknown(name: str) -> HeartbeatNotFound:
    msg = f"There is no heartbeat called {name}."
    return HeartbeatNotFound(msg, hint="List them: fireline heartbeat list")


def _taken(name: str) -> HeartbeatTaken:
    msg = f"There is a heartbeat called {name} already."
    return HeartbeatTaken(msg, hint="Choose another name, or change that one.")


async def _tell(tx: Tx, what: str, name: str, *, by: Actor) -> None:
    body: JsonObject = {"heartbeat": name, "text": f"{by.name} {what} the heartbeat {name}"}
    await record(tx, house_stream(), f"heartbeat.{what}", by=by, body=body)
    await pokes.poke(tx.db, HEARTBEATS)
