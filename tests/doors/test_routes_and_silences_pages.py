"""The pages of routes and silences, through the whole application and without script."""

from collections.abc import AsyncIterator, Mapping

import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.house import House
from fireline.app.http import build
from fireline.content.starter_plan import starter_files
from fireline.core.access.roles import Role
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.doors.web.shell import Desk
from fireline.store.hub import Hub
from fireline.usecases import plans
from fireline.usecases.raising import raise_alerts
from tests.doors.sessions import session_of
from tests.doors.test_pages import BASE, Reader
from tests.usecases import alerts_world

BO, DEE, VI = (Human(PersonId(name)) for name in ("bo", "dee", "vi"))
ROLES = {BO: Role.OPERATOR, VI: Role.VIEWER}
Sessions = Mapping[str, str]


@pytest.fixture
async def sessions(house: House) -> Sessions:
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=DEE, note="First plan.")
        plan = await plans.current(tx)
        for name in ("shop-ci", "someone"):
            found = await alerts_world.found(tx, alerts_world.who(name, f"AKIA{name}"))
            await raise_alerts(tx, plan, [found], drill=None, pace=1)
        return {who.person: await session_of(tx, who.person, role) for who, role in ROLES.items()}


@pytest.fixture
async def client(house: House, sessions: Sessions) -> AsyncIterator[AsyncClient]:
    app = build(Desk(house.transaction, Hub()))
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE) as open_client:
        yield open_client


@pytest.fixture
def bo(sessions: Sessions, client: AsyncClient) -> Reader:
    return Reader(client, sessions["bo"])


async def test_routes_are_shown_and_one_is_tried(bo: Reader):
    read = await bo.opens("/routes")
    assert "not-production" in read
    assert "nobody is told: it is not production" in read
    tried = await bo.opens(
        "/routes?title=Disk%20full&labels=service%3Dshop&priority=P1&at=2026-11-25T03:00"
    )
    assert "the source names the service shop" in tried
    assert "Ana Duarte" in tried
    assert "person of last resort" in tried
    held = await bo.opens("/routes?title=Disk&labels=env%3Dtest&priority=P3")
    assert "Nobody is told: it is not production" in held
    assert "is not a name and a value" in await bo.opens("/routes?title=x&labels=y", status=422)
    assert "is not a moment" in await bo.opens("/routes?title=x&at=soon", status=422)


async def test_a_silence_is_looked_at_placed_and_ended(bo: Reader):
    assert "Nothing is silenced." in await bo.opens("/silences")
    fields = {"matchers": 'title=~".*"', "comment": "we know", "lasting": "2h"}
    seen = await bo.sends("/silences", fields={**fields, "do": "preview"}, status=200)
    assert "of 2 live alerts" in seen
    assert bo.field("matchers") == 'title=~".*"'
    refused = await bo.sends("/silences", fields=fields, status=422)
    assert "no matcher says what it is about" in refused
    assert bo.field("comment") == "we know"
    placed = await bo.sends("/silences", fields={**fields, "broad": "we move house"})
    assert "Silence 1 holds 2 alerts." in placed
    assert "broad: we move house" in placed
    ended = await bo.sends("/silences/1/end", fields={})
    assert "Silence 1 is over." in ended
    assert "Silences that ended" in ended


async def test_a_maintenance_window_and_a_prefilled_form(bo: Reader):
    await bo.opens("/silences?matchers=host%3Dweb-1")
    assert bo.field("matchers") == "host=web-1"
    window = {
        "matchers": "host=web-1", "comment": "patches", "days": ["sat", "sun"],
        "from": "02:00", "to": "04:00", "zone": "Europe/Berlin",
    }  # fmt: skip
    placed = await bo.sends("/silences", fields=window)
    assert "sat, sun 02:00 to 04:00, Europe/Berlin" in placed
    for change, says in (
        ({"from": ""}, "needs the times it begins and ends"),
        ({"zone": "Mars"}, "There is no time zone 'Mars'"),
        ({"days": [], "lasting": "soon"}, "Say how long it lasts"),
        ({"days": [], "until": "soon"}, "is not a moment"),
        ({"matchers": "nothing"}, "is not a matcher"),
    ):
        refused = await bo.sends("/silences", fields={**window, **change}, status=422)
        assert says in refused


async def test_who_only_looks_sees_no_form(client: AsyncClient, sessions: Sessions):
    vi = Reader(client, sessions["vi"])
    assert "Place a silence" not in await vi.opens("/silences")
    await vi.sends("/silences", fields={"matchers": "a=b"}, status=403)
