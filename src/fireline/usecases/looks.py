"""Look at whole accounts: on a schedule, at the start, when asked, and where something was written.

A look is rows: parts that any worker claims, looks at and saves, each in a transaction of its own.
Killed anywhere, it goes on where it was. What could not be looked at is said of that part and
leaves what is known of it alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor, Machine
from fireline.core.values.ids import DrillId
from fireline.core.values.refusals import Kind, Refusal
from fireline.ports.inventory import CouldNotLook, Looked, Part, Why
from fireline.store import assets, cloud_accounts, coverage, due, looks, pokes
from fireline.store.assets import Reading
from fireline.store.cloud_accounts import CloudAccountRow
from fireline.store.coverage import Covered
from fireline.store.looks import (
    DIRTY,
    LOOK,
    LOOK_END,
    LOOK_JUDGE,
    LOOK_PARTS,
    Ended,
    LookAccountRow,
    PartClaim,
)
from fireline.usecases import asset_saving, plans, posture
from fireline.usecases.asset_saving import Prepared, Seen
from fireline.usecases.asset_views import LookAccountView, LookView, TroubleView
from fireline.usecases.cloud_accounts import COSTS, PROBE, TOPIC, CloudAccountNotFound
from fireline.usecases.facts import house_stream, record
from fireline.usecases.listings import kinds_of
from fireline.usecases.posture_signatures import book_of
from fireline.usecases.transaction import Tx

ASKED, SCHEDULED, STARTED, DIRTIED = "asked", "scheduled", "started", "dirty"
PARTS_TOPIC = "look_parts_ready"  # poked when parts wait to be looked at
BY_SCHEDULE = Machine("looking")
MAX_SHOWN = 50
# A look that takes longer has lost its way, and must not keep the next from beginning.
_LONGEST_LOOK = timedelta(hours=6)
_AT_START_UNLESS_WITHIN = timedelta(minutes=10)
# What was written to is looked at soon, and no more often than this.
_DIRTY_AFTER, _DIRTY_EVERY = timedelta(seconds=15), timedelta(minutes=10)
# While an account is looked at, what all is known of is judged this often.
JUDGED_EVERY = timedelta(seconds=0.5)
_COSTS_EVERY = timedelta(hours=20)
_KEPT_FOR = timedelta(days=30)
# One scheduled moment for all accounts would be one wave of calls: each is a little off.
_JITTER = 10  # one part in so many of the time between two looks
# What passes by itself is tried again, later each time; the rest is not.
_AGAIN = {Why.THROTTLED: 6, Why.UNREACHABLE: 4}
_AGAIN_AFTER = timedelta(seconds=5)
_AGAIN_TIMES = 3
_LONGEST_AGAIN = timedelta(minutes=5)
_REGION_LEFT = CouldNotLook(
    Why.REGION_OFF, "It is not among what there is to look at any more: a region may be off."
)


class LookNotFound(Refusal):
    """There was no such look."""

    kind = Kind.NOT_FOUND
    code = "look.not_found"


class NothingToLookAt(Refusal):
    """No account was added."""

    kind = Kind.CONFLICT
    code = "look.no_account"


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a part gave, made ready to be saved, and when the look began."""

    kinds: tuple[str, ...]
    prepared: Sequence[Prepared]
    calls: int
    read_at: datetime


async def start_look(
    tx: Tx, *, by: Actor, account: str | None = None, drill: DrillId | None = None
) -> LookView:
    """Begin to look at an account, or at all of them. One that is looked at already goes on.

    Raises CloudAccountNotFound and NothingToLookAt.
    """
    rows = await cloud_accounts.listed(tx.db, drill=drill)
    if account is not None:
        rows = [row for row in rows if row.account == account]
        if not rows:
            msg = f"Nobody looks at an account {account}."
            raise CloudAccountNotFound(msg, hint="`fireline cloud list` shows them.")
    if not rows:
        msg = "There is no account to look at."
        raise NothingToLookAt(msg, hint="Add one with `fireline cloud add`.")
    number = await _begin(tx, rows, reason=ASKED, by=by)
    body = {"look": number, "account": account, "text": f"{by.name} asked for look {number}"}
    await record(tx, house_stream(), "look.asked", by=by, body=body)
    return await show_look(tx, number, drill=drill)


