"""Push a plan, and read the running one or any earlier revision.

A large plan takes a second to compile, so a thread does it: pages go out meanwhile.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fireline.content.signatures import shipped_signatures
from fireline.core.plan.compiling import compile_plan, reopen_plan
from fireline.core.plan.diff import Change, difference
from fireline.core.plan.mistakes import Mistake
from fireline.core.plan.plan import Plan
from fireline.core.signals.notice import ChangeNotice, Kind
from fireline.core.values import refusals
from fireline.core.values.actor import Actor
from fireline.core.values.ids import RevisionId
from fireline.core.values.refusals import Refusal
from fireline.store import plans
from fireline.usecases import change_keeping
from fireline.usecases.facts import house_stream, record
from fireline.usecases.transaction import Tx

MAX_NOTE_CHARACTERS = 500
MAX_COMPILED = 16
MAX_CHANGES_IN_FACT = 50

# A revision never changes, so a process may keep its compiled value as long as it likes.
_compiled: OrderedDict[str, Plan] = OrderedDict()


class PlanRefused(Refusal):
    """A plan with mistakes is not pushed; the running one stays. `mistakes` are all there are."""

    kind = refusals.Kind.INVALID
    code = "plan.mistakes"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        count = len(mistakes)
        said = f"The plan has {count} mistake{'' if count == 1 else 's'}; the running plan stays."
        super().__init__(said, hint="`fireline plan check DIR` lists them.")
        self.mistakes = tuple(mistakes)


class NoteTooLong(Refusal):
    """A push's note is for people to read in a list."""

    kind = refusals.Kind.INVALID
    code = "plan.note_too_long"


class NoSuchRevision(Refusal):
    """Nobody pushed such a revision."""

    kind = refusals.Kind.NOT_FOUND
    code = "plan.no_such_revision"


class NoPlan(Refusal):
    """Nothing can be decided before the first plan is pushed."""

    kind = refusals.Kind.UNAVAILABLE
    code = "plan.none"


class PlanUnreadable(Refusal):
    """This version of fireline cannot read a revision that an earlier one accepted."""

    kind = refusals.Kind.UNAVAILABLE
    code = "plan.unreadable"


@dataclass(frozen=True, slots=True)
class PushView:
    """One revision made the running plan: when, by whom, and why."""

    revision: RevisionId
    pushed_at: datetime
    pushed_by: str
    note: str


async def check(tx: Tx, files: Mapping[str, str]) -> Plan:
    """Compile a plan without making it the running one. Raises PlanRefused with every mistake."""
    compiled = await asyncio.to_thread(
        compile_plan, files, now=tx.now, shipped=shipped_signatures()
    )
    if not isinstance(compiled, Plan):
        raise PlanRefused(compiled)
    return compiled


async def push(tx: Tx, files: Mapping[str, str], *, by: Actor, note: str) -> RevisionId:
    """Check a plan and make it the running one. Pushing what already runs changes nothing."""
    if len(note) > MAX_NOTE_CHARACTERS:
        message = f"A note has at most {MAX_NOTE_CHARACTERS} characters."
        raise NoteTooLong(message)
    compiled = await check(tx, files)
    await plans.lock_pushes(tx.db)
    running = await plans.last(tx.db)
    if running is not None and running.revision == compiled.revision:
        return compiled.revision
    before = None if running is None else await _readable(tx, RevisionId(running.revision))
    await plans.keep(tx.db, compiled.revision, files)
    await plans.push(tx.db, compiled.revision, at=tx.now, by=by.name, note=note)
    await _write_down(tx, before, compiled, by=by, note=note)
    await _keep_change(tx, compiled, by=by, note=note)
    return compiled.revision


async def _keep_change(tx: Tx, plan: Plan, *, by: Actor, note: str) -> None:
    """Keep the push among the changes: a new rule or route may be why somebody is told."""
    pushed = ChangeNotice(
        key=f"plan:{plan.revision}:{tx.now.isoformat()}",
        title=f"Plan {plan.revision[:12]} pushed{': ' if note else ''}{note}",
        kind=Kind.PLAN,
        at=tx.now,
        actor=by.name,
        revision=plan.revision,
        planned=True,
    )
    await change_keeping.keep(tx, plan, await change_keeping.house(tx), [pushed])


async def _readable(tx: Tx, revision: RevisionId) -> Plan | None:
    """Return a revision's plan; one that cannot be read must not stop the push that replaces it."""
    try:
        return await of(tx, revision)
    except PlanUnreadable:
        return None


async def _write_down(tx: Tx, before: Plan | None, after: Plan, *, by: Actor, note: str) -> None:
    changes = () if before is None else difference(before, after)
    count = f"{len(changes)} change{'' if len(changes) == 1 else 's'} to the plan"
    text = "a plan was pushed" if before is None else count
    body = {
        "revision": after.revision,
        "before": None if before is None else before.revision,
        "note": note,
        "changes": [str(change) for change in changes[:MAX_CHANGES_IN_FACT]],
        "text": f"{text}{': ' if note else ''}{note}",
    }
    await record(tx, house_stream(), "plan.pushed", by=by, body=body)


async def current(tx: Tx) -> Plan:
    """Return the running plan."""
    running = await plans.last(tx.db)
    if running is None:
        message = "No plan has been pushed yet."
        raise NoPlan(
            message, hint="Write one with `fireline plan init`, then `fireline plan push`."
        )
    return await of(tx, RevisionId(running.revision))


async def of(tx: Tx, revision: RevisionId) -> Plan:
    """Return one revision's plan, compiled once in each process."""
    known = _compiled.get(revision)
    if known is not None:
        _compiled.move_to_end(revision)
        return known
    opened = await asyncio.to_thread(
        reopen_plan, await files_of(tx, revision), shipped=shipped_signatures()
    )
    if not isinstance(opened, Plan):
        message = f"This fireline cannot read plan revision {revision[:12]}: {opened[0]}"
        raise PlanUnreadable(
            message, hint="Run the version it was pushed with, or push a new plan."
        )
    _compiled[revision] = opened
    while len(_compiled) > MAX_COMPILED:
        _compiled.popitem(last=False)
    return opened


async def files_of(tx: Tx, revision: RevisionId) -> Mapping[str, str]:
    """Return one revision's files: path to text."""
    files = await plans.files_of(tx.db, revision)
    if files is None:
        message = f"There is no plan revision {revision}."
        raise NoSuchRevision(message, hint="`fireline plan show --history` lists them.")
    return files


async def history(tx: Tx, *, limit: int = plans.MAX_LISTED) -> list[PushView]:
    """List what was pushed, the newest first."""
    return [
        PushView(RevisionId(row.revision), row.pushed_at, row.pushed_by, row.note)
        for row in await plans.pushes(tx.db, limit=min(limit, plans.MAX_LISTED))
    ]


async def diff(tx: Tx, before: RevisionId, after: RevisionId) -> tuple[Change, ...]:
    """List what changes in behaviour from one revision to another."""
    return difference(await of(tx, before), await of(tx, after))
