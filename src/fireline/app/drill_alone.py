"""Run one drill in a fireline of its own, which is gone afterwards."""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fireline.app import http, own
from fireline.app.fireline import running
from fireline.app.given_settings import settings_of
from fireline.app.logs import set_up
from fireline.app.parts import EVERYTHING, Wiring
from fireline.app.settings import PREFIX, Settings
from fireline.core.values.ids import DrillId
from fireline.doors.cli.client import FAILED, Client, ClientFailed
from fireline.doors.cli.drills import DrillOptions, Tell
from fireline.doors.cli.following import follow
from fireline.lab.launch import STATE_FILE, attach
from fireline.store.embedded import EmbeddedFailed


def run_drill_alone(
    options: DrillOptions, tell: Tell, *, wiring: Wiring = EVERYTHING
) -> Mapping[str, Any]:
    """Start what a drill needs, run it, end everything; return the drill as the API shows it."""
    with tempfile.TemporaryDirectory(prefix="fireline-drill-") as folder:
        own_alone = ("DATABASE_URL", "BASE_URL", "TLS_CERTIFICATE", "TLS_KEY")
        unset = {f"{PREFIX}{name}": "" for name in own_alone}
        settings = settings_of({**unset, "FIRELINE_DATA_DIR": folder})
        set_up(settings.log_format, quiet=True)
        try:
            with http.listen("127.0.0.1", 0) as taken, own.database(settings) as dsn:
                return asyncio.run(_run(settings, dsn, taken, options, tell, wiring))
        except EmbeddedFailed as stopped:
            raise ClientFailed(str(stopped), FAILED) from stopped


async def _run(
    settings: Settings,
    dsn: str,
    taken: http.Socket,
    options: DrillOptions,
    tell: Tell,
    wiring: Wiring,
) -> Mapping[str, Any]:
    async with running(settings, dsn, taken, wiring=wiring) as fireline:
        async with fireline.house.transaction() as tx:
            await own.ensure_plan(tx, settings.plan_dir)
        key = await own.leave_key(fireline.house.transaction, fireline.address, settings.data_dir)
        drill = await asyncio.to_thread(_drill, key, options, tell)
        lab = await attach(fireline.worlds.folder(DrillId(drill["id"])) / STATE_FILE)
        if lab is not None:
            await lab.stop()
        return drill


def _drill(key: Path, options: DrillOptions, tell: Tell) -> Mapping[str, Any]:
    client = Client.from_file(key)
    if client is None:
        message = f"The key in {key} cannot be read."
        raise ClientFailed(message, FAILED)
    wanted = {"scenario": options.scenario, "pace": options.pace}
    return follow(client, client.post("drills", wanted)["number"], tell)