async def look_by_schedule(tx: Tx, account: UUID, *, every: timedelta) -> datetime | None:
    """Begin the look that is due; return when the next is. `None`: the account was removed."""
    row = await cloud_accounts.get(tx.db, account)
    if row is None:
        return None
    await _begin(tx, [row], reason=SCHEDULED, by=BY_SCHEDULE)
    await looks.forget(tx.db, before=tx.now - _KEPT_FOR)
    spread = max(int(every.total_seconds()) // _JITTER, 1)
    return tx.now + every - timedelta(seconds=tx.ids.fresh().int % spread)


async def look_at_start(tx: Tx) -> None:
    """Let every account be looked at now that fireline starts, unless it just was.

    A role nobody has tried yet is tried first.
    """
    for row in await cloud_accounts.listed(tx.db, drill=None):
        if row.probe == "":
            await due.plan(tx.db, PROBE, row.id, tx.now)
        last = await looks.last_began(tx.db, row.account, drill=None, whole=True)
        if last is None or last < tx.now - _AT_START_UNLESS_WITHIN:
            await due.plan(tx.db, LOOK, row.id, tx.now)


async def mark_dirty(tx: Tx, account: CloudAccountRow, parts: Sequence[Part]) -> None:
    """Let parts be looked at soon that something was written to that nobody can name."""
    marked = await coverage.mark_dirty(tx.db, parts, drill=account.drill_id, now=tx.now)
    if marked == 0 or await due.planned(tx.db, DIRTY, account.id) is not None:
        return
    last = await looks.last_began(tx.db, account.account, drill=account.drill_id, whole=False)
    soon = tx.now + _DIRTY_AFTER
    due_at = soon if last is None else max(soon, last + _DIRTY_EVERY)
    await due.plan(tx.db, DIRTY, account.id, due_at)


async def look_at_dirty(tx: Tx, account: UUID) -> None:
    """Begin to look at the parts of an account that something was written to."""
    row = await cloud_accounts.get(tx.db, account)
    if row is None:
        return
    dirty = await coverage.dirty(tx.db, row.account, drill=row.drill_id)
    parts = [Part(one.account, one.region, one.listing) for one in dirty]
    if not parts:
        return
    look = tx.ids.fresh()
    await looks.add(
        tx.db, look, drill=row.drill_id, reason=DIRTIED, by=BY_SCHEDULE.name, now=tx.now
    )
    of_account = await _add_account(tx, look, row, whole=False)
    await looks.add_parts(tx.db, of_account, parts, urgent=True, now=tx.now)
    await pokes.poke(tx.db, PARTS_TOPIC)


async def parts_found(tx: Tx, look_account: UUID, found: Sequence[Part] | CouldNotLook) -> None:
    """Write down what there is to look at in an account, or why nobody can say.

    What was looked at before and is not there to look at any more is said to be so; it is not gone.
    """
    row = await looks.account(tx.db, look_account)
    if row is None or row.state != "asking":
        return
    if isinstance(found, CouldNotLook):
        await coverage.close(tx.db, row.account, found, drill=row.drill_id, now=tx.now)
        await looks.close(tx.db, row.id, found, now=tx.now)
        await pokes.poke(tx.db, TOPIC)
        return
    await coverage.close(
        tx.db, row.account, _REGION_LEFT, drill=row.drill_id, now=tx.now, kept=found
    )
    await looks.add_parts(tx.db, row.id, found, urgent=False, now=tx.now)
    await due.plan(tx.db, LOOK_JUDGE if found else LOOK_END, row.id, tx.now)
    await pokes.poke(tx.db, PARTS_TOPIC)
    await pokes.poke(tx.db, TOPIC)


async def part_seen(tx: Tx, held: PartClaim, found: Found) -> bool:
    """Save what a part holds: what is not in it is gone. `False`: another worker has the part."""
    settled = await looks.settle(
        tx.db, held, trouble=None, calls=found.calls, assets=len(found.prepared), now=tx.now
    )
    if not settled:
        return False
    plan, drill = await plan_or_none(tx), DrillId(held.drill_id) if held.drill_id else None
    outcome = await asset_saving.save(tx, plan, found.prepared, Seen(drill, found.read_at))
    reading = Reading(drill, found.read_at, tx.now)
    gone = await assets.lose(tx.db, held.account, held.region, found.kinds, reading)
    covered = Covered(tx.ids.fresh(), held.part, len(found.prepared))
    await coverage.set_all(tx.db, [covered], drill=drill, read_at=found.read_at, now=tx.now)
    if plan is not None and not held.whole:
        # A whole account is judged kind by kind: until then half of what is linked is old.
        refs = (*outcome.changed, *gone)
        await posture.judge_assets(tx, plan, refs, drill=drill, first_look=False)
    ended = Ended(
        calls=found.calls,
        assets=len(found.prepared),
        changed=len(outcome.changed),
        gone=len(gone),
    )
    await _count(tx, held.look_account, ended)
    return True


async def part_not_seen(
    tx: Tx, held: PartClaim, trouble: CouldNotLook, *, read_at: datetime
) -> bool:
    """Keep why a part could not be looked at; what is known of it stays. `False`: not ours.

    What passes by itself is tried again. Credentials that fail, fail for the whole account.
    """
    if held.attempts < _AGAIN.get(trouble.why, 0):
        wait = min(_AGAIN_AFTER * _AGAIN_TIMES ** (held.attempts - 1), _LONGEST_AGAIN)
        return await looks.put_off(tx.db, held, trouble, due_at=tx.now + wait)
    if not await looks.settle(tx.db, held, trouble=trouble, calls=0, assets=0, now=tx.now):
        return False
    parts = [held.part]
    if trouble.why is Why.CREDENTIALS:
        given_up = await looks.give_up(tx.db, held.look_account, trouble, now=tx.now)
        parts += [Part(held.account, row.region, row.listing) for row in given_up]
    covered = [Covered(tx.ids.fresh(), part, trouble=trouble) for part in parts]
    await coverage.set_all(tx.db, covered, drill=held.drill_id, read_at=read_at, now=tx.now)
    await _count(tx, held.look_account, Ended(done=len(parts), could_not=len(parts)))
    return True


@dataclass(frozen=True, slots=True)
class ToJudge:
    """Kinds of an account that is looked at as a whole; `first`: for the first time."""

    account: str
    drill: DrillId | None
    first: bool
    plan: Plan
    kinds: frozenset[str]


async def count_anew(tx: Tx) -> None:
    """Let the database learn how much there is, now that a look brought it."""
    await assets.weigh(tx.db)


async def to_judge(tx: Tx, look_account: UUID, *, ends: bool) -> ToJudge | None:
    """Return what of an account is to be judged; `None`: nothing of it, now or later.

    Until its look ends, it is what can be judged already: all that it rests on was looked at.
    """
    row = await looks.account(tx.db, look_account)
    plan = await plan_or_none(tx)
    if row is None or row.ended_at is not None or not row.whole or plan is None:
        return None
    book = book_of(plan)
    kinds = book.kinds - set(row.judged if row.judged_under == plan.revision else ())
    if not ends:
        if row.state != "looking":
            return None
        waiting = await looks.waiting(tx.db, row.id)
        unseen = {kind for listing in waiting for kind in kinds_of(listing)}
        kinds = {kind for kind in kinds if unseen.isdisjoint({kind, *book.rests_on(kind)})}
    drill = DrillId(row.drill_id) if row.drill_id else None
    return ToJudge(row.account, drill, row.first, plan, frozenset(kinds))


async def kind_judged(tx: Tx, look_account: UUID, kind: str, plan: Plan) -> bool:
    """Keep that a kind was judged. `False`: all was looked at, and is being judged."""
    return await looks.judged(tx.db, look_account, [kind], under=plan.revision)


async def end_account(tx: Tx, look_account: UUID) -> None:
    """End the look at an account, after it was judged, and plan what is done after a look."""
    row = await looks.account(tx.db, look_account)
    if row is None or row.ended_at is not None:
        return
    if row.whole:
        await _whole_look_ended(tx, row)
    await looks.close(tx.db, row.id, None, now=tx.now)
    await pokes.poke(tx.db, TOPIC)


async def show_look(tx: Tx, number: int, *, drill: DrillId | None = None) -> LookView:
    """Return a look and how far it is. Raises LookNotFound."""
    rows = await looks.listed(tx.db, drill=drill, number=number, limit=1)
    if not rows:
        msg = f"There is no look {number}."
        raise LookNotFound(msg, hint="`fireline assets look` begins one.")
    (view,) = await _views(tx, rows)
    return view


async def list_looks(
    tx: Tx, *, drill: DrillId | None = None, whole: bool = True, limit: int = 10
) -> tuple[LookView, ...]:
    """List looks, the newest first; with `whole`, none of those at what was written to."""
    size = min(max(limit, 1), MAX_SHOWN)
    rows = await looks.listed(tx.db, drill=drill, whole=whole, limit=size)
    return tuple(await _views(tx, rows))


async def plan_or_none(tx: Tx) -> Plan | None:
    """Return the running plan, if there is one that can be read."""
    try:
        return await plans.current(tx)
    except (plans.NoPlan, plans.PlanUnreadable):
        return None


async def _begin(tx: Tx, rows: Sequence[CloudAccountRow], *, reason: str, by: Actor) -> int:
    """Begin a look at those accounts nobody is looking at; return its number.

    When all of them are being looked at, it is the number of the look that one of them is part of.
    """
    since = tx.now - _LONGEST_LOOK
    running = {
        row.id: await looks.open_of(tx.db, row.account, drill=row.drill_id, since=since)
        for row in rows
    }
    idle = [row for row in rows if running[row.id] is None]
    going = [one for one in running.values() if one is not None]
    if not idle and going:
        (known,) = await looks.some(tx.db, [going[0].look_id])
        return known.number
    look = tx.ids.fresh()
    drill = rows[0].drill_id
    number = await looks.add(tx.db, look, drill=drill, reason=reason, by=by.name, now=tx.now)
    for row in idle:
        of_account = await _add_account(tx, look, row, whole=True)
        await due.plan(tx.db, LOOK_PARTS, of_account, tx.now)
    await pokes.poke(tx.db, TOPIC)
    return number


async def _add_account(tx: Tx, look: UUID, row: CloudAccountRow, *, whole: bool) -> UUID:
    fresh = tx.ids.fresh()
    await looks.add_account(
        tx.db,
        fresh,
        look,
        account=row.account,
        provider=row.provider,
        whole=whole,
        first=row.first_looked_at is None,
        now=tx.now,
    )
    return fresh


async def _count(tx: Tx, look_account: UUID, ended: Ended) -> None:
    left = await looks.count(tx.db, look_account, ended)
    if left <= 0:
        await due.plan(tx.db, LOOK_END, look_account, tx.now)
    await pokes.poke(tx.db, TOPIC)


async def _whole_look_ended(tx: Tx, row: LookAccountRow) -> None:
    if row.could_not < row.parts or row.parts == 0:
        await cloud_accounts.set_looked(tx.db, row.account, drill=row.drill_id, now=tx.now)
    known = await cloud_accounts.named(tx.db, row.account, drill=row.drill_id)
    if known is None:
        return
    if known.costs_at is None or known.costs_at < tx.now - _COSTS_EVERY:
        await due.plan(tx.db, COSTS, known.id, tx.now)


async def _views(tx: Tx, rows: Sequence[looks.LookRow]) -> list[LookView]:
    ids = [row.id for row in rows]
    of_look: defaultdict[UUID, list[LookAccountView]] = defaultdict(list)
    for one in await looks.accounts(tx.db, ids):
        of_look[one.look_id].append(_account_view(one))
    troubles: defaultdict[UUID, list[TroubleView]] = defaultdict(list)
    for two in await looks.troubles(tx.db, ids):
        troubles[two.look_id].append(TroubleView(two.why, two.parts, two.waiting, two.said))
    return [_view(row, of_look[row.id], troubles[row.id]) for row in rows]


def _view(
    row: looks.LookRow, accounts: Sequence[LookAccountView], troubles: Iterable[TroubleView]
) -> LookView:
    return LookView(
        number=row.number,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        accounts=tuple(accounts),
        troubles=tuple(troubles),
        parts=sum(one.parts for one in accounts),
        done=sum(one.done for one in accounts),
        could_not=sum(one.could_not for one in accounts),
        calls=sum(one.calls for one in accounts),
        assets=sum(one.assets for one in accounts),
        changed=sum(one.changed for one in accounts),
        gone=sum(one.gone for one in accounts),
    )


def _account_view(row: LookAccountRow) -> LookAccountView:
    return LookAccountView(
        account=row.account,
        state=row.state,
        why=row.why,
        said=row.said,
        parts=row.parts,
        done=row.done,
        could_not=row.could_not,
        calls=row.calls,
        assets=row.assets,
        changed=row.changed,
        gone=row.gone,
        began_at=row.began_at,
        ended_at=row.ended_at,
    )


def ready(looked: Looked, *, read_at: datetime) -> Found:
    """Make what was seen of a part ready to be saved; slow for many, and safe in a thread."""
    return Found(looked.kinds, asset_saving.prepare(looked.assets), looked.calls, read_at)
