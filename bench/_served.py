"""A fireline in a process of its own, for benchmarks to post to."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from fireline.app import http, logs, memory
from fireline.app.fireline import running
from fireline.app.own import database
from fireline.app.settings import load
from fireline.content.starter_plan import starter_files
from fireline.core.access.roles import Role
from fireline.core.values.actor import Machine
from fireline.core.values.ids import PersonId
from fireline.usecases import access, plans, sources

FORMATS = ("pagerduty", "alertmanager")


@dataclass(frozen=True)
class Served:
    """A fireline in a process of its own."""

    port: int
    dsn: str
    tokens: dict[str, str]
    process: "subprocess.Popen[str]"


async def serve(folder: Path, wanted: dict[str, dict[str, str]]) -> None:
    """Run fireline until the parent closes our input; say first where, and with which tokens."""
    memory.share()
    logs.set_up("text", quiet=True)
    by = Machine("bench")
    settings = load({"FIRELINE_DATA_DIR": str(folder), **wanted["environ"]})
    files = {**starter_files(), **wanted["files"]}
    with database(settings) as dsn, http.listen("127.0.0.1", 0) as taken:
        async with running(settings, dsn, taken) as fireline:
            async with fireline.house.transaction() as tx:
                await plans.push(tx, files, by=by, note="for a benchmark")
            tokens: dict[str, str] = {}
            for format_ in FORMATS:
                async with fireline.house.transaction() as tx:
                    terms = sources.Terms(100_000, None, None, "", {})
                    made = await sources.connect_source(
                        tx, format_, format=format_, terms=terms, by=by
                    )
                    tokens[format_] = made.token.reveal()
            async with fireline.house.transaction() as tx:
                await access.ensure_account(tx, PersonId("ana"), role=Role.ADMIN, by=by)
                key = await access.create_token(
                    tx, PersonId("ana"), name="bench", role=Role.ADMIN, by=by
                )
                tokens["api"] = key.token.reveal()
            port = taken.getsockname()[1]
            memory.settle()
            print(json.dumps({"port": port, "dsn": dsn, "tokens": tokens}), flush=True)
            await asyncio.to_thread(sys.stdin.read)


@contextmanager
def served(
    folder: Path, *, files: dict[str, str] | None = None, environ: dict[str, str] | None = None
) -> Iterator[Served]:
    """Start a fireline with the starter plan, some of its files replaced or added; and end it.

    What `environ` adds is there for what reads the environment itself, such as the AWS client.
    """
    wanted = json.dumps({"files": files or {}, "environ": environ or {}})
    process = subprocess.Popen(
        [sys.executable, __file__, str(folder), wanted],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environ or {})},
    )
    assert process.stdout is not None
    assert process.stdin is not None
    line = process.stdout.readline()
    if not line:
        sys.exit("the server did not start")
    try:
        yield Served(process=process, **json.loads(line))
    finally:
        process.stdin.close()
        process.wait(30)


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1]), json.loads(sys.argv[2])))
