"""A fireline with the starter plan, an alert and three people, as the command line finds it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio.to_thread
import typer
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from typer.testing import CliRunner, Result

from fireline.app.foreign import open_foreign
from fireline.app.house import House
from fireline.app.lab_up import lab_commands
from fireline.content.starter_plan import starter_files
from fireline.core.access.principal import Principal
from fireline.core.access.roles import Role
from fireline.core.assets.ref import AssetRef
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, IncidentId, PersonId, RunId
from fireline.doors.api.app import build_api
from fireline.doors.cli.app import Bodies, UpOptions, build_cli
from fireline.doors.cli.drills import DrillOptions
from fireline.doors.gate import Gate, Shown
from fireline.usecases import access, incidents, plans
from fireline.usecases.raising import raise_alerts
from tests.usecases.alerts_world import found, who
from tests.usecases.runs_world import KEY, USER, ScriptedCloud, World

ANA, BO, CY = (Human(PersonId(name)) for name in ("ana", "bo", "cy"))
ROLES = {ANA: Role.ADMIN, BO: Role.OPERATOR, CY: Role.OPERATOR}


@dataclass
class Composed:
    """What the composition root would do, and what it was asked to."""

    ups: list[UpOptions] = field(default_factory=list)
    drills: list[DrillOptions] = field(default_factory=list)
    ends_with: int = 0
    drill: Mapping[str, Any] | Exception = field(default_factory=dict)

    def up(self, options: UpOptions) -> int:
        self.ups.append(options)
        return self.ends_with

    def run_alone(
        self, options: DrillOptions, tell: Callable[[Mapping[str, Any]], None]
    ) -> Mapping[str, Any]:
        self.drills.append(options)
        if isinstance(self.drill, Exception):
            raise self.drill
        for line in self.drill["lines"]:
            tell(line)
        return self.drill

    @property
    def cli(self) -> typer.Typer:
        return build_cli(
            Bodies(self.up, self.run_alone, open_foreign, lambda _: self.ends_with, lab_commands())
        )


def run(
    composed: Composed, *words: object, env: Mapping[str, str | None] | None = None, said: str = ""
) -> Result:
    """Run a command; `said` is what the person types when asked.

    One at a time, as at any terminal: the runner lends out the process's own standard output.
    """
    arguments = [str(word) for word in words]
    return CliRunner().invoke(composed.cli, arguments, env=env, input=said)


@dataclass
class Desk:
    """A terminal beside a running fireline."""

    house: House
    url: str
    tokens: Mapping[str, str]
    composed: Composed = field(default_factory=Composed)

    async def run(self, *words: object, by: str = "ana", said: str = "") -> Result:
        env = {"FIRELINE_URL": self.url, "FIRELINE_TOKEN": self.tokens[by]}
        return await anyio.to_thread.run_sync(
            partial(run, self.composed, *words, env=env, said=said)
        )

    async def read(self, *words: object, by: str = "ana") -> str:
        """Run a command that must go well, and return what a person reads."""
        result = await self.run(*words, by=by)
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
        return result.stdout

    async def json(self, *words: object, by: str = "ana") -> Any:
        """Run a command that must go well, and return what a program reads."""
        return json.loads(await self.read(*words, "--json", by=by))

    async def alert(self, person: str = "shop-ci", *assets: AssetRef) -> AlertId:
        """Raise an alert about the key and the user a runbook can contain."""
        async with self.house.transaction() as tx:
            plan = await plans.current(tx)
            finding = await found(tx, who(person, f"AKIA{person}"), *(assets or (KEY, USER)))
            (raised,) = await raise_alerts(tx, plan, [finding], drill=None, pace=1)
        return raised

    async def declared(self) -> str:
        """Declare an incident from an alert, and return its name."""
        await self.alert()
        made = await self.json(
            "incident", "declare", "--title", "Leaked key", "--priority", "P2",
            "--category", "credential", "--alert", "1", "--lead", "bo",
        )  # fmt: skip
        return made["name"]

    async def world(self) -> World:
        """Return the levers of the one incident's runs."""
        async with self.house.transaction() as tx:
            plan = await plans.current(tx)
            incident = (await incidents.find_incident(tx, 1)).id
        clock: Any = self.house.clock
        return World(self.house, clock, ScriptedCloud(), plan, IncidentId(incident))

    async def approve(self, number: int) -> None:
        """Approve what bo asked for, as the second person."""
        result = await self.run("approve", number, "--yes", by="cy")
        assert result.exit_code == 0, result.output

    async def run_id(self, number: int = 1) -> RunId:
        return RunId((await self.json("run", "show", number))["run"]["id"])


@asynccontextmanager
async def open_desk(house: House) -> AsyncIterator[Desk]:
    """Serve a house that has the starter plan on loopback, and give three people tokens."""
    tokens: dict[str, str] = {}
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=ANA, note="begin")
        for human, role in ROLES.items():
            await access.create_account(tx, human.person, role=role, by=ANA)
            made = await access.create_token(tx, human.person, name="cli", role=role, by=human)
            tokens[human.person] = made.token.reveal()
        made = await access.create_token(tx, BO.person, name="eyes", role=Role.VIEWER, by=BO)
        tokens["viewer"] = made.token.reveal()
    async with serving(house) as url:
        yield Desk(house, url, tokens)


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[str]:
    """Serve the API behind its gate on a free port."""

    async def recognise(shown: Shown) -> Principal | None:
        try:
            async with house.transaction() as tx:
                return await access.authenticate(tx, bearer=shown.bearer, session=shown.session)
        except access.NotSignedIn:
            return None

    api = Mount("/api/v1", build_api(house.transaction))
    config = uvicorn.Config(
        Gate(Starlette(routes=[api]), recognise), log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        served = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await served
