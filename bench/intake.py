"""Post alerts to a whole fireline as fast as it takes them, and count what it kept.

Everything is real: an embedded PostgreSQL that syncs every commit to disk, every worker, HTTP over
loopback; the server in a process of its own and the load generator in this one, on the same
machine. A post counts when its 2xx came, which fireline sends after the commit.

`single` posts PagerDuty events, each a problem's own key, over 4 connections; `batches` posts 64
Prometheus alerts at a time; `storm` posts the same 200 keys again and again. After each part the
sorter is waited for, and everything that was accepted must be there. `peer` posts the same batches
to Debian's Alertmanager, for comparison: it keeps them in memory.

usage: python bench/intake.py [--single 6000] [--batches 400] [--storm 6000] [--connections 4]
"""

import argparse
import asyncio
import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import psycopg
from _served import Served, served

SINGLE_LIMIT = 1_500.0
BATCH_LIMIT = 10_000.0
BATCH = 64
DRAIN_SECONDS = 300.0
# How often sources said something that is now in a symptom; what fireline says itself left out.
HEARD = """select coalesce(sum(s.times), 0) from symptom s join source o on o.id = s.source_id
           where o.token_hash is not null"""


@dataclass(frozen=True)
class Run:
    """What became of a part: how many posts, how long, and the slowest answers."""

    posts: int
    seconds: float
    answers: Sequence[float]

    @property
    def per_second(self) -> float:
        return self.posts / self.seconds

    def at(self, share: float) -> float:
        """Return the answer time, in ms, that this share of the posts did not exceed."""
        ordered = sorted(self.answers)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def post(path: str, body: bytes, *headers: str) -> bytes:
    """Write one request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: bench", "Content-Type: application/json", *headers]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


async def fire(port: int, requests: Sequence[bytes], connections: int) -> Run:
    """Send requests over some connections, each waiting for its answer before its next."""
    answers: list[float] = []
    waiting = iter(requests)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            sent = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith((b"HTTP/1.1 202", b"HTTP/1.1 200")), head
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
            answers.append(time.perf_counter() - sent)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return Run(len(requests), time.perf_counter() - began, answers)


def events(token: str, many: int, keys: int, part: str) -> list[bytes]:
    """Write PagerDuty events over so many keys, spread over hosts and services."""

    def event(number: int) -> bytes:
        key = number % keys
        body = {
            "routing_key": token,
            "event_action": "trigger",
            "dedup_key": f"{part}-{key}",
            "payload": {
                "summary": f"Check {key % 50} failed on host {part}-{key}",
                "source": f"host-{part}-{key}.example.com",
                "severity": "error",
                "component": f"component-{key % 40}",
                "custom_details": {"value": str(number), "threshold": "95"},
            },
        }
        return post("/v2/enqueue", orjson.dumps(body))

    return [event(number) for number in range(many)]


def batches(token: str, many: int) -> list[bytes]:
    """Write posts of 64 Prometheus alerts, every one a label set of its own."""

    def alert(number: int) -> dict[str, object]:
        labels = {
            "alertname": f"Alert{number % 30}",
            "instance": f"node-{number}:9100",
            "job": f"job-{number % 40}",
            "severity": "warning",
        }
        return {"labels": labels, "annotations": {"summary": f"Alert on node {number}"}}

    bearer = f"Authorization: Bearer {token}"
    return [
        post(
            "/api/v2/alerts",
            orjson.dumps([alert(start * BATCH + n) for n in range(BATCH)]),
            bearer,
        )
        for start in range(many)
    ]


def count(dsn: str, query: str) -> int:
    """Ask the database for one number."""
    with psycopg.connect(dsn, autocommit=True) as db:
        row = db.execute(query).fetchone()  # pyright: ignore[reportArgumentType] - a constant
    assert row is not None
    return int(row[0])


def drain(dsn: str) -> float:
    """Wait until everything is sorted; return how long that took."""
    began = time.perf_counter()
    while count(dsn, "select count(*) from payload where sorted_at is null"):
        if time.perf_counter() - began > DRAIN_SECONDS:
            sys.exit("bench/intake.py: the sorter did not catch up")
        time.sleep(0.05)
    return time.perf_counter() - began


@contextmanager
def alertmanager(folder: Path) -> Iterator[int | None]:
    """Run Debian's Alertmanager, if it is here, and say on which port."""
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        yield None
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "alertmanager.yml"
    config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    process = subprocess.Popen(
        [
            program,
            f"--config.file={config}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(10)


async def compare(folder: Path, options: argparse.Namespace) -> None:
    """Post the same batches to Alertmanager, which keeps alerts in memory alone."""
    with alertmanager(folder) as port:
        if port is None:
            print("peer     Debian's prometheus-alertmanager is not here")
            return
        run = await fire(port, batches("", max(options.batches, 1)), options.connections)
    print(
        f"peer     {run.per_second * BATCH:9.0f} alerts/s by Alertmanager, in memory;"
        f" answer p50 {run.at(0.5):.1f} ms p99 {run.at(0.99):.1f} ms"
    )


def report(part: str, run: Run, each: int, limit: float, drained: float) -> bool:
    """Print one part. Return whether it kept to its limit."""
    rate = run.per_second * each
    sorted_rate = run.posts * each / (run.seconds + drained)
    print(
        f"{part:8} {rate:9.0f} alerts/s accepted ({rate / limit:.2f} of {limit:.0f})  answer"
        f" p50 {run.at(0.5):.1f} ms p99 {run.at(0.99):.1f} ms  sorted {sorted_rate:.0f}/s"
    )
    return rate >= limit


async def measure(server: Served, options: argparse.Namespace) -> bool:
    """Run every part; return whether all kept to their limits and nothing was lost."""
    token, kept = server.tokens["pagerduty"], True
    await fire(server.port, events(token, 200, 200, "warm"), options.connections)
    drain(server.dsn)
    parts = (
        ("single", events(token, options.single, 10**9, "single"), 1, SINGLE_LIMIT),
        ("storm", events(token, options.storm, 200, "storm"), 1, SINGLE_LIMIT),
        ("batches", batches(server.tokens["alertmanager"], options.batches), BATCH, BATCH_LIMIT),
    )
    for name, requests, each, limit in parts:
        if not requests:
            continue
        before = count(server.dsn, HEARD)
        run = await fire(server.port, requests, options.connections)
        drained = await asyncio.to_thread(drain, server.dsn)
        missing = len(requests) * each - (count(server.dsn, HEARD) - before)
        kept &= report(name, run, each, limit, drained)
        if missing:
            print(f"         LOST: {missing}")
            kept = False
    quarantined = count(server.dsn, "select count(*) from quarantined")
    alerts = count(server.dsn, "select count(*) from alert")
    print(f"{alerts} alerts, {quarantined} quarantined")
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--single", type=int, default=6_000)
    parser.add_argument("--storm", type=int, default=6_000)
    parser.add_argument("--batches", type=int, default=400)
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as server:
        kept = asyncio.run(measure(server, options))
        asyncio.run(compare(Path(folder), options))
        if not kept:
            sys.exit(1)


if __name__ == "__main__":
    main()
