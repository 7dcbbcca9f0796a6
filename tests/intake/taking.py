"""A whole fireline that takes in posts, and sources to post as.

async with taking(database_dsn, tmp_path) as intake:
    key = await intake.source("opsgenie")
    ... a real client, pointed at intake.url with that key ...
    alert = await intake.alert(title="Disk full")
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fireline.app import http
from fireline.app.fireline import Fireline, running
from fireline.app.settings import load
from fireline.content.starter_plan import starter_files
from fireline.core.access.roles import Role
from fireline.core.values.actor import Machine
from fireline.core.values.ids import PersonId
from fireline.usecases import access, plans, sources
from fireline.usecases.alert_views import AlertLine, AlertView
from fireline.usecases.alerts import AlertFilter, find_alert, list_alerts
from fireline.usecases.sources import Terms, default_terms

_BY = Machine("test")
_ALL = ("firing", "acknowledged", "resolved")


@dataclass(frozen=True, slots=True)
class Intake:
    """A running fireline, seen by who posts to it."""

    fireline: Fireline
    keys: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def url(self) -> str:
        return self.fireline.address

    @property
    def netloc(self) -> str:
        return self.url.removeprefix("http://")

    async def source(
        self,
        format: str,  # noqa: A002 - the word of the trade
        *,
        name: str = "",
        terms: Terms | None = None,
    ) -> str:
        """Connect a source; return its token."""
        async with self.fireline.house.transaction() as tx:
            made = await sources.connect_source(
                tx, name or format, format=format, terms=terms or default_terms(), by=_BY
            )
        return made.token.reveal()

    async def token(self, person: str = "ana", role: Role = Role.ADMIN) -> str:
        """Make somebody an API token."""
        async with self.fireline.house.transaction() as tx:
            await access.ensure_account(tx, PersonId(person), role=role, by=_BY)
            made = await access.create_token(tx, PersonId(person), name="test", role=role, by=_BY)
        return made.token.reveal()

    async def alerts(self, *states: str) -> tuple[AlertLine, ...]:
        """List the alerts, by default of every state."""
        async with self.fireline.house.transaction() as tx:
            return await list_alerts(tx, AlertFilter(states=states or _ALL))

    async def view(self, number: int) -> AlertView:
        """Look at one alert."""
        async with self.fireline.house.transaction() as tx:
            return await find_alert(tx, number)

    async def until_alert(
        self, is_so: Callable[[AlertLine], bool], *, seconds: float = 10.0
    ) -> AlertLine:
        """Wait for an alert that is as wanted."""

        async def look() -> AlertLine | None:
            return next((one for one in await self.alerts() if is_so(one)), None)

        found = await until(look, seconds=seconds)
        assert found is not None
        return found


async def until(look: Callable[[], Awaitable[Any]], *, seconds: float = 10.0) -> Any:
    """Look again and again until there is something."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110 - what is looked at is another program
            await asyncio.sleep(0.05)
    return found


@asynccontextmanager
async def taking(
    dsn: str,
    folder: Path,
    *,
    files: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncGenerator[Intake]:
    """Start fireline with the starter plan, some of its files replaced or added."""
    settings = load({"FIRELINE_DATA_DIR": str(folder), **(environment or {})})
    with http.listen("127.0.0.1", 0) as taken:
        async with running(settings, dsn, taken) as fireline:
            async with fireline.house.transaction() as tx:
                await plans.push(
                    tx, {**starter_files(), **(files or {})}, by=_BY, note="for a test"
                )
            yield Intake(fireline)
