"""No way in without a token, and trying tokens neither costs much nor drives anybody out."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest
from httpx2 import ASGITransport, AsyncClient
from starlette.routing import Route
from structlog.testing import capture_logs

from fireline.app.house import House
from fireline.app.secrets import NamedSecrets
from fireline.core.values.actor import Machine
from fireline.doors.intake import cards
from fireline.doors.intake.app import ROOMS, build_intake
from fireline.doors.intake.cards import Cards, TooManyTokens
from fireline.doors.intake.desk import IntakeDesk
from fireline.store.hub import Hub
from fireline.store.keeper import Keeper
from fireline.usecases import sources
from fireline.usecases.intake import Inbox
from fireline.usecases.transaction import Tx

# Reviewed: what says only that fireline runs, as Alertmanager says it.
OPEN_TO_STRANGERS = ("/-/healthy", "/-/ready")
# The key of these is in the body, and a wrong one is said to be a wrong field, as PagerDuty does.
KEY_IN_BODY = ("/v2/enqueue", "/v2/change/enqueue", "/generic/2010-04-15/create_event.json")
_GOOD = {
    "routing_key": "0" * 32,
    "service_key": "0" * 32,
    "event_action": "trigger",
    "event_type": "trigger",
    "description": "x",
    "payload": {"summary": "x", "source": "x", "severity": "info"},
}


@dataclass(slots=True)
class Counting:
    """Opens a house's transactions, and counts them."""

    house: House
    opened: int = 0

    def __call__(self) -> AbstractAsyncContextManager[Tx]:
        self.opened += 1
        return self.house.transaction()


@pytest.fixture
async def client(house: House, database_dsn: str) -> AsyncIterator[AsyncClient]:
    hub = Hub()
    inbox = Inbox(house.transaction, hub, [Keeper(database_dsn)])
    desk = IntakeDesk(house.transaction, hub, inbox, house.ids, NamedSecrets({}))
    transport = ASGITransport(app=build_intake(desk))
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        yield opened


def routes() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for room in ROOMS:
        for route in room:
            assert isinstance(route, Route)
            path = re.sub(r"\{([^}:]+)[^}]*\}", "0" * 32, route.path)
            found += [(method, path) for method in (route.methods or {"GET", "POST", "DELETE"})]
    return found


async def test_no_way_in_works_without_a_token_or_with_one_nobody_has(client: AsyncClient):
    let_in: list[tuple[str, str, str]] = []
    with capture_logs() as logged:
        for method, path in routes():
            if path.endswith(OPEN_TO_STRANGERS):
                continue
            for shown in ({}, {"authorization": "GenieKey " + "0" * 32}):
                body = _GOOD if method not in {"GET", "HEAD"} else None
                answer = await client.request(method, path, json=body, headers=shown)
                refused = {400} if path in KEY_IN_BODY else {401, 405}
                if answer.status_code not in refused or "Traceback" in answer.text:
                    let_in.append((method, path, answer.text))
    assert let_in == []
    assert "0" * 32 not in str(logged)


async def test_a_flood_of_tokens_nobody_has_costs_a_few_statements_and_drives_nobody_out(
    house: House,
):
    async with house.transaction() as tx:
        made = await sources.connect_source(
            tx, "json", format="json", terms=sources.default_terms(), by=Machine("test")
        )
    counting = Counting(house)
    known = Cards(counting)
    assert await known.of(made.token.reveal()) is not None
    before = counting.opened
    flood = [asyncio.create_task(known.of(f"{n:032x}")) for n in range(1_500)]
    await asyncio.sleep(0)
    card = await known.of(made.token.reveal())
    assert card is not None
    assert counting.opened == before  # remembered all the while
    assert set(await asyncio.gather(*flood)) == {None}
    assert counting.opened - before <= 5


async def test_a_source_connected_amid_a_flood_is_known_at_once_and_the_crowd_has_an_end(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cards, "REMEMBER_SECONDS", 0.0)
    monkeypatch.setattr(cards, "MAX_ASKED", 100)
    known = Cards(house.transaction)
    async with house.transaction() as tx:
        made = await sources.connect_source(
            tx, "json", format="json", terms=sources.default_terms(), by=Machine("test")
        )
    assert await known.of(made.token.reveal()) is not None
    flood = [asyncio.create_task(known.of(f"{n:032x}")) for n in range(150)]
    await asyncio.sleep(0)
    assert await known.of(made.token.reveal()) is not None  # forgotten by now, yet asked for
    ended = await asyncio.gather(*flood, return_exceptions=True)
    assert sum(isinstance(one, TooManyTokens) for one in ended) == 50
    assert ended.count(None) == 100


async def test_a_token_that_was_replaced_stops_working(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cards, "REMEMBER_SECONDS", 0.0)
    known = Cards(house.transaction)
    async with house.transaction() as tx:
        made = await sources.connect_source(
            tx, "json", format="json", terms=sources.default_terms(), by=Machine("test")
        )
    assert await known.of(made.token.reveal()) is not None
    async with house.transaction() as tx:
        fresh = await sources.rotate_token(tx, "json", by=Machine("test"))
    assert await known.of(made.token.reveal()) is None
    assert await known.of(fresh.token.reveal()) is not None
