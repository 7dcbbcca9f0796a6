"""SNS: real messages of a simulated one, and everything somebody might forge."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import boto3
import httpx2
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer
from moto.sns.models import sns_backends

from fireline.app.clock import DatabaseClock
from fireline.app.house import House
from fireline.connectors.aws_sns.peer import MAX_BYTES, AwsSns, SnsSilent
from fireline.core.signals.notice import Notice
from fireline.core.signals.payload import Payload
from fireline.core.signals.readers import read
from fireline.store import facts
from fireline.usecases.facts import house_stream
from fireline.usecases.signals import list_signals
from tests.core.signals.formats.samples import METRIC_ALARM
from tests.hand_clock import BEGINS, HandClock
from tests.intake.hearing import Hearing, KnownSns, hearing
from tests.intake.sns_letters import (
    CERTIFICATE_URL,
    TOPIC,
    Signer,
    confirmation,
    notification,
    signer,
)
from tests.usecases.signals_world import by_eventbridge, record

AWS = signer(BEGINS)


@pytest.fixture
def peer() -> KnownSns:
    return KnownSns({CERTIFICATE_URL: AWS.pem})


@pytest.fixture
async def world(house: House, database_dsn: str, peer: KnownSns) -> AsyncIterator[Hearing]:
    async with hearing(house, database_dsn, peer) as running:
        yield running


@pytest.fixture
async def url(world: Hearing) -> str:
    return await world.source("sns", topics=[TOPIC])


@pytest.fixture
def motos_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class MotosCertificates(KnownSns):
    """Trusts what moto signs with, which it keeps by the last part of the address."""

    async def certificate(self, url: str) -> bytes:
        """Return the certificate moto made for a message."""
        region = urlsplit(url).netloc.split(".")[1]
        moto: Any = sns_backends[DEFAULT_ACCOUNT_ID][region]
        return moto._message_public_keys[url.rpartition("/")[2]]


async def kinds_of_facts(world: Hearing) -> list[str]:
    async with world.house.transaction() as tx:
        return [fact.kind for fact in await facts.timeline(tx.db, [house_stream().id])]


async def test_what_moto_publishes_becomes_an_alert_and_ends_it(
    house: House, database_dsn: str, motos_endpoint: str
):
    now = replace(house, clock=DatabaseClock())
    async with hearing(now, database_dsn, MotosCertificates()) as world:
        connect = cast("Any", boto3.client)  # pyright: ignore[reportUnknownMemberType] - the stubs know only installed services
        sns = connect(
            "sns",
            region_name="eu-central-1",
            endpoint_url=motos_endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        topic = sns.create_topic(Name="alarms")["TopicArn"]
        url = await world.source("sns", topics=[topic])
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
        await _publish(sns, topic, METRIC_ALARM)
        (alert,) = await world.alerts("firing")
        assert alert.title == "checkout-errors"
        await _publish(sns, topic, METRIC_ALARM | {"NewStateValue": "OK"})
        assert await world.alerts("firing") == ()
        (alert,) = await world.alerts("resolved")
        assert alert.title == "checkout-errors"


async def _publish(sns: Any, topic: str, message: object):
    import asyncio  # noqa: PLC0415 - moto posts while it answers, so it must not hold our loop

    await asyncio.to_thread(sns.publish, TopicArn=topic, Message=json.dumps(message))


async def test_a_signed_message_is_kept_as_it_came(world: Hearing, url: str, peer: KnownSns):
    for version in ("1", "2"):
        unsigned = notification(BEGINS, METRIC_ALARM, Subject="ALARM", MessageId=version)
        said = AWS.signed(unsigned, version=version)
        answer = await world.post(url, said, content_type="text/plain; charset=UTF-8")
        assert (answer.status_code, answer.json()) == (200, {"status": "accepted"})
        kept = (await world.payloads())[-1]
        assert json.loads(kept.body) == said
        (notice,) = read(Payload(kept.format, "", kept.body, kept.received_at, kept.meta)).said
        assert isinstance(notice, Notice)
        assert notice.title == "checkout-errors"
    assert set(peer.fetched) == {CERTIFICATE_URL}


async def test_a_message_sent_again_is_heard_once(world: Hearing, url: str):
    said = AWS.signed(notification(BEGINS, METRIC_ALARM))
    first, again = await world.post(url, said), await world.post(url, said)
    assert first.json() == {"status": "accepted"}
    assert (again.status_code, again.json()) == (200, {"status": "repeated"})
    assert len(await world.payloads()) == 1


def forged(change: dict[str, Any]) -> dict[str, Any]:
    """Sign a message and change it afterwards; a change to `None` takes a field away."""
    said = AWS.signed(notification(BEGINS, METRIC_ALARM)) | change
    return {name: value for name, value in said.items() if value is not None}


FORGED: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"Message": "another"}, 403, "signature"),
    ({"Subject": "added"}, 403, "signature"),
    ({"TopicArn": f"{TOPIC}-of-others"}, 403, "TopicArn"),
    ({"SigningCertURL": "http://sns.eu-central-1.amazonaws.com/a.pem"}, 403, "https"),
    ({"SigningCertURL": "https://evil.example/a.pem"}, 403, "host"),
    ({"SigningCertURL": "https://sns.eu-central-1.amazonaws.com:444/a.pem"}, 403, "host"),
    ({"SigningCertURL": "https://x@sns.eu-central-1.amazonaws.com/a.pem"}, 403, "host"),
    ({"SignatureVersion": "3"}, 400, "SignatureVersion"),
    ({"SignatureVersion": "1"}, 403, "signature"),
    ({"Signature": "!"}, 403, "signature"),
    ({"Signature": None}, 400, "Signature"),
    ({"Type": "Else"}, 400, "Type"),
)


async def test_what_is_forged_is_refused_and_nothing_is_kept(world: Hearing, url: str):
    for change, status, word in FORGED:
        answer = await world.post(url, forged(change))
        assert answer.status_code == status, change
        assert word in answer.json()["error"], change
    assert (await world.post(url, b"not json")).status_code == 400
    assert await world.payloads() == []


async def test_nothing_is_fetched_for_a_topic_or_an_address_that_is_not_ours(
    world: Hearing, url: str, peer: KnownSns
):
    await world.post(url, forged({"TopicArn": "arn:aws:sns:eu-central-1:1:other"}))
    await world.post(url, forged({"SigningCertURL": "https://169.254.169.254/latest/x.pem"}))
    assert peer.fetched == []


async def test_a_source_without_topics_hears_nothing(world: Hearing):
    url = await world.source("sns", name="empty")
    answer = await world.post(url, forged({}))
    assert answer.status_code == 403
    assert "settings" in answer.json()["error"]


async def test_an_old_message_is_refused(world: Hearing, url: str, clock: HandClock):
    said = AWS.signed(notification(BEGINS - timedelta(minutes=59), "fresh enough"))
    assert (await world.post(url, said)).status_code == 200
    clock.wait(minutes=2)
    late = AWS.signed(notification(BEGINS - timedelta(minutes=59), "x", MessageId="another"))
    answer = await world.post(url, late)
    assert (answer.status_code, "Timestamp" in answer.json()["error"]) == (403, True)


async def test_another_signers_message_is_refused(world: Hearing, url: str):
    other = Signer(signer(BEGINS).key, AWS.pem)
    answer = await world.post(url, other.signed(notification(BEGINS, "x")))
    assert answer.status_code == 403


async def test_without_the_certificate_sns_is_asked_to_send_it_again(
    world: Hearing, url: str, peer: KnownSns
):
    peer.away = True
    answer = await world.post(url, AWS.signed(notification(BEGINS, METRIC_ALARM)))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    peer.away = False
    again = await world.post(url, AWS.signed(notification(BEGINS, METRIC_ALARM)))
    assert again.json() == {"status": "accepted"}


async def test_a_subscription_is_confirmed_once_and_written_down(
    world: Hearing, url: str, peer: KnownSns
):
    said = AWS.signed(confirmation(BEGINS))
    assert (await world.post(url, said)).json() == {"status": "subscribed"}
    assert (await world.post(url, said)).json() == {"status": "repeated"}
    assert peer.visited == [said["SubscribeURL"]]
    assert (await kinds_of_facts(world)).count("source.subscribed") == 1


async def test_a_confirmation_that_fails_is_tried_again(world: Hearing, url: str, peer: KnownSns):
    said = AWS.signed(confirmation(BEGINS))
    peer.confirms = False
    assert (await world.post(url, said)).status_code == 503
    assert "source.subscribed" not in await kinds_of_facts(world)
    peer.confirms = True
    assert (await world.post(url, said)).json() == {"status": "subscribed"}


ELSEWHERE = (
    "https://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:8080/?Action=ConfirmSubscription",
    "https://sns.eu-central-1.amazonaws.com.evil.example/?Action=ConfirmSubscription",
    "https://sns.eu-central-1.amazonaws.com/?Action=Publish",
)


async def test_a_confirmation_elsewhere_is_not_visited(world: Hearing, url: str, peer: KnownSns):
    for address in ELSEWHERE:
        said = AWS.signed(confirmation(BEGINS) | {"SubscribeURL": address})
        assert (await world.post(url, said)).status_code == 403, address
    assert peer.visited == []


async def test_a_topic_of_others_cannot_subscribe_us(world: Hearing, url: str, peer: KnownSns):
    said = AWS.signed(confirmation(BEGINS) | {"TopicArn": "arn:aws:sns:eu-central-1:1:other"})
    assert (await world.post(url, said)).status_code == 403
    assert (peer.visited, peer.fetched) == ([], [])


async def test_an_ended_subscription_is_an_alert(world: Hearing, url: str):
    said = AWS.signed(confirmation(BEGINS, "UnsubscribeConfirmation"))
    assert (await world.post(url, said)).json() == {"status": "unsubscribed"}
    assert (await world.post(url, said)).json() == {"status": "repeated"}
    assert "source.unsubscribed" in await kinds_of_facts(world)
    (alert,) = await world.alerts("firing")
    assert alert.title == "The topic alarms no longer tells fireline"


async def test_raw_delivery_is_heard_on_the_tokens_word_and_noted(world: Hearing, url: str):
    headers = {
        "x_amz_sns_rawdelivery": "true",
        "x_amz_sns_topic_arn": TOPIC,
        "x_amz_sns_message_id": "raw-1",
    }
    assert (await world.post(url, METRIC_ALARM, **headers)).json() == {"status": "accepted"}
    assert (await world.post(url, METRIC_ALARM, **headers)).json() == {"status": "repeated"}
    (kept,) = await world.payloads()
    assert kept.meta["x-amz-sns-rawdelivery"] == "true"
    other = headers | {"x_amz_sns_topic_arn": "arn:aws:sns:eu-central-1:1:other"}
    assert (await world.post(url, METRIC_ALARM, **other)).status_code == 403


async def test_a_wrong_token_is_refused_before_anything_is_read(world: Hearing, url: str):
    wrong = url[:-4] + "0000"
    assert (await world.post(wrong, b"\xff")).status_code == 401


async def test_cloudtrails_records_in_a_topic_are_signals_for_the_rules(world: Hearing, url: str):
    event = by_eventbridge(record()).body.decode()
    said = AWS.signed(notification(BEGINS, event))
    assert (await world.post(url, said)).json() == {"status": "accepted"}
    assert await world.payloads() == []
    async with world.house.transaction() as tx:
        (signal,) = (await list_signals(tx)).items
    assert (signal.kind, signal.via) == ("iam.CreateAccessKey", "sns")


async def test_what_an_alarm_without_data_means_is_the_sources_to_say(world: Hearing):
    url = await world.source("sns", name="x", topics=[TOPIC], insufficient_data="firing")
    message = METRIC_ALARM | {"NewStateValue": "INSUFFICIENT_DATA"}
    await world.post(url, AWS.signed(notification(BEGINS, message)))
    (alert,) = await world.alerts("firing")
    assert alert.title == "checkout-errors"


async def test_a_certificate_is_fetched_once_and_never_by_a_detour():
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        match request.url.path:
            case "/moved.pem":
                return httpx2.Response(302, headers={"location": "https://evil.example/x.pem"})
            case "/large.pem":
                return httpx2.Response(200, content=b"x" * (MAX_BYTES + 1))
            case "/down.pem":
                raise httpx2.ConnectError("down")
            case _:
                return httpx2.Response(200, content=b"pem")

    sns = AwsSns(transport=httpx2.MockTransport(answer))
    base = "https://sns.eu-central-1.amazonaws.com"
    assert await sns.certificate(f"{base}/a.pem") == b"pem"
    assert await sns.certificate(f"{base}/a.pem") == b"pem"
    assert asked == [f"{base}/a.pem"]
    for name in ("moved", "large", "down"):
        with pytest.raises(SnsSilent):
            await sns.certificate(f"{base}/{name}.pem")
    await sns.confirm(f"{base}/?Action=ConfirmSubscription")
    assert not any("evil" in url for url in asked)
    await sns.aclose()
