"""Fireline's intake alone, served on a socket, with a simulated SNS at its other end."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from fireline.app import http
from fireline.app.house import House
from fireline.app.secrets import NamedSecrets
from fireline.content.starter_plan import starter_files
from fireline.core.values.actor import Machine
from fireline.core.values.refusals import Unavailable
from fireline.core.values.secret import Secret
from fireline.doors.intake.app import build_intake
from fireline.doors.intake.desk import IntakeDesk
from fireline.store.hub import Hub
from fireline.store.keeper import Keeper
from fireline.store.payloads import UnsortedRow, unsorted
from fireline.usecases import plans, sources
from fireline.usecases.alert_views import AlertLine
from fireline.usecases.alerts import AlertFilter, list_alerts
from fireline.usecases.groupings import Groupings
from fireline.usecases.intake import Inbox
from fireline.usecases.sources import Terms
from fireline.workers.sorter import Sorter

BY = Machine("test")


@dataclass(slots=True)
class KnownSns:
    """Knows certificates by their addresses, and notes what it was asked to visit."""

    certificates: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    fetched: list[str] = field(default_factory=list[str])
    visited: list[str] = field(default_factory=list[str])
    away: bool = False
    confirms: bool = True

    async def certificate(self, url: str) -> bytes:
        """Return a certificate."""
        self.fetched.append(url)
        if url not in self.certificates or self.away:
            msg = "SNS does not answer."
            raise Unavailable(msg)
        return self.certificates[url]

    async def confirm(self, url: str) -> None:
        """Note the visit."""
        if self.away or not self.confirms:
            msg = "SNS does not answer."
            raise Unavailable(msg)
        self.visited.append(url)


@dataclass(frozen=True, slots=True)
class Hearing:
    """A running intake, seen by who posts to it."""

    house: House
    url: str
    client: httpx2.AsyncClient
    groupings: Groupings

    async def source(self, format_: str, name: str = "", **settings: Any) -> str:
        """Connect a source; return the address it posts to."""
        terms = Terms(500, None, None, "", settings)
        async with self.house.transaction() as tx:
            made = await sources.connect_source(
                tx, name or format_, format=format_, terms=terms, by=BY
            )
        return f"{self.url}/integrations/{format_}/{made.token.reveal()}"

    async def post(self, url: str, body: object, **headers: str) -> httpx2.Response:
        """Post a body; JSON unless it is bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(url, content=raw, headers=named)

    async def payloads(self) -> list[UnsortedRow]:
        """List what waits to be sorted."""
        async with self.house.transaction() as tx:
            return await unsorted(tx.db, drill=None, limit=100)

    async def alerts(self, *states: str) -> tuple[AlertLine, ...]:
        """Sort what waits, and list the alerts."""
        async with self.house.transaction() as tx:
            await plans.push(tx, starter_files(), by=BY, note="for a test")
        while await Sorter(self.house.transaction, self.groupings).turn():
            pass
        async with self.house.transaction() as tx:
            wanted = AlertFilter(states=states or ("firing", "acknowledged", "resolved"))
            return await list_alerts(tx, wanted)


@asynccontextmanager
async def hearing(
    house: House,
    dsn: str,
    sns: KnownSns | None = None,
    environment: Mapping[str, str] | None = None,
    slack_signing: Secret | None = None,
) -> AsyncGenerator[Hearing]:
    """Serve the intake for as long as the block lasts."""
    hub = Hub()
    inbox = Inbox(house.transaction, hub, [Keeper(dsn)])
    desk = IntakeDesk(
        house.transaction, hub, inbox, house.ids, NamedSecrets(environment or {}), sns
    )
    desk.slack_signing = slack_signing
    with http.listen("127.0.0.1", 0) as taken:
        server = http.server(build_intake(desk))
        tasks = [
            asyncio.create_task(inbox.run()),
            asyncio.create_task(server.serve(sockets=[taken])),
        ]
        try:
            async with asyncio.timeout(10), httpx2.AsyncClient() as client:
                while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(0.01)
                address = f"http://127.0.0.1:{taken.getsockname()[1]}"
                yield Hearing(house, address, client, Groupings(house.ids.fresh()))
        finally:
            server.should_exit = True
            await tasks[1]
            tasks[0].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
