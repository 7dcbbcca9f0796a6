"""Fireline's own notices: what parts of it say of themselves, and what people report.

One JSON object with the fields of a notice. Written by fireline, so anything odd in it is a bug and
is set apart like everybody else's.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

import orjson

from fireline.core.assets.ref import AssetRef
from fireline.core.signals import bounds
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority


def write(notice: Notice) -> bytes:
    """Write a notice as a payload's body, as it can be kept."""
    notice = bounds.notice(notice)
    said: JsonObject = {
        "key": notice.key,
        "status": notice.status.value,
        "title": notice.title,
        "priority": notice.priority.name,
        "at": notice.at.isoformat() if notice.at else None,
        "kind": notice.kind,
        "description": notice.description,
        "service": notice.service,
        "team": notice.team,
        "runbook": notice.runbook,
        "group": notice.group,
        "ends_at": notice.ends_at.isoformat() if notice.ends_at else None,
        "confidence": notice.confidence,
        "links": [[link.href, link.text] for link in notice.links],
        "assets": [[one.kind, one.account, one.id, one.region] for one in notice.assets],
        "entities": [[entity.kind, entity.value] for entity in notice.entities],
        "tactics": list(notice.tactics),
        "tags": list(notice.tags),
        "labels": dict(notice.labels),
        "by": notice.by,
        "note": notice.note,
    }
    return orjson.dumps(said)


def read(payload: Payload) -> Reading:
    """Read what `write` wrote."""
    try:
        said: object = orjson.loads(payload.body)
        if not isinstance(said, dict):
            return Reading(unread=(Unread("fireline.unreadable", "", "not a JSON object"),))
        return Reading((_notice(cast("Mapping[str, object]", said)),))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        return Reading(unread=(Unread("fireline.unreadable", "", str(error)),))


def _notice(said: Mapping[str, object]) -> Notice:
    pairs = cast("list[tuple[str, str]]", said.get("entities") or [])
    links = cast("list[tuple[str, str]]", said.get("links") or [])
    assets = cast("list[tuple[str, str, str, str]]", said.get("assets") or [])
    confidence = said.get("confidence")
    return Notice(
        key=str(said["key"]),
        status=Status(str(said["status"])),
        title=str(said["title"]),
        priority=Priority[str(said["priority"])],
        at=_moment(said.get("at")),
        kind=str(said.get("kind") or ""),
        description=str(said.get("description") or ""),
        service=str(said.get("service") or ""),
        team=str(said.get("team") or ""),
        runbook=str(said.get("runbook") or ""),
        group=str(said.get("group") or ""),
        ends_at=_moment(said.get("ends_at")),
        confidence=confidence if isinstance(confidence, int) else None,
        links=tuple(Weblink(href, text) for href, text in links),
        assets=tuple(AssetRef(*parts) for parts in assets),
        entities=tuple(Entity(kind, value) for kind, value in pairs),
        tactics=tuple(cast("list[str]", said.get("tactics") or [])),
        tags=tuple(cast("list[str]", said.get("tags") or [])),
        labels=cast("Mapping[str, str]", said.get("labels") or {}),
        by=str(said.get("by") or ""),
        note=str(said.get("note") or ""),
    )


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
