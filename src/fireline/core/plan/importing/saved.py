"""What was read of another system, as it is kept in a file: to look at, and to import from again.

What lets somebody in is not kept. Everything else is as the other system said it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fireline.core.plan.importing.layers import moment_text
from fireline.core.plan.importing.wire import Answer, at, part, text
from fireline.core.signals.decoding import decoded, is_list, is_object
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span

MARK = "fireline-import"
VERSION = 1
HIDDEN = "•••"
# Names under which vendors show keys: of integrations, webhooks and mail boxes.
_SECRET = frozenset(
    {
        "apikey",
        "api_key",
        "integration_key",
        "routing_key",
        "token",
        "password",
        "secret",
        "authorization",
    }
)


class NotSaved(Refusal):
    """A file is not what an import left."""

    kind = Kind.INVALID
    code = "import.not_saved"


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read of an account. `told`: the time its timelines were read for, if they were."""

    source: str
    origin: str
    at: datetime
    account: Answer
    told: Span | None = None


def saved_text(taken: Taken) -> str:
    """Write what was read to keep it."""
    told = taken.told
    whole = {
        MARK: VERSION,
        "source": taken.source,
        "origin": taken.origin,
        "read_at": moment_text(taken.at),
        "timelines": None if told is None else [moment_text(told.start), moment_text(told.end)],
        "account": without_secrets(taken.account),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=False) + "\n"


def opened(body: bytes, source: str) -> Taken:
    """Read a file an import left. Raises NotSaved."""
    hint = "Make one with --save FILE."
    try:
        whole = decoded(body)
    except ValueError as error:
        msg = f"The file is no JSON, or was cut short: {error}."
        raise NotSaved(msg, hint=hint) from error
    if not is_object(whole) or whole.get(MARK) != VERSION:
        msg = "The file is not what `fireline import` saves."
        raise NotSaved(msg, hint=hint)
    if text(whole, "source") != source:
        msg = f"The file was read from {text(whole, 'source') or 'nowhere'}, not from {source}."
        raise NotSaved(msg, hint=f"Use `fireline import {text(whole, 'source')}`.")
    read_at = at(whole, "read_at")
    if read_at is None:
        msg = "The file does not say when it was read."
        raise NotSaved(msg, hint=hint)
    return Taken(source, text(whole, "origin"), read_at, part(whole, "account"), _told(whole))


def without_secrets(value: Answer) -> Mapping[str, object]:
    """Replace every key and password by dots."""
    return {name: HIDDEN if _is_secret(name, one) else _bare(one) for name, one in value.items()}


def _bare(value: object) -> object:
    if is_object(value):
        return without_secrets(value)
    return [_bare(one) for one in value] if is_list(value) else value


def _is_secret(name: str, value: object) -> bool:
    return name.lower() in _SECRET and isinstance(value, str) and bool(value)


def _told(whole: Answer) -> Span | None:
    ends = whole.get("timelines")
    if not is_list(ends) or len(ends) != 2:
        return None
    start, end = at({"at": ends[0]}, "at"), at({"at": ends[1]}, "at")
    return Span(start, end) if start is not None and end is not None and start < end else None
