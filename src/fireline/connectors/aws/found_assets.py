"""What was read of a resource, cleaned and named as an asset."""

from collections.abc import Iterator

from fireline.connectors.aws.expressions import each, search, written
from fireline.connectors.aws.listing import Found, Reading, tags_of
from fireline.connectors.aws.plain_json import clean, plain_object
from fireline.core.assets.asset import Asset, Link
from fireline.core.assets.naming import Place, referred, region_of
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.hiding import SEEN, hide
from fireline.core.values.json import JsonObject

_NAME_TAG = "Name"
MAX_LINKS = 1_000


def asset_of(reading: Reading, found: Found) -> Asset | None:
    """Make an asset of what was read; `None` when it has nothing to name it by."""
    kind = reading.type
    identifier = clean(reading.id_of(found.row))
    if not identifier:
        return None
    config = plain_object(found.row)
    known = {**reading.known, "id": identifier}
    tags = _tags(reading, found, config)
    name = written(kind.name, config, known) if kind.name else tags.get(_NAME_TAG)
    arn = written(kind.arn, config, known) if kind.arn else ""
    account = reading.asking.account
    region = region_of(kind.kind, reading.region)
    return Asset(
        AssetRef(kind.kind, account, identifier, region),
        hide(config, kind.hidden),
        clean(str(name or "")),
        clean(str(arn or "")),
        tags,
        _unread(reading, found),
        tuple(dict.fromkeys(_links(reading, config, Place(account, reading.region))))[:MAX_LINKS],
    )


def _unread(reading: Reading, found: Found) -> dict[str, str]:
    unread = dict(found.unread)
    for path in reading.type.hidden:
        why = unread.get(path.split(".")[0])
        if why is not None:
            unread[SEEN] = why
    return unread


def _tags(reading: Reading, found: Found, config: JsonObject) -> dict[str, str]:
    if found.tags is not None:
        tags = found.tags
    elif reading.type.tags:
        tags = tags_of(search(reading.type.tags, config))
    else:
        return {}
    return {clean(name): clean(value) for name, value in tags.items()}


def _links(reading: Reading, config: JsonObject, place: Place) -> Iterator[Link]:
    for rule in reading.type.links:
        texts = each(rule.path, config) if rule.path else [""]
        for text in texts:
            # What an expression finds may be anything: only a text can name an asset.
            to = referred(rule.kind, text, place) if isinstance(text, str) else None
            if to is not None and (text or not rule.path):
                yield Link(rule.relation, to)
