"""Texts that came from phones, what was answered to each, and the nonces their senders spent."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load
from fireline.store.rows import CountRow

_SQL = load("heard_texts.sql")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What was answered; empty when nothing was."""

    answer: str


@dataclass(frozen=True, slots=True)
class DigestRow:
    """The digest of the body a nonce was spent on."""

    digest: bytes


ROWS: dict[str, type | None] = {
    "hear": None,
    "get": AnswerRow,
    "answer": None,
    "helped_since": CountRow,
    "sweep": None,
    "spend": None,
    "spent_on": DigestRow,
    "sweep_nonces": None,
}


@dataclass(frozen=True, slots=True)
class Heard:
    """One text, by the provider's own name for it."""

    provider: str
    message_id: str
    address: str


async def hear(db: AsyncConnection, heard: Heard, *, now: datetime) -> bool:
    """Note a text as heard. `False`: it was heard before."""
    values = {
        "provider": heard.provider,
        "message_id": heard.message_id,
        "address": heard.address,
        "now": now,
    }
    return await rows.run(db, _SQL["hear"], values) == 1


async def answered(db: AsyncConnection, heard: Heard) -> str:
    """Return what was answered to a text that was heard before."""
    values = {"provider": heard.provider, "message_id": heard.message_id}
    found = await rows.maybe(db, AnswerRow, _SQL["get"], values)
    return found.answer if found else ""


async def answer(db: AsyncConnection, heard: Heard, words: str, *, helped: bool) -> None:
    """Write down what is answered; `helped`: it says how to answer."""
    values = {
        "provider": heard.provider,
        "message_id": heard.message_id,
        "answer": words,
        "helped": helped,
    }
    await rows.run(db, _SQL["answer"], values)


async def helped_since(db: AsyncConnection, address: str, since: datetime, *, most: int) -> int:
    """Count how often a phone was told how to answer since a moment, to `most` and no further."""
    values = {"address": address, "since": since, "most": most}
    return (await rows.one(db, CountRow, _SQL["helped_since"], values)).total


async def sweep(db: AsyncConnection, *, before: datetime, limit: int) -> int:
    """Forget texts heard before a moment, at most so many; return how many."""
    return await rows.run(db, _SQL["sweep"], {"before": before, "limit": limit})


async def spend(
    db: AsyncConnection, provider: str, nonce: str, digest: bytes, *, now: datetime
) -> bool:
    """Spend a nonce on a body. `False`: it was spent on another body before."""
    values = {"provider": provider, "nonce": nonce, "digest": digest, "now": now}
    if await rows.run(db, _SQL["spend"], values) == 1:
        return True
    found = await rows.maybe(
        db, DigestRow, _SQL["spent_on"], {"provider": provider, "nonce": nonce}
    )
    return found is not None and found.digest == digest


async def sweep_nonces(db: AsyncConnection, *, before: datetime, limit: int) -> int:
    """Forget nonces spent before a moment, at most so many; return how many."""
    return await rows.run(db, _SQL["sweep_nonces"], {"before": before, "limit": limit})
