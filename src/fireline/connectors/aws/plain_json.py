"""Answers of AWS as plain JSON, as the database can keep it.

botocore gives moments and bytes; and names and tags hold whatever somebody typed.
"""

import base64
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from fireline.core.values.json import JsonObject, JsonValue

MAX_DEPTH = 40
# PostgreSQL keeps neither in text: NUL at all, nor half a surrogate pair, which is no character.
_ODD = {0: "\ufffd"} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def plain(value: Any, depth: int = 0) -> JsonValue:
    """Return a value as JSON: moments as ISO text with Z, bytes as base64.

    Characters the database does not keep become U+FFFD.
    What is nested deeper than any answer of AWS is cut off.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return clean(value)
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, Mapping):
        pairs = cast("Mapping[Any, Any]", value).items()
        return {clean(str(name)): plain(one, depth + 1) for name, one in pairs}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one, depth + 1) for one in cast("list[Any]", value)]
    return _scalar(value)


def plain_object(value: Mapping[str, Any]) -> JsonObject:
    """Return an answer as a JSON object, without what botocore says of the call itself."""
    return {clean(name): plain(one, 1) for name, one in value.items() if name != "ResponseMetadata"}


def clean(text: str) -> str:
    """Return a text the database takes."""
    if text.isascii() and "\0" not in text:
        return text
    return text.translate(_ODD)


def moment(value: datetime) -> str:
    """Write a moment in UTC, to the second or finer, with Z."""
    known = value if value.tzinfo else value.replace(tzinfo=UTC)
    return known.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _scalar(value: Any) -> JsonValue:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float):
        # JSON has no infinities.
        return value if math.isfinite(value) else str(value)
    return clean(str(value))
