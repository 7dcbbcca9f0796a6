"""Where signals come from, and how a source is told that one was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a source handed over, before anybody has judged it.

    `body` is decoded as far as the transport goes and no further: an EventBridge envelope's text,
    or one object's bytes after gunzip. `receipt` is given back to `done`. `problem` says why the
    transport could not unwrap it (a corrupt gzip, an object over the limit); the body is then the
    raw bytes, cut to what is worth keeping, `size` how many there were, and `why` a sentence.
    """

    receipt: str
    via: str
    origin: str
    body: bytes
    problem: str | None = None
    why: str = ""
    size: int | None = None


class Source(Protocol):
    """Hands over parcels at least once. What is not `done` comes again."""

    name: str

    async def receive(self) -> Sequence[Parcel]:
        """Wait a while for parcels. An empty answer means none came."""
        ...

    async def done(self, receipts: Sequence[str]) -> None:
        """Say that these parcels were kept (committed), and need not come again."""
        ...
