"""EventBridge by API destination and by queue, and Kubernetes' audit webhook."""

import base64
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import boto3
import pytest
from moto.server import ThreadedMotoServer

from fireline.app.house import House
from fireline.connectors.aws.session import Login
from fireline.connectors.aws.source import QueueSettings, SqsSource
from fireline.content.starter_plan import starter_files
from fireline.core.signals.formats import eventbridge
from fireline.core.values.actor import Machine
from fireline.core.values.json import JsonObject
from fireline.core.values.secret import Secret
from fireline.ports.source import Parcel
from fireline.store import seen_messages
from fireline.usecases import plans
from fireline.usecases.alerts import AlertFilter, list_alerts
from fireline.usecases.once import REMEMBERED, Message, keep_once
from fireline.usecases.signals import Kept, keep, list_quarantined, list_signals, register_source
from fireline.usecases.transaction import Tx
from fireline.workers.intake import take_in
from fireline.workers.judge import judge_signals
from tests.core.signals.formats.corpus import sample
from tests.core.signals.formats.samples import (
    ALARM_EVENT,
    AUDIT_EVENT,
    GUARDDUTY,
    METRIC_ALARM,
    audit_list,
    letter,
)
from tests.intake.hearing import Hearing, hearing
from tests.usecases.signals_world import by_eventbridge, record

RULE = """
title: Somebody in a pod
id: 0c9a1e52-0000-4000-8000-000000000002
status: test
description: Somebody opened a shell in a pod.
logsource: {product: kubernetes, service: audit}
detection:
  somebody: {verb: create, objectRef.resource: pods, objectRef.subresource: exec}
  condition: somebody
level: high
tags: [attack.execution]
"""


@pytest.fixture
def motos_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
async def world(house: House, database_dsn: str) -> AsyncIterator[Hearing]:
    async with hearing(house, database_dsn) as running:
        yield running


async def test_a_finding_by_api_destination_is_an_alert_until_it_is_archived(world: Hearing):
    url = await world.source("eventbridge")
    assert (await world.post(url, GUARDDUTY)).status_code == 202
    (alert,) = await world.alerts("firing")
    assert alert.title == GUARDDUTY["detail"]["title"]
    archived = json.loads(json.dumps(GUARDDUTY)) | {"id": "another"}
    archived["detail"]["service"]["archived"] = True
    assert (await world.post(url, archived)).status_code == 202
    assert await world.alerts("firing") == ()


async def test_an_event_sent_again_is_heard_once(world: Hearing):
    url = await world.source("eventbridge")
    assert (await world.post(url, ALARM_EVENT)).json()["status"] == "accepted"
    again = await world.post(url, ALARM_EVENT)
    assert (again.status_code, again.json()) == (202, {"status": "repeated"})
    assert len(await world.payloads()) == 1


async def test_an_api_key_or_basic_login_does_as_well_as_a_token_in_the_address(world: Hearing):
    url = await world.source("eventbridge")
    base, _, token = url.rpartition("/")
    ways: tuple[Mapping[str, str], ...] = (
        {"x_fireline_token": token},
        {"authorization": f"Basic {base64.b64encode(f'fireline:{token}'.encode()).decode()}"},
        {"authorization": f"Bearer {token}"},
    )
    for number, way in enumerate(ways):
        said = ALARM_EVENT | {"id": f"event-{number}"}
        assert (await world.post(base, said, **way)).status_code == 202
    assert (await world.post(base, ALARM_EVENT)).status_code == 401
    assert len(await world.payloads()) == 3


async def test_what_is_no_json_is_kept_and_seen(world: Hearing):
    url = await world.source("eventbridge")
    assert (await world.post(url, b"the transformer made text of it")).status_code == 202
    assert len(await world.payloads()) == 1
    assert len(await world.alerts("firing")) == 1


async def test_cloudtrails_records_by_api_destination_are_signals(world: Hearing):
    url = await world.source("eventbridge")
    answer = await world.post(url, by_eventbridge(record("e-1")).body)
    assert (answer.status_code, answer.json()["signals"]) == (202, 1)
    assert (await world.post(url, record("e-1"))).json()["repeated"] == 1
    assert await world.payloads() == []


async def test_findings_and_alarms_in_a_queue_are_posts_beside_its_records(tx: Tx):
    source = await register_source(tx, "changes")
    parcels = [
        by_eventbridge(record("e-1")),
        _parcel("m-1", GUARDDUTY),
        _parcel("m-2", letter(METRIC_ALARM)),
        _parcel("m-3", METRIC_ALARM),
        _parcel("m-4", letter(ALARM_EVENT | {"id": "another"})),
        _parcel("m-5", {"nobody": "knows"}),
    ]
    assert await keep(tx, source, parcels) == Kept(1, 0, 1, posts=4)
    assert await _formats(tx) == ["eventbridge", "sns", "sns", "sns"]
    (apart,) = (await list_quarantined(tx)).items
    assert apart.code == "envelope.unknown_shape"


