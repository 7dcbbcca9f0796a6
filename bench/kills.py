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
import random
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from _storm import Program, Storm, connect, crash, query, sorted_out

from fireline.store.embedded import EmbeddedPostgres

POSTGRES_EVERY = 10


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
        storm = Storm([port], await connect(dsn))
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
