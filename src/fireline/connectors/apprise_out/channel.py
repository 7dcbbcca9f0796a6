"""Hand a letter to Apprise, the library of a hundred and more services (https://appriseit.com).

It runs in a process of its own, one for each message: it waits without asyncio, it could hang, and
what it calls is up to the address. There, every connection is judged when it is made; here, time is
kept. The address goes by standard input, never by the command line.
"""

import asyncio
import contextlib
import sys
from datetime import timedelta
from typing import cast

import orjson

from fireline.ports.channel import (
    Delivered,
    Description,
    Form,
    Message,
    Outcome,
    Refused,
    TryAgain,
    Unknown,
)
from fireline.wire.addresses import INTERNET, Reach

DESCRIPTION = Description(
    name="apprise",
    title="Apprise",
    form=Form.LETTER,
    address_words="an Apprise address; it is a secret",
    example="tgram://123456789:abcdefghijklmnop/12315544/",
    address_pattern=r"[a-z][a-z0-9]{1,20}://\S{1,2000}",
    answers=True,
    receipts=False,
)
WHOLE_SECONDS = 25.0
MAX_BODY_BYTES = 1_000_000
AT_ONCE = 4
_CHILD = "fireline.connectors.apprise_out.child"


class AppriseChannel:
    """Sends letters through Apprise."""

    name = "apprise"

    def __init__(self, reach: Reach = INTERNET, *, whole_seconds: float = WHOLE_SECONDS) -> None:
        self._reach = reach
        self._whole_seconds = whole_seconds
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        size = len(message.body.encode("utf-8", "replace"))
        if size > MAX_BODY_BYTES:
            return Refused(f"{size} bytes are more than the {MAX_BODY_BYTES} allowed")
        asked = {
            "url": _clean(message.to),
            "title": " ".join(_clean(message.subject).split()),
            "body": _clean(message.body),
            "loopback_only": self._reach.loopback_only,
            "private": [str(network) for network in self._reach.private],
            "at": message.at,
        }
        async with self._turns:
            return await self._run(orjson.dumps(asked))

    async def _run(self, asked: bytes) -> Outcome:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            _CHILD,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # It is told nothing of fireline's own environment: no secret, no proxy.
            env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"},
        )
        try:
            async with asyncio.timeout(self._whole_seconds):
                said, _ = await child.communicate(asked)
        except TimeoutError:
            return Unknown(f"no answer within {self._whole_seconds:g} seconds")
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
        return _outcome(said)


def _outcome(said: bytes) -> Outcome:
    try:
        read = cast("dict[str, object]", orjson.loads(said))
        outcome, why, after = str(read["outcome"]), str(read["why"]), read["after"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return Unknown("Apprise ended without an answer")
    match outcome:
        case "delivered":
            return Delivered(why)
        case "try_again":
            wait = timedelta(seconds=after) if isinstance(after, int | float) else None
            return TryAgain(why, wait)
        case "refused":
            return Refused(why)
        case _:
            return Unknown(why)


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
