"""Whatever is posted, by whichever door: an answer that helps, and no neighbour notices."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString

import httpx2
import pytest
from structlog.testing import capture_logs

from fireline.doors.intake import desk
from fireline.usecases.sources import default_terms
from tests.intake.nasty import DOORS, TOPIC, Door, bodies, huge_bodies
from tests.intake.taking import Intake, taking, until

# Reading is shared by most formats; what is huge is tried on those that read on their own.
_HUGE = ("opsgenie", "alertmanager", "json")
_BY_NAME = {door.name: door for door in DOORS}
_PATIENCE_SECONDS = 5
_FAILED = ("sorter.batch_failed", "worker.turn_failed", "opsgenie.failed", "intake.not_kept")


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path) as running:
        yield running


@pytest.fixture
async def client(intake: Intake) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=intake.url, timeout=20) as opened:
        yield opened


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with capture_logs() as logs:
        yield logs


async def connected(intake: Intake, door: Door) -> str:
    terms = replace(default_terms(), settings={"topics": [TOPIC]})
    return await intake.source(door.format, name=door.name, terms=terms)


async def send(client: httpx2.AsyncClient, door: Door, token: str, body: bytes) -> httpx2.Response:
    path = door.path.replace("TOKEN", token)
    return await client.post(path, content=body, headers=door.all_headers(token))


async def rows(intake: Intake, query: LiteralString) -> list[Any]:
    async with intake.fireline.house.transaction() as tx:
        found = await tx.db.execute(query)
        return [row[0] for row in await found.fetchall()]


def wrong_with(door: Door, what: str, answer: httpx2.Response) -> str | None:
    if answer.status_code < 500 and "Traceback" not in answer.text and 'File "' not in answer.text:
        return None
    return f"{door.name}, {what}: {answer.status_code} {answer.text[:200]}"


async def test_nothing_nasty_stops_a_door_or_what_comes_after_it(
    intake: Intake, client: httpx2.AsyncClient, logged: list[Any]
):
    tokens = {door.name: await connected(intake, door) for door in DOORS}
    wrong: list[str | None] = []

    async def try_all(door: Door) -> None:
        token = tokens[door.name]
        for what, body in bodies(door, token):
            wrong.append(wrong_with(door, what, await send(client, door, token, body)))

    await asyncio.gather(*(try_all(door) for door in DOORS))
    for name in _HUGE:
        for what, body in huge_bodies(_BY_NAME[name], tokens[name]):
            answer = await send(client, _BY_NAME[name], tokens[name], body)
            wrong.append(wrong_with(_BY_NAME[name], what, answer))
    assert [each for each in wrong if each] == []

    async def all_sorted() -> bool:
        return await rows(intake, "select count(*) from payload where sorted_at is null") == [0]

    await until(all_sorted, seconds=30)
    names = {door.name: f"neighbour-{door.name}".replace(" ", "-") for door in DOORS}
    for door in DOORS:
        body = door.body(names[door.name], tokens[door.name])
        answer = await send(client, door, tokens[door.name], body)
        assert answer.status_code < 300, (door.name, answer.text)
    wanted = {names[door.name] for door in DOORS if door.alerts}

    async def all_there() -> bool:
        titles = await rows(intake, "select title from symptom where title like '%neighbour%'")
        return all(any(name in title for title in titles) for name in wanted)

    await until(all_there, seconds=_PATIENCE_SECONDS)
    assert [one for one in logged if one["event"] in _FAILED] == []
    # What could not be read was told, and no reader of ours failed.
    told = await rows(intake, "select title from symptom where title like '%could not be read'")
    assert len(told) >= 5
    assert await rows(intake, "select code from quarantined where code like '%.failed'") == []


async def test_a_neighbour_in_the_same_post_becomes_an_alert(
    intake: Intake, client: httpx2.AsyncClient
):
    good = {"labels": {"alertname": "good"}, "annotations": {"summary": "good beside bad"}}
    bad: list[object] = [{"labels": 5}, None, "text", {"labels": {"a": "\x00"}, "endsAt": "never"}]
    fires = {**good, "status": "firing", "fingerprint": "1"}
    posts = {
        "alertmanager": [bad[0], good, *bad],
        "webhook": {"status": "firing", "alerts": [*bad, fires, *bad]},
        "grafana": {"status": "firing", "alerts": [*bad, fires, *bad]},
        "json": [*bad, {"title": "good beside bad"}, *bad],
    }
    for name, body in posts.items():
        door = _BY_NAME[name]
        answer = await send(client, door, await connected(intake, door), json.dumps(body).encode())
        assert answer.status_code in {200, 202, 400}, (name, answer.text)

    async def four() -> bool:
        return len(await rows(intake, "select 1 from symptom where title = 'good beside bad'")) == 4

    await until(four, seconds=_PATIENCE_SECONDS)


@pytest.mark.parametrize("name", [door.name for door in DOORS if door.name != "heartbeat"])
async def test_too_long_a_body_is_refused_with_and_without_its_length(
    shared_intake: Intake, name: str
):
    door = _BY_NAME[name]
    token = await shared_intake.source(door.format, name=f"long {name}")

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"a" * 1_000_000

    async with httpx2.AsyncClient(base_url=shared_intake.url, timeout=20) as client:
        path, headers = door.path.replace("TOKEN", token), door.all_headers(token)
        for content in (b"a" * 4_100_000, parts()):
            answer = await client.post(path, content=content, headers=headers)
            assert answer.status_code == 413
            assert "at most" in answer.text


async def test_a_body_that_stalls_holds_up_nobody_and_is_given_up(
    shared_intake: Intake, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(desk, "BODY_SECONDS", 0.5)
    door = _BY_NAME["pagerduty"]
    token = await shared_intake.source(door.format, name="slow")
    host, port = shared_intake.netloc.split(":")
    head = "POST /v2/enqueue HTTP/1.1\r\nHost: f\r\nContent-Length: 1000\r\n\r\n{"
    stalled = [await asyncio.open_connection(host, int(port)) for _ in range(50)]
    for _, writer in stalled:
        writer.write(head.encode())
    async with httpx2.AsyncClient(base_url=shared_intake.url) as client, asyncio.timeout(2):
        answer = await send(client, door, token, door.body("others wait", token))
        assert answer.status_code == 202
    for reader, writer in stalled:
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        writer.close()


async def test_a_compressed_body_is_never_unpacked_but_told(
    intake: Intake, client: httpx2.AsyncClient
):
    door = _BY_NAME["falco"]
    token = await connected(intake, door)
    bomb = gzip.compress(b"0" * 50_000_000)
    headers = {**door.all_headers(token), "content-encoding": "gzip"}
    answer = await client.post(door.path.replace("TOKEN", token), content=bomb, headers=headers)
    assert answer.status_code == 202
    await intake.until_alert(lambda one: "could not be read" in one.title, seconds=5)
