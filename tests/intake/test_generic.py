"""Any JSON in: guessed, mapped, sent twice, and never turned away for what is in it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from fireline.usecases.sources import Terms
from tests.intake.taking import Intake, taking

MAPPING = """
items: body.problems
key: item.ref
title: item.host + " " + item.what
status: 'item.gone ? "resolved" : "firing"'
priority: 'item.weight > 8 ? "P1" : "P3"'
entities: {host: item.host}
"""


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path) as opened:
        yield opened


async def test_json_nobody_mapped_becomes_an_alert_and_is_over_when_it_says_so(intake: Intake):
    token = await intake.source("json")
    async with AsyncClient(base_url=intake.url) as client:
        body = {"id": "disk-web1", "title": "Disk full", "severity": "critical", "host": "web1"}
        kept = await client.post(f"/hooks/json/{token}", json=body)
        assert (kept.status_code, kept.json()["status"]) == (202, "accepted")
        alert = await intake.until_alert(lambda one: one.title == "Disk full")
        assert (alert.state, int(alert.priority)) == ("firing", 1)
        over = {"id": "disk-web1", "status": "OK"}
        await client.post("/integrations/json", json=over, headers={"X-Fireline-Token": token})
        await intake.until_alert(lambda one: one.title == "Disk full" and one.state == "resolved")


async def test_a_batch_is_read_with_the_sources_mapping_one_alert_for_each(intake: Intake):
    terms = Terms(500, None, None, MAPPING, {})
    token = await intake.source("json", terms=terms)
    problems = [
        {"ref": 1, "host": "db1", "what": "replica is late", "weight": 9, "gone": False},
        {"ref": 2, "host": "web7", "what": "certificate ends soon", "weight": 1, "gone": False},
    ]
    async with AsyncClient(base_url=intake.url) as client:
        await client.post(f"/hooks/json/{token}", json={"problems": problems})
        late = await intake.until_alert(lambda one: one.title == "db1 replica is late")
        assert int(late.priority) == 1
        await intake.until_alert(lambda one: one.title == "web7 certificate ends soon")


async def test_what_cannot_be_read_is_taken_and_somebody_is_told(intake: Intake):
    token = await intake.source("json", terms=Terms(500, None, None, MAPPING, {}))
    async with AsyncClient(base_url=intake.url) as client:
        torn = await client.post(f"/hooks/json/{token}", content=b'{"problems": [')
        assert torn.status_code == 202
        await intake.until_alert(lambda one: "json sent could not be read" in one.title)
        other = {"title": "Something else", "problems": "none"}
        odd = await client.post(f"/hooks/json/{token}", json=other)
        assert odd.status_code == 202
        await intake.until_alert(lambda one: one.title == "Mapping failed: Something else")


async def test_the_same_idempotency_key_gets_the_same_answer_and_is_kept_once(intake: Intake):
    token = await intake.source("json")
    other = await intake.source("json", name="another")
    body, headers = json.dumps({"title": "Once"}), {"Idempotency-Key": "k-1"}
    async with AsyncClient(base_url=intake.url) as client:
        first = await client.post(f"/hooks/json/{token}", content=body, headers=headers)
        again = await client.post(f"/hooks/json/{token}", content=body, headers=headers)
        assert (again.status_code, again.json()) == (202, first.json())
        elsewhere = await client.post(f"/hooks/json/{other}", content=body, headers=headers)
        assert elsewhere.json() != first.json()
        new = await client.post(f"/hooks/json/{token}", content=body, headers={})
        assert new.json() != first.json()
    async with intake.fireline.house.transaction() as tx:
        cursor = await tx.db.execute("select count(*) from payload where format = 'json'")
        assert await cursor.fetchone() == (3,)


async def test_a_key_that_was_claimed_and_not_kept_does_not_lose_the_post(intake: Intake):
    token = await intake.source("json")
    async with AsyncClient(base_url=intake.url) as client:
        headers = {"Idempotency-Key": "k-2"}
        first = await client.post(f"/hooks/json/{token}", json={"title": "Lost?"}, headers=headers)
        async with intake.fireline.house.transaction() as tx:  # as if the database went away
            await tx.db.execute("update symptom set payload_id = null")
            await tx.db.execute("delete from payload where id = %s", [first.json()["payload"]])
        again = await client.post(f"/hooks/json/{token}", json={"title": "Lost?"}, headers=headers)
        assert again.json() == first.json()
    async with intake.fireline.house.transaction() as tx:
        cursor = await tx.db.execute("select count(*) from payload where format = 'json'")
        assert await cursor.fetchone() == (1,)


async def test_tokens_of_nobody_and_of_other_formats_are_refused(intake: Intake):
    ping = await intake.source("heartbeat")
    async with AsyncClient(base_url=intake.url) as client:
        assert (await client.post("/hooks/json/nobody", json={})).status_code == 401
        assert (await client.post(f"/hooks/json/{ping}", json={})).status_code == 403


async def test_a_credential_in_a_header_is_not_kept(intake: Intake):
    token = await intake.source("json")
    headers = {"X-Api-Key": "hush", "Authorization": f"Bearer {token}", "X-Team": "payments"}
    async with AsyncClient(base_url=intake.url) as client:
        sent = await client.post("/integrations/json", json={"title": "x"}, headers=headers)
        assert sent.status_code == 202
    async with intake.fireline.house.transaction() as tx:
        cursor = await tx.db.execute("select meta from payload where format = 'json'")
        (meta,) = await cursor.fetchone() or ({},)
    assert meta["x-team"] == "payments"
    assert "hush" not in str(meta)
    assert token not in str(meta)
