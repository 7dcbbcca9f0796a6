"""Connect what posts to fireline: a source has a token, a rate, and a silence that is too long."""

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.signals.mapping import Compiled, Mistake, compile_mapping
from fireline.core.signals.notice import Status
from fireline.core.signals.readers import READERS
from fireline.core.values.actor import Actor
from fireline.core.values.json import JsonObject
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.secret import Secret
from fireline.store import pokes, sources
from fireline.store.heartbeats import QuietRow
from fireline.store.sources import SourceRow
from fireline.usecases.facts import house_stream, record
from fireline.usecases.heartbeats import quiet_notice
from fireline.usecases.intake import say
from fireline.usecases.transaction import Tx

SOURCES = "sources"  # poked when one was connected, changed or retired
DEFAULT_RATE = 500
MAX_RATE = 100_000
MAX_NAME = 100
MAX_QUIET_SECONDS = 400 * 86_400
MAX_SETTINGS = 20
JSON, MAIL, HEARTBEAT = "json", "mail", "heartbeat"
_TAKEN_BY_PAGES = ("formats", "new")
# What people connect: every format that is read, and jobs that only say that they are still there.
FORMATS = tuple(sorted({*READERS, HEARTBEAT} - {"fireline"}))
MAPPED = (JSON, MAIL)  # formats that are read with a mapping
Card = sources.CardRow
Terms = sources.Terms


class SourceNotFound(Refusal):
    """No source has this name."""

    kind = Kind.NOT_FOUND
    code = "source.not_found"


class SourceTaken(Refusal):
    """A source of this name is connected already."""

    kind = Kind.CONFLICT
    code = "source.taken"


class SourceInvalid(Refusal):
    """A source cannot be like this."""

    kind = Kind.INVALID
    code = "source.invalid"


class MappingRefused(Refusal):
    """A mapping has mistakes; `reasons` has every one, with its field and what would be right."""

    kind = Kind.INVALID
    code = "mapping.refused"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        msg = " ".join(str(mistake) for mistake in mistakes)
        super().__init__(msg, hint="Nothing was changed. Try it first: fireline source preview")
        self.reasons = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class Connected:
    """A source and its token, the only time it is shown."""

    id: UUID
    name: str
    format: str
    token: Secret


async def connect_source(
    tx: Tx,
    name: str,
    *,
    format: str,  # noqa: A002 - the word of the trade
    terms: Terms,
    by: Actor,
) -> Connected:
    """Connect a source and make its token. Raises SourceTaken, SourceInvalid, MappingRefused."""
    _check_name(name)
    _check_format(format)
    _check_terms(terms, format)
    token = _fresh_token(tx)
    new = sources.New(
        id=tx.ids.fresh(),
        name=name,
        format=format,
        token_hash=token_hash(token),
        token_hint=token[-4:],
        made_by=by.name,
        terms=terms,
    )
    made = await sources.create(tx.db, new, now=tx.now)
    if made is None:
        msg = f"There is a source called {name} already."
        raise SourceTaken(msg, hint="Choose another name, or give that one a new token.")
    body: JsonObject = {
        "source": name,
        "format": format,
        "text": f"{by.name} connected the source {name} ({format})",
    }
    await record(tx, house_stream(), "source.connected", by=by, body=body)
    await pokes.poke(tx.db, SOURCES)
    return Connected(made.id, name, format, Secret(token))


async def change_source(tx: Tx, name: str, terms: Terms, *, by: Actor) -> SourceRow:
    """Change all that is set of a source. Raises MappingRefused with every mistake in a mapping."""
    was = await connected(tx, name)
    _check_terms(terms, was.format)
    await sources.change(tx.db, was.id, terms)
    if was.quiet_since is not None and not _too_quiet(was, terms, tx.now):
        await _end_silence(tx, was)
    changed = [what for what, differs in _differences(was, terms) if differs]
    text = f"{by.name} changed {', '.join(changed) or 'nothing'} of the source {name}"
    await _tell(tx, "changed", name, text, by=by)
    return await find_source(tx, name)


async def rotate_token(tx: Tx, name: str, *, by: Actor) -> Connected:
    """Give a source a new token, shown this once. The old one stops working within seconds."""
    was = await connected(tx, name)
    token = _fresh_token(tx)
    await sources.new_token(tx.db, was.id, token_hash(token), token[-4:])
    await _tell(tx, "rotated", name, f"{by.name} gave the source {name} a new token", by=by)
    return Connected(was.id, name, was.format, Secret(token))


async def retire_source(tx: Tx, name: str, *, by: Actor) -> SourceRow:
    """Disconnect a source: its token stops working, and what it said stays."""
    was = await connected(tx, name)
    await sources.retire(tx.db, was.id, now=tx.now)
    if was.quiet_since is not None:
        await _end_silence(tx, was)
    await _tell(tx, "retired", name, f"{by.name} retired the source {name}", by=by)
    return await find_source(tx, name)


async def find_source(tx: Tx, name: str) -> SourceRow:
    """Return the source of a name, connected or retired. Raises SourceNotFound."""
    found = await sources.named(tx.db, name)
    if found is None:
        msg = f"There is no source called {name}."
        raise SourceNotFound(msg, hint="List them: fireline source list")
    return found


