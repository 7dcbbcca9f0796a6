"""The on-call pages as a person without script meets them."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape

import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.house import House
from fireline.app.http import build
from fireline.content.starter_plan import starter_files
from fireline.core.values.actor import Human
from fireline.doors.web.shell import Desk
from fireline.store.hub import Hub
from fireline.usecases import plans
from tests.doors.pages_world import BO, CY, DEE, ROLES, VI
from tests.doors.sessions import session_of
from tests.doors.test_pages import BASE, Reader
from tests.hand_clock import HandClock

FIRST = "/on-call/platform"
SECOND = "/on-call/platform-secondary"
CHART = re.compile(r'<svg class="sched".*?</svg>', re.DOTALL)
BERLIN = "?zone=Europe/Berlin&beside=UTC"


@dataclass
class World:
    """A house with the starter plan; people sign in as they come."""

    house: House
    client: AsyncClient

    async def reader(self, who: Human) -> Reader:
        async with self.house.transaction() as tx:
            return Reader(self.client, await session_of(tx, who.person, ROLES[who]))


@pytest.fixture
async def world(house: House) -> AsyncIterator[World]:
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=DEE, note="First plan.")
    app = build(Desk(house.transaction, Hub()))
    async with AsyncClient(transport=ASGITransport(app=app), base_url=BASE) as opened:
        yield World(house, opened)


def links(html: str, schedule: str, person: str) -> list[str]:
    """List where the shifts of somebody lead, as the table of the page has them."""
    found = re.findall(rf'<td><a href="(/on-call/{schedule}/shift[^"]*)"', html)
    return [unescape(each) for each in found if f"person={person}" in each]


async def _push(house: House, **changed: str) -> None:
    files = dict(starter_files())
    files |= {f"schedules/{name}.yaml": text for name, text in changed.items()}
    async with house.transaction() as tx:
        await plans.push(tx, files, by=DEE, note="Another schedule.")


async def test_it_says_who_has_the_pager_until_when_and_who_is_next(world: World):
    bo = await world.reader(BO)
    text = await bo.opens("/on-call")
    assert re.search(
        r"Platform, first on call Now: Dee Novak until Mon 23 Nov 09:00, 08:00 in UTC ?\."
        r" Next: Ana Duarte, from Mon 23 Nov 09:00",
        text,
    )
    assert "Hand-overs follow Europe/Berlin." in text
    assert len(CHART.findall(bo.html)) == 2


async def test_times_are_shown_in_two_zones_that_can_be_chosen(world: World):
    bo = await world.reader(BO)
    text = await bo.opens("/on-call?zone=Asia/Tokyo&beside=America/New_York")
    assert "until Mon 23 Nov 17:00, 03:00 in America/New_York" in text
    refused = await bo.opens("/on-call?zone=Mars/Olympus", status=422)
    assert "There is no time zone 'Mars/Olympus'." in refused


async def test_a_shift_is_a_link_in_the_chart_and_in_the_table(world: World):
    bo = await world.reader(BO)
    await bo.opens("/on-call")
    (first, *_) = links(bo.html, "platform", "dee")
    assert unescape(CHART.findall(bo.html)[0]).count(first) == 1
    text = await bo.opens(first)
    assert "Dee Novak on Platform, first on call" in text
    assert "Take it now" in text
    assert "has the turn in weekly" in text
    assert "I need cover" not in text  # it is not bo's to give away


async def test_somebody_stands_in_for_one_person_and_it_is_withdrawn(world: World):
    bo = await world.reader(BO)
    await bo.opens("/on-call")
    await bo.opens(links(bo.html, "platform", "dee")[0])
    fields = {
        "person": "cy",
        "instead_of": "dee",
        "start": "2026-11-17T20:00",
        "end": "2026-11-17T22:00",
        "zone": "Europe/Berlin",
    }
    text = await bo.sends(f"{FIRST}/overrides", fields=fields)
    assert "cy stands in." in text
    assert "Cy Okafor stands in for Dee Novak Tue 17 Nov 20:00, 19:00 in UTC" in text
    assert ">Overrides</text>" in CHART.findall(bo.html)[0]
    (withdraw,) = re.findall(r'action="(/on-call/overrides/[^"]+/withdraw)"', bo.html)
    assert "The override was withdrawn." in await bo.sends(withdraw, fields={})
    assert "stands in for" not in await bo.opens("/on-call")


async def test_somebody_joins_and_somebody_is_taken_off_and_the_gap_is_said(world: World):
    bo = await world.reader(BO)
    span = {"start": "2026-11-18T08:00", "end": "2026-11-18T10:00", "zone": "UTC"}
    joined = await bo.sends(f"{FIRST}/overrides", fields={**span, "kind": "add", "person": "bo"})
    assert "bo joins." in joined
    off = {"kind": "remove", "instead_of": "dee", "start": "2026-11-19T08:00+00:00"}
    text = await bo.sends(f"{FIRST}/overrides", fields={**off, "end": "2026-11-19T10:00+00:00"})
    assert "dee is taken off." in text
    assert "Gap: nobody is on call from Wed 18 Nov" not in text
    assert re.search(r"Gap: nobody is on call from Thu 19 Nov 09:00, 08:00 in UTC to Thu", text)
    assert 'class="shift gap"' in CHART.findall(bo.html)[0]


async def test_what_cannot_be_is_refused_with_the_fix(world: World):
    bo = await world.reader(BO)
    span = {"start": "2026-11-18T08:00", "end": "2026-11-18T10:00", "zone": "UTC"}
    backwards = {**span, "person": "bo", "end": "2026-11-18T07:00"}
    said = await bo.sends(f"{FIRST}/overrides", fields=backwards, status=422)
    assert "Give a start and a later end, in UTC." in said
    for fields, why in (
        ({**span, "person": "nobody"}, "the plan has no person nobody"),
        ({**span, "person": "bo", "zone": "Mars/Olympus"}, "There is no time zone"),
        ({**span, "person": "bo", "layer": "attic"}, "has no layer attic"),
        ({**span, "person": "bo", "kind": "sing"}, "Choose replace, add or remove."),
        ({**span, "person": "bo", "start": "2020-01-01T00:00", "end": "2020-01-02T00:00"}, "over"),
    ):
        back = await bo.sends(f"{FIRST}/overrides", fields=fields, sent_from="/on-call")
        assert why in back
    lost = await bo.opens(f"{FIRST}/shift?person=bo&at=2026-11-18T08:00", status=404)
    assert "Bo Lindqvist does not have the pager of Platform, first on call then." in lost
    assert "no moment" in await bo.opens(f"{FIRST}/shift?person=bo&at=soon", status=422)
    back = {**span, "back": "what ever"}
    said = await bo.sends(f"{SECOND}/requests", fields=back, status=422)
    assert "The shift to take in exchange is unclear." in said


async def test_the_pager_is_taken_over_at_once(world: World):
    bo = await world.reader(BO)
    text = await bo.sends(f"{FIRST}/take", fields={})
    assert "You have the pager now." in text
    assert "Platform, first on call Now: Bo Lindqvist until Mon 23 Nov 09:00" in text


async def test_a_swap_is_asked_for_and_accepted(world: World):
    bo, cy = await world.reader(BO), await world.reader(CY)
    mine = "platform-secondary"
    await bo.opens("/on-call")
    holder, other = (bo, cy) if links(bo.html, mine, "bo") else (cy, bo)
    name = "bo" if holder is bo else "cy"
    await holder.opens("/on-call")
    await holder.opens(links(holder.html, mine, name)[0])
    offers = [unescape(each) for each in re.findall(r'<option value="(\w+ 20[^"]+)"', holder.html)]
    fields = {
        "person": name,
        "start": holder.field("start"),
        "end": holder.field("end"),
        "zone": "Europe/Berlin",
        "back": offers[0],
        "note": "A birthday",
    }
    asked = await holder.sends(f"/on-call/{mine}/requests", fields=fields)
    assert "Request 1 waits for an answer." in asked
    assert "Withdraw request 1" in asked
    seen = await other.opens("/on-call")
    assert "wants to swap platform-secondary" in seen
    assert "“A birthday”" in seen
    assert "Decline request 1" in seen
    assert "Request 1 is accepted." in await other.sends("/on-call/requests/1/accept", fields={})
    assert "None waits for an answer." in await other.opens("/on-call")


async def test_cover_is_asked_for_and_taken_back_or_declined(world: World):
    bo, cy = await world.reader(BO), await world.reader(CY)
    await bo.opens("/on-call")
    holder, other = (bo, cy) if links(bo.html, "platform-secondary", "bo") else (cy, bo)
    name, asked = ("bo", "cy") if holder is bo else ("cy", "bo")
    await holder.opens("/on-call")
    await holder.opens(links(holder.html, "platform-secondary", name)[0])
    fields = {
        "start": holder.field("start"),
        "end": holder.field("end"),
        "zone": "Europe/Berlin",
        "asked": "",
    }
    assert "needs cover" in await holder.sends(f"{SECOND}/requests", fields=fields)
    assert "Accept request 1" in await other.opens("/on-call")
    assert "is withdrawn" in await holder.sends("/on-call/requests/1/withdraw", fields={})
    await holder.sends(f"{SECOND}/requests", fields={**fields, "asked": asked})
    assert "is declined" in await other.sends("/on-call/requests/2/decline", fields={})


async def test_only_a_manager_gives_away_the_shift_of_somebody_else(world: World):
    bo, dee = await world.reader(BO), await world.reader(DEE)
    fields = {
        "person": "dee",
        "start": "2026-11-18T08:00",
        "end": "2026-11-18T10:00",
        "zone": "UTC",
    }
    said = await bo.sends(f"{FIRST}/requests", fields=fields, status=403)
    assert "may not configure" in said
    assert "Request 1 waits" in await dee.sends(f"{FIRST}/requests", fields=fields)


async def test_who_is_away_is_listed_and_the_ring_goes_on(world: World):
    dee = await world.reader(DEE)
    fields = {
        "person": "dee",
        "start": "2026-11-18T00:00",
        "end": "2026-11-20T00:00",
        "zone": "Europe/Berlin",
        "note": "Skiing",
    }
    text = await dee.sends("/on-call/leave", fields=fields)
    assert "dee is away then; the next in the ring takes over." in text
    assert "Dee Novak Wed 18 Nov 00:00, Tue 23:00 in UTC" in text
    assert "covers for somebody away" in text
    assert ">Away</text>" in CHART.findall(dee.html)[0]
    (back,) = re.findall(r'action="(/on-call/leave/[^"]+/withdraw)"', dee.html)
    assert "The leave was taken back." in await dee.sends(back, fields={})


async def test_my_shifts_come_with_a_calendar_address_that_can_be_withdrawn(world: World):
    bo = await world.reader(BO)
    assert "Platform, second on call Mon" in await bo.opens("/on-call")
    made = await bo.sends("/on-call/calendar", fields={}, status=201)
    assert "not shown again" in made
    (address,) = re.findall(rf"{BASE}(/calendar/[^<]+\.ics)", bo.html)
    calendar = await world.client.get(address)
    assert calendar.text.startswith("BEGIN:VCALENDAR")
    await bo.opens("/on-call")
    (revoke,) = re.findall(r'action="(/on-call/calendar/[^"]+/revoke)"', bo.html)
    assert "no longer works" in await bo.sends(revoke, fields={})
    assert (await world.client.get(address)).status_code == 404


async def test_somebody_the_plan_does_not_know_has_no_shifts(world: World):
    vi = await world.reader(VI)
    text = await vi.opens("/on-call")
    assert "You are not one of the people of the plan" in text
    assert "Stand in" not in text
    await vi.opens(links(vi.html, "platform", "dee")[0])
    assert "Override" not in vi.html
    assert "may not respond" in await vi.sends(f"{FIRST}/take", fields={}, status=403)


async def test_people_who_carry_it_together_and_shadows_are_told_apart(world: World):
    await _push(
        world.house,
        together=(
            "name: Together\nzone: Africa/Casablanca\nlayers:\n"
            "  - name: pair\n    rotation: {people: [[ana, bo]], first_day: 2026-01-05, "
            "handover: '09:00', every: week}\n"
            "  - name: learning\n    shadow: true\n    rotation: {people: [cy], "
            "first_day: 2026-01-05, handover: '09:00', every: week}\n"
        ),
    )
    bo = await world.reader(BO)
    text = await bo.opens("/on-call")
    assert re.search(
        r"Now: Ana Duarte with no end in sight, Bo Lindqvist with no end in sight,"
        r" Cy Okafor \(shadow\) with no end in sight\.",
        text.replace(" ,", ","),
    )
    assert "Dee Novak is on call on" not in text
    assert re.search(r"Bo Lindqvist is on call on platform-secondary and together at once", text)
    (chart,) = [one for one in CHART.findall(bo.html) if ">pair</text>" in one]
    assert ">shadow: learning</text>" in chart


async def test_a_handover_day_of_another_length_is_said(world: World):
    clock = world.house.clock
    assert isinstance(clock, HandClock)
    clock.wait(days=120)
    bo = await world.reader(BO)
    text = await bo.opens("/on-call?zone=Europe/Berlin")
    assert "Sun 28 Mar has 23 hours in Europe/Berlin." in text


async def test_without_a_schedule_three_templates_are_drawn_and_one_is_added(world: World):
    dee, bo = await world.reader(DEE), await world.reader(BO)
    text = await dee.opens("/on-call/templates")
    for title in ("Weekly", "Follow the sun", "Weekdays and weekends"):
        assert title in text
    assert len(CHART.findall(dee.html)) == 3
    assert 'class="shift gap"' not in dee.html
    for template in ("weekly", "follow-the-sun", "weekends"):
        fields = {"id": f"new-{template}"}
        said = await dee.sends(f"/on-call/templates/{template}{BERLIN}", fields=fields)
        assert f"new-{template} is in the plan." in said
    taken = {"id": "platform"}
    said = await dee.sends("/on-call/templates/weekly", fields=taken, status=409)
    assert "The plan has a schedule platform already." in said
    wrong = await dee.sends("/on-call/templates/weekly", fields={"id": "Not Good"}, status=422)
    assert "Use small letters, digits and hyphens." in wrong
    await dee.sends("/on-call/templates/daily", fields={"id": "x"}, status=404)
    await bo.sends("/on-call/templates/weekly", fields={"id": "x"}, status=403)


async def test_an_empty_plan_of_schedules_says_how_to_begin(world: World):
    files = {
        path: text for path, text in starter_files().items() if not path.startswith("schedules/")
    }
    path = "escalation/platform.yaml"
    files[path] = "steps:\n  - {notify: [catch-all], wait: 5m}\n"
    async with world.house.transaction() as tx:
        await plans.push(tx, files, by=DEE, note="No schedules.")
    dee = await world.reader(DEE)
    text = await dee.opens("/on-call")
    assert "No schedule yet." in text
    assert len(CHART.findall(dee.html)) == 3
    assert "Add to the plan : Weekly" in text
