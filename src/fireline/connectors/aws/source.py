"""Signals from AWS: one SQS queue, told of changes by EventBridge and of objects by S3.

Everything in a queue or a bucket was written by strangers: garbage, bombs and lies are handed on as
parcels with a problem, so that they are kept apart and seen, and the message does not come again.
What failed because of the weather is left in the queue and does come again.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote_plus

import boto3
import orjson
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fireline.connectors.aws.session import Login, only_loopback
from fireline.connectors.aws.unpack import Corrupt, TooMuch, gunzip
from fireline.core.signals.mending import mended
from fireline.core.values.refusals import Unavailable
from fireline.ports.source import Parcel

VIA_EVENTBRIDGE = "eventbridge"
VIA_TRAIL = "trail"
VIA_QUEUE = "queue"

MAX_OBJECT_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 32 * 1024 * 1024
MAX_RECEIVES = 3
_KEPT_OF_BAD_BYTES = 64 * 1024
_MAX_MESSAGES = 10
_MAX_WRAPPERS = 3
_AGAIN_SECONDS = 2
_MISSING = frozenset({"NoSuchKey", "NoSuchBucket", "NoSuchVersion", "404"})
_Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One queue and how it is read. No `endpoint` is AWS itself; a drill's is on loopback.

    What was handed over and not kept, because fireline was killed, comes again after
    `comes_again_seconds`; keeping takes less, and twice does no harm.
    """

    name: str
    queue_url: str
    region: str
    endpoint: str | None = None
    login: Login | None = None
    wait_seconds: int = 20
    comes_again_seconds: int = 15
    max_object_bytes: int = MAX_OBJECT_BYTES
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an object is."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class _Weather(Exception):  # noqa: N818 - it is not a fault
    """It did not work this time; it may the next."""


class SqsSource:
    """Hands over what one queue says, objects fetched and unpacked."""

    def __init__(self, settings: QueueSettings, *, proxied: bool = True) -> None:
        self.name = settings.name
        self._settings = settings
        session = boto3.session.Session()
        self._sqs = _connect(session, "sqs", settings, proxied=proxied)
        self._s3 = _connect(session, "s3", settings, proxied=proxied)

    @classmethod
    def of_drill(cls, settings: QueueSettings) -> "SqsSource":
        """Make the source of a drill. It refuses any cloud that is not on this machine."""
        only_loopback(settings.endpoint)
        only_loopback(settings.queue_url)
        # No proxy from the environment may carry a drill's calls off this machine.
        return cls(settings, proxied=False)

    async def receive(self) -> Sequence[Parcel]:
        """Wait a while for messages. Raises `Unavailable` when the queue does not answer."""
        return await asyncio.to_thread(self._receive)

    async def done(self, receipts: Sequence[str]) -> None:
        """Delete messages that were kept. One that stays comes again, and is known by then."""
        await asyncio.to_thread(self._delete, list(dict.fromkeys(receipts)))

    def _receive(self) -> list[Parcel]:
        try:
            answer = self._sqs.receive_message(
                QueueUrl=self._settings.queue_url,
                MaxNumberOfMessages=_MAX_MESSAGES,
                WaitTimeSeconds=self._settings.wait_seconds,
                VisibilityTimeout=self._settings.comes_again_seconds,
                AttributeNames=["ApproximateReceiveCount"],
            )
        except (BotoCoreError, ClientError) as weather:
            message = f"The queue {self.name} does not answer."
            raise Unavailable(message, hint=_said(weather)) from weather
        parcels: list[Parcel] = []
        for message in answer.get("Messages", []):
            parcels += self._parcels_of(message)
        return parcels

    def _parcels_of(self, message: _Json) -> list[Parcel]:
        """Unwrap one message. All of it or nothing: a part must not be lost with the rest done."""
        receipt, body = str(message["ReceiptHandle"]), str(message.get("Body", ""))
        raw = body.encode("utf-8", "replace")
        origin = f"sqs:{self.name}/{message.get('MessageId', '')}"
        content = _decoded(raw)
        if content is None:
            why = "the message is not JSON"
            return [_problem(receipt, origin, "message.not_json", why, raw)]
        if _is_nothing_to_keep(content):
            self._delete([receipt])
            return []
        places = list(_places(content))
        if not places:
            via = VIA_EVENTBRIDGE if "detail-type" in content else VIA_QUEUE
            return [Parcel(receipt, via, origin, raw)]
        try:
            wanted = [place for place in places if "/CloudTrail-Digest/" not in place.key]
            parcels = [self._fetch(receipt, place) for place in wanted]
        except _Weather as weather:
            if _receives(message) >= MAX_RECEIVES:
                why = f"an object could not be fetched {MAX_RECEIVES} times: {weather}"
                return [_problem(receipt, origin, "object.unreachable", why, raw)]
            self._come_again_soon(receipt)
            return []
        if not parcels:
            self._delete([receipt])
        return parcels

    def _fetch(self, receipt: str, place: _Place) -> Parcel:
        """Fetch one object; what is wrong with it comes as a problem."""
        most = self._settings.max_object_bytes
        try:
            answer = self._s3.get_object(Bucket=place.bucket, Key=place.key)
            size = int(answer.get("ContentLength", 0))
            with answer["Body"] as stream:
                if size >= most:
                    why = f"the object has {size} bytes; {most} are too many"
                    head = stream.read(_KEPT_OF_BAD_BYTES)
                    return _problem(receipt, str(place), "object.too_large", why, head, size=size)
                packed: bytes = stream.read()
        except ClientError as error:
            if _code(error) in _MISSING:
                why = "the object is not there"
                return _problem(receipt, str(place), "object.missing", why, b"")
            raise _Weather(_said(error)) from error
        # Reading the stream fails in urllib3's ways too, all of which are the network's.
        except Exception as error:
            raise _Weather(_said(error)) from error
        return self._unpacked(receipt, place, packed)

    def _unpacked(self, receipt: str, place: _Place, packed: bytes) -> Parcel:
        match gunzip(packed, most=self._settings.max_unpacked_bytes):
            case bytes() as body:
                return Parcel(receipt, VIA_TRAIL, str(place), body)
            case TooMuch(most):
                code, why = "object.unpacks_too_large", f"it unpacks to more than {most} bytes"
            case Corrupt(said):
                code, why = "object.corrupt_gzip", f"the object cannot be unpacked: {said}"
        return _problem(receipt, str(place), code, why, packed)

    def _come_again_soon(self, receipt: str) -> None:
        try:
            self._sqs.change_message_visibility(
                QueueUrl=self._settings.queue_url,
                ReceiptHandle=receipt,
                VisibilityTimeout=_AGAIN_SECONDS,
            )
        except (BotoCoreError, ClientError):
            # Then it comes again when the queue itself says so.
            return

    def _delete(self, receipts: list[str]) -> None:
        try:
            for start in range(0, len(receipts), _MAX_MESSAGES):
                entries = [
                    {"Id": str(place), "ReceiptHandle": receipt}
                    for place, receipt in enumerate(receipts[start : start + _MAX_MESSAGES])
                ]
                self._sqs.delete_message_batch(QueueUrl=self._settings.queue_url, Entries=entries)
        except (BotoCoreError, ClientError) as weather:
            message = f"The queue {self.name} does not answer."
            raise Unavailable(message, hint=_said(weather)) from weather


