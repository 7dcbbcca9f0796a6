"""Post alerts, and time how long after each was accepted the channel of whoever is paged is called.

Everything is real: HTTP over loopback, an embedded PostgreSQL that syncs to disk, every worker of a
fireline in a process of its own, and a mail server in another. An alert is accepted when its 202
came, which fireline sends after the commit; the channel is called when the mail server has the
connection. Each alert is of a service of its own, so that none joins another and no storm begins.

`idle` posts one alert at a time. `busy` does so while a thousand alerts a second are posted beside
it: 200 keys of one service that fire again and again.

usage: python bench/paging.py [--idle 150] [--busy 60 --rate 1000]
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from _served import Served, served

IDLE_LIMIT_SECONDS = 0.25
BUSY_LIMIT_SECONDS = 1.0
LOST_AFTER_SECONDS = 60.0
KEYS = 200
PEOPLE = "\n".join(
    f"{name}:\n  name: {name.title()}\n  zone: Etc/UTC\n  email: {name}@example.com\n"
    "  urgent: [{channel: email, after: 0m}]\n  calm: [{channel: email, after: 0m}]\n"
    for name in ("ana", "bo", "cy", "dee")
)
SERVICE = "name: Service {0}\nowner: platform\nescalation: platform\ntier: 2\nprotected: false\n"
# The mail server: says on its own output which subject was connected for when, by the clock all
# processes share.
RECEIVER = """
import asyncio, re, time
async def take(reader, writer):
    at, subject = time.monotonic(), "?"
    writer.write(b"220 bench\\r\\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 go on\\r\\n")
            while (line := await reader.readline()) not in (b".\\r\\n", b""):
                if line.lower().startswith(b"subject:"):
                    subject = line.decode().strip()
            print(at, subject, flush=True)
        if verb == b"QUIT":
            writer.write(b"221 bye\\r\\n")
            break
        writer.write(b"250 bench\\r\\n")
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(take, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
_NAMED = re.compile(r"check (\w+-\d+)")


@dataclass
class Mail:
    """What the mail server heard: when it was first connected to for each alert, and repeats."""

    port: int = 0
    first: dict[str, float] = field(default_factory=dict)
    repeats: int = 0
    rang: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            at, _, subject = line.decode().partition(" ")
            named = _NAMED.search(subject)
            if named is not None:
                self.repeats += named[1] in self.first
                self.first.setdefault(named[1], float(at))
                self.rang.set()

    async def wait_for(self, name: str) -> None:
        """Wait until somebody was told of an alert, or it is lost."""
        deadline = time.monotonic() + LOST_AFTER_SECONDS
        while name not in self.first and time.monotonic() < deadline:
            self.rang.clear()
            try:
                await asyncio.wait_for(self.rang.wait(), 0.5)
            except TimeoutError:
                continue


class Poster:
    """One connection that posts PagerDuty events, each after the answer to the last."""

    def __init__(self, server: Served) -> None:
        self._server = server
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, key: str, service: str) -> float:
        """Post one event; return when it was accepted."""
        payload = {
            "summary": f"check {key} failed",
            "source": f"host-{key}",
            "severity": "critical",
            "custom_details": {"service": service},
        }
        body = orjson.dumps(
            {
                "routing_key": self._server.tokens["pagerduty"],
                "event_action": "trigger",
                "dedup_key": key,
                "payload": payload,
            }
        )
        head = f"POST /v2/enqueue HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            return await self._exchange(head.encode() + body)
        except asyncio.IncompleteReadError:
            # As any client does: the server ends what was idle for some seconds.
            self._streams = None
            return await self._exchange(head.encode() + body)

    async def _exchange(self, request: bytes) -> float:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._server.port)
        reader, writer = self._streams
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 202"), answer
        length = answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        return time.monotonic()


