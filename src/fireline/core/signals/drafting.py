"""A notice out of a mapping's answers, with a guess wherever there is none.

A mapping that has no answer for a payload still gives a notice: it says what failed, and somebody
is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fireline.core.signals import guesses
from fireline.core.signals.bounds import MAX_TAGS, is_page
from fireline.core.signals.decoding import key_of, moment_of
from fireline.core.signals.entity import Entity
from fireline.core.signals.fields import single_text
from fireline.core.signals.mapping import Answers, Failing
from fireline.core.signals.notice import (
    MAX_DESCRIPTION,
    MAX_ENTITIES,
    MAX_KEY,
    MAX_TITLE,
    Notice,
    Weblink,
)
from fireline.core.signals.tidying import labels_of, one_line
from fireline.core.values.json import JsonObject, JsonValue
from fireline.core.values.priority import Priority

MAPPING_FAILED = "mapping-failed"  # the tag of a notice whose mapping had no answer for something
_NAMELESS = "Something was posted without a title"
_MAX_SMALL = 200


def draft(item: JsonValue, answers: Answers) -> Notice:
    """Write the notice of one member of a body."""
    written: JsonObject = item if isinstance(item, Mapping) else {"text": item}
    fields = guesses.lowered(written)
    said = answers.values
    failed = {failing.field for failing in answers.failings}
    title = _text(said, "title") or guesses.text_in(fields, guesses.TITLES) or _NAMELESS
    # What could not be found is never taken for good news.
    status = "firing" if "status" in failed else said.get("status")
    description = _text(said, "description") or _described(fields, title)
    notice = Notice(
        key=key_of(_text(said, "key") or guesses.guess_key(fields)),
        status=guesses.guess_status(fields) if status is None else guesses.status_of(status),
        title=one_line(title),
        priority=guesses.priority_of(said.get("priority"))
        or guesses.priority_of(guesses.first_of(fields, guesses.PRIORITIES))
        or Priority.P3,
        at=moment_of(said.get("at")) or moment_of(guesses.first_of(fields, guesses.TIMES)),
        kind=_small(said, "kind"),
        description=_explained(description, answers.failings),
        service=_small(said, "service") or guesses.text_in(fields, guesses.SERVICES)[:_MAX_SMALL],
        team=_small(said, "team"),
        runbook=_text(said, "runbook")[:MAX_TITLE],
        group=_text(said, "group")[:MAX_KEY],
        entities=_entities(said.get("entities"), fields),
        tags=_tags(said.get("tags"), fields, failed=bool(failed)),
        labels=_labels(said.get("labels"), written),
        links=_links(said.get("links")) or guesses.guess_links(fields),
        by=_small(said, "by"),
        note=_text(said, "note")[:MAX_TITLE],
    )
    return _headed(notice, answers.failings)


def _headed(notice: Notice, failings: Sequence[Failing]) -> Notice:
    """Say in the title that the title or what it stands for could not be read."""
    if not any(failing.field in {"title", "items", "key", "status", ""} for failing in failings):
        return notice
    return replace(notice, title=f"Mapping failed: {notice.title}"[:MAX_TITLE])


def _explained(description: str, failings: Sequence[Failing]) -> str:
    lines = [
        f"Mapping failed: {failing.field or 'the mapping'}: {failing.why}." for failing in failings
    ]
    return "\n".join([*lines, description])[:MAX_DESCRIPTION] if lines else description


def _described(fields: JsonObject, title: str) -> str:
    found = (guesses.text_in(fields, (name,)) for name in guesses.DESCRIPTIONS)
    return next((text for text in found if text and text != title), "")[:MAX_DESCRIPTION]


def _text(said: Mapping[str, JsonValue], name: str) -> str:
    return single_text(said.get(name)).strip()


def _small(said: Mapping[str, JsonValue], name: str) -> str:
    return _text(said, name)[:_MAX_SMALL]


def _entities(given: JsonValue, fields: JsonObject) -> tuple[Entity, ...]:
    """Read entities: a map from kind to value or values, or a list of {kind, value}."""
    match given:
        case Mapping():
            pairs = [(kind, one) for kind, value in given.items() for one in _several(value)]
        case str() | None:
            return guesses.guess_entities(fields)[:MAX_ENTITIES]
        case Sequence():
            members = [one for one in given if isinstance(one, Mapping)]
            pairs = [(single_text(one.get("kind")), one.get("value")) for one in members]
        case _:
            pairs = []
    found = (Entity(kind, single_text(value)[:MAX_KEY]) for kind, value in pairs)
    return tuple(one for one in found if one.kind and one.value)[:MAX_ENTITIES]


def _tags(given: JsonValue, fields: JsonObject, *, failed: bool) -> tuple[str, ...]:
    found = guesses.guess_tags(fields if given is None else {"tags": given})
    tags = [tag[:_MAX_SMALL] for tag in found]
    return (*tags[: MAX_TAGS - 1], MAPPING_FAILED) if failed else tuple(tags)


def _labels(given: JsonValue, fields: JsonObject) -> Mapping[str, str]:
    if not isinstance(given, Mapping):
        return guesses.guess_labels(fields)
    return labels_of((name, single_text(value)) for name, value in given.items())


def _links(given: JsonValue) -> tuple[Weblink, ...]:
    """Read links: addresses, or {href, text}. Nothing but the web's two schemes."""
    found = [_link(one) for one in _several(given)]
    return tuple(link for link in found if is_page(link.href))


def _link(given: JsonValue) -> Weblink:
    if isinstance(given, Mapping):
        href, text = single_text(given.get("href")), single_text(given.get("text"))
        return Weblink(href, text[:_MAX_SMALL])
    return Weblink(single_text(given))


def _several(value: JsonValue) -> Sequence[JsonValue]:
    if value is None:
        return ()
    return value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
