"""Keep a piece of work going: turn after turn, woken by pokes, surviving what a turn raises."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from fireline.core.values.refusals import Unavailable
from fireline.store.hub import Hub

log = structlog.get_logger()
MAX_BACKOFF_SECONDS = 5.0
GIVES_WAY = 3
LONG_TURN_SECONDS = 0.15
# A turn that waited for the database was no work, and must not be rested from for minutes.
LONGEST_REST_SECONDS = 0.6


@dataclass(frozen=True, slots=True)
class Loop:
    """Work that goes on for ever. `turn` does a little and says whether there may be more.

    It is called again at once while it says yes, else when one of `topics` is poked, and after
    `every_seconds` in any case, because a poke may be lost.
    """

    name: str
    turn: Callable[[], Awaitable[bool]]
    every_seconds: float
    topics: tuple[str, ...] = ()
    # The least it rests after a turn, so that what comes meanwhile shares the next. Set, it rests
    # as long as the turn took, too, and three times as long after a long turn or while more waits
    # than a turn holds: what can wait gives way to what cannot, the more the more there is. Never
    # longer than `LONGEST_REST_SECONDS`, though.
    rest_seconds: float = 0.0


async def keep(loop: Loop, hub: Hub) -> None:
    """Run one loop until it is cancelled. A turn that raises is logged, and tried again later."""
    failures = 0
    clock = asyncio.get_running_loop()
    with hub.listening(*loop.topics) as listener:
        while True:
            began = clock.time()
            try:
                more = await loop.turn()
                failures = 0
            except Unavailable as weather:
                # No mistake of the worker's: the turn comes again.
                failures += 1
                why = repr(weather.__cause__ or weather)
                log.warning("worker.turn_late", worker=loop.name, failures=failures, why=why)
                await _back_off(failures)
                continue
            except Exception:
                # The boundary of a worker: whatever one turn met must not end the loop.
                failures += 1
                log.exception("worker.turn_failed", worker=loop.name, failures=failures)
                await _back_off(failures)
                continue
            if loop.rest_seconds:
                await asyncio.sleep(_rest(loop, clock.time() - began, more=more))
            if not more:
                await listener.wait(loop.every_seconds)


async def _back_off(failures: int) -> None:
    await asyncio.sleep(min(0.1 * 2**failures, MAX_BACKOFF_SECONDS))


def _rest(loop: Loop, took: float, *, more: bool) -> float:
    heavy = more or took > LONG_TURN_SECONDS
    wished = took * (GIVES_WAY if heavy else 1)
    return max(loop.rest_seconds, min(wished, LONGEST_REST_SECONDS))
