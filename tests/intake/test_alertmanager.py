"""Fireline in an Alertmanager's stead: Debian's Prometheus and amtool, and Alertmanager itself.

What fireline answers is held against what a real Alertmanager answers to the same posts.
"""

import json
from collections.abc import AsyncIterator
from getpass import getuser
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from fireline.usecases.symptoms import SymptomFilter, SymptomView, list_symptoms
from tests.intake import peers
from tests.intake.taking import Intake, taking, until


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path / "fireline") as running:
        yield running


async def symptoms(intake: Intake) -> tuple[SymptomView, ...]:
    async with intake.fireline.house.transaction() as tx:
        return await list_symptoms(tx, None, SymptomFilter())


ALWAYS, NOW_AND_THEN = "vector(1)", "vector(time() % 4) < 2"


def rules(**expressions: str) -> dict[str, Any]:
    alerts = [
        {
            "alert": name,
            "expr": expression,
            "labels": {"severity": "critical", "instance": f"{name.lower()}-1:9100"},
            "annotations": {"summary": f"{name} is down", "runbook_url": "https://runbooks/down"},
        }
        for name, expression in expressions.items()
    ]
    return {"groups": [{"name": "test", "interval": "1s", "rules": alerts}]}


async def test_prometheus_says_what_fires_and_what_is_over_however_it_shows_its_token(
    intake: Intake, tmp_path: Path
):
    tokens = [
        await intake.source("alertmanager", name=name) for name in ("path", "bearer", "basic")
    ]
    targets = {"api_version": "v2", "static_configs": [{"targets": [intake.netloc]}]}
    configuration = {
        "global": {"scrape_interval": "1h", "evaluation_interval": "1s"},
        "alerting": {
            "alertmanagers": [
                {**targets, "path_prefix": f"/integrations/alertmanager/{tokens[0]}"},
                {**targets, "authorization": {"credentials": tokens[1]}},
                {**targets, "basic_auth": {"username": "prometheus", "password": tokens[2]}},
            ]
        },
    }

    async def states(kind: str) -> list[tuple[UUID, str]]:
        return [(one.source, one.state) for one in await symptoms(intake) if one.kind == kind]

    async def all_heard() -> bool:
        return len({source for source, _ in await states("Database")}) == 3

    async def all_repeated() -> bool:
        return all(one.times > 1 for one in await symptoms(intake) if one.kind == "Database")

    async def is_over() -> bool:
        return len({source for source, state in await states("Flip") if state == "resolved"}) == 3

    firing = rules(Database=ALWAYS, Flip=NOW_AND_THEN)
    async with peers.prometheus(tmp_path, configuration, firing):
        await until(all_heard, seconds=20)
        await until(is_over, seconds=20)
        await until(all_repeated, seconds=20)
    found = [one for one in await symptoms(intake) if one.kind == "Database"]
    assert {one.state for one in found} == {"firing"}
    assert all(one.ends_at for one in found)
    assert {entity.value for one in found for entity in one.entities} == {"database-1"}
    assert (await intake.until_alert(lambda one: one.title == "Database is down")).priority == 1


async def test_amtool_sees_and_silences_as_if_fireline_were_an_alertmanager(
    intake: Intake, tmp_path: Path
):
    token = await intake.source("alertmanager", name="prom")
    stranger = await intake.source("alertmanager", name="elsewhere")
    address = f"{intake.url}/integrations/alertmanager/{token}"

    async def said(*words: str, at: str = address) -> str:
        return await peers.amtool(at, *words, home=tmp_path)

    await said("alert", "add", "X", "severity=critical", "instance=db-1", "--annotation=summary=s")
    await said("alert", "add", "Y", "severity=warning", "instance=web-1")
    shown = json.loads(await said("alert", "query", "--output=json"))
    assert len(shown) == 2
    by_name = {one["labels"]["alertname"]: one for one in shown}
    assert by_name["X"]["annotations"] == {"summary": "s"}
    assert by_name["X"]["status"] == {"inhibitedBy": [], "silencedBy": [], "state": "active"}
    assert "X" in await said("alert", "query", "alertname=~X.*")
    assert "Y" not in await said("alert", "query", "alertname=~X.*")
    assert "X" not in await said("alert", "query", "severity!=critical")

    made = await said("silence", "add", "alertname=X", "instance=~db.*", "--comment=maint")
    silence = made.strip().splitlines()[-1]
    (shown,) = json.loads(await said("silence", "query", "--output=json"))
    assert (shown["id"], shown["comment"], shown["createdBy"]) == (silence, "maint", getuser())
    assert {(one["name"], one["value"], one["isRegex"]) for one in shown["matchers"]} == {
        ("alertname", "X", False),
        ("instance", "db.*", True),
    }
    (held,) = json.loads(await said("alert", "query", "--silenced", "--output=json"))
    assert held["status"] == {"inhibitedBy": [], "silencedBy": [silence], "state": "suppressed"}
    assert "X" not in await said("alert", "query")

    # Another source's token sees neither, and holds nothing of this one's.
    away = f"{intake.url}/integrations/alertmanager/{stranger}"
    assert json.loads(await said("alert", "query", "--output=json", at=away)) == []
    assert json.loads(await said("silence", "query", "--output=json", at=away)) == []

    await said("silence", "update", silence, "--duration=3h", "--comment=longer")
    (shown,) = json.loads(await said("silence", "query", "--output=json"))
    assert shown["comment"] == "longer"
    await said("silence", "expire", shown["id"])
    assert json.loads(await said("silence", "query", "--output=json")) == []
    (over,) = json.loads(await said("silence", "query", "--expired", "--output=json"))
    assert over["status"] == {"state": "expired"}
    await until(lambda: _told_again(said))
    assert "fireline" in await said("config", "show")
    assert await said("cluster", "show")


async def _told_again(said: Any) -> bool:
    return "X" in await said("alert", "query")
