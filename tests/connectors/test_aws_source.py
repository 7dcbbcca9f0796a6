"""The queue and bucket of AWS, played by moto's server on loopback."""

import gzip
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from fireline.connectors.aws.session import Login, NotLoopbackError
from fireline.connectors.aws.source import QueueSettings, SqsSource
from fireline.connectors.aws.unpack import Corrupt, TooMuch, gunzip
from fireline.core.values.refusals import Unavailable
from fireline.core.values.secret import Secret
from fireline.ports.source import Parcel, Source

REGION = "eu-central-1"
BUCKET = "trail"
LOGIN = Login("AKIATEST", Secret("secret"))
ENVELOPE = {"detail-type": "AWS API Call via CloudTrail", "detail": {"eventID": "e-1"}}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


_session = boto3.session.Session()


@cache
def client(service: str, endpoint: str) -> Any:
    return _session.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="AKIATEST",
        aws_secret_access_key="secret",
    )


@dataclass
class World:
    """A queue that forgets nothing at once, a bucket, and the source that reads both."""

    sqs: Any
    s3: Any
    settings: QueueSettings
    source: SqsSource

    def say(self, message: object) -> None:
        body = message if isinstance(message, str) else json.dumps(message)
        self.sqs.send_message(QueueUrl=self.settings.queue_url, MessageBody=body)

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    async def one(self) -> Parcel:
        (parcel,) = await self.source.receive()
        return parcel

    def left(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(
            QueueUrl=self.settings.queue_url, AttributeNames=names
        )
        return sum(int(found["Attributes"][name]) for name in names)


@pytest.fixture
async def world(endpoint: str, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    sqs, s3 = client("sqs", endpoint), client("s3", endpoint)
    name = f"q{abs(hash(request.node.name))}"
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    settings = QueueSettings("changes", url, REGION, endpoint, LOGIN, wait_seconds=0)
    yield World(sqs, s3, settings, SqsSource.of_drill(settings))
    for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=found["Key"])
    s3.delete_bucket(Bucket=BUCKET)


def notice(*keys: str, event: str = "ObjectCreated:Put", bucket: str = BUCKET) -> dict[str, Any]:
    return {
        "Records": [
            {"eventName": event, "s3": {"bucket": {"name": bucket}, "object": {"key": key}}}
            for key in keys
        ]
    }


def in_sns(message: object) -> dict[str, Any]:
    return {"Type": "Notification", "Message": json.dumps(message)}


async def test_a_change_told_by_eventbridge_is_one_parcel(world: World):
    world.say(ENVELOPE)
    parcel = await world.one()
    assert parcel.via == "eventbridge"
    assert json.loads(parcel.body) == ENVELOPE
    assert parcel.origin.startswith("sqs:changes/")
    assert parcel.problem is None


async def test_an_empty_queue_hands_over_nothing(world: World):
    assert await world.source.receive() == []


async def test_what_is_not_done_comes_again_and_what_is_done_does_not(world: World):
    for _ in range(13):
        world.say(ENVELOPE)
    seen: set[str] = set()
    for _ in range(10):
        parcels = await world.source.receive()
        await world.source.done([parcel.receipt for parcel in parcels])
        seen |= {parcel.origin for parcel in parcels}
        if world.left() == 0:
            break
    assert len(seen) == 13
    assert world.left() == 0
    await world.source.done([])


@pytest.mark.parametrize(
    "message",
    [
        notice("AWSLogs/a+b/%C3%A9%2B.json.gz"),
        in_sns(notice("AWSLogs/a+b/%C3%A9%2B.json.gz")),
        {
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": BUCKET}, "object": {"key": "AWSLogs/a b/é+.json.gz"}},
        },
        {"s3Bucket": BUCKET, "s3ObjectKey": ["AWSLogs/a b/é+.json.gz"]},
    ],
)
async def test_a_told_object_is_fetched_and_unpacked(world: World, message: object):
    world.put("AWSLogs/a b/é+.json.gz", gzip.compress(b'{"Records": []}'))
    world.say(message)
    parcel = await world.one()
    assert parcel.body == b'{"Records": []}'
    assert parcel.via == "trail"
    assert parcel.origin == "s3://trail/AWSLogs/a b/é+.json.gz"


async def test_a_message_may_name_several_objects(world: World):
    for name in ("a", "b"):
        world.put(name, gzip.compress(name.encode()))
    world.say(notice("a", "b"))
    parcels = await world.source.receive()
    assert [parcel.body for parcel in parcels] == [b"a", b"b"]
    assert len({parcel.receipt for parcel in parcels}) == 1
    await world.source.done([parcel.receipt for parcel in parcels])
    assert world.left() == 0


@pytest.mark.parametrize("garbage", ["garbage", "{", "[" * 5000, in_sns(1) | {"Message": "{"}])
async def test_garbage_is_handed_over_as_a_problem(world: World, garbage: object):
    world.say(garbage)
    parcel = await world.one()
    assert parcel.problem == "message.not_json"
    assert parcel.why
    assert parcel.body


async def test_json_of_an_unknown_shape_is_left_to_the_core(world: World):
    for message in ("7", {"hello": "world"}, in_sns({"hello": "world"})):
        world.say(message)
        parcel = await world.one()
        assert (parcel.via, parcel.problem) == ("queue", None)
        await world.source.done([parcel.receipt])


async def test_the_test_message_of_s3_and_digests_are_done_silently(world: World):
    world.say({"Service": "Amazon S3", "Event": "s3:TestEvent"})
    world.say(in_sns({"Service": "Amazon S3", "Event": "s3:TestEvent"}))
    world.say(notice("AWSLogs/1/CloudTrail-Digest/x.json.gz"))
    for _ in range(4):
        assert await world.source.receive() == []
    assert world.left() == 0


async def test_a_corrupt_object_is_a_problem(world: World):
    world.put("bad", gzip.compress(b"x" * 1000)[:-12])
    world.say(notice("bad"))
    parcel = await world.one()
    assert parcel.problem == "object.corrupt_gzip"
    assert parcel.origin == "s3://trail/bad"
    assert parcel.body.startswith(b"\x1f\x8b")


async def test_an_object_that_is_not_there_is_a_problem(world: World):
    world.say(notice("nowhere"))
    assert (await world.one()).problem == "object.missing"


async def test_an_object_that_is_too_large_is_not_even_read(world: World):
    world.put("large", b"\x1f\x8b" + bytes(5000))
    world.say(notice("large"))
    source = SqsSource(replace(world.settings, max_object_bytes=5002))
    (parcel,) = await source.receive()
    assert (parcel.problem, parcel.size) == ("object.too_large", 5002)
    assert "5002" in parcel.why


async def test_an_object_just_within_the_limit_is_read(world: World):
    body = gzip.compress(b"x")
    world.put("small", body)
    world.say(notice("small"))
    source = SqsSource(replace(world.settings, max_object_bytes=len(body) + 1))
    (parcel,) = await source.receive()
    assert parcel.problem is None


async def test_a_bomb_is_a_problem_and_is_not_unpacked(world: World):
    world.put("bomb", gzip.compress(bytes(64 * 1024 * 1024)))
    world.say(notice("bomb"))
    parcel = await world.one()
    assert parcel.problem == "object.unpacks_too_large"
    assert len(parcel.body) <= 64 * 1024


async def test_a_bad_neighbour_holds_up_no_other_object(world: World):
    world.put("good", gzip.compress(b"good"))
    world.put("bad", b"\x1f\x8bbroken")
    world.say(notice("bad", "good", "nowhere"))
    parcels = await world.source.receive()
    assert [parcel.problem for parcel in parcels] == ["object.corrupt_gzip", None, "object.missing"]


async def test_what_fails_because_of_the_weather_comes_again_and_is_told_the_third_time(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    world.put("good", gzip.compress(b"good"))
    monkeypatch.setattr("fireline.connectors.aws.source._AGAIN_SECONDS", 0)
    monkeypatch.setattr(world.source, "_s3", client("s3", "http://127.0.0.1:1"))
    world.say(notice("good"))
    assert await world.source.receive() == []
    assert world.left() == 1
    assert await world.source.receive() == []
    parcel = await world.one()
    assert parcel.problem == "object.unreachable"
    assert world.left() == 1


async def test_half_a_surrogate_pair_does_not_make_a_message_garbage(world: World):
    world.say('{"detail-type": "x via CloudTrail", "detail": {"eventName": "\\ud800"}}')
    assert (await world.one()).problem is None


async def test_a_queue_that_does_not_answer_is_unavailable(endpoint: str):
    settings = QueueSettings("gone", f"{endpoint}/1/gone", REGION, endpoint, LOGIN, wait_seconds=0)
    with pytest.raises(Unavailable):
        await SqsSource(settings).receive()
    nowhere = replace(settings, endpoint="http://127.0.0.1:1")
    with pytest.raises(Unavailable):
        await SqsSource(nowhere).done(["r"])


@pytest.mark.parametrize("far", [None, "https://sqs.eu-central-1.amazonaws.com", "http://10.0.0.1"])
def test_a_drill_refuses_a_cloud_that_is_not_on_this_machine(far: str | None):
    near = QueueSettings("changes", "http://127.0.0.1:5/1/q", REGION, "http://127.0.0.1:5", LOGIN)
    assert SqsSource.of_drill(near).name == "changes"
    with pytest.raises(NotLoopbackError):
        SqsSource.of_drill(replace(near, endpoint=far))
    with pytest.raises(NotLoopbackError):
        SqsSource.of_drill(replace(near, queue_url=far or ""))


def test_the_source_is_a_source():
    made: Source = SqsSource(
        QueueSettings("changes", "http://127.0.0.1:5/1/q", REGION, login=LOGIN)
    )
    assert made.name == "changes"


def test_gzip_of_several_members_and_with_padding_is_one_text():
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + bytes(7)
    assert gunzip(packed, most=100) == b"one two"
    assert gunzip(b' {"Records": []}', most=100) == b' {"Records": []}'


@pytest.mark.parametrize(
    "bad",
    [b"", b"text", b"\x1f\x8b", gzip.compress(b"x", mtime=0) + b"rest"],
    ids=["nothing", "text", "head", "tail"],
)
def test_what_gzip_did_not_write_is_corrupt(bad: bytes):
    assert isinstance(gunzip(bad, most=100), Corrupt)


def test_the_limit_is_on_what_comes_out():
    packed = gzip.compress(b"x" * 100)
    assert gunzip(packed, most=100) == b"x" * 100
    assert gunzip(packed, most=99) == TooMuch(99)
    assert gunzip(b"{" + b" " * 100, most=100) == TooMuch(100)
