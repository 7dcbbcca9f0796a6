"""Start a lab as a process of its own, find one again, and end it.

The lab outlives whoever launched it: fireline may be killed in the middle of a drill and find the
same world afterwards.
"""

import asyncio
import contextlib
import os
import ssl
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from typing import Any, cast

import httpx2

from fireline.core.values.json import JsonObject, canonical
from fireline.core.values.refusals import Kind, Refusal
from fireline.lab.options import SECRET_VARIABLE, LabOptions
from fireline.lab.state import TAKEN, LabState, read_state

STATE_FILE = "lab.json"
_READY_SECONDS = 30.0
_POLL_SECONDS = 0.05
_TAIL_CHARACTERS = 2_000
_CALL_SECONDS = 10.0
# Labs speak plain http on loopback. Trusting nobody also spares each client the reading of every
# authority's certificate, 25 ms in which nothing else would go on.
_TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class LabFailed(Refusal):
    """The simulated world did not start, or does not answer."""

    kind = Kind.UNAVAILABLE
    code = "lab.failed"


class LabRefused(Refusal):
    """The lab does not understand what is wished of it; the message says why."""

    kind = Kind.INVALID
    code = "lab.refused"


@dataclass(frozen=True, slots=True)
class LabHandle:
    """A running lab, as its launcher holds it."""

    state: LabState

    async def attack(self) -> bool:
        """Let the attack begin; False when the lab has none, or it has begun."""
        return bool((await self._pull("POST", "attack"))["begun"])

    async def engage(self, engagement: Mapping[str, Any]) -> bool:
        """Let the people begin; False when this lab has none."""
        return bool((await self._pull("POST", "people", engagement))["begun"])

    async def status(self) -> Mapping[str, Any]:
        """Ask how everything stands."""
        return await self._pull("GET", "status")

    async def keepalive(self) -> None:
        """Say that the lab is still wanted."""
        await self._pull("POST", "keepalive")

    async def faults(self, faults: list[Mapping[str, Any]]) -> None:
        """Put these faults in force instead of the present ones."""
        await self._pull("POST", "faults", faults)

    async def find(self, finding: Mapping[str, Any]) -> Mapping[str, Any]:
        """Let GuardDuty find something; return what is delivered."""
        return await self._pull("POST", "findings", finding)

    async def stop(self) -> None:
        """End the lab. One that is gone already is no failure."""
        with contextlib.suppress(LabFailed):
            await self._pull("POST", "stop")

    async def _pull(self, method: str, lever: str, body: object = None) -> Mapping[str, Any]:
        url = f"{self.state.endpoint}/lab/{lever}"
        try:
            async with httpx2.AsyncClient(
                timeout=_CALL_SECONDS, trust_env=False, verify=_TRUSTS_NOBODY
            ) as client:
                response = await client.request(method, url, json=body)
                if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
                    raise LabRefused(str(response.json()["error"]))
                response.raise_for_status()
        except httpx2.HTTPError as failure:
            msg = f"the lab at {self.state.endpoint} did not answer {lever}: {failure}"
            raise LabFailed(msg, hint="Start the drill again.") from failure
        return cast("Mapping[str, Any]", response.json())


async def launch(world: JsonObject, *, directory: Path, options: LabOptions) -> LabHandle:
    """Start a lab for this world in a directory of its own, and wait until it is ready.

    If another lab is starting there, wait for that one: there is one world for each directory.
    """
    state_file, log = directory / STATE_FILE, directory / "lab.log"
    process = await asyncio.to_thread(_spawn, world, directory, options)
    for _ in range(int(_READY_SECONDS / _POLL_SECONDS)):
        found = await attach(state_file)
        if found is not None:
            return found
        if process.poll() not in {None, TAKEN}:
            break
        await asyncio.sleep(_POLL_SECONDS)
    process.kill()
    said = await asyncio.to_thread(log.read_text, errors="replace")
    tail = said[-_TAIL_CHARACTERS:].strip()
    msg = f"the lab did not start: {tail or 'it said nothing'}"
    raise LabFailed(msg, hint=f"Its log is {log}.")


async def attach(state_file: Path) -> LabHandle | None:
    """Find a lab that was launched earlier. None when it is gone."""
    state = read_state(state_file)
    if state is None:
        return None
    found = LabHandle(state)
    try:
        status = await found.status()
    except LabFailed:
        return None
    return found if status.get("endpoint") == state.endpoint else None


def _spawn(world: JsonObject, directory: Path, options: LabOptions) -> subprocess.Popen[bytes]:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    (directory / "world.json").write_text(canonical(world))
    command = [
        *(sys.executable, "-m", "fireline.lab"),
        *("--world", str(directory / "world.json")),
        *("--state-file", str(directory / STATE_FILE)),
        *(("--seed", str(options.seed)) if options.seed is not None else ()),
        *("--eventbridge-lag", str(options.timetable.eventbridge_lag)),
        *("--trail-interval", str(options.timetable.trail_interval)),
        *("--repeat-every", str(options.timetable.repeat_every)),
        *("--idle-limit", str(options.idle_limit_seconds)),
    ]
    for part in sorted(options.without):
        command += ["--without", part]
    # The lab's world is its own: nothing of the real cloud's settings may reach it.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with (directory / "lab.log").open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**kept, SECRET_VARIABLE: options.webhook_secret},
            # Its own session: a signal to fireline's terminal, or fireline's death, spares it.
            start_new_session=True,
        )
    # Somebody must take note when it ends, or it stays in the process table as long as fireline.
    Thread(target=process.wait, name="lab-reaper", daemon=True).start()
    return process
