"""A whole fireline with a drill in it, and people who answer as a story wants them to.

async with on_stage(database_dsn, tmp_path, pace=120) as stage:
    shown = await stage.ended()
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from fireline.app import http
from fireline.app.fireline import Fireline, running
from fireline.app.parts import EVERYTHING, Wiring
from fireline.app.settings import load
from fireline.content.starter_plan import starter_files
from fireline.core.access.roles import Role
from fireline.core.values.actor import Machine
from fireline.core.values.ids import DrillId, PersonId, ScenarioId
from fireline.lab.clients import Caller, Credentials, Place
from fireline.lab.launch import STATE_FILE, LabHandle, attach
from fireline.usecases import access, drill_views, drills, plans
from fireline.usecases.drill_views import DrillView

_SCENARIO = "drills/leaked-key.yaml"
_LIMITS = re.compile(r"^limits: .*$", re.MULTILINE)
_BY = Machine("story")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a token, at the API."""

    http: httpx2.AsyncClient

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Ask for something, and get it or fail the test with what fireline said."""
        answer = await self.http.request(method, f"/api/v1{path}", json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def get(self, path: str) -> Any:
        return await self.ask("GET", path)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return await self.ask("POST", path, body or {})


@dataclass(frozen=True, slots=True)
class Stage:
    """A running fireline and its drill."""

    fireline: Fireline
    drill: DrillId

    async def look(self) -> DrillView:
        """Look at the drill."""
        async with self.fireline.house.transaction() as tx:
            return await drill_views.look(tx, self.drill)

    async def ended(self) -> DrillView:
        """Wait for the end of the drill."""
        return await eventually(self.look, lambda shown: shown.finished_at is not None)

    async def lab(self) -> LabHandle:
        """Find the drill's lab, once it stands."""
        await eventually(self.look, lambda shown: shown.state != "starting")
        found = await attach(self.fireline.worlds.folder(self.drill) / STATE_FILE)
        assert found is not None
        return found

    def cloud(self, lab: LabHandle, name: str, service: str) -> Any:
        """Open the lab's AWS as somebody who lives there, around fireline."""
        place = Place(lab.state.endpoint, lab.state.region)
        # Nobody checks signatures there; the id says who calls.
        return Caller(place, Credentials(lab.state.keys[name][0], "unchecked")).client(service)

    @asynccontextmanager
    async def person(self, name: str, *, role: Role = Role.OPERATOR) -> AsyncGenerator[Person]:
        """Let somebody sign in, with all the rights of a role."""
        async with self.fireline.house.transaction() as tx:
            await access.ensure_account(tx, PersonId(name), role=role, by=_BY)
            made = await access.create_token(tx, PersonId(name), name="story", role=role, by=_BY)
        async with at_the_api(self.fireline.address, made.token.reveal()) as somebody:
            yield somebody


@asynccontextmanager
async def at_the_api(address: str, token: str) -> AsyncGenerator[Person]:
    """Open the API with a token."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(
        base_url=address, headers=headers, timeout=60, trust_env=False
    ) as client:
        yield Person(client)


async def eventually(
    look: Callable[[], Awaitable[_T]], is_so: Callable[[_T], bool], *, every: float = 0.2
) -> _T:
    """Look again and again until it is so; the test's own time limit ends a wait in vain."""
    while not is_so(found := await look()):  # noqa: ASYNC110 - what is looked at is another program
        await asyncio.sleep(every)
    return found


@asynccontextmanager
async def on_stage(
    dsn: str,
    folder: Path,
    *,
    wiring: Wiring = EVERYTHING,
    pace: int | None = None,
    limits: str | None = None,
) -> AsyncGenerator[Stage]:
    """Start fireline and a drill at this pace; end both, and the lab, whatever the story does.

    `limits` replaces the scenario's, as the plan writes them.
    """
    settings = load({"FIRELINE_DATA_DIR": str(folder)})
    with http.listen("127.0.0.1", 0) as taken:
        async with running(settings, dsn, taken, wiring=wiring) as fireline:
            drill = await _start(fireline, pace, limits)
            try:
                yield Stage(fireline, drill)
            finally:
                lab = await attach(fireline.worlds.folder(drill) / STATE_FILE)
                if lab is not None:
                    await lab.stop()


async def _start(fireline: Fireline, pace: int | None, limits: str | None) -> DrillId:
    files = dict(starter_files())
    if limits is not None:
        files[_SCENARIO] = _LIMITS.sub(f"limits: {{{limits}}}", files[_SCENARIO])
    async with fireline.house.transaction() as tx:
        await plans.push(tx, files, by=_BY, note="for a story")
        plan = await plans.current(tx)
        return await drills.start(tx, plan, ScenarioId("leaked-key"), pace=pace, by=_BY)
