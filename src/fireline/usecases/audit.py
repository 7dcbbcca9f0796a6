"""Look whether every promise about paging is kept, mend what can be mended, and say the rest.

What is broken becomes an alert of fireline's own, which goes to the people of last resort, and ends
by itself when the next look finds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fireline.core.signals.notice import Notice, Status
from fireline.core.values.actor import Machine
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import audit as store
from fireline.store import payloads
from fireline.usecases.facts import house_stream, record
from fireline.usecases.intake import say
from fireline.usecases.transaction import Tx

KEPT_FOR = timedelta(days=7)
EVERY = timedelta(minutes=1)
# A look is as good as this long; then it says nothing about now.
GOOD_FOR = timedelta(minutes=3)
KIND = "fireline.audit"
_BY = Machine("auditor")
_UNSORTED = "unsorted"
_WORDS: Mapping[str, str] = {
    "untold": "alerts fire, and nobody is told of them without a reason",
    "stopped": "escalations had no next step, and were planned again",
    "late": "steps or messages are late by more than a minute",
    "aside": "steps or messages were set aside after failing too often",
    "endless": "pages have no message that is still to be sent",
    "nobody": "alerts fire of which nobody could be told",
    "unplanned": "messages waited without a moment, and were planned again",
    _UNSORTED: "posts wait to be sorted for more than a minute",
}


class NeverAudited(Refusal):
    """The auditor has not looked yet."""

    kind = Kind.NOT_FOUND
    code = "audit.never"


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that is not kept: how often, and some of where. `healed` were mended at once."""

    promise: str
    count: int
    healed: int
    text: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditView:
    """One look at all that is open. `beat_at`: when the watcher outside was told that it passed.

    `well` says that it passed, and that it is young enough to mean something.
    """

    at: datetime
    passed: bool
    well: bool
    beat_at: datetime | None
    broken: tuple[Breach, ...]


async def look(tx: Tx) -> AuditView | None:
    """Look at everything that is open, and keep what was found; `None`: somebody just has."""
    last = await store.last(tx.db)
    if last is not None and last.at > tx.now - EVERY / 2:
        return None
    broken = [*[await _check(tx, name) for name in store.CHECKS], await _unsorted(tx)]
    found = tuple(one for one in broken if one.count)
    before = {str(one["promise"]) for one in last.broken} if last else set[str]()
    for breach in found:
        await _say_broken(tx, breach, fresh=breach.promise not in before)
    for promise in sorted(before - {one.promise for one in found}):
        await _say_kept(tx, promise)
    passed = not found
    await store.add(tx.db, tx.now, passed=passed, broken=[_written(one) for one in found])
    await store.sweep(tx.db, before=tx.now - KEPT_FOR)
    return AuditView(tx.now, passed, passed, None, found)


async def last_look(tx: Tx) -> AuditView:
    """Return what the last look found. Raises NeverAudited."""
    last = await store.last(tx.db)
    if last is None:
        msg = "The auditor has not looked yet."
        raise NeverAudited(msg, hint="It looks each minute while fireline runs its workers.")
    well = last.passed and last.at > tx.now - GOOD_FOR
    return AuditView(last.at, last.passed, well, last.beat_at, tuple(map(_read, last.broken)))


async def told_outside(tx: Tx, at: datetime) -> None:
    """Note that the watcher outside heard of a look that passed."""
    await store.beat(tx.db, at, now=tx.now)


async def _check(tx: Tx, name: str) -> Breach:
    row = await store.check(tx.db, name, now=tx.now)
    healed = await store.heal(tx.db, name, now=tx.now) if row.broken and name in store.HEALED else 0
    examples = tuple(str(one) for one in row.examples)
    return Breach(name, row.broken, healed, f"{row.broken} {_WORDS[name]}", examples)


async def _unsorted(tx: Tx) -> Breach:
    backlog = await payloads.backlog(tx.db)
    late = backlog.oldest is not None and backlog.oldest < tx.now - store.LATE
    count = backlog.waiting if late else 0
    return Breach(_UNSORTED, count, 0, f"{count} {_WORDS[_UNSORTED]}", ())


async def _say_broken(tx: Tx, breach: Breach, *, fresh: bool) -> None:
    title = f"Fireline itself: {breach.text}"
    more = "\n".join(breach.examples)
    notice = Notice(
        f"audit:{breach.promise}",
        Status.FIRING,
        title,
        Priority.P1,
        kind=KIND,
        description=f"{more}\nSee: fireline audit",
    )
    await say(tx, notice)
    if fresh:
        body = {**_written(breach), "text": title}
        await record(tx, house_stream(), "audit.broken", by=_BY, body=body)


async def _say_kept(tx: Tx, promise: str) -> None:
    title = f"Fireline itself: no longer: {_WORDS.get(promise, promise)}"
    await say(tx, Notice(f"audit:{promise}", Status.RESOLVED, title, Priority.P1, kind=KIND))
    body = {"promise": promise, "text": title}
    await record(tx, house_stream(), "audit.kept", by=_BY, body=body)


def _written(breach: Breach) -> dict[str, Any]:
    return {
        "promise": breach.promise,
        "count": breach.count,
        "healed": breach.healed,
        "text": breach.text,
        "examples": list(breach.examples),
    }


def _read(said: Any) -> Breach:
    return Breach(
        promise=str(said["promise"]),
        count=int(said["count"]),
        healed=int(said["healed"]),
        text=str(said["text"]),
        examples=tuple(str(one) for one in said["examples"]),
    )
