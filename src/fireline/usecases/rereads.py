"""Read again what somebody just changed, so that it is known, and judged, within seconds.

Only calls that wrote and succeeded count, and only in accounts that are looked at. What a call
changed and did not name is looked at as a whole, soon.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.alerting.unplanned import is_change
from fireline.core.assets.aws.table import PART_KINDS
from fireline.core.assets.ref import AssetRef
from fireline.core.plan.plan import Plan
from fireline.core.signals.event import Event
from fireline.core.values.ids import DrillId
from fireline.ports.inventory import CouldNotLook, Part, Reread, Why
from fireline.store import asset_lists, assets, cloud_accounts, pokes, rereads
from fireline.store.assets import Reading
from fireline.store.cloud_accounts import CloudAccountRow
from fireline.store.rereads import New, RereadClaim
from fireline.store.signals import UnjudgedRow
from fireline.usecases import asset_saving, looks, posture
from fireline.usecases.asset_saving import Outcome, Seen
from fireline.usecases.change_keeping import MAX_WORD, clean
from fireline.usecases.cloud_accounts import TOPIC
from fireline.usecases.listings import is_known, listings_written_by
from fireline.usecases.transaction import Tx

REREADS = "rereads"  # poked when something waits to be read again
# Answers of some services are a little old: one that shows nothing new is asked once more.
_ONCE_MORE_AFTER, _ONCE_MORE_WITHIN = timedelta(seconds=5), timedelta(minutes=5)
_AGAIN = frozenset({Why.THROTTLED, Why.UNREACHABLE})
_MAX_ATTEMPTS = 6
_AGAIN_AFTER = timedelta(seconds=1)
_LONGEST_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that changed something, with the signal that told of it and the account it was in."""

    signal: UUID
    event: Event
    account: CloudAccountRow


async def wish_rereads(tx: Tx, rows: Sequence[UnjudgedRow]) -> int:
    """Wish that what these signals changed be read again; return how many assets that is."""
    events = [(row.id, row.drill_id, row.event) for row in rows if not row.read_only]
    events = [one for one in events if is_change(one[2])]
    if not events:
        return 0
    watched = {
        (row.drill_id, row.account): row
        for row in await cloud_accounts.watched(tx.db, {one[2].account for one in events})
    }
    calls = [
        _Call(signal, event, watched[drill, event.account])
        for signal, drill, event in events
        if (drill, event.account) in watched
    ]
    if not calls:
        return 0
    wishes = await _wishes(tx, calls)
    if wishes:
        await rereads.wish(tx.db, wishes, now=tx.now)
        await pokes.poke(tx.db, REREADS)
    return len(wishes)


async def reread_seen(
    tx: Tx, held: RereadClaim, found: Reread, *, read_at: datetime
) -> Outcome | None:
    """Save an asset that was read again, with who changed it, and judge it.

    `None`: another worker has it. Where nothing is different a moment after the call, it is read
    once more.
    """
    if not await rereads.hold(tx.db, held):
        return None
    drill = DrillId(held.drill_id) if held.drill_id else None
    plan = await looks.plan_or_none(tx)
    outcome = await _save(tx, plan, held, found, read_at=read_at)
    if plan is not None and outcome.refs:
        await posture.judge_assets(tx, plan, outcome.refs, drill=drill, first_look=False)
    if _may_be_old(tx, held, outcome):
        await rereads.put_off(tx.db, held, tx.now + _ONCE_MORE_AFTER, unchanged=True)
    else:
        await rereads.finish(tx.db, held)
    if outcome.refs:
        await pokes.poke(tx.db, TOPIC)
    return outcome


async def reread_not_seen(tx: Tx, held: RereadClaim, trouble: CouldNotLook) -> None:
    """Keep why an asset could not be read again: until it can, what is known of it is in doubt."""
    if not await rereads.hold(tx.db, held):
        return
    said = f"changed by {held.call} and not read again since: {trouble.said}"
    await assets.doubt(tx.db, held.ref, clean(said, 1000), drill=held.drill_id)
    if trouble.why in _AGAIN and held.attempts < _MAX_ATTEMPTS:
        wait = min(_AGAIN_AFTER * 2 ** (held.attempts - 1), _LONGEST_AGAIN)
        await rereads.put_off(tx.db, held, tx.now + wait, unchanged=held.unchanged)
    else:
        await rereads.finish(tx.db, held)


