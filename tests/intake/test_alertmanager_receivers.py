"""Debian's Alertmanager, with one configuration that tells fireline in four ways at once."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fireline.usecases.sources import default_terms
from fireline.usecases.symptoms import SymptomFilter, SymptomView, list_symptoms
from tests.intake import peers
from tests.intake.taking import Intake, taking, until

FORMATS = ("alertmanager", "opsgenie", "pagerduty", "victorops")
GROUP: dict[str, Any] = {
    "version": "1",
    "status": "firing",
    "groupKey": "{}:{}",
    "alerts": [{"status": "firing", "labels": {"alertname": "High CPU"}, "fingerprint": "c6ea"}],
}


@pytest.fixture
async def intake(
    database_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Intake]:
    monkeypatch.setenv("GRAFANA_SECRET", "s3cret")
    async with taking(database_dsn, tmp_path / "fireline") as running:
        yield running


async def symptoms(intake: Intake) -> tuple[SymptomView, ...]:
    async with intake.fireline.house.transaction() as tx:
        return await list_symptoms(tx, None, SymptomFilter())


async def now_and(intake: Intake, later: timedelta) -> str:
    async with intake.fireline.house.transaction() as tx:
        return (tx.now + later).isoformat()


async def test_an_alertmanager_tells_in_four_ways_what_fires_and_what_is_over(
    intake: Intake, tmp_path: Path
):
    tokens = {name: await intake.source(name) for name in FORMATS}
    url = intake.url
    receiver = {
        "name": "fireline",
        "webhook_configs": [{"url": f"{url}/integrations/alertmanager/{tokens['alertmanager']}"}],
        "opsgenie_configs": [
            {"api_key": tokens["opsgenie"], "api_url": f"{url}/", "send_resolved": True}
        ],
        "pagerduty_configs": [
            {"routing_key": tokens["pagerduty"], "url": f"{url}/v2/enqueue", "severity": "critical"}
        ],
        "victorops_configs": [
            {
                "api_key": tokens["victorops"],
                "api_url": f"{url}/integrations/victorops/",
                "routing_key": "storage",
            }
        ],
    }
    configuration = {
        "route": {
            "receiver": "fireline",
            "group_by": ["alertname"],
            "group_wait": "0s",
            "group_interval": "1s",
            "repeat_interval": "1h",
        },
        "receivers": [receiver],
    }
    labels = {"alertname": "DiskFull", "instance": "db1:9100", "severity": "critical"}
    words = {"summary": "disk full", "description": "99%"}

    async def all_are(state: str) -> bool:
        found = await symptoms(intake)
        return len(found) == len(FORMATS) and {one.state for one in found} == {state}

    async with (
        peers.alertmanager(tmp_path, configuration) as address,
        httpx2.AsyncClient() as client,
    ):
        post = [{"labels": labels, "annotations": words, "generatorURL": "http://prometheus/graph"}]
        await client.post(f"{address}/api/v2/alerts", json=post)
        await until(lambda: all_are("firing"), seconds=20)
        over = [{**post[0], "endsAt": await now_and(intake, timedelta())}]
        await client.post(f"{address}/api/v2/alerts", json=over)
        await until(lambda: all_are("resolved"), seconds=20)
    by_key = {one.key: one for one in await symptoms(intake)}
    webhook = by_key["efb0c6c488e007da"]
    assert (webhook.title, webhook.group) == ("disk full", '{}:{alertname="DiskFull"}')
    # The other three know the group by the hash of its key.
    assert len(by_key) == 2


async def test_what_nobody_repeats_is_over_when_it_said_it_would_be(intake: Intake):
    token = await intake.source("alertmanager")
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=intake.url, headers=headers) as client:
        soon = await now_and(intake, timedelta(seconds=2))
        post = [{"labels": {"alertname": "Brief"}, "endsAt": soon}]
        assert (await client.post("/api/v2/alerts", json=post)).status_code == 200
        await intake.until_alert(lambda one: (one.title, one.state) == ("Brief", "firing"))
        later = await now_and(intake, timedelta(seconds=3))
        await client.post("/api/v2/alerts", json=[{**post[0], "endsAt": later}])
        await intake.until_alert(lambda one: (one.title, one.state) == ("Brief", "resolved"))
        async with intake.fireline.house.transaction() as tx:
            assert tx.now.isoformat() >= later
        assert (await client.get("/api/v2/alerts")).json() == []


async def test_a_batch_with_a_bad_member_opens_the_good_one_and_tells_of_the_bad(intake: Intake):
    token = await intake.source("alertmanager")
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=intake.url, headers=headers) as client:
        post = [{"labels": {"alertname": "Good"}}, {"labels": {"bad-name": "x"}}]
        answer = await client.post("/api/v2/alerts", json=post)
    assert (answer.status_code, answer.json()) == (
        400,
        'invalid label set: invalid name "bad-name"',
    )
    await intake.until_alert(lambda one: one.title == "Good")
    await intake.until_alert(lambda one: "could not be read" in one.title)


async def test_grafana_is_taken_by_its_token_and_its_signature(intake: Intake):
    plain = await intake.source("grafana")
    settings = {"secret": "env:GRAFANA_SECRET", "timestamp_header": "X-Time"}
    signed = await intake.source(
        "grafana", name="signed", terms=replace(default_terms(), settings=settings)
    )
    async with intake.fireline.house.transaction() as tx:
        at = str(int(tx.now.timestamp()))

    async with httpx2.AsyncClient(base_url=intake.url) as client:
        body = client.build_request("POST", "/", json=GROUP).content

        async def post(token: str, **headers: str) -> int:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            path = f"/integrations/grafana/{token}"
            return (await client.post(path, content=body, headers=sent)).status_code

        def proof(secret: str, at: str) -> dict[str, str]:
            text = at.encode() + b":" + body
            made = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
            return {"X_Time": at, "X_Grafana_Alerting_Signature": made}

        assert await post("f" * 32) == 401
        assert await post(signed) == 401
        assert await post(signed, **proof("guessed", at)) == 401
        assert await post(signed, **proof("s3cret", "1000000000")) == 401
        assert await post(signed, **{**proof("s3cret", at), "X_Time": "soon"}) == 401
        assert await symptoms(intake) == ()
        assert await post(signed, **proof("s3cret", at)) == 202
        assert await post(plain) == 202
    await intake.until_alert(lambda one: one.title == "High CPU")


async def test_a_signature_over_the_body_alone_is_enough_where_no_time_is_sent(intake: Intake):
    settings = {"secret": "env:GRAFANA_SECRET", "signature_header": "X-Proof"}
    token = await intake.source("grafana", terms=replace(default_terms(), settings=settings))
    lost = await intake.source(
        "grafana", name="lost", terms=replace(default_terms(), settings={"secret": "env:NOWHERE"})
    )
    made = hmac.new(b"s3cret", b'{"title":"x"}', hashlib.sha256).hexdigest()
    async with httpx2.AsyncClient(base_url=intake.url) as client:
        for at, status in ((token, 202), (lost, 503)):
            answer = await client.post(
                f"/integrations/grafana/{at}",
                content=b'{"title":"x"}',
                headers={"X-Proof": f"sha256={made}"},
            )
            assert answer.status_code == status
    await intake.until_alert(lambda one: one.title == "x")


async def test_victorops_clients_are_answered_as_they_expect(intake: Intake):
    token = await intake.source("victorops")
    path = f"/integrations/victorops/{token}"
    async with httpx2.AsyncClient(base_url=intake.url) as client:
        post = {"message_type": "CRITICAL", "entity_display_name": "down"}
        answer = await client.post(f"{path}/storage", json=post)
        assert (answer.status_code, answer.json()["result"]) == (200, "success")
        named = answer.json()["entity_id"]
        alert = await intake.until_alert(lambda one: one.title == "down")
        assert alert.state == "firing"
        answer = await client.post(path, json={"message_type": "RECOVERY", "entity_id": named})
        assert answer.json() == {"result": "success", "entity_id": named}
        await intake.until_alert(lambda one: one.state == "resolved")
        wrong = await client.post(path, json={"message_type": "X"})
        assert (wrong.status_code, wrong.json()["result"]) == (400, "failure")
