"""Unwrap what a source delivers into records, one by one.

A parcel is the body of one queue message, one stored object, already decompressed, or one post. It
holds a CloudTrail delivery (`{"Records": [...]}`), an EventBridge event around one record, an SNS
notification around either, a list of Kubernetes' audit events, or a bare record. One bad record
never blocks its neighbours: it is returned beside them, with the reason. Nothing here knows what a
record means.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import msgspec
import orjson

from fireline.core.signals.event import Rejected
from fireline.core.values.json import JsonObject

MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_RECORDS = 50_000
MAX_RECORD_BYTES = 2 * 1024 * 1024
MAX_RECORD_DEPTH = 64
MAX_WRAPPERS = 3

FROM_CLOUDTRAIL = "via CloudTrail"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a parcel, by its position in it, with its text as it was delivered."""

    position: int
    raw: bytes
    content: JsonObject


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A part of a parcel that is no record: its position, its text and the reason."""

    position: int
    raw: bytes
    rejected: Rejected


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """All a parcel held. A parcel that cannot be read at all is one rejected part."""

    records: tuple[Record, ...]
    rejected: tuple[RejectedRecord, ...]


class _Envelope(msgspec.Struct):
    """The keys by which the wrappers are told apart; everything else stays unread."""

    records: list[msgspec.Raw] | msgspec.UnsetType = msgspec.field(
        name="Records", default=msgspec.UNSET
    )
    detail_type: str | msgspec.UnsetType = msgspec.field(name="detail-type", default=msgspec.UNSET)
    detail: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    type: str | msgspec.UnsetType = msgspec.field(name="Type", default=msgspec.UNSET)
    message: str | msgspec.UnsetType = msgspec.field(name="Message", default=msgspec.UNSET)
    event_name: msgspec.Raw | msgspec.UnsetType = msgspec.field(
        name="eventName", default=msgspec.UNSET
    )
    kind: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    items: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    audit_id: msgspec.Raw | msgspec.UnsetType = msgspec.field(name="auditID", default=msgspec.UNSET)


_AUDIT_LIST = b'"EventList"'
_decode_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_envelope = msgspec.json.Decoder(_Envelope).decode


class _Refused(Exception):  # noqa: N818 - it carries a Rejected up to the one place that returns it
    def __init__(self, rejected: Rejected) -> None:
        super().__init__(rejected)
        self.rejected = rejected


def unwrap(body: bytes) -> Unwrapped:
    """Unwrap a parcel's body into its records; never raises, whatever the body is."""
    records: list[Record] = []
    rejected: list[RejectedRecord] = []
    try:
        parts = _parts(body, wrappers=0)
    except _Refused as refused:
        return Unwrapped((), (RejectedRecord(0, body, refused.rejected),))
    for position, raw in enumerate(parts):
        try:
            records.append(Record(position, raw, _content(raw)))
        except _Refused as refused:
            rejected.append(RejectedRecord(position, raw, refused.rejected))
    return Unwrapped(tuple(records), tuple(rejected))


def _parts(body: bytes, *, wrappers: int) -> list[bytes]:
    if len(body) > MAX_BODY_BYTES:
        why = f"the body has {len(body)} bytes, more than {MAX_BODY_BYTES}"
        raise _Refused(Rejected("envelope.too_large", why))
    if wrappers > MAX_WRAPPERS:
        why = f"wrapped more than {MAX_WRAPPERS} times"
        raise _Refused(Rejected("envelope.too_many_wrappers", why))
    envelope = _envelope(body)
    match envelope:
        case _Envelope(records=list() as records):
            return _each(records)
        case _Envelope(detail_type=str() as detail_type):
            return [_detail(detail_type, envelope)]
        case _Envelope(type="Notification", message=str() as message):
            return _parts(message.encode("utf-8", "replace"), wrappers=wrappers + 1)
        case _Envelope(items=msgspec.Raw() as items, kind=msgspec.Raw() as kind) if (
            bytes(kind) == _AUDIT_LIST
        ):
            return _each(_listed(items))
        case _ if (
            envelope.event_name is not msgspec.UNSET or envelope.audit_id is not msgspec.UNSET
        ):
            return [body]
        case _:
            why = "JSON, but neither a CloudTrail delivery, an EventBridge event nor a record"
            raise _Refused(Rejected("envelope.unknown_shape", why))


def _envelope(body: bytes) -> _Envelope:
    try:
        return _decode_envelope(body)
    except msgspec.ValidationError as error:
        raise _Refused(
            Rejected("envelope.unknown_shape", f"a wrapper of unknown shape: {error}")
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _Refused(Rejected("envelope.not_json", f"not JSON: {error}")) from error
    except RecursionError as error:
        raise _Refused(Rejected("envelope.too_deep", "nested too deeply")) from error


def _each(records: list[msgspec.Raw]) -> list[bytes]:
    if len(records) > MAX_RECORDS:
        why = f"the delivery has {len(records)} records, more than {MAX_RECORDS}"
        raise _Refused(Rejected("envelope.too_many_records", why))
    return [bytes(record) for record in records]


def _listed(items: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        return _decode_list(items)
    except msgspec.ValidationError as error:
        why = f"a list of audit events that is none: {error}"
        raise _Refused(Rejected("envelope.unknown_shape", why)) from error


def _detail(detail_type: str, envelope: _Envelope) -> bytes:
    if not detail_type.endswith(FROM_CLOUDTRAIL):
        why = f"an EventBridge event of the type {detail_type[:100]!r}"
        raise _Refused(Rejected("envelope.unknown_detail_type", why))
    if envelope.detail is msgspec.UNSET:
        why = "an EventBridge event without detail"
        raise _Refused(Rejected("envelope.no_detail", why))
    return bytes(envelope.detail)


def _content(raw: bytes) -> JsonObject:
    if len(raw) > MAX_RECORD_BYTES:
        why = f"the record has {len(raw)} bytes, more than {MAX_RECORD_BYTES}"
        raise _Refused(Rejected("envelope.record_too_large", why))
    try:
        content: object = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _Refused(Rejected("envelope.not_json", f"the record is not JSON: {error}")) from error
    if not isinstance(content, dict):
        why = f"the record is a JSON {type(content).__name__}, not an object"
        raise _Refused(Rejected("envelope.not_an_object", why))
    if is_deeper(content, MAX_RECORD_DEPTH):  # pyright: ignore[reportUnknownArgumentType] - JSON objects hold anything
        why = f"the record is nested more than {MAX_RECORD_DEPTH} deep"
        raise _Refused(Rejected("envelope.too_deep", why))
    return cast("JsonObject", content)


def is_deeper(value: object, limit: int) -> bool:
    """Say whether objects and lists are nested more than `limit` deep, without recursion."""
    level = [value]
    for _ in range(limit + 1):
        level = [inner for node in level for inner in _inside(node)]
        if not level:
            return False
    return True


def _inside(node: object) -> Iterator[object]:
    """Yield what an object or list holds directly."""
    if isinstance(node, dict):
        yield from cast("dict[str, object]", node).values()
    elif isinstance(node, list):
        yield from cast("list[object]", node)