async def again(tx: Tx, held: RereadClaim) -> None:
    """Let a wish that could not be kept in the database be granted anew, soon."""
    wait = min(_AGAIN_AFTER * 2 ** (held.attempts - 1), _LONGEST_AGAIN)
    await rereads.put_off(tx.db, held, tx.now + wait, unchanged=held.unchanged)


async def drop(tx: Tx, held: RereadClaim) -> None:
    """Forget a wish that nobody can grant: its account is looked at no more."""
    await rereads.finish(tx.db, held)


async def _save(
    tx: Tx, plan: Plan | None, held: RereadClaim, found: Reread, *, read_at: datetime
) -> Outcome:
    drill = DrillId(held.drill_id) if held.drill_id else None
    if found.asset is None:
        reading = Reading(drill, read_at, tx.now)
        gone = await assets.lose_one(tx.db, held.ref, held.cause, reading)
        return Outcome(gone=(held.ref,) if gone else ())
    prepared = asset_saving.prepare([found.asset])
    outcome = await asset_saving.save(tx, plan, prepared, Seen(drill, read_at, held.cause))
    if not outcome.changed:
        await _attribute(tx, held, drill=drill)
    return outcome


async def _attribute(tx: Tx, held: RereadClaim, *, drill: DrillId | None) -> None:
    """Say who made the latest version, where a look was faster than the log."""
    for row in await asset_lists.by_refs(tx.db, [held.ref], drill=drill):
        await assets.attribute(tx.db, row.id, held.cause)


def _may_be_old(tx: Tx, held: RereadClaim, outcome: Outcome) -> bool:
    fresh = tx.now - held.called_at < _ONCE_MORE_WITHIN
    return not outcome.refs and not held.unchanged and fresh


async def _wishes(tx: Tx, calls: Sequence[_Call]) -> list[New]:
    """Return what is to be read again, each once and because of its latest call."""
    found: dict[tuple[UUID | None, AssetRef], New] = {}
    partly = await _linkers(tx, calls)
    for call in sorted(calls, key=lambda one: one.event.time):
        named = [ref for ref in call.event.assets if _is_in(ref, call)]
        wanted = [ref for ref in named if is_known(ref.kind)]
        for ref in named:
            wanted += partly.get((call.account.drill_id, ref), ())
        for ref in wanted:
            found[call.account.drill_id, ref] = _wish(tx, call, ref)
        if not wanted:
            await _dirty(tx, call)
    return list(found.values())


def _is_in(ref: AssetRef, call: _Call) -> bool:
    return ref.account == call.account.account and len(ref.id.encode("utf-8", "replace")) <= (
        asset_saving.MAX_NAME_BYTES
    )


async def _linkers(
    tx: Tx, calls: Iterable[_Call]
) -> dict[tuple[UUID | None, AssetRef], list[AssetRef]]:
    """Return the assets that what calls named is only a part of, such as a table's association."""
    parts = list(
        dict.fromkeys(ref for call in calls for ref in call.event.assets if ref.kind in PART_KINDS)
    )
    found: dict[tuple[UUID | None, AssetRef], list[AssetRef]] = {}
    for row in await rereads.linkers(tx.db, parts) if parts else ():
        found.setdefault((row.drill_id, parts[row.place]), []).append(row.ref)
    return found


async def _dirty(tx: Tx, call: _Call) -> None:
    event = call.event
    listings = sorted(listings_written_by(event.kind.partition(".")[0]))
    parts = [Part(event.account, event.region, listing) for listing in listings]
    if parts:
        await looks.mark_dirty(tx, call.account, parts)


def _wish(tx: Tx, call: _Call, ref: AssetRef) -> New:
    event = call.event
    who = event.who.arn or event.who.name or "somebody"
    return New(
        id=tx.ids.fresh(),
        drill_id=call.account.drill_id,
        account=ref.account,
        region=ref.region,
        kind=ref.kind,
        asset_id=ref.id,
        who=clean(who, MAX_WORD),
        call=clean(event.kind, MAX_WORD),
        called_at=min(event.time, tx.now),
        signal_id=call.signal,
    )
