"""GitHub, GitLab and deploy scripts post to a whole running fireline, and the change is kept."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from fireline.core.values.priority import Priority
from fireline.usecases import changes, signals
from fireline.usecases.changes import ChangeView, Wanted
from fireline.usecases.sources import default_terms
from tests.intake.taking import Intake, taking, until
from tests.usecases.signals_world import by_trail, record, stamp

SECRET = "it is a secret to everybody"


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path) as running:
        yield running


@pytest.fixture
async def client(intake: Intake) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(base_url=intake.url) as opened:
        yield opened


async def kept(intake: Intake, kind: str = "deploy") -> list[ChangeView]:
    async with intake.fireline.house.transaction() as tx:
        return list((await changes.list_changes(tx, Wanted(kind=kind))).items)


async def change(intake: Intake) -> ChangeView:
    """Wait for the one change there is."""
    (found,) = await until(lambda: kept(intake))
    return found


async def signed_source(intake: Intake, format_: str, folder: Path) -> str:
    secret = folder / "hook-secret"
    secret.write_text(f"{SECRET}\n")
    terms = replace(default_terms(), settings={"secret": f"file:{secret}"})
    return await intake.source(format_, terms=terms)


def deployment(state: str = "success") -> dict[str, Any]:
    return {
        "action": "created",
        "deployment": {"id": 4242, "sha": "a" * 40, "ref": "main", "creator": {"login": "bo"}},
        "deployment_status": {
            "state": state,
            "environment": "production",
            "created_at": "2026-03-02T10:00:00Z",
        },
        "repository": {"name": "shop", "full_name": "acme/shop", "default_branch": "main"},
    }


async def from_github(
    client: AsyncClient, token: str, body: dict[str, Any], *, event: str, secret: str = SECRET
) -> Response:
    told = json.dumps(body).encode()
    digest = hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()
    headers = {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-Hub-Signature-256": f"sha256={digest}",
        "Content-Type": "application/json",
    }
    return await client.post(f"/integrations/github/{token}", content=told, headers=headers)


async def test_a_signed_deployment_from_github_is_kept_once_however_often_it_is_told(
    intake: Intake, client: AsyncClient, tmp_path: Path
):
    token = await signed_source(intake, "github", tmp_path)
    for state in ("in_progress", "success", "success"):
        answer = await from_github(client, token, deployment(state), event="deployment_status")
        assert answer.status_code == 202, answer.text

    async def all_told() -> ChangeView | None:
        found = await kept(intake)
        return found[0] if found and found[0].times == 3 else None

    found = await until(all_told)
    assert (found.service, found.actor, found.labels["progress"]) == ("shop", "bo", "succeeded")
    assert len(await kept(intake)) == 1


async def test_a_post_nobody_with_the_secret_signed_is_turned_away_and_a_ping_keeps_nothing(
    intake: Intake, client: AsyncClient, tmp_path: Path
):
    token = await signed_source(intake, "github", tmp_path)
    forged = await from_github(
        client, token, deployment(), event="deployment_status", secret="a guess"
    )
    assert forged.status_code == 401
    assert "X-Hub-Signature-256" in forged.json()["error"]
    bare = await client.post(f"/integrations/github/{token}", json=deployment())
    assert bare.status_code == 401
    ping = {"zen": "Keep it simple.", "hook_id": 1}
    assert (
        await from_github(client, token, ping, event="ping", secret="a guess")
    ).status_code == 401
    answered = await from_github(client, token, ping, event="ping")
    assert (answered.status_code, answered.json()["status"]) == (200, "ok")
    assert await kept(intake) == []


async def test_a_secret_that_is_gone_lets_nothing_in(intake: Intake, client: AsyncClient):
    terms = replace(default_terms(), settings={"secret": "file:/nowhere/at/all"})
    token = await intake.source("github", terms=terms)
    answer = await from_github(client, token, deployment(), event="deployment_status")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


async def test_gitlab_shows_its_token(intake: Intake, client: AsyncClient, tmp_path: Path):
    token = await signed_source(intake, "gitlab", tmp_path)
    body = {
        "object_kind": "deployment",
        "status": "success",
        "deployment_id": 15,
        "status_changed_at": "2026-03-02 12:00:00 +0200",
        "environment": "production",
        "project": {"name": "Shop", "path_with_namespace": "acme/shop", "default_branch": "main"},
        "user": {"username": "bo"},
        "ref": "main",
    }
    path = f"/integrations/gitlab/{token}"
    wrong = await client.post(path, json=body, headers={"X-Gitlab-Token": "a guess"})
    assert wrong.status_code == 401
    headers = {"X-Gitlab-Event": "Deployment Hook", "X-Gitlab-Token": SECRET}
    assert (await client.post(path, json=body, headers=headers)).status_code == 202
    found = await change(intake)
    assert (found.service, found.title) == ("shop", "Deploy of acme/shop main to production")


async def test_a_script_tells_of_a_deploy_by_its_token_and_is_told_what_is_wrong(
    intake: Intake, client: AsyncClient
):
    token = await intake.source("deploy")
    wrong = await client.post(f"/integrations/deploy/{token}", json={"version": "1.4.2"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "service")
    stranger = await client.post("/integrations/deploy/nobody", json={"service": "shop"})
    assert stranger.status_code == 401
    body = {"service": "shop", "version": "1.4.2", "environment": "production", "actor": "bo"}
    answer = await client.post(f"/integrations/deploy/{token}", json=body)
    assert answer.status_code == 202
    found = await change(intake)
    assert (found.service, found.revision, found.source) == ("shop", "1.4.2", "deploy")


CHANGES_FILE = 'pipelines: ["arn:aws:iam::*:role/deployer"]\n'


async def test_a_call_nobody_planned_becomes_an_alert_of_its_service(
    database_dsn: str, tmp_path: Path
):
    async with taking(database_dsn, tmp_path, files={"changes.yaml": CHANGES_FILE}) as running:
        async with running.fireline.house.transaction() as tx:
            source = await signals.register_source(tx, "trail")
            call = record(eventTime=stamp(tx.now), eventName="TagUser")
            await signals.keep(tx, source, [by_trail(call)])
        alert = await running.until_alert(lambda one: one.title.startswith("Unplanned change"))
        (kept_call,) = await kept(running, "call")
        assert alert.title == "Unplanned change: iam.TagUser by shop-ci on svc-backup"
        assert (alert.service, alert.priority) == ("shop", Priority.P4)
        assert kept_call.planned is False
