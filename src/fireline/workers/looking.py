"""Look at the cloud: what is due of a look, part by part, many at once and shared with other nodes.

The cloud is asked outside any transaction; what it said is saved in one.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from fireline.core.values.ids import DrillId
from fireline.ports.inventory import CouldNotLook, Looked, Part, Why
from fireline.store import cloud_accounts, due
from fireline.store import looks as look_rows
from fireline.store.due import Claim
from fireline.store.looks import DIRTY, LOOK, LOOK_END, LOOK_JUDGE, LOOK_PARTS, PartClaim
from fireline.usecases import looks
from fireline.workers.claims import SHORT_LEASE, take_due
from fireline.workers.judging import Whose, held_by, judge_kind, judge_whole
from fireline.workers.leased import Leased
from fireline.workers.lookout import Lookout

log = structlog.get_logger()
# Fewer than the threads an inventory has for them: what is read again must find one free.
PARTS_AT_ONCE = 10
ACCOUNTS_AT_ONCE = 4
# More than one writing at a time gains little; more than a few would hold up what pages people.
SAVED_AT_ONCE = 2
LEASE = timedelta(minutes=2)
# Making this many assets ready to be saved would hold up everything else in this process.
_MANY = 50
_AGAIN_AFTER, _MAX_ASKED = timedelta(seconds=10), 5
_MAX_JUDGED = 3
# A part that was claimed more often than it is tried again was lost by those who looked at it.
_MAX_CLAIMED = 10


class Looker:
    """Looks at the parts of looks, many at once."""

    def __init__(self, lookout: Lookout, *, at_once: int = PARTS_AT_ONCE) -> None:
        self._lookout = lookout
        self._saving = asyncio.Semaphore(SAVED_AT_ONCE)
        self._began: dict[PartClaim, datetime] = {}
        renew_seconds = LEASE.total_seconds() / 4
        self._leased = Leased(
            "looking", self._claim, self._look, self._renew, at_once, renew_seconds
        )

    async def turn(self) -> bool:
        """Look at what is due until nothing is. Return whether there was anything."""
        return await self._leased.turn()

    async def _claim(self, limit: int) -> Sequence[PartClaim]:
        async with self._lookout.transactions() as tx:
            held = await look_rows.claim(tx.db, now=tx.now, until=tx.now + LEASE, limit=limit)
        self._began |= dict.fromkeys(held, tx.now)
        return held

    async def _renew(self, held: Sequence[PartClaim]) -> None:
        async with self._lookout.transactions() as tx:
            await look_rows.renew(tx.db, held, until=tx.now + LEASE)

    async def _look(self, held: PartClaim) -> None:
        began = self._began.pop(held)
        found = await self._ask(held)
        if isinstance(found, CouldNotLook):
            async with self._lookout.transactions() as tx:
                await looks.part_not_seen(tx, held, found, read_at=began)
            return
        if len(found.assets) > _MANY:
            ready = await asyncio.to_thread(looks.ready, found, read_at=began)
        else:
            ready = looks.ready(found, read_at=began)
        async with self._saving, self._lookout.transactions() as tx:
            await looks.part_seen(tx, held, ready)

    async def _ask(self, held: PartClaim) -> Looked | CouldNotLook:
        if held.attempts > _MAX_CLAIMED:
            said = "Looking at it failed each time; fireline's log says how."
            return CouldNotLook(Why.UNREADABLE, said)
        async with self._lookout.transactions() as tx:
            drill = DrillId(held.drill_id) if held.drill_id else None
            row = await cloud_accounts.named(tx.db, held.account, drill=drill)
        place = self._lookout.at(row)
        if isinstance(place, CouldNotLook):
            return place
        return await place.inventory.look(place.account, held.part)


async def begin_looks(lookout: Lookout) -> bool:
    """Begin the looks that are due, and plan the next."""

    async def begin(claim: Claim) -> None:
        async with lookout.transactions() as tx:
            following = await looks.look_by_schedule(tx, claim.id, every=lookout.every)
            if following is None:
                await due.finish(tx.db, claim)
            else:
                await due.again(tx.db, claim, following)

    return await take_due(lookout.transactions, LOOK, begin, lease=SHORT_LEASE)


async def begin_dirty_looks(lookout: Lookout) -> bool:
    """Begin to look at what was written to."""

    async def begin(claim: Claim) -> None:
        async with lookout.transactions() as tx:
            await looks.look_at_dirty(tx, claim.id)
            await due.finish(tx.db, claim)

    return await take_due(lookout.transactions, DIRTY, begin, lease=SHORT_LEASE)


async def ask_parts(lookout: Lookout) -> bool:
    """Ask accounts what there is to look at."""

    async def ask(claim: Claim) -> None:
        found = await _parts(lookout, claim)
        async with lookout.transactions() as tx:
            if _passes(found) and claim.attempts < _MAX_ASKED:
                wait = _AGAIN_AFTER * claim.attempts
                await due.again(tx.db, claim, tx.now + wait, failed=True)
                return
            await looks.parts_found(tx, claim.id, found)
            await due.finish(tx.db, claim)

    return await take_due(
        lookout.transactions, LOOK_PARTS, ask, at_once=ACCOUNTS_AT_ONCE, lease=LEASE
    )


async def judge_looked_at(lookout: Lookout) -> bool:
    """Judge what can be judged already of accounts that are still being looked at."""

    async def judge(claim: Claim) -> None:
        going_on = await _judge_kinds(lookout, claim)
        async with lookout.transactions() as tx:
            if going_on:
                await due.again(tx.db, claim, tx.now + looks.JUDGED_EVERY)
            else:
                await due.finish(tx.db, claim)

    return await take_due(lookout.transactions, LOOK_JUDGE, judge, at_once=1, lease=LEASE)


async def _judge_kinds(lookout: Lookout, claim: Claim) -> bool:
    """Judge the kinds that all is known of. Return whether there may be more later."""
    async with lookout.transactions() as tx:
        found = await looks.to_judge(tx, claim.id, ends=False)
        if found is not None and found.kinds and found.first:
            await looks.count_anew(tx)
    if found is None:
        return False
    step = held_by(claim, lease=LEASE)
    for kind in sorted(found.kinds):
        await judge_kind(lookout.transactions, _whose(found), kind, step=step)
        async with lookout.transactions() as tx:
            if not await looks.kind_judged(tx, claim.id, kind, found.plan):
                return False
    return True


def _whose(found: looks.ToJudge) -> Whose:
    return Whose(found.account, found.drill, found.plan, first_look=found.first)


async def end_looks(lookout: Lookout) -> bool:
    """Judge the accounts that were looked at, and end their looks."""

    async def end(claim: Claim) -> None:
        try:
            await _judge(lookout, claim)
        except Exception:
            if claim.attempts < _MAX_JUDGED:
                raise
            # A look that nobody can judge must not keep the next one from beginning.
            log.exception("looking.not_judged", look=str(claim.id))
        async with lookout.transactions() as tx:
            if await due.finish(tx.db, claim):
                await looks.end_account(tx, claim.id)

    return await take_due(lookout.transactions, LOOK_END, end, at_once=1, lease=LEASE)


async def _judge(lookout: Lookout, claim: Claim) -> None:
    """Judge the account a look of which ends, in many short transactions."""
    async with lookout.transactions() as tx:
        await looks.count_anew(tx)
        found = await looks.to_judge(tx, claim.id, ends=True)
    if found is not None:
        step = held_by(claim, lease=LEASE)
        await judge_whole(lookout.transactions, _whose(found), step=step, kinds=found.kinds)


async def _parts(lookout: Lookout, claim: Claim) -> Sequence[Part] | CouldNotLook:
    async with lookout.transactions() as tx:
        at = await look_rows.account(tx.db, claim.id)
        row = await cloud_accounts.named(tx.db, at.account, drill=at.drill_id) if at else None
    place = lookout.at(row)
    if isinstance(place, CouldNotLook):
        return place
    return await place.inventory.parts(place.account)


def _passes(found: Sequence[Part] | CouldNotLook) -> bool:
    return isinstance(found, CouldNotLook) and found.why in (Why.THROTTLED, Why.UNREACHABLE)
