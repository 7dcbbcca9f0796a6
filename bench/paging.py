"""Raise alerts, and time how long after each commit the channel of the person paged is called.

Everything is real: an embedded PostgreSQL that syncs to disk, every worker of a fireline, and a
webhook receiver in a process of its own, on loopback. An alert is accepted when the transaction
that raises it has committed; its channel is called when the receiver has the request's first bytes.

`idle` raises one alert at a time, `beside` does so while six other messages hang at a receiver that
does not answer, `steady` raises alerts at an even rate, `burst` as fast as they can be raised. Each
alert has a key of its own and pages one person.

usage: python bench/paging.py [--idle 200] [--beside 50] [--steady 300 --rate 20]
                              [--burst 1000 --raisers 4 --batch 1]
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.types.json import Jsonb

from fireline.app.clock import DatabaseClock
from fireline.app.house import House
from fireline.app.ids import FreshIds
from fireline.app.own import database
from fireline.app.parts import EVERYTHING, build_parts
from fireline.app.settings import Settings, load
from fireline.app.worlds import Worlds
from fireline.connectors.webhook.channel import WebhookChannel
from fireline.content.starter_plan import starter_files
from fireline.core.detection.finding import Finding, RuleCard
from fireline.core.plan.plan import Plan
from fireline.core.signals.event import Who
from fireline.core.values.actor import Machine
from fireline.core.values.ids import AlertId, DrillId, FindingId, RuleId, RunbookId, SignalId
from fireline.core.values.priority import Level, Priority
from fireline.core.values.secret import Secret
from fireline.ports.channel import Channel, Message
from fireline.store.database import ALL_TOPICS, Database
from fireline.store.hub import Hub
from fireline.store.migrate import migrate
from fireline.usecases import plans
from fireline.usecases.alerts import raise_alerts
from fireline.usecases.transaction import Tx
from fireline.workers.loop import keep

IDLE_LIMIT_SECONDS = 0.25
BUSY_LIMIT_SECONDS = 1.0
ACCOUNT = "111122223333"
LOST_AFTER_SECONDS = 120.0
HANGING = 6
PEOPLE = "\n".join(
    f"{name}:\n  name: {name.title()}\n  zone: Etc/UTC\n  email: {name}@example.com\n"
    f"  webhook: https://hooks.example.com/{name}\n"
    "  urgent: [{channel: webhook, after: 0m}]\n  calm: [{channel: webhook, after: 0m}]\n"
    for name in ("ana", "bo", "cy", "dee")
)
RULE = RuleCard(
    id=RuleId("bench"),
    title="Key made for another user",
    description="",
    level=Level.HIGH,
    priority=Priority.P2,
    dedup="principal",
    runbook=RunbookId("leaked-key"),
    tactics=(),
    file="rules/bench/rule.yml",
)
# The receiver: says on its own output which message came when, by the clock all processes share.
RECEIVER = """
import asyncio, re, sys, time
async def take(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    at = time.monotonic()
    await reader.readexactly(int(re.search(rb"(?i)content-length: (\\d+)", head)[1]))
    key = re.search(rb"(?i)idempotency-key: (\\S+)", head)[1].decode()
    print(key, at, flush=True)
    if head.startswith(b"POST /silent"):
        await asyncio.sleep(8)
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(take, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


# An alert, and the moment it was accepted.
Accepted = tuple[AlertId, float]


@dataclass
class Phone:
    """What the receiver heard: the first call of each key, and how often each was repeated."""

    port: int
    first: dict[str, float] = field(default_factory=dict)
    repeats: int = 0
    rang: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            key, at = line.decode().split()
            self.repeats += key in self.first
            self.first.setdefault(key, float(at))
            self.rang.set()


class Loopback(Worlds):
    """The real world with one webhook in it: ours. The next `silent` messages hang there."""

    def __init__(self, settings: Settings, port: int) -> None:
        super().__init__(settings)
        self.silent = 0
        self._port = port
        self._phone = WebhookChannel(
            Secret("bench"), loopback_only=True, address_of=self._address_of
        )

    def _address_of(self, message: Message) -> str:
        hangs, self.silent = self.silent > 0, max(self.silent - 1, 0)
        return f"http://127.0.0.1:{self._port}/{'silent' if hangs else message.person}"

    async def channel(self, name: str, drill: DrillId | None) -> Channel | None:
        del drill
        return self._phone if name == "webhook" else None


@dataclass
class Bench:
    house: House
    worlds: Loopback
    plan: Plan
    phone: Phone
    made: int = 0

    async def findings(self, count: int) -> list[Finding]:
        """Store findings of as many different principals, before anything is timed."""
        async with self.house.transaction() as tx:
            found = [self._finding(tx, self.made + number) for number in range(count)]
            self.made += count
            await _store(tx, found)
        return found

    async def accept(self, *findings: Finding) -> list[Accepted]:
        """Raise alerts in one transaction; return each with the moment that had committed."""
        async with self.house.transaction() as tx:
            raised = await raise_alerts(tx, self.plan, findings, drill=None, pace=1)
        at = time.monotonic()
        return [(alert, at) for alert in raised]

    async def lags(self, accepted: Sequence[Accepted]) -> tuple[list[float], int]:
        """Wait for the calls of these alerts; return their lags, sorted, and how many are lost."""
        async with self.house.transaction() as tx:
            cursor = await tx.db.execute(
                "select p.alert_id, o.key from page p join outbox o on o.about_id = p.id"
            )
            keys = {row[0]: row[1] for row in await cursor.fetchall()}
        called = self.phone.first
        lags = [called[keys[a]] - at for a, at in accepted if keys.get(a) in called]
        return sorted(lags), len(accepted) - len(lags)

    async def wait_for(self, calls: int) -> None:
        deadline = time.monotonic() + LOST_AFTER_SECONDS
        while len(self.phone.first) < calls and time.monotonic() < deadline:
            self.phone.rang.clear()
            try:
                await asyncio.wait_for(self.phone.rang.wait(), 1.0)
            except TimeoutError:
                continue

    def _finding(self, tx: Tx, number: int) -> Finding:
        name = f"user-{number}"
        arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
        return Finding(
            id=FindingId(tx.ids.fresh()),
            rule=RULE,
            signal=SignalId(tx.ids.fresh()),
            at=tx.now,
            account=ACCOUNT,
            region="eu-central-1",
            kind="iam.CreateAccessKey",
            who=Who("IAMUser", name, arn, ACCOUNT, f"AKIA{number:016d}", "203.0.113.66", "bench"),
            assets=(),
        )


async def _store(tx: Tx, found: Sequence[Finding]) -> None:
    source = tx.ids.fresh()
    await tx.db.execute(
        "insert into source (id, name, registered_at) values (%s, %s, %s)",
        (source, str(source), tx.now),
    )
    async with tx.db.cursor() as cursor:
        # Judged already, so that the judging worker leaves them alone.
        await cursor.executemany(
            "insert into signal (id, source_id, external_id, kind, occurred_at, received_at, via,"
            " lag_seconds, account, region, who_kind, who_name, who_arn, who_account, who_key,"
            " who_address, who_agent, outcome, error_code, read_only, assets, record, judged_at)"
            " values (%s, %s, %s, '', %s, %s, '', 0, '', '', '', '', '', '', '', '', '',"
            " 'succeeded', '', false, %s, %s, %s)",
            [
                (f.signal, source, str(f.signal), tx.now, tx.now, Jsonb([]), Jsonb({}), tx.now)
                for f in found
            ],
        )
        await cursor.executemany(
            "insert into finding (id, rule_id, rule, plan_revision, signal_id, at, found_at)"
            " values (%s, %s, %s, '', %s, %s, %s)",
            [(f.id, RULE.id, Jsonb({}), f.signal, tx.now, tx.now) for f in found],
        )


async def beside(bench: Bench, count: int) -> float:
    """Raise one alert at a time while other messages hang."""
    before, bench.worlds.silent = len(bench.phone.first), HANGING
    for finding in await bench.findings(HANGING):
        await bench.accept(finding)
    await bench.wait_for(before + HANGING)
    return await idle(bench, count, name=f"beside {HANGING} that hang")


async def idle(bench: Bench, count: int, *, name: str = "idle") -> float:
    """Raise one alert at a time, each after the last was heard of and a pause."""
    accepted: list[Accepted] = []
    before = len(bench.phone.first)
    for number, finding in enumerate(await bench.findings(count), 1):
        accepted += await bench.accept(finding)
        await bench.wait_for(before + number)
        # Uneven, so that no rhythm of the workers is met or missed each time.
        await asyncio.sleep(0.02 + 0.007 * (number % 7))
    return await _tell(bench, name, accepted, IDLE_LIMIT_SECONDS)


async def steady(bench: Bench, count: int, rate: float) -> float:
    """Raise alerts at an even rate, whatever became of the last one."""
    before, findings = len(bench.phone.first), await bench.findings(count)
    began = time.monotonic()

    async def one(number: int, finding: Finding) -> list[Accepted]:
        await asyncio.sleep(began + number / rate - time.monotonic())
        return await bench.accept(finding)

    raising = [asyncio.create_task(one(n, finding)) for n, finding in enumerate(findings)]
    accepted = [one for raised in await asyncio.gather(*raising) for one in raised]
    await bench.wait_for(before + count)
    return await _tell(bench, f"steady at {rate:g}/s", accepted, BUSY_LIMIT_SECONDS)


async def burst(bench: Bench, count: int, raisers: int, batch: int) -> float:
    """Raise alerts from several tasks, each as fast as it can, `batch` in a transaction."""
    before, waiting = len(bench.phone.first), await bench.findings(count)
    accepted: list[Accepted] = []
    began = time.monotonic()

    async def raiser() -> None:
        while waiting:
            taken, waiting[:] = waiting[:batch], waiting[batch:]
            accepted.extend(await bench.accept(*taken))

    await asyncio.gather(*(raiser() for _ in range(raisers)))
    raised = time.monotonic() - began
    await bench.wait_for(before + count)
    whole = max(bench.phone.first.values()) - began
    print(
        f"burst: raised at {count / raised:,.0f}/s, all called after {whole:.1f} s"
        f" ({count / whole:,.0f}/s)"
    )
    return await _tell(bench, "burst", accepted, BUSY_LIMIT_SECONDS)


async def _tell(bench: Bench, name: str, accepted: Sequence[Accepted], limit: float) -> float:
    lags, lost = await bench.lags(accepted)
    if not lags:
        print(f"{name}: nobody was called, {lost} lost")
        return float("inf")
    p50, p99 = (lags[min(len(lags) - 1, int(len(lags) * share))] for share in (0.5, 0.99))
    print(
        f"{name}: {len(accepted)} alerts, {lost} lost, {bench.phone.repeats} called again;"
        f" p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, worst {lags[-1] * 1000:.0f} ms"
    )
    print(f"{name}: ratio p99/limit = {p99 / limit:.2f} (limit {limit * 1000:.0f} ms)")
    return float("inf") if lost else p99 / limit


@asynccontextmanager
async def phone() -> AsyncGenerator[Phone]:
    """Run the receiver for as long as the block lasts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RECEIVER, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    heard = Phone(int(await process.stdout.readline()))
    listening = asyncio.create_task(heard.listen(process.stdout))
    try:
        yield heard
    finally:
        process.terminate()
        await process.wait()
        await listening


@asynccontextmanager
async def working(
    dsn: str, settings: Settings, port: int
) -> AsyncGenerator[tuple[House, Loopback]]:
    """Run every worker on a database, as a fireline does."""
    db, hub = Database(dsn), Hub()
    await db.open()
    house = House(db, DatabaseClock(), FreshIds())
    worlds = Loopback(settings, port)
    parts = build_parts(
        house, hub, worlds, address=lambda: "http://127.0.0.1:8040", wiring=EVERYTHING
    )

    async def carry() -> None:
        async for topic in house.pokes():
            hub.poke_everyone() if topic == ALL_TOPICS else hub.poke(topic)

    work = [keep(loop, hub) for loop in parts.loops]
    tasks = [asyncio.create_task(each) for each in (carry(), *work)]
    try:
        yield house, worlds
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await parts.intakes.stop()
        await db.close()


async def measure(
    settings: Settings, dsn: str, parts: Sequence[Callable[[Bench], Awaitable[float]]]
) -> list[float]:
    """Run each part in turn on one database."""
    files = {**starter_files(), "people.yaml": PEOPLE}
    async with phone() as heard, working(dsn, settings, heard.port) as (house, worlds):
        async with house.transaction() as tx:
            await plans.push(tx, files, by=Machine("bench"), note="")
            plan = await plans.current(tx)
        bench = Bench(house, worlds, plan, heard)
        for finding in await bench.findings(20):  # first calls build what later ones find
            await bench.accept(finding)
        await bench.wait_for(20)
        return [await part(bench) for part in parts]


def main() -> int:
    """Print each ratio; fail when a page was lost or a limit passed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--idle", type=int, default=200)
    asked.add_argument("--beside", type=int, default=50)
    asked.add_argument("--steady", type=int, default=300)
    asked.add_argument("--rate", type=float, default=20)
    asked.add_argument("--burst", type=int, default=1000)
    asked.add_argument("--raisers", type=int, default=4)
    asked.add_argument("--batch", type=int, default=1)
    told = asked.parse_args()
    parts: list[Callable[[Bench], Awaitable[float]]] = [
        lambda bench: idle(bench, told.idle),
        lambda bench: beside(bench, told.beside),
        lambda bench: steady(bench, told.steady, told.rate),
        lambda bench: burst(bench, told.burst, told.raisers, told.batch),
    ]
    counts = (told.idle, told.beside, told.steady, told.burst)
    chosen = [part for part, count in zip(parts, counts, strict=True) if count]
    with tempfile.TemporaryDirectory() as folder:
        settings = load({"FIRELINE_DATA_DIR": str(Path(folder) / "own")})
        with database(settings) as dsn:
            migrate(dsn)
            ratios = asyncio.run(measure(settings, dsn, chosen))
    return 0 if max(ratios) <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