def _connect(
    session: boto3.session.Session, service: str, settings: QueueSettings, *, proxied: bool
) -> Any:
    login = settings.login
    token = login.session_token if login else None
    connect = cast("Any", session.client)  # pyright: ignore[reportUnknownMemberType] - the stubs know only installed services
    return connect(
        service,
        region_name=settings.region,
        endpoint_url=settings.endpoint,
        aws_access_key_id=login.access_key if login else None,
        aws_secret_access_key=login.secret_key.reveal() if login else None,
        aws_session_token=token.reveal() if token else None,
        config=Config(
            connect_timeout=5,
            read_timeout=settings.wait_seconds + 10,
            retries={"mode": "standard", "total_max_attempts": 2},
            s3={"addressing_style": "path"} if settings.endpoint else {},
            proxies=None if proxied else {},
        ),
    )


def _decoded(raw: bytes) -> _Json | None:
    """Decode a message, and what SNS put around it; `None` for what is not JSON."""
    for _ in range(_MAX_WRAPPERS):
        try:
            content: object = orjson.loads(mended(raw))
        except orjson.JSONDecodeError:
            return None
        if not isinstance(content, dict):
            return {}
        known = cast("dict[str, Any]", content)
        inner = known.get("Message")
        if known.get("Type") != "Notification" or not isinstance(inner, str):
            return known
        raw = inner.encode("utf-8", "replace")
    return {}


def _is_nothing_to_keep(content: _Json) -> bool:
    """Say whether a message only tests the way, as S3 does when notifications are set up."""
    return content.get("Event") == "s3:TestEvent"


def _places(content: _Json) -> Iterator[_Place]:
    """List the objects a message names: S3's own notice, S3 by EventBridge, or CloudTrail's."""
    records = content.get("Records")
    for record in cast("list[Any]", records) if isinstance(records, list) else []:
        # S3 writes keys as forms write them: a plus is a space.
        s3 = _inner(record, "s3")
        if str(_inner(record).get("eventName", "")).startswith("ObjectCreated"):
            yield from _place(_inner(s3, "bucket").get("name"), _inner(s3, "object").get("key"))
    if content.get("source") == "aws.s3" and content.get("detail-type") == "Object Created":
        detail = _inner(content, "detail")
        name = _inner(detail, "bucket").get("name")
        yield from _place(name, _inner(detail, "object").get("key"), quoted=False)
    keys = content.get("s3ObjectKey")
    for key in cast("list[Any]", keys) if isinstance(keys, list) else []:
        yield from _place(content.get("s3Bucket"), key, quoted=False)


def _place(bucket: object, key: object, *, quoted: bool = True) -> Iterator[_Place]:
    if isinstance(bucket, str) and isinstance(key, str) and bucket and key:
        yield _Place(bucket, unquote_plus(key) if quoted else key)


def _inner(holder: object, name: str | None = None) -> _Json:
    """Return an object, or the one it holds under a name; an empty one where there is none."""
    found: object = cast("Mapping[str, Any]", holder) if isinstance(holder, Mapping) else {}
    if name is None:
        return cast("_Json", found)
    return _inner(cast("_Json", found).get(name))


def _problem(
    receipt: str, origin: str, code: str, why: str, body: bytes, *, size: int | None = None
) -> Parcel:
    via = VIA_TRAIL if origin.startswith("s3:") else VIA_QUEUE
    whole = len(body) if size is None else size
    return Parcel(receipt, via, origin, body[:_KEPT_OF_BAD_BYTES], code, why, whole)


def _receives(message: _Json) -> int:
    return int(message.get("Attributes", {}).get("ApproximateReceiveCount", 1))


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _said(error: Exception) -> str:
    return _code(error) if isinstance(error, ClientError) else type(error).__name__
