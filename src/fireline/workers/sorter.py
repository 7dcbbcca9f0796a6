"""Sort what sources posted, in the order it came, and end what is over by itself."""

from dataclasses import dataclass

import structlog

from fireline.core.values.refusals import Unavailable
from fireline.usecases import plans
from fireline.usecases.groupings import Groupings
from fireline.usecases.hearing import Overtaken
from fireline.usecases.sorting import MAX_PAYLOADS, end_what_is_over, give_up, sort_payloads
from fireline.usecases.transaction import Transactions

log = structlog.get_logger()

# A payload that fails alone so often is set apart: nothing behind it may wait for ever.
MAX_ATTEMPTS = 3


@dataclass(slots=True)
class Sorter:
    """Sorts batch after batch. One that fails is halved until the payload to blame is alone."""

    transactions: Transactions
    groupings: Groupings
    _at_once: int = MAX_PAYLOADS
    _failures: int = 0

    async def turn(self) -> bool:
        """Sort a batch; say whether more is likely to wait. Without a plan, everything waits."""
        try:
            async with self.transactions() as tx:
                plan = await plans.current(tx)
                turn = await sort_payloads(tx, plan, self.groupings, limit=self._at_once)
        except plans.NoPlan:
            return False
        except Overtaken:
            log.info("sorter.overtaken")
            return True
        except Unavailable:
            # Less at once may be what the database has the time for.
            self._at_once = max(self._at_once // 2, 1)
            raise
        except Exception:
            # Whatever strangers wrote must not hold up what came after it.
            log.exception("sorter.batch_failed", at_once=self._at_once, failures=self._failures)
            await self._narrow()
            return True
        self._at_once, self._failures = min(2 * self._at_once, MAX_PAYLOADS), 0
        return turn.more

    async def _narrow(self) -> None:
        if self._at_once > 1:
            self._at_once //= 2
            return
        self._failures += 1
        if self._failures >= MAX_ATTEMPTS:
            async with self.transactions() as tx:
                await give_up(tx)
            self._failures = 0


async def end_the_over(transactions: Transactions, groupings: Groupings) -> bool:
    """End symptoms whose time is up although nobody said so."""
    try:
        async with transactions() as tx:
            return await end_what_is_over(tx, await plans.current(tx), groupings) > 0
    except plans.NoPlan:
        return False
    except Overtaken:
        log.info("sorter.overtaken")
        return True
