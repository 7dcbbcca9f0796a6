"""Which source a token belongs to, at a cost that does not grow with how many tokens are tried.

Known sources are remembered for seconds; nothing is remembered of tokens nobody has, so trying them
drives out no source that is known. All tokens asked for meanwhile are looked up in one statement,
and statements rest in between: a flood of made-up tokens costs the database a few a second.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from fireline.core.values.refusals import Unavailable
from fireline.usecases import sources
from fireline.usecases.sources import Card
from fireline.usecases.transaction import Transactions

MAX_REMEMBERED = 1_000
REMEMBER_SECONDS = 5.0
MAX_ASKED = 2_000
_AT_ONCE = 500
_REST_SECONDS = 0.05

_Answer = asyncio.Future[Card | None]


class TooManyTokens(Unavailable):
    """More unknown tokens are waiting to be looked up than fireline looks up."""

    code = "intake.too_many_tokens"


@dataclass(slots=True)
class Cards:
    """The sources that post here. One for each process."""

    transaction: Transactions
    _known: OrderedDict[bytes, tuple[float, Card]] = field(
        default_factory=OrderedDict[bytes, tuple[float, Card]]
    )
    _asked: dict[bytes, _Answer] = field(default_factory=dict[bytes, _Answer])
    _asking: asyncio.Task[None] | None = None
    _last: float = 0.0

    async def of(self, token: str) -> Card | None:
        """Return the source a token belongs to; `None`: nobody has it. Raises Unavailable."""
        key = sources.token_hash(token)
        known = self._known.get(key)
        if known is not None and time.monotonic() - known[0] < REMEMBER_SECONDS:
            return known[1]
        return await self._ask(key, was_known=known is not None)

    async def _ask(self, key: bytes, *, was_known: bool) -> Card | None:
        answer = self._asked.get(key)
        if answer is None:
            # Who was known a moment ago is asked for before strangers, and whatever the crowd.
            if len(self._asked) >= MAX_ASKED and not was_known:
                msg = "Too many tokens that nobody has are being tried."
                raise TooManyTokens(msg, hint="Send it again in a few seconds.")
            answer = asyncio.get_running_loop().create_future()
            self._asked = {key: answer, **self._asked} if was_known else self._asked
            self._asked[key] = answer
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._look_up())
        return await asyncio.shield(answer)

    async def _look_up(self) -> None:
        while self._asked:
            await asyncio.sleep(max(self._last + _REST_SECONDS - time.monotonic(), 0))
            asked = {key: self._asked.pop(key) for key in list(self._asked)[:_AT_ONCE]}
            await self._answer(asked)
            self._last = time.monotonic()

    async def _answer(self, asked: dict[bytes, _Answer]) -> None:
        try:
            async with self.transaction() as tx:
                found = await sources.cards_of(tx, list(asked))
        except Exception as failure:  # noqa: BLE001 - each of those who wait is told of it
            for answer in asked.values():
                answer.set_exception(failure)
                answer.exception()  # whoever asked may be gone
            return
        now = time.monotonic()
        for key, answer in asked.items():
            card = found.get(key)
            self._known.pop(key, None)
            if card is not None:
                self._known[key] = (now, card)
            answer.set_result(card)
        while len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
