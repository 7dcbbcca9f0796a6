"""`fireline up`: start everything here, say where to look, and serve until told to stop."""

import asyncio
import contextlib
import secrets
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvloop

from fireline.app import http, memory, own
from fireline.app.fireline import Fireline, running
from fireline.app.given_settings import settings_of
from fireline.app.logs import set_up
from fireline.app.settings import Settings, SettingsError
from fireline.core.access.roles import Role
from fireline.core.values.actor import Machine
from fireline.core.values.ids import DrillId, PersonId, ScenarioId
from fireline.core.values.secret import Secret
from fireline.doors.cli.app import UpOptions
from fireline.doors.cli.client import FAILED, Client, ClientFailed
from fireline.doors.cli.drills import draw_score, say_line
from fireline.doors.cli.following import follow
from fireline.doors.cli.terminal import say
from fireline.lab.launch import STATE_FILE, attach
from fireline.store import drills as store
from fireline.store.embedded import EmbeddedFailed
from fireline.store.migrate import SchemaTooNew
from fireline.usecases import access, drills, plans
from fireline.usecases.transaction import Tx

DEMO = PersonId("demo")
SCENARIO = ScenarioId("leaked-key")
_SETUP = Machine("setup")


def up(options: UpOptions) -> int:
    """Serve until a signal says to stop. Raises ClientFailed when it cannot start."""
    settings = settings_of(
        {
            "FIRELINE_HOST": options.host,
            "FIRELINE_PORT": str(options.port) if options.port else None,
            "FIRELINE_DATA_DIR": str(options.data_dir) if options.data_dir else None,
        }
    )
    set_up(settings.log_format, quiet=options.demo)
    try:
        taken = http.listen(settings.host, settings.port)
    except OSError as busy:
        where = f"{settings.host}:{settings.port}"
        message = f"Fireline cannot listen on {where} ({busy.strerror})."
        raise ClientFailed(message, FAILED, hint="Choose another with --port.") from busy
    memory.share()
    try:
        with taken, own.database(settings) as dsn:
            uvloop.run(_serve(settings, dsn, taken, demo=options.demo))
    except (EmbeddedFailed, SchemaTooNew, SettingsError) as stopped:
        raise ClientFailed(str(stopped), FAILED) from stopped
    return 0


async def _serve(settings: Settings, dsn: str, taken: http.Socket, *, demo: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(settings, dsn, taken) as fireline:
        memory.settle()
        async with fireline.house.transaction() as tx:
            await own.ensure_plan(tx, settings.plan_dir)
        setup = await _offer_setup(fireline)
        key = await own.leave_key(fireline.house.transaction, fireline.address, settings.data_dir)
        say(f"Fireline is ready on {fireline.address}")
        if setup and not demo:
            say(f"Make the first admin: {fireline.address}/first-run/{setup.reveal()}")
        async with _demonstration(fireline) if demo else contextlib.nullcontext():
            await stop.wait()
        say("Fireline stops.")
        await _end_worlds(fireline)
        await asyncio.to_thread(key.unlink, missing_ok=True)


async def _end_worlds(fireline: Fireline) -> None:
    """End the labs of drills that are over. That of a running one waits for the next start."""
    async with fireline.house.transaction() as tx:
        known = await store.listed(tx.db)
    for row in known:
        lab = await attach(fireline.worlds.folder(DrillId(row.id)) / STATE_FILE)
        if lab is not None and row.is_over:
            await lab.stop()


async def _offer_setup(fireline: Fireline) -> Secret | None:
    async with fireline.house.transaction() as tx:
        return await access.offer_setup(tx)


@asynccontextmanager
async def _demonstration(fireline: Fireline) -> AsyncGenerator[None]:
    """Show the main job by itself: a drill, told here and on its page."""
    password = Secret(secrets.token_urlsafe(12))
    async with fireline.house.transaction() as tx:
        await access.ensure_account(tx, DEMO, role=Role.ADMIN, by=_SETUP)
        await access.set_password(tx, DEMO, password=password, by=_SETUP)
        link = await access.create_sign_in_link(tx, DEMO, by=_SETUP)
        number = await _drill(tx)
    page = f"/drills/{number}"
    say(f"Look at it: {fireline.address}/sign-in/once/{link.reveal()}?next={page}")
    say(f"  (later: {fireline.address}{page}, as {DEMO} with the password {password.reveal()})")
    say(f"Drill {number} tells its story on that page and here:")
    say()
    telling = asyncio.create_task(asyncio.to_thread(_tell, fireline.address, number))
    try:
        yield
    finally:
        telling.cancel()


async def _drill(tx: Tx) -> int:
    """Go on with the drill that a killed fireline left running, or start one."""
    left = await store.listed(tx.db, open_only=True, limit=1)
    if left:
        return left[0].number
    drill = await drills.start(tx, await plans.current(tx), SCENARIO, by=_SETUP)
    row = await store.get(tx.db, DrillId(drill))
    return row.number if row else 0


def _tell(address: str, number: int) -> None:
    """Print the drill's story as it comes, through the public API as anybody would."""
    client = Client.from_environment()
    with contextlib.suppress(ClientFailed):
        draw_score(follow(client, number, say_line))
        say()
        say(f"Fireline goes on serving on {address}. Stop it with Ctrl-C.")
