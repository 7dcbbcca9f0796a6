"""Take in what outside systems post: keep it, commit, and only then say that it is accepted.

Posts that arrive together share one commit; nobody's answer is sent before its own.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from fireline.core.signals.formats import fireline
from fireline.core.signals.notice import Notice
from fireline.core.values.ids import DrillId, PayloadId
from fireline.core.values.refusals import Unavailable
from fireline.store import payloads, sources
from fireline.store.hub import Hub
from fireline.usecases.transaction import Transactions, Tx

log = structlog.get_logger()

PAYLOADS = "payloads"  # poked when something waits to be sorted
SORTED = "sorted"  # poked when something was
REPLAY = "replay"  # the call of a payload that says again, by a new mapping, what was said before
HOUSE_SOURCE = "fireline"  # what fireline says of itself
MAX_WAITING = 4_000
MAX_WAITING_BYTES = 64 * 1024 * 1024
MAX_AT_ONCE = 512
_SETTLE_SECONDS = 8.0
_LOOK_SECONDS = 0.05

Source = sources.CardRow


class Keeps(Protocol):
    """Keeps payloads, many in one commit. Raises Unavailable when the database does not answer."""

    async def keep(self, new: Sequence[payloads.New]) -> datetime:
        """Keep them; return when, once that is committed."""
        ...

    async def close(self) -> None:
        """Give up what is held."""
        ...


class Overfull(Unavailable):
    """More is waiting to be kept than fireline can hold; nothing of this post was kept."""

    code = "intake.overfull"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A post that is kept: committed, and never lost from here on."""

    payload: PayloadId
    at: datetime


@dataclass(frozen=True, slots=True)
class _Post:
    new: payloads.New
    done: "asyncio.Future[Accepted]"


@dataclass(slots=True)
class Inbox:
    """Keeps posts, many to a commit. One for each process; `run` works until it is cancelled."""

    transactions: Transactions
    hub: Hub
    keepers: Sequence[Keeps]
    _waiting: list[_Post] = field(default_factory=list[_Post])
    _bytes: int = 0
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(
        self,
        source: Source,
        body: bytes,
        *,
        call: str = "",
        meta: Mapping[str, str] | None = None,
        fresh: UUID,
    ) -> Accepted:
        """Keep one post and return once it is committed.

        Raises Unavailable when it could not be: then nothing of it was kept, and it may be sent
        again.
        """
        if len(self._waiting) >= MAX_WAITING or self._bytes > MAX_WAITING_BYTES:
            msg = "Too much is waiting to be kept."
            raise Overfull(msg, hint="Send it again in a few seconds.")
        new = payloads.New(
            id=fresh,
            source_id=source.id,
            drill_id=source.drill_id,
            format=source.format,
            call=call,
            meta=json.dumps(dict(meta)) if meta else "{}",
            body=body,
        )
        post = _Post(new, asyncio.get_running_loop().create_future())
        self._waiting.append(post)
        self._bytes += len(body)
        self._woken.set()
        return await post.done

    async def settled(
        self, source: Source, up_to: UUID, *, seconds: float = _SETTLE_SECONDS
    ) -> bool:
        """Wait until everything a source posted up to a payload was sorted. `False`: not yet.

        A door that reads what it wrote waits here first, so that clients see their own posts.
        """
        clock = asyncio.get_running_loop()
        ends = clock.time() + seconds
        with self.hub.listening(SORTED) as listener:
            while True:
                async with self.transactions() as tx:
                    if not await payloads.is_waiting(tx.db, source.id, up_to=up_to):
                        return True
                if clock.time() >= ends:
                    return False
                await listener.wait(min(_LOOK_SECONDS, max(ends - clock.time(), 0.001)))

    async def run(self) -> None:
        """Keep posts until cancelled."""
        try:
            await asyncio.gather(*(self._write(keeper) for keeper in self.keepers))
        finally:
            for keeper in self.keepers:
                await keeper.close()

    async def _write(self, keeper: Keeps) -> None:
        while True:
            await self._woken.wait()
            batch, self._waiting = self._waiting[:MAX_AT_ONCE], self._waiting[MAX_AT_ONCE:]
            if not self._waiting:
                self._woken.clear()
            if batch:
                self._bytes -= sum(len(post.new.body) for post in batch)
                await self._keep(keeper, batch)

    async def _keep(self, keeper: Keeps, batch: Sequence[_Post]) -> None:
        """Keep a batch; when the database refuses it, find the one to blame."""
        try:
            at = await keeper.keep([post.new for post in batch])
        except Unavailable as weather:
            _fail(batch, weather)
            return
        except Exception as failure:  # noqa: BLE001 - whatever it was, the sender is told to retry
            log.warning("intake.not_kept", posts=len(batch), why=type(failure).__name__)
            if len(batch) == 1:
                _fail(batch, Unavailable("It could not be kept.", hint="Send it again later."))
                return
            middle = len(batch) // 2
            await self._keep(keeper, batch[:middle])
            await self._keep(keeper, batch[middle:])
            return
        self.hub.poke(PAYLOADS)
        for post in batch:
            if not post.done.done():
                post.done.set_result(Accepted(PayloadId(post.new.id), at))


async def say(
    tx: Tx, notice: Notice, *, source: str = HOUSE_SOURCE, drill: DrillId | None = None
) -> PayloadId:
    """Say something in fireline's own name, or in a person's: kept and sorted like any post."""
    (kept,) = await say_all(tx, [notice], source=source, drill=drill)
    return kept


async def say_all(
    tx: Tx, notices: Sequence[Notice], *, source: str = HOUSE_SOURCE, drill: DrillId | None = None
) -> tuple[PayloadId, ...]:
    """Say several things in fireline's own name, in order."""
    if not notices:
        return ()
    known = await sources.register(
        tx.db, tx.ids.fresh(), source, drill=drill, now=tx.now, format="fireline"
    )
    new = [
        payloads.New(
            id=tx.ids.fresh(),
            source_id=known.id,
            drill_id=drill,
            format="fireline",
            call="",
            meta="{}",
            body=fireline.write(notice),
        )
        for notice in notices
    ]
    await payloads.keep(tx.db, new, now=tx.now)
    return tuple(PayloadId(one.id) for one in new)


def _fail(batch: Sequence[_Post], why: Unavailable) -> None:
    for post in batch:
        if not post.done.done():
            post.done.set_exception(why)
