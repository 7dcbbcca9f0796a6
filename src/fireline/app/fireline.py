"""A whole running fireline: database open, workers at work, doors open; and its orderly end."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from fireline.app import http
from fireline.app.channels import set_up
from fireline.app.clock import DatabaseClock
from fireline.app.house import House
from fireline.app.ids import FreshIds
from fireline.app.parts import EVERYTHING, Wiring, build_parts
from fireline.app.secrets import NamedSecrets
from fireline.app.settings import Settings, SettingsError
from fireline.app.telephones import phone_companies
from fireline.app.worlds import Worlds
from fireline.connectors.aws_sns.peer import AwsSns
from fireline.doors.intake.desk import IntakeDesk
from fireline.doors.mail.listener import Place, taking_mail
from fireline.doors.web.shell import Desk
from fireline.store.database import ALL_TOPICS, Database
from fireline.store.hub import Hub
from fireline.store.keeper import Keeper
from fireline.store.migrate import migrate
from fireline.usecases import cloud_accounts, contacts, looks
from fireline.usecases.intake import Inbox
from fireline.workers.loop import keep

_START_SECONDS = 20.0
_CANCEL_AGAIN_SECONDS = 0.5
# One: what comes while it waits for the disk shares its next commit.
_KEEPERS = 1


@dataclass(frozen=True, slots=True)
class Fireline:
    """A running fireline. `address` is where people reach it."""

    house: House
    hub: Hub
    worlds: Worlds
    address: str


@asynccontextmanager
async def running(
    settings: Settings, dsn: str, taken: socket.socket, *, wiring: Wiring = EVERYTHING
) -> AsyncGenerator[Fireline]:
    """Run fireline on a database and a socket for as long as the block lasts."""
    await asyncio.to_thread(migrate, dsn)
    database, hub = Database(dsn), Hub()
    await database.open()
    house = House(database, DatabaseClock(), FreshIds())
    worlds = Worlds(settings)
    async with house.transaction() as tx:
        await contacts.say_channels(tx, set_up(worlds.switchboard, settings))
        await cloud_accounts.say_own(tx, worlds.inventories.own(None))
        await looks.look_at_start(tx)
    address = settings.base_url or _address_of(taken, settings.scheme)
    parts = build_parts(house, hub, worlds, address=lambda: address, wiring=wiring)
    inbox = Inbox(house.transaction, hub, [Keeper(dsn) for _ in range(_KEEPERS)])
    intake = IntakeDesk(
        house.transaction,
        hub,
        inbox,
        house.ids,
        NamedSecrets(),
        AwsSns(),
        phone_companies(settings),
        address,
        settings.slack_signing_secret,
    )
    server = http.server(
        http.build(
            Desk(house.transaction, hub, worlds.switchboard),
            intake,
            without_rooms=wiring.without_rooms,
        ),
        settings.tls,
    )
    tasks = [
        asyncio.create_task(_carry_pokes(house, hub), name="pokes"),
        asyncio.create_task(inbox.run(), name="inbox"),
        *(asyncio.create_task(keep(loop, hub), name=loop.name) for loop in parts.loops),
    ]
    serving = asyncio.create_task(server.serve(sockets=[taken]), name="http")
    try:
        await _until_started(server, serving)
        async with _mail(settings, intake):
            yield Fireline(house, hub, worlds, address)
    finally:
        server.should_exit = True
        await _end(tasks)
        await parts.intakes.stop()
        worlds.inventories.close()
        with suppress(asyncio.CancelledError):
            await serving
        await database.close()


@asynccontextmanager
async def _mail(settings: Settings, intake: IntakeDesk) -> AsyncGenerator[None]:
    """Take mail for sources, where the settings say so."""
    if settings.mail_in_host is None:
        yield
        return
    context = settings.tls.context() if settings.tls else None
    place = Place(settings.mail_in_host, settings.mail_in_port, settings.mail_in_domain, context)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(taking_mail(intake, place))
        except OSError as busy:
            where = f"{settings.mail_in_host}:{settings.mail_in_port}"
            msg = (
                f"Fireline cannot take mail on {where} ({busy.strerror}):"
                " change FIRELINE_MAIL_IN_HOST or FIRELINE_MAIL_IN_PORT."
            )
            raise SettingsError(msg) from busy
        yield


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel tasks until they are over.

    Once is not enough: Python 3.11's `wait_for`, with which the pool waits for a connection, loses
    a cancellation that comes just when the connection does.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


async def _carry_pokes(house: House, hub: Hub) -> None:
    async for topic in house.pokes():
        if topic == ALL_TOPICS:
            hub.poke_everyone()
        else:
            hub.poke(topic)


async def _until_started(server: http.Server, serving: asyncio.Task[None]) -> None:
    async with asyncio.timeout(_START_SECONDS):
        while not server.started:
            if serving.done():
                await serving
            await asyncio.sleep(0.01)


def _address_of(taken: socket.socket, scheme: str) -> str:
    host, port = taken.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
