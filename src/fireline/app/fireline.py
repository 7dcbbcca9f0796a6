"""A whole running fireline: database open, workers at work, doors open; and its orderly end."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from fireline.app import http
from fireline.app.clock import DatabaseClock
from fireline.app.house import House
from fireline.app.ids import FreshIds
from fireline.app.parts import EVERYTHING, Wiring, build_parts
from fireline.app.settings import Settings
from fireline.app.worlds import Worlds
from fireline.doors.intake.desk import IntakeDesk
from fireline.doors.web.shell import Desk
from fireline.store.database import ALL_TOPICS, Database
from fireline.store.hub import Hub
from fireline.store.migrate import migrate
from fireline.usecases.intake import Inbox
from fireline.workers.loop import keep

_START_SECONDS = 20.0


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
    address = settings.base_url or _address_of(taken)
    parts = build_parts(house, hub, worlds, address=lambda: address, wiring=wiring)
    inbox = Inbox(house.transaction, hub)
    intake = IntakeDesk(house.transaction, hub, inbox, house.ids)
    server = http.server(
        http.build(Desk(house.transaction, hub), intake, without_rooms=wiring.without_rooms)
    )
    tasks = [
        asyncio.create_task(_carry_pokes(house, hub), name="pokes"),
        asyncio.create_task(inbox.run(), name="inbox"),
        *(asyncio.create_task(keep(loop, hub), name=loop.name) for loop in parts.loops),
    ]
    serving = asyncio.create_task(server.serve(sockets=[taken]), name="http")
    try:
        await _until_started(server, serving)
        yield Fireline(house, hub, worlds, address)
    finally:
        server.should_exit = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await parts.intakes.stop()
        with suppress(asyncio.CancelledError):
            await serving
        await database.close()


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


def _address_of(taken: socket.socket) -> str:
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