async def connected(tx: Tx, name: str) -> SourceRow:
    """Return the source of a name, if it has a token. Raises SourceNotFound, SourceInvalid."""
    found = await find_source(tx, name)
    if found.retired_at is not None or not found.token_hint:
        why = "is retired" if found.retired_at else "is fireline's own"
        msg = f"The source {name} {why}; nothing of it can be changed."
        raise SourceInvalid(msg, hint="Connect another: fireline source create")
    return found


async def cards_of(tx: Tx, hashes: Sequence[bytes]) -> dict[bytes, Card]:
    """Return the sources that tokens belong to, by hash; others are unknown, replaced, retired."""
    found = await sources.by_tokens(tx.db, hashes)
    return {row.token_hash: _card(row) for row in found}


def _card(row: sources.TokenRow) -> Card:
    named = {field.name: getattr(row, field.name) for field in fields(Card)}
    return Card(**named)


def token_hash(token: str) -> bytes:
    """Return what is kept of a token. It has 128 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _fresh_token(tx: Tx) -> str:
    # 32 characters of hex: what PagerDuty's clients take for a routing key, and everybody else too.
    return hashlib.sha256(tx.ids.token().encode()).hexdigest()[:32]


def default_terms() -> Terms:
    """Return the terms of a source nobody set any for."""
    return Terms(DEFAULT_RATE, None, None, "", {})


def terms_of(row: SourceRow) -> Terms:
    """Return what is set of a source, to change a part of it."""
    return Terms(row.rate_per_second, row.quiet_seconds, row.service, row.mapping, row.settings)


def with_settings(terms: Terms, changes: JsonObject) -> Terms:
    """Return terms with some settings changed; one that becomes `None` is taken away."""
    both = {**terms.settings, **changes}
    kept = {name: value for name, value in both.items() if value is not None}
    return replace(terms, settings=kept)


def checked_mapping(text: str) -> Compiled:
    """Return a mapping, compiled. Raises MappingRefused with every mistake."""
    compiled = compile_mapping(text)
    if not isinstance(compiled, Compiled):
        raise MappingRefused(compiled)
    return compiled


def _check_name(name: str) -> None:
    wrong = not name.strip() or len(name) > MAX_NAME or "/" in name or not name.isprintable()
    if wrong or name in _TAKEN_BY_PAGES:
        msg = f"A source cannot be called {name!r}: at most {MAX_NAME} characters, and no slash."
        raise SourceInvalid(msg, hint="Such as: prometheus-eu")


def _check_format(format_: str) -> None:
    if format_ not in FORMATS:
        near = difflib.get_close_matches(format_.casefold(), FORMATS, n=2, cutoff=0.6) or FORMATS
        msg = f"Fireline has no format {format_}."
        raise SourceInvalid(msg, hint=f"Did you mean {', '.join(near)}?")


def _check_terms(terms: Terms, format_: str) -> None:
    if terms.mapping.strip() and format_ not in MAPPED:
        msg = f"A source of format {format_} is read as that format says, without a mapping."
        raise SourceInvalid(msg, hint=f"Formats with a mapping: {', '.join(MAPPED)}.")
    if not 1 <= terms.rate_per_second <= MAX_RATE:
        msg = f"The rate is 1 to {MAX_RATE} posts a second."
        raise SourceInvalid(msg)
    if terms.quiet_seconds is not None and not 1 <= terms.quiet_seconds <= MAX_QUIET_SECONDS:
        msg = "A silence that is too long is between a second and 400 days."
        raise SourceInvalid(msg)
    if len(terms.settings) > MAX_SETTINGS:
        msg = f"A source has at most {MAX_SETTINGS} settings."
        raise SourceInvalid(msg)
    checked_mapping(terms.mapping)


def _differences(was: SourceRow, terms: Terms) -> tuple[tuple[str, bool], ...]:
    return (
        ("the rate", was.rate_per_second != terms.rate_per_second),
        ("the silence that is too long", was.quiet_seconds != terms.quiet_seconds),
        ("the service", was.service != terms.service),
        ("the mapping", was.mapping != terms.mapping),
        ("the settings", was.settings != terms.settings),
    )


def _too_quiet(was: SourceRow, terms: Terms, now: datetime) -> bool:
    """Say whether a source is too quiet by what is set anew, too."""
    if terms.quiet_seconds is None:
        return False
    heard = was.last_seen_at or was.registered_at
    return heard + timedelta(seconds=terms.quiet_seconds) < now


async def _end_silence(tx: Tx, was: SourceRow) -> None:
    row = QuietRow(was.id, was.name, was.format, was.service, was.quiet_seconds, was.last_seen_at)
    await say(tx, quiet_notice(row, Status.RESOLVED))


async def _tell(tx: Tx, what: str, name: str, text: str, *, by: Actor) -> None:
    body: JsonObject = {"source": name, "text": text}
    await record(tx, house_stream(), f"source.{what}", by=by, body=body)
    await pokes.poke(tx.db, SOURCES)