async def canaries(server: Served, mail: Mail, name: str, count: int) -> list[float]:
    """Post one alert at a time, each after the last was heard of; return the lags, sorted."""
    poster, lags = Poster(server), list[float]()
    for number in range(count):
        key = f"{name}-{number}"
        accepted = await poster.post(key, f"s-{name}-{number}")
        await mail.wait_for(key)
        if key in mail.first:
            lags.append(mail.first[key] - accepted)
        # Uneven, so that no rhythm of the workers is met or missed each time.
        await asyncio.sleep(0.02 + 0.007 * (number % 7))
    return sorted(lags)


async def noise(server: Served, rate: float, over: asyncio.Event) -> float:
    """Post the same keys again and again at a rate; return the rate that was reached."""
    posters, posted, began = [Poster(server) for _ in range(4)], 0, time.monotonic()

    async def one(poster: Poster) -> None:
        nonlocal posted
        while not over.is_set():
            posted += 1
            await poster.post(f"noise{posted % KEYS}", "s-noise")
            await asyncio.sleep(max(0.0, began + posted / rate - time.monotonic()))

    await asyncio.gather(*(one(poster) for poster in posters))
    return posted / (time.monotonic() - began)


def tell(name: str, lags: Sequence[float], count: int, mail: Mail, limit: float) -> float:
    """Print one part; return its ratio to the limit."""
    lost = count - len(lags)
    if not lags:
        print(f"{name}: nobody was called, {lost} lost")
        return float("inf")
    p50, p99 = (lags[min(len(lags) - 1, int(len(lags) * share))] for share in (0.5, 0.99))
    print(
        f"{name}: {count} alerts, {lost} lost, {mail.repeats} told again;"
        f" p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, worst {lags[-1] * 1000:.0f} ms;"
        f" ratio p99/limit = {p99 / limit:.2f} (limit {limit * 1000:.0f} ms)"
    )
    return float("inf") if lost else p99 / limit


async def measure(options: argparse.Namespace, folder: Path) -> list[float]:
    """Run the parts; return their ratios."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RECEIVER, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    mail = Mail(int(await process.stdout.readline()))
    listening = asyncio.create_task(mail.listen(process.stdout))
    counts = {"warm": 10, "idle": options.idle, "busy": options.busy}
    names = [f"s-{name}-{number}" for name, count in counts.items() for number in range(count)]
    files = {"people.yaml": PEOPLE}
    files |= {f"services/{name}.yaml": SERVICE.format(name) for name in [*names, "s-noise"]}
    environ = {
        "FIRELINE_SMTP_HOST": "127.0.0.1",
        "FIRELINE_SMTP_PORT": str(mail.port),
        "FIRELINE_SMTP_FROM": "fireline@example.com",
        "FIRELINE_SMTP_STARTTLS": "false",
    }
    try:
        with served(folder, files=files, environ=environ) as server:
            return await _parts(server, mail, options)
    finally:
        process.terminate()
        await process.wait()
        await listening


async def _parts(server: Served, mail: Mail, options: argparse.Namespace) -> list[float]:
    await canaries(server, mail, "warm", 10)  # first calls build what later ones find
    ratios: list[float] = []
    if options.idle:
        lags = await canaries(server, mail, "idle", options.idle)
        ratios.append(tell("idle", lags, options.idle, mail, IDLE_LIMIT_SECONDS))
    if options.busy:
        over = asyncio.Event()
        beside = asyncio.create_task(noise(server, options.rate, over))
        await asyncio.sleep(1)
        lags = await canaries(server, mail, "busy", options.busy)
        over.set()
        print(f"busy: {await beside:,.0f} alerts a second beside (of {options.rate:,.0f} wanted)")
        ratios.append(tell("busy", lags, options.busy, mail, BUSY_LIMIT_SECONDS))
    return ratios


def main() -> int:
    """Print each ratio; fail when a page was lost or a limit passed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--idle", type=int, default=150)
    parser.add_argument("--busy", type=int, default=60)
    parser.add_argument("--rate", type=float, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ratios = asyncio.run(measure(options, Path(folder)))
    return 0 if max(ratios, default=0.0) <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
