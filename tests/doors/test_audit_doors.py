"""The auditor's last look, by the API and the command line."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from fireline.usecases.audit import look
from tests.doors.cli_world import Desk
from tests.intake.taking import Intake, taking, until


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path) as opened:
        yield opened


async def test_what_the_auditor_found_is_told_and_a_broken_promise_ends_with_1(intake: Intake):
    token = await intake.token()
    desk = Desk(intake.fireline.house, intake.url, {"ana": token})

    async def looked() -> bool:
        return (await desk.run("audit")).exit_code == 0

    await until(looked)
    assert "every promise is kept" in await desk.read("audit")
    async with intake.fireline.house.transaction() as tx:
        await tx.db.execute("update audit set at = at - interval '1 hour'")
        await tx.db.execute(
            "insert into outbox (id, key, channel, recipient, person, subject, body, about_kind,"
            " about_id, wished_at) values (%s, 'k', 'email', 'a@example.com', 'ana', 's', 'b',"
            " 'incident', %s, now())",
            (tx.ids.fresh(), tx.ids.fresh()),
        )
        found = await look(tx)
    assert found is not None
    broken = await desk.run("audit")
    assert broken.exit_code == 1
    assert "1 messages waited without a moment, and were planned again" in broken.stdout
    assert "email to ana" in broken.stdout
    assert "promises are broken" in broken.stderr
    async with AsyncClient(base_url=intake.url) as client:
        said = await client.get("/api/v1/audit", headers={"Authorization": f"Bearer {token}"})
        assert (await client.get("/api/v1/audit")).status_code == 401
    assert said.json()["broken"][0]["healed"] == 1
