"""Read JSON that strangers write: strict where it matters, lenient where a page would be lost."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeGuard

import orjson

from fireline.core.signals.mending import mended
from fireline.core.signals.notice import MAX_KEY

_ENDLESS = datetime.max.replace(tzinfo=UTC)


def decoded(body: bytes) -> object:
    """Decode JSON. Bytes that are no UTF-8 and half surrogates become replacement characters.

    Raises ValueError, which says where, for what is no JSON: truncated, `NaN`, nested too deep.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        text = body.decode("utf-8", "replace").removeprefix("\ufeff")
        return orjson.loads(mended(text.encode()))


def is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    """Say whether a JSON value is an object."""
    return isinstance(value, dict)


def object_of(value: object) -> Mapping[str, object]:
    """Return a JSON object as it is, and anything else as an empty one."""
    return value if is_object(value) else {}


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Say whether a JSON value is a list."""
    return isinstance(value, list)


def list_of(value: object) -> Sequence[object]:
    """Return a JSON list as it is, and anything else as an empty one."""
    return value if is_list(value) else ()


def text_of(value: object, limit: int) -> str:
    """Return a value as text that can be kept: without NUL, without the space around it, cut."""
    match value:
        case None:
            return ""
        case str():
            text = value
        case bool():
            text = "true" if value else "false"
        case int() | float():
            text = str(value)
        case _:
            text = _dumped(value)
    return text.replace("\x00", "\ufffd").strip()[:limit]


def _dumped(value: object) -> str:
    """Write JSON as text. Writing nests less deep than reading does."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return "(nested too deep to be shown)"


def key_of(value: object) -> str:
    """Return a source's own key. One too long to keep is told from others by its hash."""
    text = text_of(value, 1_000_000)
    if len(text) <= MAX_KEY:
        return text
    marked = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[: MAX_KEY - len(marked) - 1]}#{marked}"


def moment_of(value: object) -> datetime | None:
    """Read a moment: RFC 3339 and its kin, to the nanosecond, or seconds (or ms) since 1970.

    Mail's way of writing one and AWS's are read too. A time without a zone is UTC. `None` for what
    is no time, and for the year 1, which Go writes for no time at all.
    """
    try:
        match value:
            case str() if value.strip():
                found = _written(value.strip())
            case int() | float() if not isinstance(value, bool):
                found = _counted(float(value))
            case _:
                return None
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
    return found if datetime(1900, 1, 1, tzinfo=UTC) < found < _ENDLESS else None


def _written(text: str) -> datetime:
    if text[:1].isalpha():
        return _spelled(" ".join(text[:64].split()))
    if text.replace(".", "", 1).isdecimal() and len(text) > len("20260101"):
        return _counted(float(text))
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _spelled(text: str) -> datetime:
    if "," in text[:5]:  # Sat, 05 Jun 2016 05:01:10 GMT
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    # Jan 19, 2022, 10:46:15 PM; it names no zone, and means UTC.
    return datetime.strptime(text, "%b %d, %Y, %I:%M:%S %p").replace(tzinfo=UTC)


def _counted(since: float) -> datetime:
    # Seconds do not reach this far before the year 5000; milliseconds do since 1973.
    return datetime.fromtimestamp(since / 1000 if since > 1e11 else since, UTC)
