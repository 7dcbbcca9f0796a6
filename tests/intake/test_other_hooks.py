"""Falco, Datadog, Sentry and Splunk, from the post to the alert."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import pytest

from fireline.app.house import House
from tests.core.signals.formats.samples import DATADOG, FALCO, SENTRY_EVENT, SPLUNK
from tests.intake.hearing import Hearing, hearing

SECRET = "the client's secret"


@pytest.fixture
async def world(house: House, database_dsn: str) -> AsyncIterator[Hearing]:
    async with hearing(house, database_dsn, environment={"SENTRY": SECRET}) as running:
        yield running


async def test_each_hook_makes_an_alert(world: Hearing):
    for format_, body in (("falco", FALCO), ("datadog", DATADOG), ("splunk", SPLUNK)):
        url = await world.source(format_)
        answer = await world.post(url, body)
        assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    titles = {alert.title for alert in await world.alerts("firing")}
    assert titles == {
        "Terminal shell in container on shop/cart-1",
        "CPU is high",
        "Too many failed logins on web-1",
    }


async def test_datadog_that_recovers_ends_its_alert(world: Hearing):
    url = await world.source("datadog")
    await world.post(url, DATADOG)
    await world.post(url, DATADOG | {"transition": "Recovered"})
    assert await world.alerts("firing") == ()
    assert len(await world.alerts("resolved")) == 1


async def test_a_token_is_for_its_own_format(world: Hearing):
    url = await world.source("falco")
    assert (await world.post(url.replace("/falco/", "/splunk/"), SPLUNK)).status_code == 403


async def test_sentrys_signature_is_proven_where_there_is_a_secret(world: Hearing):
    url = await world.source("sentry", secret="env:SENTRY")
    body = json.dumps(SENTRY_EVENT).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"sentry_hook_resource": "event_alert", "sentry_hook_signature": signature}
    assert (await world.post(url, body + b" ", **headers)).status_code == 401
    assert (await world.post(url, body, sentry_hook_resource="event_alert")).status_code == 401
    assert await world.payloads() == []
    assert (await world.post(url, body, **headers)).status_code == 202
    (alert,) = await world.alerts("firing")
    assert alert.title == "ZeroDivisionError: division by zero"


async def test_sentry_installed_is_no_alert_and_a_missing_secret_is_no_licence(world: Hearing):
    url = await world.source("sentry")
    answer = await world.post(url, {"action": "created"}, sentry_hook_resource="installation")
    assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})
    assert await world.payloads() == []
    lost = await world.source("sentry", name="lost", secret="env:NOT_THERE")
    assert (await world.post(lost, SENTRY_EVENT)).status_code == 503
