"""Reading again what was kept says what is new, and nothing twice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient

from fireline.core.values.actor import Machine
from fireline.usecases import mappings, sources
from fireline.usecases.mappings import Replay
from fireline.usecases.sources import MappingRefused, Terms
from tests.intake.taking import Intake, taking, until

BY = Machine("test")


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path) as opened:
        yield opened


async def post(intake: Intake, token: str, *bodies: Any) -> None:
    """Post, and wait until all of it is sorted."""
    async with AsyncClient(base_url=intake.url) as client:
        for body in bodies:
            assert (await client.post(f"/hooks/json/{token}", json=body)).status_code == 202

    async def sorted_() -> bool:
        async with intake.fireline.house.transaction() as tx:
            cursor = await tx.db.execute("select count(*) from payload where sorted_at is null")
            return await cursor.fetchone() == (0,)

    await until(sorted_)


async def map_as(intake: Intake, mapping: str) -> None:
    async with intake.fireline.house.transaction() as tx:
        await sources.change_source(tx, "shop", Terms(500, None, None, mapping, {}), by=BY)


async def replay(intake: Intake, *, dry_run: bool = False) -> Replay:
    async with intake.fireline.house.transaction() as tx:
        since = tx.now - timedelta(hours=1)
        return await mappings.replay(tx, "shop", since=since, dry_run=dry_run, by=BY)


def changes(done: Replay) -> list[tuple[str, str]]:
    return [(one.key, one.status) for one in done.changes]


async def test_only_what_is_new_is_said_and_what_is_over_pages_nobody(intake: Intake):
    token = await intake.source("json", name="shop")
    await map_as(intake, "items: body.a")
    both = {"a": [{"id": "known", "title": "Known"}], "b": [{"id": "new", "title": "New"}]}
    over = {"a": [], "b": [{"id": "gone", "title": "G"}, {"id": "gone", "status": "ok"}]}
    await post(intake, token, both, over)
    await map_as(intake, "items: body.a + body.b")
    assert changes(await replay(intake, dry_run=True)) == [("new", "firing")]
    assert len(await intake.alerts()) == 1
    assert changes(await replay(intake)) == [("new", "firing")]
    await intake.until_alert(lambda one: one.title == "New")
    again = await replay(intake)
    assert (changes(again), again.read, again.known) == ([], 2, 4)


async def test_an_end_that_nobody_understood_is_understood_later(intake: Intake):
    token = await intake.source("json", name="shop")
    await map_as(intake, "key: item.id\nstatus: '\"firing\"'")
    await post(intake, token, {"id": "7", "title": "Disk"}, {"id": "7", "gone": True})
    await intake.until_alert(lambda one: one.title == "Disk" and one.state == "firing")
    await map_as(intake, 'key: item.id\nstatus: \'has(item.gone) ? "resolved" : "firing"\'')
    assert changes(await replay(intake)) == [("7", "resolved")]
    await intake.until_alert(lambda one: one.title == "Disk" and one.state == "resolved")
    assert changes(await replay(intake)) == []


async def test_what_is_open_under_another_name_is_left_as_it_is(intake: Intake):
    token = await intake.source("json", name="shop")
    await post(intake, token, {"id": "a", "ref": "b", "title": "Disk"})
    alert = await intake.until_alert(lambda one: one.title == "Disk")
    await map_as(intake, "key: item.ref")
    done = await replay(intake)
    assert changes(done) == []
    assert [(one.key, one.known_as, one.alert) for one in done.kept] == [("b", "a", alert.number)]


async def test_a_preview_changes_nothing_and_a_bad_mapping_is_not_kept(intake: Intake):
    token = await intake.source("json", name="shop")
    await post(intake, token, {"what": "Disk"})
    async with intake.fireline.house.transaction() as tx:
        (one,) = (await mappings.preview(tx, "shop", "title: item.what")).items
        wrong = await mappings.preview(tx, "shop", "title: item..what")
        assert (await sources.find_source(tx, "shop")).mapping == ""
    assert (one.then.said[0].title, one.differs) == ("Disk", True)
    assert (len(wrong.mistakes), wrong.items) == (1, ())
    with pytest.raises(MappingRefused) as refused:
        await map_as(intake, "title: item..what\nwhat: 1")
    assert len(refused.value.reasons) == 2
