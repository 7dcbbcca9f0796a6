"""A storm of alerts on a fireline that is killed again and again: what its benchmarks share."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import psycopg

from fireline.app.clock import DatabaseClock
from fireline.app.house import House
from fireline.app.ids import FreshIds
from fireline.content.starter_plan import starter_files
from fireline.core.values.actor import Machine
from fireline.store.database import Database
from fireline.store.migrate import migrate
from fireline.usecases import plans, sources

COMMAND = Path(sys.executable).with_name("fireline")
READY_SECONDS = 60.0
SORT_SECONDS = 300.0


@dataclass
class Storm:
    """What is posted, and what was accepted."""

    ports: Sequence[int]
    token: str
    services: int = 0
    rest: float = 0.0
    accepted: set[str] = field(default_factory=set)
    refused: int = 0
    number: int = 0
    over: bool = False

    async def post(self, poster: int) -> None:
        """Post key after key until the storm is over; each until it is accepted."""
        while not self.over:
            self.number += 1
            key = f"k{poster}-{self.number}"
            while not self.over and not await self._send(key):
                self.refused += 1
                await asyncio.sleep(0.02)
            if self.rest:
                await asyncio.sleep(self.rest)

    async def _send(self, key: str) -> bool:
        body = {
            "routing_key": self.token,
            "event_action": "trigger",
            "dedup_key": key,
            "payload": {
                "summary": f"Trouble {key}",
                "source": f"host-{key}",
                "severity": "error",
                "custom_details": self._details(key),
            },
        }
        try:
            async with asyncio.timeout(5):
                status = await self._exchange(orjson.dumps(body))
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return False
        if status == 202:
            self.accepted.add(key)
        return status == 202

    def _details(self, key: str) -> dict[str, str]:
        if not self.services:
            return {}
        return {"service": f"s{int(key.rpartition('-')[2]) % self.services}"}

    async def _exchange(self, body: bytes) -> int:
        # Another node each time, as behind any balancer.
        port = self.ports[(self.number + self.refused) % len(self.ports)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            head = "POST /v2/enqueue HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            return int((await reader.readuntil(b"\r\n")).split()[1])
        finally:
            writer.close()


@dataclass
class Program:
    """`fireline up` on a database of its own."""

    folder: Path
    port: int
    dsn: str
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        environ = {name: text for name, text in os.environ.items() if "FIRELINE" not in name}
        # As a user's Python does: what was compiled at the first start is there at the next.
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        environ["PYTHONPYCACHEPREFIX"] = str(self.folder / "compiled")
        with (self.folder / "up.log").open("ab") as out:
            self.process = subprocess.Popen(
                [COMMAND, "up", "--data-dir", str(self.folder), "--port", str(self.port)],
                stdout=out,
                stderr=out,
                env={**environ, **self.environ, "FIRELINE_DATABASE_URL": self.dsn},
                start_new_session=True,
            )

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    async def ready(self) -> None:
        """Wait until it answers; start it again when it ended, as whoever keeps services does.

        One that starts while its database recovers from a crash gives up.
        """
        ends = time.monotonic() + READY_SECONDS
        while time.monotonic() < ends:
            assert self.process is not None
            if self.process.poll() is not None:
                self.start()
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                line = await reader.readline()
                writer.close()
                if b" 200 " in line:
                    return
            except OSError:
                pass
            await asyncio.sleep(0.05)
        sys.exit("fireline did not come up again")


def query(dsn: str, text: str, *values: object) -> list[tuple[object, ...]]:
    """Ask the database; while it recovers from a crash, a little later."""
    ends = time.monotonic() + READY_SECONDS
    while True:
        try:
            with psycopg.connect(dsn, autocommit=True) as db:
                return db.execute(text, values).fetchall()  # pyright: ignore[reportArgumentType] - a constant
        except psycopg.OperationalError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)


async def connect(dsn: str, files: Mapping[str, str] | None = None) -> str:
    """Migrate, push a plan, connect a source; return its token."""
    await asyncio.to_thread(migrate, dsn)
    database = Database(dsn)
    await database.open()
    house, by = House(database, DatabaseClock(), FreshIds()), Machine("bench")
    async with house.transaction() as tx:
        await plans.push(tx, {**starter_files(), **(files or {})}, by=by, note="for a benchmark")
        terms = sources.Terms(100_000, None, None, "", {})
        made = await sources.connect_source(tx, "storm", format="pagerduty", terms=terms, by=by)
    await database.close()
    return made.token.reveal()


def crash(dsn: str) -> None:
    """Kill a backend: its postmaster ends all others and recovers from the log."""
    found = query(dsn, "select pid from pg_stat_activity where application_name like 'fireline%%'")
    os.kill(int(str(found[0][0])), signal.SIGKILL)


async def sorted_out(dsn: str) -> None:
    """Wait until nothing waits to be sorted."""
    ends = time.monotonic() + SORT_SECONDS
    while query(dsn, "select from payload where sorted_at is null limit 1"):
        if time.monotonic() > ends:
            sys.exit("what was posted was not sorted in time")
        await asyncio.sleep(0.2)
