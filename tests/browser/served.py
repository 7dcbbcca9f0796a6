"""A real server over a real database, in a thread of its own, for browsers to look at."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import uvicorn

from fireline.app.channels import switchboard
from fireline.app.clock import DatabaseClock
from fireline.app.house import House
from fireline.app.http import build
from fireline.app.ids import FreshIds
from fireline.app.settings import load
from fireline.doors.web.shell import Desk
from fireline.store.database import Database
from fireline.store.hub import Hub
from tests.doors.pages_world import World

Answer = TypeVar("Answer")
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Served:
    """Where it answers, what is in it, and a way to change it behind the browser's back."""

    base_url: str
    world: World
    loop: asyncio.AbstractEventLoop

    def do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Run something in the server's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(_PATIENCE)


@contextmanager
def serving(dsn: str, tell: Callable[[House], Awaitable[World]]) -> Generator[Served]:
    """Serve a house in which a story has been told, until the block ends."""
    stage = _Stage(dsn, tell)
    thread = threading.Thread(target=stage.play, daemon=True)
    thread.start()
    stage.ready.wait(_PATIENCE)
    try:
        if stage.served is None:
            raise stage.wrong or TimeoutError("the server did not start")
        yield stage.served
    finally:
        stage.stop()
        thread.join(_PATIENCE)


class _Stage:
    def __init__(self, dsn: str, tell: Callable[[House], Awaitable[World]]) -> None:
        self._dsn, self._tell = dsn, tell
        self._server: uvicorn.Server | None = None
        self.ready = threading.Event()
        self.served: Served | None = None
        self.wrong: BaseException | None = None

    def play(self) -> None:
        try:
            asyncio.run(self._play())
        except BaseException as wrong:  # noqa: BLE001 - handed to the thread that waits
            self.wrong = wrong
        finally:
            self.ready.set()

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True

    async def _play(self) -> None:
        database = Database(self._dsn, size=8)
        await database.open()
        house, hub = House(database, DatabaseClock(), FreshIds()), Hub()
        world = await self._tell(house)
        with TemporaryDirectory() as folder:
            board = switchboard(load({"FIRELINE_DATA_DIR": folder}))
        pump = asyncio.create_task(_pump(house, hub))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port: int = listening.getsockname()[1]
            loop = asyncio.get_running_loop()
            self.served = Served(f"http://127.0.0.1:{port}", world, loop)
            config = uvicorn.Config(
                build(Desk(house.transaction, hub, board)),
                log_level="warning",
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
            self._server = uvicorn.Server(config)
            self.ready.set()
            await self._server.serve(sockets=[listening])
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)
        await database.close()


async def _pump(house: House, hub: Hub) -> None:
    async for topic in house.pokes():
        hub.poke(topic)
