"""The one place where what readers found is made fit to be kept, whatever strangers wrote.

Readers keep to limits of their own, each after its format. These are the last: no text that
PostgreSQL refuses, no key that no index holds, no moment that reckoning cannot reach, no list
without end. Nothing is dropped in silence: what is too much is said to be left out.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.decoding import key_of
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import (
    MAX_DESCRIPTION,
    MAX_ENTITIES,
    MAX_KEY,
    MAX_LABELS,
    MAX_TITLE,
    Beat,
    ChangeNotice,
    Notice,
    Said,
    Weblink,
)
from fireline.core.signals.payload import Reading, Unread

MAX_SAID = 5_000  # what one payload may say; senders divide what is more
MAX_UNREAD = 20
MAX_WORD = 1_024
MAX_LABEL = 4_096
MAX_SERVICE = 256  # an index holds it
MAX_ENTITY_KIND = 64
MAX_ENTITY = 512
MAX_HREF = 4_096
MAX_LINKS = 100
MAX_TAGS = 256
MAX_TACTICS = 32
# Farther away is a mistake or mischief; reckoning near the ends of the calendar overflows.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def bounded(reading: Reading) -> Reading:
    """Return a reading that can be kept, and says what was left out."""
    said, unread = reading.said, reading.unread
    if len(said) > MAX_SAID:
        why = f"a post says at most {MAX_SAID} things, and this one says {len(said)}: divide it"
        unread = (Unread("payload.too_many", "", why, MAX_SAID), *unread)
    if len(unread) > MAX_UNREAD:
        more = len(unread) - MAX_UNREAD + 1
        last = Unread("payload.unread_more", "", f"{more} more parts could not be read", MAX_SAID)
        unread = (*unread[: MAX_UNREAD - 1], last)
    fit = tuple([storable(one) for one in said[:MAX_SAID]])
    return Reading(fit, tuple([_unread(part) for part in unread]) if unread else ())


def storable(said: Said) -> Said:
    """Return what was said, so that it can be kept: the same, unless something is wrong with it."""
    match said:
        case Notice():
            return notice(said)
        case ChangeNotice():
            return _change(said)
        case Beat():
            return Beat(_text(said.name, MAX_KEY))
        case _:
            assert_never(said)


def notice(said: Notice) -> Notice:
    """Return a notice that can be kept: the same one, unless something is wrong with it."""
    return said if _is_fit(said) else _fitted(said)


def _is_fit(said: Notice) -> bool:
    """Say whether nothing is wrong with a notice. Nearly always so, and asked for every one."""
    words = (said.kind, said.service, said.team, said.runbook, said.group, said.by)
    labels = (*said.labels, *said.labels.values())
    lists = (*said.tags, *said.tactics, *(link.text for link in said.links))
    hrefs = [link.href for link in said.links]
    longer = (said.key, said.title, said.description, said.note)
    things = [part for each in said.entities for part in (each.kind, each.value)]
    return (
        _is_plain("".join((*longer, *words, *labels, *lists, *things, *hrefs)))
        and 0 < len(said.title) <= MAX_TITLE
        and len(said.key) <= MAX_KEY
        and max(len(said.description), len(said.note)) <= MAX_DESCRIPTION
        and max(map(len, (*words, *lists))) <= MAX_WORD
        and max(map(len, labels), default=0) <= MAX_LABEL
        and max(map(len, things), default=0) <= MAX_ENTITY_KIND
        and _are_few(said)
        and max(map(len, hrefs), default=0) <= MAX_HREF
        and _is_near(said.at)
        and _is_near(said.ends_at)
    )


def _are_few(said: Notice) -> bool:
    return (
        len(said.labels) <= MAX_LABELS
        and len(said.entities) <= MAX_ENTITIES
        and len(said.links) <= MAX_LINKS
        and len(said.tags) <= MAX_TAGS
        and len(said.tactics) <= MAX_TACTICS
        and not said.assets
        and said.confidence is None
    )


def _fitted(said: Notice) -> Notice:
    confidence = said.confidence
    return replace(
        said,
        key=_key(said.key),
        title=_text(said.title, MAX_TITLE).strip() or "Something is wrong",
        at=_moment(said.at),
        kind=_text(said.kind, MAX_WORD),
        description=_text(said.description, MAX_DESCRIPTION),
        service=_text(said.service, MAX_WORD),
        team=_text(said.team, MAX_WORD),
        runbook=_text(said.runbook, MAX_WORD),
        group=_key(said.group),
        entities=_entities(said.entities),
        assets=_assets(said.assets),
        tactics=_texts(said.tactics, MAX_TACTICS),
        tags=_texts(said.tags, MAX_TAGS),
        labels=_labels(said.labels),
        links=_links(said.links),
        ends_at=_moment(said.ends_at),
        confidence=confidence if confidence is None else min(max(confidence, 0), 100),
        by=_text(said.by, MAX_WORD),
        note=_text(said.note, MAX_DESCRIPTION),
    )


def _change(said: ChangeNotice) -> ChangeNotice:
    return replace(
        said,
        key=_key(said.key),
        title=_text(said.title, MAX_TITLE).strip() or "Something was changed",
        at=_moment(said.at),
        service=_text(said.service, MAX_SERVICE),
        actor=_text(said.actor, MAX_WORD),
        description=_text(said.description, MAX_DESCRIPTION),
        revision=_text(said.revision, MAX_WORD),
        entities=_entities(said.entities),
        assets=_assets(said.assets),
        labels=_labels(said.labels),
        links=_links(said.links),
    )


def _unread(part: Unread) -> Unread:
    field, why = _text(part.field, MAX_WORD), _text(part.why, MAX_WORD)
    return replace(part, field=field, why=why)


def _key(key: str) -> str:
    return key_of(_text(key, len(key)))


def _text(text: str, most: int) -> str:
    cut = text[:most]
    return cut if _is_plain(cut) else _mended(cut)


def _mended(text: str) -> str:
    whole = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return whole.encode("utf-8", "replace").decode("utf-8")


def _is_plain(text: str) -> bool:
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character
        return False
    return True


def _texts(texts: tuple[str, ...], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(each, MAX_WORD) for each in texts[:most]))


def _entities(entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    # What is cut could be taken for another's; what is too long is in common with nobody.
    fit = (
        Entity(_text(each.kind, MAX_ENTITY_KIND), _text(each.value, MAX_ENTITY))
        for each in entities
        if 0 < len(each.value) <= MAX_ENTITY
    )
    return tuple(dict.fromkeys(fit))[:MAX_ENTITIES]


def _assets(assets: tuple[AssetRef, ...]) -> tuple[AssetRef, ...]:
    fit = (each for each in assets if len(str(each)) <= MAX_ENTITY and _is_plain(str(each)))
    return tuple(dict.fromkeys(fit))[:MAX_ENTITIES]


def _labels(labels: Mapping[str, str]) -> dict[str, str]:
    first = list(labels.items())[:MAX_LABELS]
    return {_text(name, MAX_LABEL): _text(value, MAX_LABEL) for name, value in first}


def _links(links: tuple[Weblink, ...]) -> tuple[Weblink, ...]:
    # Other schemes than the web's are kept, for their source to read again; no page links to them.
    return tuple(
        Weblink(_text(each.href, MAX_HREF), _text(each.text, MAX_WORD))
        for each in links[:MAX_LINKS]
    )


def is_page(href: str) -> bool:
    """Say whether an address is a page's: http or https, and nothing hidden in it.

    Any other scheme could do something in a reader's name.
    """
    named = href[:8].lower().startswith(("https://", "http://"))
    return named and len(href) <= MAX_HREF and href.isprintable() and " " not in href


def _moment(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return aware if EARLIEST <= aware <= LATEST else None


def _is_near(at: datetime | None) -> bool:
    return at is None or (at.tzinfo is not None and EARLIEST <= at <= LATEST)
