"""Time how late the steps of escalations are taken while 100,000 others wait for theirs.

A whole fireline in a process of its own, on an embedded PostgreSQL that syncs to disk, and a mail
server in another. 100,000 alerts are open, each with a ladder whose next step is due tomorrow. Some
thousand of them are then made due at moments spread over the run; each step pages somebody, whose
mail is really sent. Lateness is from the moment a step was due until the transaction that took it
began, both as the database tells the time. Resident memory is read at the start, when half of the
steps were taken, and at the end: what grows in the second half would go on growing.

`audit` is the auditor's look at everything that is open, which is the same 100,000.

usage: python bench/timers.py [--pending 100000] [--firing 1000] [--seconds 40]
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psycopg
from _served import Served, served
from paging import PEOPLE, RECEIVER
from standing import fill

LATE_LIMIT_SECONDS = 0.25
AUDIT_LIMIT_SECONDS = 1.0
GROWTH_LIMIT = 0.05
LOST_AFTER_SECONDS = 60.0
PLAN = """
update due d set due_at = clock_timestamp() + f.after * interval '1 second'
from (select * from unnest(%(alerts)s::uuid[], %(after)s::float8[]) as f (id, after)) f
where d.kind = 'ladder' and d.id = f.id
"""
FOLLOW = """
update ladder l set due_at = d.due_at
from due d where d.kind = 'ladder' and d.id = l.alert_id and l.alert_id = any(%(alerts)s::uuid[])
returning l.alert_id, d.due_at
"""
TAKEN = """
select p.alert_id, min(p.wished_at) from page p
where p.alert_id = any(%(alerts)s::uuid[]) and p.step = 1 group by p.alert_id
"""


@dataclass(frozen=True)
class Result:
    """How late steps were, sorted; how many never came; memory; and how long the audit took."""

    lates: list[float]
    lost: int
    start_mb: float
    half_mb: float
    end_mb: float
    audit_seconds: float

    def at(self, share: float) -> float:
        return self.lates[min(len(self.lates) - 1, int(len(self.lates) * share))]

    @property
    def growth(self) -> float:
        return self.end_mb / self.half_mb - 1


def resident_mb(server: Served) -> float:
    """Read how much memory fireline's own process holds."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def plan(server: Served, alerts: list[Any], seconds: float) -> dict[Any, Any]:
    """Make steps due, spread over some seconds; return when each is."""
    rng = random.Random(1)  # noqa: S311 - the same moments each time
    after = [1.0 + rng.uniform(0, seconds) for _ in alerts]
    with psycopg.connect(server.dsn) as db:
        db.execute(PLAN, {"alerts": alerts, "after": after})
        return dict(db.execute(FOLLOW, {"alerts": alerts}).fetchall())


def taken(server: Served, due: dict[Any, Any], until: float) -> list[float]:
    """Wait until all steps were taken, or are lost; return how late each was, sorted."""
    with psycopg.connect(server.dsn, autocommit=True) as db:
        while True:
            found = dict(db.execute(TAKEN, {"alerts": list(due)}).fetchall())
            if len(found) == len(due) or time.monotonic() > until:
                return sorted((found[one] - due[one]).total_seconds() for one in found)
            time.sleep(1)


def look(server: Served) -> float:
    """Return how long the auditor's look takes: all its questions, one after the other."""
    from fireline.store.audit import _SQL, CHECKS, LATE  # noqa: PLC0415 - its own texts

    with psycopg.connect(server.dsn) as db:
        row = db.execute("select now()").fetchone()
        assert row is not None
        values = {"now": row[0], "before": row[0] - LATE, "shown": 5}
        began = time.perf_counter()
        for name in CHECKS:
            db.execute(_SQL[name], values).fetchall()
        return time.perf_counter() - began


def fire(server: Served, options: argparse.Namespace) -> Result:
    """Fill the house, warm it, let steps come due, and measure."""
    fill(server, options.pending)
    with psycopg.connect(server.dsn) as db:
        rows = db.execute("select id from alert order by number").fetchall()
    ids = [row[0] for row in rows]
    warm = plan(server, ids[:200], 2.0)
    taken(server, warm, time.monotonic() + LOST_AFTER_SECONDS)
    with httpx2.Client(trust_env=False) as client:
        client.get(f"http://127.0.0.1:{server.port}/healthz")
    memory, lates, half = [resident_mb(server)], list[float](), options.firing // 2
    for place in (200, 200 + half):
        due = plan(server, ids[place : place + half], options.seconds / 2)
        lates += taken(server, due, time.monotonic() + options.seconds + LOST_AFTER_SECONDS)
        memory.append(resident_mb(server))
    return Result(sorted(lates), 2 * half - len(lates), *memory, look(server))


async def measure(options: argparse.Namespace, folder: Path) -> Result:
    """Run fireline and a mail server, and measure."""
    sink = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        RECEIVER.replace("print(at, subject, flush=True)", "pass"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert sink.stdout is not None
    environ = {
        "FIRELINE_SMTP_HOST": "127.0.0.1",
        "FIRELINE_SMTP_PORT": str(int(await sink.stdout.readline())),
        "FIRELINE_SMTP_FROM": "fireline@example.com",
        "FIRELINE_SMTP_STARTTLS": "false",
    }
    try:
        with served(folder, files={"people.yaml": PEOPLE}, environ=environ) as server:
            return await asyncio.to_thread(fire, server, options)
    finally:
        sink.terminate()
        await sink.wait()


def main() -> int:
    """Print each ratio; fail when a step was lost or a limit passed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pending", type=int, default=100_000)
    parser.add_argument("--firing", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=40.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(options, Path(folder)))
    ratios = {
        "late": found.at(0.99) / LATE_LIMIT_SECONDS,
        "audit": found.audit_seconds / AUDIT_LIMIT_SECONDS,
        "memory": found.growth / GROWTH_LIMIT,
    }
    print(
        f"timers: {len(found.lates)} fired, {found.lost} lost, of {options.pending:,} pending;"
        f" p50 {found.at(0.5) * 1000:.0f} ms, p99 {found.at(0.99) * 1000:.0f} ms,"
        f" worst {found.lates[-1] * 1000:.0f} ms;"
        f" ratio p99/limit = {ratios['late']:.2f} (limit {LATE_LIMIT_SECONDS * 1000:.0f} ms)"
    )
    print(
        f"memory: {found.start_mb:.0f} MB at first, {found.half_mb:.0f} MB when half were taken,"
        f" {found.end_mb:.0f} MB at the end; growth since half {found.growth:+.1%}"
        f" (limit {GROWTH_LIMIT:.0%})"
    )
    print(f"audit: {found.audit_seconds:.2f} s (limit {AUDIT_LIMIT_SECONDS:.0f} s)")
    return 0 if not found.lost and max(ratios.values()) <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
