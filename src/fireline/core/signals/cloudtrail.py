"""CloudTrail: one record in, one event or the reason why not.

The record itself goes along untouched, since rules are matched against it, with one exception:
characters no database stores (NUL, half a surrogate pair) are replaced, or an attacker could hide
a call by writing one into a parameter.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

import orjson

from fireline.core.signals.cloudtrail_assets import Call, affected
from fireline.core.signals.envelope import MAX_RECORD_DEPTH, is_deeper
from fireline.core.signals.event import Event, Outcome, Rejected, Who
from fireline.core.values.json import JsonObject

MAX_NAME_CHARACTERS = 256
MAX_TEXT_CHARACTERS = 4096

_VERSION = re.compile(r"1\.\d{1,3}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REFUSALS = re.compile(
    r"AccessDenied|Unauthorized|NotAuthorized|Forbidden|AuthFailure|InvalidClientTokenId"
    r"|ExpiredToken|SignatureDoesNotMatch|UnrecognizedClient|InvalidAccessKeyId|OptInRequired"
)
_READING = ("Get", "List", "Describe", "Head", "BatchGet", "Lookup", "Search")


class _Wrong(Exception):  # noqa: N818 - it carries a Rejected up to the one place that returns it
    def __init__(self, rejected: Rejected) -> None:
        super().__init__(rejected)
        self.rejected = rejected


def normalise(raw: JsonObject | bytes) -> Event | Rejected:
    """Turn one CloudTrail record into an event; never raises, whatever the record is."""
    try:
        record = _record(raw)
        _known_version(record)
        return _event(record)
    except _Wrong as wrong:
        return wrong.rejected


def _record(raw: JsonObject | bytes) -> JsonObject:
    record: object = raw
    if isinstance(raw, bytes):
        try:
            record = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise _Wrong(Rejected("cloudtrail.not_json", f"not JSON: {error}")) from error
    if not isinstance(record, dict):
        raise _Wrong(
            Rejected("cloudtrail.not_an_object", f"a JSON {type(record).__name__}, not an object")
        )
    if is_deeper(record, MAX_RECORD_DEPTH):  # pyright: ignore[reportUnknownArgumentType] - JSON objects hold anything
        raise _Wrong(Rejected("cloudtrail.too_deep", f"nested more than {MAX_RECORD_DEPTH} deep"))
    return storable(cast("JsonObject", record))


def storable(record: JsonObject) -> JsonObject:
    """Return a record that a database can hold: itself, unless a character must be replaced."""
    return record if _is_storable(record) else cast("JsonObject", _storable(record))


def _is_storable(value: object) -> bool:
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(cast("dict[str, object]", node))
            waiting.extend(cast("dict[str, object]", node).values())
        elif isinstance(node, list):
            waiting.extend(cast("list[object]", node))
        elif isinstance(node, str) and _UNSTORABLE.search(node):
            return False
    return True


def _storable(value: object) -> object:
    match value:
        case str():
            return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
        case dict():
            pairs = cast("dict[str, object]", value).items()
            return {str(_storable(name)): _storable(inner) for name, inner in pairs}
        case list():
            return [_storable(inner) for inner in cast("list[object]", value)]
        case _:
            return value


def _known_version(record: JsonObject) -> None:
    version = record.get("eventVersion")
    if not isinstance(version, str) or _VERSION.fullmatch(version) is None:
        why = f"the eventVersion is {_shown(version)}; versions 1.x are known"
        raise _Wrong(Rejected("cloudtrail.unknown_version", why))


def _event(record: JsonObject) -> Event:
    event_id = _required(record, "eventID", "event_id")
    name = _required(record, "eventName", "event_name")
    source = _required(record, "eventSource", "event_source")
    time = _time(_required(record, "eventTime", "event_time"))
    identity = _inner(record, "userIdentity", "bad_identity")
    request = _inner(record, "requestParameters", "bad_parameters")
    response = _inner(record, "responseElements", "bad_response")
    who = _who(record, identity)
    account = _text(record, "recipientAccountId") or who.account
    region = _text(record, "awsRegion")
    read_only = _read_only(record, name)
    more = _said_elsewhere(record, read_only=read_only)
    service = source.removesuffix(".amazonaws.com")
    return Event(
        external_id=event_id,
        kind=f"{service}.{name}",
        time=time,
        account=account,
        region=region,
        who=who,
        assets=affected(Call(service, name, request, response, who, account, region, more)),
        outcome=_outcome(record, response),
        error_code=_text(record, "errorCode"),
        read_only=read_only,
        record=record,
    )


def _said_elsewhere(record: JsonObject, *, read_only: bool) -> JsonObject:
    """Gather what a record says of resources outside of a call's parameters and answer.

    AWS's own doings (a secret deleted when its time was up) have neither. `resources` are ARNs; of
    reads they are left out, or the one key that all read with would join what is not one problem.
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    names = ["serviceEventDetails"]
    if record.get("eventType") == "AwsServiceEvent":
        names.append("additionalEventData")
    if not read_only:
        names.append("resources")
    return {name: record[name] for name in names if record.get(name)}


def _required(record: JsonObject, key: str, code: str) -> str:
    value = record.get(key)
    if value is None or value == "":
        raise _Wrong(Rejected(f"cloudtrail.no_{code}", f"the record has no {key}"))
    if not isinstance(value, str) or len(value) > MAX_NAME_CHARACTERS:
        why = f"the {key} is {_shown(value)}, not a text of at most {MAX_NAME_CHARACTERS}"
        raise _Wrong(Rejected(f"cloudtrail.bad_{code}", why))
    return value


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return zoned.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _Wrong(
            Rejected("cloudtrail.bad_event_time", f"the eventTime is {_shown(text)}, not a moment")
        ) from error


def _inner(record: JsonObject, key: str, code: str) -> JsonObject:
    value = record.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _Wrong(Rejected(f"cloudtrail.{code}", f"the {key} is {_shown(value)}, not an object"))
    return value


def _text(holder: JsonObject, key: str) -> str:
    """Read an optional text; anything else counts as not said."""
    value = holder.get(key)
    return value[:MAX_TEXT_CHARACTERS] if isinstance(value, str) else ""


def _who(record: JsonObject, identity: JsonObject) -> Who:
    context = identity.get("sessionContext")
    issuer = context.get("sessionIssuer") if isinstance(context, Mapping) else None
    issued_by: JsonObject = issuer if isinstance(issuer, Mapping) else {}
    return Who(
        kind=_text(identity, "type"),
        name=_text(identity, "userName")
        or _text(issued_by, "userName")
        or _text(identity, "invokedBy")
        or _text(identity, "principalId"),
        arn=_text(identity, "arn"),
        account=_text(identity, "accountId"),
        access_key=_text(identity, "accessKeyId"),
        address=_text(record, "sourceIPAddress"),
        user_agent=_text(record, "userAgent"),
    )


def _outcome(record: JsonObject, response: JsonObject) -> Outcome:
    code = _text(record, "errorCode")
    if code:
        return Outcome.REFUSED if _REFUSALS.search(code) else Outcome.FAILED
    # A failed sign-in has no errorCode; it says so in its answer.
    if response.get("ConsoleLogin") == "Failure":
        return Outcome.REFUSED
    return Outcome.FAILED if _text(record, "errorMessage") else Outcome.SUCCEEDED


def _read_only(record: JsonObject, name: str) -> bool:
    value = record.get("readOnly")
    if isinstance(value, bool):
        return value
    return value == "true" if isinstance(value, str) else name.startswith(_READING)


def _shown(value: object) -> str:
    """Show a value of unknown origin in a sentence: short, on one line."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
