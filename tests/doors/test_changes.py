"""Changes on the command line, the API beneath it, and the pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.house import House
from fireline.app.http import build
from fireline.content.starter_plan import starter_files
from fireline.core.access.roles import Role
from fireline.core.plan.plan import Plan
from fireline.core.signals.notice import ChangeNotice
from fireline.core.values.actor import Human
from fireline.core.values.ids import CategoryId, PersonId
from fireline.core.values.priority import Priority
from fireline.doors.web.shell import Desk as WebDesk
from fireline.store.hub import Hub
from fireline.usecases import changes, incidents, plans
from fireline.usecases.raising import raise_alerts
from tests.doors.cli_world import Desk, open_desk
from tests.doors.sessions import session_of
from tests.doors.test_pages import BASE, Reader
from tests.usecases.alerts_world import found
from tests.usecases.alerts_world import who as by_whom
from tests.usecases.runs_world import KEY, USER

BO, DEE, VI = (Human(PersonId(name)) for name in ("bo", "dee", "vi"))


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with open_desk(house) as opened:
        yield opened


async def test_a_person_records_a_change_and_finds_it_again(desk: Desk):
    made = await desk.json(
        "change", "record", "Deployed 1.4.2", "--service", "shop", "--revision", "1.4.2",
        "--at", "2026-11-17T08:30:00", "--url", "https://ci.example.com/17", "--key", "run-17",
        by="bo",
    )  # fmt: skip
    assert (made["service"], made["actor"], made["planned"]) == ("shop", "bo", True)
    assert made["links"] == ["https://ci.example.com/17"]
    again = await desk.json(
        "change", "record", "Deployed 1.4.2", "--service", "shop", "--key", "run-17"
    )
    assert (again["number"], again["times"]) == (made["number"], 2)
    assert "Deployed 1.4.2" in await desk.read("change", "list", "--service", "shop")
    shown = await desk.read("change", "show", made["number"])
    assert "https://ci.example.com/17" in shown
    assert "1.4.2" in shown


async def test_the_list_of_changes_is_chosen_from_and_goes_on(desk: Desk):
    for title in ("one", "two", "three"):
        await desk.json("change", "record", title, "--kind", "flag", "--unplanned")
    page = await desk.json("change", "list", "--kind", "flag", "--unplanned", "--limit", "2")
    assert [one["title"] for one in page["items"]] == ["three", "two"]
    read = await desk.read("change", "list", "--kind", "flag", "--limit", "2")
    assert f"--before {page['next']}" in read
    rest = await desk.json("change", "list", "--kind", "flag", "--before", page["next"])
    assert [one["title"] for one in rest["items"]] == ["one"]
    assert "No changes." in await desk.read("change", "list", "--kind", "scale")


async def test_the_suspects_of_an_alert_and_of_its_incident_are_ranked_with_reasons(desk: Desk):
    await desk.json("change", "record", "Deployed 1.4.2", "--service", "shop")
    await desk.declared()
    (suspect,) = await desk.json("change", "suspects", "1")
    assert suspect["change"]["title"] == "Deployed 1.4.2"
    assert suspect["score"] == 1.0
    assert suspect["reasons"] == ["same service (shop)", "at the same moment"]
    read = await desk.read("change", "suspects", "--incident", "INC-1")
    assert "100%" in read
    assert "same service (shop)" in read


async def test_an_alert_nothing_changed_before_says_so(desk: Desk):
    await desk.alert()
    assert "No change is suspect" in await desk.read("change", "suspects", "1")


async def test_what_cannot_be_is_told_in_a_sentence(desk: Desk):
    for words, code, said in (
        (("record", "x", "--service", "nowhere"), 2, "The plan has no service nowhere."),
        (("record", "x", "--url", "ftp://x"), 2, "url"),
        (("show", "99"), 4, "There is no change 99."),
        (("suspects",), 2, "Name an alert"),
        (("suspects", "99"), 4, "99"),
        (("list", "--kind", "splendid"), 2, "kind"),
    ):
        result = await desk.run("change", *words)
        assert result.exit_code == code, result.output
        assert said in result.stderr


async def test_who_may_only_look_records_nothing(desk: Desk):
    result = await desk.run("change", "record", "x", by="viewer")
    assert result.exit_code == 4
    assert "No changes." in await desk.read("change", "list", "--kind", "deploy", by="viewer")


@dataclass
class World:
    """A plan, an alert of the shop, its incident, and who looks."""

    house: House
    plan: Plan
    alert: int
    incident: int
    client: AsyncClient
    sessions: dict[str, str]

    def reader(self, who: str = "bo") -> Reader:
        return Reader(self.client, self.sessions[who])


@pytest.fixture
async def world(house: House) -> AsyncIterator[World]:
    sessions: dict[str, str] = {}
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=DEE, note="")
        plan = await plans.current(tx)
        for who, role in ((BO, Role.OPERATOR), (VI, Role.VIEWER)):
            sessions[who.person] = await session_of(tx, who.person, role)
        finding = await found(tx, by_whom("shop-ci", "AKIALEAKED"), KEY, USER)
        (alert,) = await raise_alerts(tx, plan, [finding], drill=None, pace=1)
        await incidents.declare(
            tx,
            plan,
            alerts=[alert],
            title="Leaked key",
            priority=Priority.P2,
            category=CategoryId("credential"),
            lead=BO.person,
            by=BO,
        )
    app = build(WebDesk(house.transaction, Hub()))
    async with AsyncClient(transport=ASGITransport(app=app), base_url=BASE) as client:
        yield World(house, plan, 1, 1, client, sessions)


@pytest.fixture
def reader(world: World) -> Reader:
    return world.reader()


async def told(world: World, **said: Any) -> int:
    """Record a change, and return its number."""
    notice = replace(ChangeNotice("", "Deployed 1.4.2", service="shop"), **said)
    async with world.house.transaction() as tx:
        return (await changes.record_change(tx, world.plan, notice, by=DEE)).number


async def test_the_page_lists_changes_and_leads_to_each(world: World, reader: Reader):
    number = await told(world, planned=False, description="Charge once.")
    text = await reader.opens("/changes")
    assert "Deployed 1.4.2" in text
    assert "unplanned" in text
    assert f"/changes/{number}" in reader.html
    shown = await reader.opens(f"/changes/{number}")
    assert "Charge once." in shown
    await reader.opens("/changes/999999", status=404)


async def test_an_empty_list_says_what_to_do(reader: Reader):
    text = await reader.opens("/changes?kind=scale")
    assert "No changes here." in text
    assert "Show all" in text


async def test_the_list_goes_on_page_by_page(world: World, reader: Reader):
    for number in range(52):
        await told(world, title=f"Change of {number}")
    await reader.opens("/changes?service=shop")
    following = reader.html.split("&amp;before=")[1].split('"')[0]
    text = await reader.opens(f"/changes?service=shop&before={following}")
    assert "Change of 0" in text
    assert "Change of 51" not in text
    await reader.opens("/changes?before=nonsense&kind=nonsense")


async def test_a_person_records_a_change_on_the_page(reader: Reader):
    fields = {"title": "Turned the flag", "service": "shop", "kind": "flag", "unplanned": "on"}
    text = await reader.sends("/changes", fields=fields)
    assert "is recorded." in text
    assert "Turned the flag" in text


async def test_who_may_only_look_is_offered_no_form(world: World):
    viewer = world.reader("vi")
    text = await viewer.opens("/changes")
    assert "Record it" not in text
    await viewer.sends("/changes", fields={"title": "x"}, status=403)


async def test_what_changed_is_shown_with_the_incident_and_the_alert(world: World, reader: Reader):
    await told(world, title="<b>Deployed</b> 1.4.2")
    text = await reader.opens(f"/incidents/{world.incident}")
    assert "What changed" in text
    assert "<b>Deployed</b> 1.4.2" in text
    assert "<b>Deployed" not in reader.html
    of_alert = await reader.opens(f"/alerts/{world.alert}/changes")
    assert "same service (shop)" in of_alert
    of_incident = await reader.opens(f"/incidents/{world.incident}/changes")
    assert "same service (shop)" in of_incident
    await reader.opens("/alerts/99999/changes", status=404)


async def test_where_nothing_changed_the_pages_say_so(world: World, reader: Reader):
    assert "No change is suspect." in await reader.opens(f"/alerts/{world.alert}/changes")
    assert "is related" in await reader.opens(f"/incidents/{world.incident}")
