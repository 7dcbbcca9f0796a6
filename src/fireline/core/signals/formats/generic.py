"""Any JSON: read with the source's own mapping, and with good guesses where it has none.

Whatever comes is said to somebody: a mapping that fails gives a notice that says so, and only what
is no JSON at all is set apart.
"""

from collections.abc import Iterator, Sequence

from fireline.core.signals.drafting import draft
from fireline.core.signals.fitting import MAX_LIST, NotJson, fit, parse
from fireline.core.signals.mapping import (
    Answers,
    Compiled,
    Failing,
    Given,
    apply,
    compile_mapping,
    items,
)
from fireline.core.signals.notice import Notice
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.values.json import JsonValue

MAX_MEMBERS = 500


def read(payload: Payload) -> Reading:
    """Read one body: a notice for each member of its list, or one for the whole."""
    try:
        fitted = fit(parse(payload.body))
    except NotJson as wrong:
        return Reading(unread=(Unread("json.malformed", "", f"This is not JSON: {wrong}."),))
    whole = Given(fitted.value, fitted.value, payload.meta, payload.received_at)
    return read_with(payload.mapping, whole, cut=fitted.cut)


def read_with(mapping: str, whole: Given, *, cut: bool = False) -> Reading:
    """Read a body that was understood already, with a mapping over it."""
    compiled = compile_mapping(mapping)
    if not isinstance(compiled, Compiled):
        failing = Failing("", str(compiled[0]).rstrip("."))
        return Reading((_guessed(whole.item, (failing,)),))
    members = items(compiled, whole)
    if members is None and not isinstance(whole.body, str) and isinstance(whole.body, Sequence):
        members = whole.body
    if isinstance(members, Failing):
        return Reading((_guessed(whole.item, (members,)),))
    if members is None:
        return Reading((draft(whole.item, apply(compiled, whole)),))
    unread = tuple(_left_out(members, cut=cut))
    return Reading(tuple(_each(compiled, members, whole)), unread)


def _each(compiled: Compiled, members: Sequence[JsonValue], whole: Given) -> Iterator[Notice]:
    for item in members[:MAX_MEMBERS]:
        given = Given(whole.body, item, whole.headers, whole.received_at)
        yield draft(item, apply(compiled, given))


def _left_out(members: Sequence[JsonValue], *, cut: bool) -> Iterator[Unread]:
    if len(members) > MAX_MEMBERS:
        why = f"A post says at most {MAX_MEMBERS} things; this one says {len(members)} or more."
        yield Unread("json.too_many", "items", why, MAX_MEMBERS)
    elif cut:
        why = f"Lists are read up to {MAX_LIST} entries, and long texts not to their end."
        yield Unread("json.cut", "", why, len(members))


def _guessed(item: JsonValue, failings: tuple[Failing, ...]) -> Notice:
    # What cannot be mapped is never taken for good news.
    return draft(item, Answers({"status": "firing"}, failings))