async def test_a_finding_in_a_real_queue_becomes_an_alert(world: Hearing, motos_endpoint: str):
    login = Login("test", Secret("test"))
    connect = cast("Any", boto3.client)  # pyright: ignore[reportUnknownMemberType] - the stubs know only installed services
    sqs = connect(
        "sqs",
        region_name="eu-central-1",
        endpoint_url=motos_endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    queue = sqs.create_queue(QueueName="changes")["QueueUrl"]
    call = by_eventbridge(record()).body.decode()
    for body in (json.dumps(GUARDDUTY), json.dumps(letter(METRIC_ALARM)), call):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    settings = QueueSettings("changes", queue, "eu-central-1", motos_endpoint, login, 1)
    async with world.house.transaction() as tx:
        registered = await register_source(tx, "changes")
    source = SqsSource(settings)
    while await take_in(world.house.transaction, source, registered):
        pass
    titles = {alert.title for alert in await world.alerts("firing")}
    assert titles == {GUARDDUTY["detail"]["title"], "checkout-errors"}
    async with world.house.transaction() as tx:
        assert len((await list_signals(tx)).items) == 1
        assert (await list_quarantined(tx)).items == ()


async def test_a_post_that_a_queue_delivers_again_is_kept_once(tx: Tx):
    source = await register_source(tx, "changes")
    parcels = [_parcel("m-1", GUARDDUTY), _parcel("m-3", METRIC_ALARM)]
    assert await keep(tx, source, parcels) == Kept(0, 0, 0, posts=2)
    assert await keep(tx, source, parcels) == Kept(0, 2, 0, posts=0)
    assert len(await _formats(tx)) == 2


async def test_what_was_seen_long_ago_is_forgotten(tx: Tx):
    source = await register_source(tx, "changes")
    message = Message("one", b"{}", eventbridge.FORMAT)
    assert len(await keep_once(tx, source, [message, message])) == 1
    assert await keep_once(tx, source, [message]) == ()
    later = replace(tx, now=tx.now + REMEMBERED + timedelta(minutes=1))
    assert len(await keep_once(later, source, [Message("two", b"{}", "eventbridge")])) == 1
    assert await seen_messages.see(tx.db, source.id, ["one"], now=later.now) == {"one"}
    assert await seen_messages.see(tx.db, source.id, ["two"], now=later.now) == frozenset()


async def test_an_audit_list_becomes_signals_and_a_bad_event_costs_no_other(world: Hearing):
    url = await world.source("kubernetes_audit", "prod-eu")
    received = AUDIT_EVENT | {"stage": "RequestReceived"}
    ended = AUDIT_EVENT | {"stage": "ResponseComplete"}
    refused = AUDIT_EVENT | {"auditID": "two", "responseStatus": {"code": 403}, "verb": "list"}
    body = audit_list(received, AUDIT_EVENT, ended, {"verb": "get"}, refused)
    answer = await world.post(url, body)
    assert answer.status_code == 202
    assert answer.json() == {"status": "accepted", "signals": 3, "repeated": 1, "quarantined": 1}
    async with world.house.transaction() as tx:
        found = {each.external_id: each for each in (await list_signals(tx)).items}
    exec_ = found[AUDIT_EVENT["auditID"]]
    assert exec_.kind == "kubernetes.create.pods.exec"
    assert (exec_.who, exec_.address) == ("bo@example.com", "198.51.100.7")
    # Named as the inventory names it: the source is named as the cluster.
    assert exec_.assets == ("k8s.pod/prod-eu/global/shop/cart-1",)
    assert exec_.account == "prod-eu"
    assert (found["two"].outcome, found["two"].read_only) == ("refused", True)


async def test_a_plans_rule_finds_somebody_in_a_pod(world: Hearing):
    url = await world.source("kubernetes_audit")
    await world.post(url, audit_list(AUDIT_EVENT, AUDIT_EVENT | {"auditID": "two"}))
    files = {
        **starter_files(),
        "rules/somebody-in-a-pod/rule.yml": RULE,
        "rules/somebody-in-a-pod/hit_exec.json": json.dumps(AUDIT_EVENT),
        "rules/somebody-in-a-pod/miss_get.json": json.dumps(AUDIT_EVENT | {"verb": "get"}),
    }
    async with world.house.transaction() as tx:
        await plans.push(tx, files, by=Machine("test"), note="for a test")
    assert await judge_signals(world.house.transaction, world.groupings)
    async with world.house.transaction() as tx:
        (alert,) = await list_alerts(tx, AlertFilter())
    assert "Somebody in a pod" in alert.title
    assert alert.findings == 2


async def test_what_is_no_audit_list_is_set_apart(world: Hearing):
    url = await world.source("kubernetes_audit")
    for body in ({"kind": "EventList", "items": 5}, {"kind": 0}, b"\xff"):
        answer = await world.post(url, body)
        assert (answer.status_code, answer.json()["quarantined"]) == (202, 1)


def _parcel(receipt: str, said: JsonObject) -> Parcel:
    return Parcel(receipt, "queue", f"sqs:changes/{receipt}", json.dumps(said).encode())


async def _formats(tx: Tx) -> list[str]:
    found = await tx.db.execute("select format from payload order by format, id")
    return [str(row[0]) for row in await found.fetchall()]


def test_the_sample_event_has_the_envelope_of_eventbridge():
    said: dict[str, Any] = sample()
    assert {"version", "id", "detail-type", "source", "account", "time", "region"} <= set(said)


async def test_a_schedule_and_a_change_are_no_alerts(world: Hearing):
    url = await world.source("eventbridge")
    rule = "arn:aws:events:eu-central-1:111122223333:rule/every-minute"
    beat = sample(detail_type="Scheduled Event", resources=[rule])
    stopped = sample(
        id="another",
        detail_type="EC2 Instance State-change Notification",
        detail={"instance-id": "i-0abc1234def567890", "state": "stopped"},
    )
    assert (await world.post(url, beat)).status_code == 202
    assert (await world.post(url, stopped)).status_code == 202
    assert await world.alerts() == ()
    assert await world.payloads() == []
    async with world.house.transaction() as tx:
        found = await tx.db.execute("select title from change")
        titles = {row[0] for row in await found.fetchall()}
    assert "EC2 Instance i-0abc1234def567890 stopped" in titles
