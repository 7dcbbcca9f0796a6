"""Silence as people meet it: a running fireline opens an alert by itself, and ends it."""

from pathlib import Path

from httpx2 import AsyncClient

from fireline.core.values.actor import Machine
from fireline.usecases import heartbeats
from fireline.usecases.heartbeats import Wanted
from fireline.usecases.sources import Terms
from tests.intake.taking import taking

BY = Machine("test")


async def test_silence_is_an_alert_until_something_is_heard(database_dsn: str, tmp_path: Path):
    async with taking(database_dsn, tmp_path) as intake:
        token = await intake.source("heartbeat", name="backup", terms=Terms(9, 1, None, "", {}))
        async with intake.fireline.house.transaction() as tx:
            await heartbeats.create_heartbeat(tx, Wanted("cron", 1, alert_priority=2), by=BY)
            await heartbeats.ping(tx, "cron")
        silent = await intake.until_alert(lambda one: "cron has been silent" in one.title)
        quiet = await intake.until_alert(lambda one: "backup has been silent" in one.title)
        async with intake.fireline.house.transaction() as tx:
            longer = Wanted("cron", 600, alert_priority=2)
            await heartbeats.change_heartbeat(tx, "cron", longer, by=BY)
        async with AsyncClient(base_url=intake.url) as client:
            assert (await client.get(f"/integrations/heartbeat/{token}")).status_code == 202
        for number in (silent.number, quiet.number):
            await intake.until_alert(
                lambda one, number=number: one.number == number and one.state == "resolved"
            )
