"""A simulated account, a fireline that watches it, and what a process took: for the benchmarks."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any, Self

import httpx2
from _served import Served, served

HOME = "eu-central-1"
REGIONS = (HOME, "us-east-1")
_READY_SECONDS = 600.0
_ASK_SECONDS = 60.0
_LOOK_SECONDS = 1_200.0
# How often a look is asked how far it is: what this adds to a measured time is half of it.
_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class LabHere:
    """A lab in a process of its own."""

    told: Mapping[str, Any]
    process: "subprocess.Popen[str]"
    levers: httpx2.Client

    @property
    def endpoint(self) -> str:
        """Where it answers as AWS."""
        return str(self.told["endpoint"])

    def environment(self, whose: str) -> dict[str, str]:
        """Return the settings of fireline or of a guest, as `fireline lab env` prints them."""
        return dict(self.told["environments"][whose])

    def calls(self) -> Counter[str]:
        """Return how often each operation was asked for until now."""
        return Counter(self.status()["calls"])

    def status(self) -> Any:
        """Ask how everything stands."""
        answer = self.levers.get("/lab/status")
        answer.raise_for_status()
        return answer.json()


@contextmanager
def lab(world: str, folder: Path) -> Generator[LabHere]:
    """Build a world that comes along and serve it, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "fireline", "lab", "up", "--world", world, "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**without_cloud(), "FIRELINE_LAB_DIR": str(folder)},
    )
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.rstrip() == "}":
            break
    if not text:
        sys.exit("the lab did not start")
    told = json.loads(text)
    # What it says from now on must be taken, or it would wait for that.
    Thread(target=process.stdout.read, daemon=True).start()
    try:
        with httpx2.Client(base_url=told["endpoint"], timeout=_ASK_SECONDS) as levers:
            yield LabHere(told, process, levers)
    finally:
        process.terminate()
        process.wait(30)


def without_cloud() -> dict[str, str]:
    """Return this process's environment without a cloud's or a fireline's settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "FIRELINE_"))
    }


@dataclass(frozen=True)
class Look:
    """A look at a whole account: how long it took until it was judged, and what it asked."""

    seconds: float
    calls: Counter[str]
    assets: int
    could_not: int


class Watcher:
    """A fireline that watches a lab, spoken to as the command line does."""

    def __init__(self, server: Served, seen: LabHere, before: Counter[str]) -> None:
        self.server, self._lab, self._before = server, seen, before
        self._api = httpx2.Client(
            base_url=f"http://127.0.0.1:{server.port}/api/v1",
            headers={"Authorization": f"Bearer {server.tokens['api']}"},
            timeout=_ASK_SECONDS,
        )

    def __enter__(self) -> Self:
        """Keep one connection."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let it go."""
        self._api.close()

    def get(self, path: str, **asked: object) -> Any:
        """Ask for something."""
        params = {name: str(value) for name, value in asked.items() if value is not None}
        answer = self._api.get(path, params=params)
        answer.raise_for_status()
        return answer.json()

    def text(self, path: str, **asked: object) -> str:
        """Ask for something long, as it is written."""
        params = {name: str(value).lower() for name, value in asked.items()}
        answer = self._api.get(path, params=params)
        answer.raise_for_status()
        return answer.text

    def look(self) -> Look:
        """Look at all of the account and wait until it is judged."""
        before = self._lab.calls()
        answer = self._api.post("/looks", json={"account": None})
        answer.raise_for_status()
        return self._followed(answer.json()["number"], before)

    def first_look(self) -> Look:
        """Wait until the look is over with which fireline began by itself."""
        while not (looks := self.get("/looks")):
            time.sleep(_EVERY_SECONDS)
        return self._followed(looks[-1]["number"], self._before)

    def findings(self) -> Iterator[Any]:
        """Give every open finding."""
        after = None
        while True:
            page = self.get("/posture/findings", limit=200, after=after)
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    def _followed(self, number: int, before: Counter[str]) -> Look:
        deadline = time.monotonic() + _LOOK_SECONDS
        while (told := self.get(f"/looks/{number}"))["ended_at"] is None:
            if time.monotonic() > deadline:
                sys.exit(f"look {number} did not end in {_LOOK_SECONDS:.0f} s: {told}")
            time.sleep(_EVERY_SECONDS)
        # Fireline's own moments: asking it often would be a part of what is measured.
        asked, ended = (datetime.fromisoformat(told[at]) for at in ("asked_at", "ended_at"))
        calls = self._lab.calls() - before
        return Look((ended - asked).total_seconds(), calls, told["assets"], told["could_not"])


@contextmanager
def watching(
    seen: LabHere, folder: Path, *, regions: Sequence[str] = REGIONS, queues: bool = True
) -> Generator[Watcher]:
    """Run a whole fireline that watches a lab. Without queues it is told of no change."""
    folder.mkdir(parents=True, exist_ok=True)
    before = seen.calls()
    environ = {
        **seen.environment("fireline"),
        "FIRELINE_DATA_DIR": str(folder),
        "FIRELINE_AWS_REGIONS": ",".join(regions),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if not queues:
        del environ["FIRELINE_AWS_QUEUE_URLS"]
    with served(folder, environ=environ) as server, Watcher(server, seen, before) as watcher:
        yield watcher


def peak_megabytes(pid: int) -> float:
    """Return the most memory a process ever had."""
    return _status(pid, "VmHWM")


def megabytes(pid: int) -> float:
    """Return the memory a process has."""
    return _status(pid, "VmRSS")


def _status(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    msg = f"/proc/{pid}/status has no {name}"
    raise ValueError(msg)


def await_true(ask: Callable[[], bool], *, seconds: float, every: float) -> bool:
    """Ask again and again until it is so; `False` when it was not in time."""
    deadline = time.monotonic() + seconds
    while not ask():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
