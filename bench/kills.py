"""Kill fireline again and again while a storm of alerts is posted to it; nothing accepted is lost.

`fireline up` is a program of its own, on a PostgreSQL of its own that syncs to disk. It is killed
with SIGKILL a few hundred milliseconds after it began to answer, and started again; every tenth
time a process of PostgreSQL is killed first, which makes all of it recover as after a crash.
Posters go on all the while: what got a 2xx is accepted, everything else is sent again. At the end
every accepted key must be in a symptom, every symptom in an alert, and every alert that fires must
be told to somebody or have a stated reason why not.

usage: python bench/kills.py [--kills 100] [--posters 4] [--seed 1]
"""

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
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
from fireline.store.embedded import EmbeddedPostgres
from fireline.store.migrate import migrate
from fireline.usecases import plans, sources

COMMAND = Path(sys.executable).with_name("fireline")
READY_SECONDS = 60.0
SORT_SECONDS = 300.0
POSTGRES_EVERY = 10


@dataclass
class Storm:
    """What is posted, and what was accepted."""

    port: int
    token: str
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

    async def _send(self, key: str) -> bool:
        body = {
            "routing_key": self.token,
            "event_action": "trigger",
            "dedup_key": key,
            "payload": {"summary": f"Trouble {key}", "source": f"host-{key}", "severity": "error"},
        }
        try:
            async with asyncio.timeout(5):
                status = await self._exchange(orjson.dumps(body))
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return False
        if status == 202:
            self.accepted.add(key)
        return status == 202

    async def _exchange(self, body: bytes) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
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
                env={**environ, "FIRELINE_DATABASE_URL": self.dsn},
                start_new_session=True,
            )

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    async def ready(self) -> None:
        """Wait until it answers."""
        ends = time.monotonic() + READY_SECONDS
        while time.monotonic() < ends:
            assert self.process is not None
            if self.process.poll() is not None:
                sys.exit(f"fireline up ended by itself: see {self.folder / 'up.log'}")
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


@dataclass(frozen=True)
class Result:
    """What was found at the end."""

    kills: int
    accepted: int
    refused: int
    lost: Sequence[str]
    twice: int
    untold: int
    seconds: float


def query(dsn: str, text: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True) as db:
        return db.execute(text, values).fetchall()  # pyright: ignore[reportArgumentType] - a constant


async def connect(dsn: str) -> str:
    """Migrate, push a plan, connect a source; return its token."""
    await asyncio.to_thread(migrate, dsn)
    database = Database(dsn)
    await database.open()
    house, by = House(database, DatabaseClock(), FreshIds()), Machine("bench")
    async with house.transaction() as tx:
        await plans.push(tx, dict(starter_files()), by=by, note="for a benchmark")
        terms = sources.Terms(100_000, None, None, "", {})
        made = await sources.connect_source(tx, "storm", format="pagerduty", terms=terms, by=by)
    await database.close()
    return made.token.reveal()


async def kill_and_kill(folder: Path, *, kills: int, posters: int, seed: int) -> Result:
    """Run the whole thing in a folder; return what was found."""
    began = time.monotonic()
    rng = random.Random(seed)  # noqa: S311 - when to kill, again the same way
    postgres = EmbeddedPostgres(folder / "postgres")
    dsn = postgres.start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Program(folder, port, dsn)
    try:
        storm = Storm(port, await connect(dsn))
        program.start()
        await program.ready()
        tasks = [asyncio.create_task(storm.post(number)) for number in range(posters)]
        for number in range(1, kills + 1):
            await asyncio.sleep(rng.uniform(0.15, 0.45))
            if number % POSTGRES_EVERY == 0:
                crash(dsn)
                await program.ready()
            program.kill()
            program.start()
            await program.ready()
        await asyncio.sleep(0.5)
        storm.over = True
        await asyncio.gather(*tasks)
        await sorted_out(dsn)
        found = check(dsn, storm, kills, time.monotonic() - began)
    finally:
        if program.process is not None and program.process.poll() is None:
            program.kill()
        postgres.stop()
    return found


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


def check(dsn: str, storm: Storm, kills: int, seconds: float) -> Result:
    """Compare what was accepted with what is there."""
    rows = query(
        dsn,
        "select s.key, s.times from symptom s join source o on o.id = s.source_id"
        " where o.name = 'storm'",
    )
    there = {str(key): int(str(times)) for key, times in rows}
    untold = query(
        dsn,
        "select count(*) from alert a left join ladder l on l.alert_id = a.id"
        " where a.state = 'firing' and l.alert_id is null and a.untold_why is null",
    )
    return Result(
        kills=kills,
        accepted=len(storm.accepted),
        refused=storm.refused,
        lost=sorted(storm.accepted - there.keys()),
        twice=sum(times > 1 for times in there.values()),
        untold=int(str(untold[0][0])),
        seconds=seconds,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--posters", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(
            kill_and_kill(
                Path(folder), kills=options.kills, posters=options.posters, seed=options.seed
            )
        )
    print(
        f"{found.kills} kills in {found.seconds:.0f} s: {found.accepted} accepted, "
        f"{len(found.lost)} lost, {found.untold} firing and told to nobody without a reason; "
        f"{found.refused} posts were not answered and sent again, {found.twice} of them kept twice"
    )
    if found.lost or found.untold:
        print(json.dumps(list(found.lost[:20])))
        sys.exit(1)


if __name__ == "__main__":
    main()
