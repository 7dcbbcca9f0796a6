"""Everything at once: a storm, kills of fireline and of PostgreSQL, and providers with a bad day.

Two nodes of fireline, each a whole `fireline up`, share one PostgreSQL that syncs to disk. Alerts
are posted to both while one of them, or a process of PostgreSQL, is killed with SIGKILL again and
again, and while a mail server and an ntfy server refuse, hang, ask for patience, break and
recover. Then everything is left in peace until no page waits to be told, and what is there is
compared with what was accepted and with what the providers wrote down.

- *lost*: accepted with a 2xx, and in no symptom.
- *missed*: an alert that fires, for which people were to be told, and of which no message, its own
  or one that spoke for it, was taken by any provider.
- *again*: messages a provider took, and said so, more than once; as a share of the alerts that were
  accepted, which is what the limit is for, and of the pages that were told. Alerts are grouped, so
  there are far fewer pages, and many of them share a message: the second share is much the larger.

usage: python bench/chaos.py [--alerts 20000] [--kills 200] [--posters 4] [--services 1000]
       [--seed 1]
"""

import argparse
import asyncio
import json
import random
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from _storm import Program, Storm, connect, crash, query, sorted_out

from fireline.store.embedded import EmbeddedPostgres

POSTGRES_EVERY = 10
# About what one kill and the start after it take.
KILL_SECONDS = 3.0
DRAIN_SECONDS = 900.0
DUPLICATE_LIMIT = 0.001
PEOPLE = ("ana", "bo", "cy", "dee")
SERVICE = "name: Service {0}\nowner: platform\nescalation: chaos\ntier: 2\nprotected: false\n"
# One step and a long wait: what is counted is whether each page gets through.
ESCALATION = "steps:\n  - {notify: ['schedule:platform'], wait: 48h}\nrounds: 1\n"
FOLLOWED = """
select a.number, o.state, o.channel, p.id, c.about_id
from alert a
join page p on p.alert_id = a.id
join outbox o on o.about_kind = 'page' and o.about_id = p.id
left join outbox c on c.id = o.carried_by and o.carried_at is not null
where a.state = 'firing'
"""
TOLD = """
select a.number from alert a join ladder l on l.alert_id = a.id
where a.state = 'firing' and a.untold_why is null and a.told_by is null and a.suppressed_by is null
"""
UNTOLD = """
select count(*) from alert a left join ladder l on l.alert_id = a.id
where a.state = 'firing' and l.alert_id is null and a.untold_why is null and a.told_by is null
"""
LEFT = """
select (select count(*) from page p join alert a on a.id = p.alert_id
        where p.state = 'wished' and a.state = 'firing')
     + (select count(*) from due d
        where d.kind = 'ladder' and d.parked_at is null and d.due_at < now())
"""


@dataclass(frozen=True)
class Chaos:
    """How much of everything."""

    alerts: int = 20_000
    kills: int = 200
    posters: int = 4
    services: int = 1_000
    seed: int = 1
    nodes: int = 2
    apart: str = "1m"


@dataclass(frozen=True)
class Result:
    """What was found at the end."""

    kills: int
    accepted: int
    refused: int
    lost: Sequence[str]
    told: int
    missed: Sequence[int]
    untold: int
    messages: int
    pages: int
    again: int
    aside: int
    seconds: float

    @property
    def duplicates(self) -> float:
        """Messages taken again, as a share of the alerts accepted."""
        return self.again / max(self.accepted, 1)

    @property
    def kept(self) -> bool:
        """Whether every limit was kept."""
        bad = self.lost or self.missed or self.untold or self.aside
        return not bad and self.duplicates <= DUPLICATE_LIMIT


def files(services: int, apart: str) -> dict[str, str]:
    """Write the plan: four people told by mail and ntfy, and many services."""
    people = "".join(
        f"{name}:\n  name: {name.title()}\n  zone: Etc/UTC\n  email: {name}@example.com\n"
        f"  ntfy: {name}\n"
        f"  urgent: [{{channel: ntfy, after: 0m}}, {{channel: email, after: {apart}}}]\n"
        f"  calm: [{{channel: email, after: 0m}}, {{channel: ntfy, after: {apart}}}]\n"
        for name in PEOPLE
    )
    return {
        "people.yaml": people,
        "escalation/chaos.yaml": ESCALATION,
        **{f"services/s{n}.yaml": SERVICE.format(n) for n in range(services)},
    }


@asynccontextmanager
async def providers(folder: Path, seed: int):
    """Run the providers; yield their ports."""
    book = folder / "book"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        Path(__file__).with_name("_providers.py"),
        str(seed),
        str(book),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    ports = [int(word) for word in (await process.stdout.readline()).split()]
    try:
        yield ports
    finally:
        process.terminate()
        await process.wait()


