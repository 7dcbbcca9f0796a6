"""Sources and reports as a person meets them: pages without script, beside a running fireline."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from fireline.core.access.roles import Role
from fireline.core.values.ids import PersonId
from tests.doors.sessions import session_of
from tests.doors.test_pages import Reader
from tests.intake.taking import Intake, taking


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path) as opened:
        yield opened


async def signed_in(intake: Intake, client: AsyncClient, person: str, role: Role) -> Reader:
    async with intake.fireline.house.transaction() as tx:
        return Reader(client, await session_of(tx, PersonId(person), role))


async def test_a_source_is_connected_watched_mapped_and_retired(intake: Intake):
    async with AsyncClient(base_url=intake.url) as client:
        ana = await signed_in(intake, client, "ana", Role.ADMIN)
        assert "No sources yet." in await ana.opens("/sources")
        unknown = {"name": "shop hooks", "format": "jsn"}
        said = await ana.sends("/sources", fields=unknown, status=422)
        assert "Did you mean json" in said
        assert ana.field("name") == "shop hooks"
        made = await ana.sends("/sources", fields={**unknown, "format": "json"}, status=201)
        assert "not shown again" in made
        token = re.findall(r"/hooks/json/([0-9a-f]{32})", ana.html)[0]
        posted = await client.post(f"/hooks/json/{token}", json={"what": "Disk full", "n": 1})
        assert posted.status_code == 202
        await intake.until_alert(lambda one: one.title == "Something was posted without a title")
        path = "/sources/shop%20hooks"
        assert "Something was posted without a title" in await ana.opens(path)
        wrong = {"mapping": "title: item..what\nnot: item.x", "do": "preview"}
        said = await ana.sends(f"{path}/mapping", fields=wrong, status=200)
        assert "title : 1:6" in said
        assert "There is no such field." in said
        assert "There is no such field." in await ana.sends(
            f"{path}/mapping", fields={**wrong, "do": "save"}, status=422
        )
        assert ana.field("mapping").startswith("title: item..what")
        right = {"mapping": "title: item.what\nkey: string(item.n)"}
        said = await ana.sends(f"{path}/mapping", fields={**right, "do": "preview"}, status=200)
        assert "firing P3 Disk full 1" in said
        assert "The mapping is kept" in await ana.sends(
            f"{path}/mapping", fields={**right, "do": "save"}
        )
        said = await ana.sends(f"{path}/replay", fields={"days": "1", "do": "look"}, status=200)
        assert "Disk full" in said


async def test_what_is_set_of_a_source_is_changed_and_a_secret_stays_hidden(intake: Intake):
    await intake.source("json", name="shop hooks")
    path = "/sources/shop%20hooks"
    async with AsyncClient(base_url=intake.url) as client:
        ana = await signed_in(intake, client, "ana", Role.ADMIN)
        terms = {"quiet_minutes": "1.5", "rate": "7", "settings": "a=b\nsecret_x=hush"}
        said = await ana.sends(path, fields=terms)
        assert ana.field("quiet_minutes") == "1.5"
        assert "secret_x=•••" in said
        terms["settings"] = "secret_x=•••"
        await ana.sends(path, fields=terms)
        async with intake.fireline.house.transaction() as tx:
            cursor = await tx.db.execute("select settings from source where name = 'shop hooks'")
            assert await cursor.fetchone() == ({"secret_x": "hush"},)
        assert "whole number" in await ana.sends(path, fields={"rate": "many"}, status=422)
        fresh = await ana.sends(f"{path}/token", fields={}, status=201)
        assert "Paste this" in fresh
        assert "is retired." in await ana.sends(f"{path}/retire", fields={})
        assert "shop hooks" not in await ana.opens("/sources")
        assert "shop hooks" in await ana.opens("/sources?retired")


async def test_somebody_who_only_looks_sees_sources_and_changes_none(intake: Intake):
    await intake.source("mail", name="nagios")
    async with AsyncClient(base_url=intake.url) as client:
        vi = await signed_in(intake, client, "vi", Role.VIEWER)
        assert "takes a manager or an admin" in await vi.opens("/sources")
        assert "never heard" in await vi.opens("/sources/nagios")
        assert 'method="post"' not in vi.html.replace('action="/sign-out" method="post"', "")
        await vi.sends("/sources/nagios/retire", fields={}, status=403)
        await vi.opens("/report", status=403)
        await vi.opens("/sources/nothing", status=404)


async def test_a_person_says_that_something_is_wrong_and_lands_on_its_alert(intake: Intake):
    async with AsyncClient(base_url=intake.url) as client:
        bo = await signed_in(intake, client, "bo", Role.OPERATOR)
        assert "Something is wrong" in await bo.opens("/report")
        empty = {"what": " ", "priority": "P2"}
        assert "Say what is wrong" in await bo.sends("/report", fields=empty, status=422)
        assert "how bad" in await bo.sends("/report", fields={"what": "x"}, status=422)
        told = {
            "what": "Customers cannot pay",
            "priority": "P2",
            "kind": "host",
            "value": "pay1",
            "since": "2026-01-02T10:00",
            "details": "Three of them called.",
        }
        shown = await bo.sends("/report", fields=told)
        assert "Customers cannot pay" in shown
        assert "whoever is on call is being told" in shown
    (alert,) = await intake.alerts()
    assert (alert.title, int(alert.priority)) == ("Customers cannot pay", 2)