async def wreak(folder: Path, chaos: Chaos) -> Result:
    """Run the whole thing in a folder; return what was found."""
    began = time.monotonic()
    postgres = EmbeddedPostgres(folder / "postgres")
    dsn = postgres.start()
    programs: list[Program] = []
    try:
        async with providers(folder, chaos.seed) as (mail, hook):
            token = await connect(dsn, files(chaos.services, chaos.apart))
            environ = {
                "FIRELINE_SMTP_HOST": "127.0.0.1",
                "FIRELINE_SMTP_PORT": str(mail),
                "FIRELINE_SMTP_FROM": "fireline@example.com",
                "FIRELINE_SMTP_STARTTLS": "false",
                "FIRELINE_NTFY_URL": f"http://127.0.0.1:{hook}",
            }
            for number in range(chaos.nodes):
                (folder / f"node{number}").mkdir()
                programs.append(Program(folder / f"node{number}", _free_port(), dsn, environ))
            for program in programs:
                program.start()
                await program.ready()
            # So slow that it lasts as long as the kills do.
            rest = chaos.kills * KILL_SECONDS * chaos.posters / max(chaos.alerts, 1)
            storm = Storm([one.port for one in programs], token, chaos.services, rest)
            await _storm_and_kill(chaos, storm, programs, dsn)
            (folder / "book.calm").touch()
            await sorted_out(dsn)
            await _drained(dsn)
            book = (folder / "book").read_text().splitlines()
            return check(dsn, storm, chaos, book, time.monotonic() - began)
    finally:
        for program in programs:
            if program.process is not None and program.process.poll() is None:
                program.kill()
        postgres.stop()


async def _storm_and_kill(
    chaos: Chaos, storm: Storm, programs: Sequence[Program], dsn: str
) -> None:
    rng = random.Random(chaos.seed)  # noqa: S311 - when to kill, again the same way
    tasks = [asyncio.create_task(storm.post(number)) for number in range(chaos.posters)]
    for number in range(1, chaos.kills + 1):
        await asyncio.sleep(rng.uniform(0.15, 0.45))
        if number % POSTGRES_EVERY == 0:
            crash(dsn)
        else:
            rng.choice(programs).kill()
        # One that could not start without its database ends; it is started again, as any service.
        for program in programs:
            if program.process is None or program.process.poll() is not None:
                program.start()
                await program.ready()
    while len(storm.accepted) < chaos.alerts:  # noqa: ASYNC110 - posters are counted, not awaited
        await asyncio.sleep(0.2)
    storm.over = True
    await asyncio.gather(*tasks)


async def _drained(dsn: str) -> None:
    """Wait until each page was sent or failed, and no step is due."""
    ends = time.monotonic() + DRAIN_SECONDS
    while int(str(query(dsn, LEFT)[0][0])) and time.monotonic() < ends:  # noqa: ASYNC110 - another program's
        await asyncio.sleep(0.5)


@dataclass(frozen=True)
class _Line:
    """A line of the providers' book: what took a message, and the digest of the link in it."""

    kind: str
    digest: bytes

    @staticmethod
    def of(line: str) -> "_Line":
        kind, _, token = line.partition(" ")
        return _Line(kind, sha256(token.encode()).digest())


def check(dsn: str, storm: Storm, chaos: Chaos, book: Sequence[str], seconds: float) -> Result:
    """Compare what was accepted with what is there, and with what the providers wrote down."""
    there = {
        str(row[0])
        for row in query(
            dsn,
            "select s.key from symptom s join source o on o.id = s.source_id"
            " where o.name = 'storm'",
        )
    }
    links = {row[0]: row[1] for row in query(dsn, "select token_hash, page_id from link")}
    taken = Counter((line.kind, links.get(line.digest)) for line in map(_Line.of, book))
    reached: set[int] = set()
    rows = query(dsn, FOLLOWED)
    for number, _, channel, page, carrier in rows:
        kind = "mail" if channel == "email" else "hook"
        if (kind, page) in taken or (carrier is not None and (kind, carrier) in taken):
            reached.add(int(str(number)))
    told = {int(str(row[0])) for row in query(dsn, TOLD)}
    aside = query(dsn, "select count(*) from due where parked_at is not null")
    return Result(
        kills=chaos.kills,
        accepted=len(storm.accepted),
        refused=storm.refused,
        lost=sorted(storm.accepted - there),
        told=len(told),
        missed=sorted(told - reached),
        untold=int(str(query(dsn, UNTOLD)[0][0])),
        messages=sum(taken.values()),
        pages=sum(1 for row in rows if row[1] == "delivered"),
        again=sum(times - 1 for times in taken.values()),
        aside=int(str(aside[0][0])),
        seconds=seconds,
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def main() -> int:
    """Print what was found; fail when a limit was passed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    defaults = Chaos()
    for name in ("alerts", "kills", "posters", "services", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(defaults, name))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(wreak(Path(folder), Chaos(**vars(options))))
    print(
        f"{found.kills} kills in {found.seconds:.0f} s: {found.accepted:,} accepted,"
        f" {len(found.lost)} lost (limit 0); {found.told:,} alerts to tell of,"
        f" {len(found.missed)} missed (limit 0), {found.untold} told to nobody without a reason"
    )
    print(
        f"{found.pages:,} pages told in {found.messages:,} messages, {found.again} of them again:"
        f" {found.duplicates:.3%} of the alerts (limit {DUPLICATE_LIMIT:.1%}),"
        f" {found.again / max(found.pages, 1):.2%} of the pages; {found.aside} set aside;"
        f" {found.refused:,} posts were not answered and sent again"
    )
    if not found.kept:
        print(json.dumps({"lost": list(found.lost[:20]), "missed": list(found.missed[:20])}))
    return 0 if found.kept else 1


if __name__ == "__main__":
    sys.exit(main())
