"""The Notifications and Readiness pages and their API, through the whole application."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.house import House
from fireline.app.http import build
from fireline.core.values.actor import Human
from fireline.doors.web.shell import Desk
from fireline.store.hub import Hub
from fireline.usecases import contacts
from tests.doors.contacts_world import World, tell
from tests.doors.pages_world import BO, CY, DEE, VI
from tests.doors.test_pages import BASE, Reader
from tests.hand_clock import HandClock
from tests.usecases.alerts_world import send
from tests.usecases.contacts_world import GO, PHONE, PUSH

PAGE = "/account/notifications"
API = "/api/v1"


@pytest.fixture
async def world(house: House) -> World:
    return await tell(house)


@pytest.fixture
async def client(world: World) -> AsyncIterator[AsyncClient]:
    app = build(Desk(world.house.transaction, Hub()))
    async with AsyncClient(transport=ASGITransport(app=app), base_url=BASE) as opened:
        yield opened


def as_(world: World, client: AsyncClient, who: Human) -> Reader:
    return Reader(client, world.sessions[who.person])


class Program:
    """A program that acts for somebody."""

    def __init__(self, world: World, client: AsyncClient, who: Human) -> None:
        self._client = client
        self._headers = {"authorization": f"Bearer {world.tokens[who.person]}"}

    async def asks(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:
        answer = await self._client.request(method, API + path, json=body, headers=self._headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def contacts(self, query: str = "") -> list[dict[str, object]]:
        return (await self.asks("GET", f"/notifications{query}"))["contacts"]


async def id_of(world: World, client: AsyncClient, channel: str, who: Human = BO) -> str:
    found = await Program(world, client, who).contacts()
    return next(str(one["id"]) for one in found if one["channel"] == channel)


async def test_a_phone_is_added_verified_tested_and_used_without_script(
    world: World, client: AsyncClient, clock: HandClock
):
    bo = as_(world, client, BO)
    assert "How Bo Lindqvist is told." in await bo.opens(PAGE)
    fields = {"channel": "phone", "address": "+49 151 12345678", "label": "my phone"}
    said = await bo.sends(f"{PAGE}/contacts", fields=fields)
    assert "A code comes by text message." in said
    assert "my phone Phone +4915112345678 not verified" in said
    contact, code = await id_of(world, client, "phone"), await world.code()
    said = await bo.sends(f"{PAGE}/contacts/{contact}/verify", fields={"code": code})
    assert "It is verified, and used from now on." in said
    assert "+4915112345678 verified" in said
    clock.wait(minutes=1)
    said = await bo.sends(f"{PAGE}/contacts/{contact}/test", fields={"channel": "voice"})
    assert "A test is on its way by call" in said
    assert "Last message: waiting voice" in said
    await send(world.house, GO)
    assert "Last message: delivered" in await bo.opens(PAGE)
    rules = {"channel": ["sms", "voice", ""], "after": ["0s", "5m", "5m"], "do": "set"}
    said = await bo.sends(f"{PAGE}/rules/urgent", fields=rules)
    assert "Your own rules. at once Text message after 5m Call" in said
    said = await bo.sends(f"{PAGE}/contacts/{contact}/remove", fields={}, status=409)
    assert "no urgent rule of Bo Lindqvist can be followed" in said
    said = await bo.sends(f"{PAGE}/contacts/{contact}/remove", fields={"anyway": "1"})
    assert "It is removed." in said
    said = await bo.sends(f"{PAGE}/rules/urgent", fields={"do": "plan"})
    assert "The plan's rules. at once E-mail" in said


async def test_a_wrong_code_is_counted_although_it_is_refused(world: World, client: AsyncClient):
    bo = as_(world, client, BO)
    await bo.sends(f"{PAGE}/contacts", fields={"channel": "phone", "address": PHONE})
    contact, code = await id_of(world, client, "phone"), await world.code()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    path = f"{PAGE}/contacts/{contact}/verify"
    for left in (4, 3, 2, 1):
        said = await bo.sends(path, fields={"code": wrong}, status=422)
        assert f"That is not the code. {left} more tries." in said
    await bo.sends(path, fields={"code": wrong}, status=422)
    said = await bo.sends(path, fields={"code": code}, status=422)
    assert "tried too often" in said
    said = await bo.sends(f"{PAGE}/contacts/{contact}/code", fields={"channel": "voice"})
    assert "A new code comes by call." in said


async def test_what_was_typed_stays_when_it_is_refused(world: World, client: AsyncClient):
    bo = as_(world, client, BO)
    typed = {"channel": "phone", "address": "0151 1234", "label": "mine"}
    said = await bo.sends(f"{PAGE}/contacts", fields=typed, status=422)
    assert "a phone is written as +" in said
    assert 'name="address" value="0151 1234"' in bo.html
    typed = {"start": "22:00", "end": "07:00", "zone": "Mars/Olympus", "do": "set"}
    said = await bo.sends(f"{PAGE}/quiet", fields=typed, status=422)
    assert "There is no time zone 'Mars/Olympus'." in said
    assert bo.field("zone") == "Mars/Olympus"
    said = await bo.sends(
        f"{PAGE}/rules/urgent", fields={"channel": "sms", "after": "soon"}, status=422
    )
    assert "'soon' is not a length of time" in said
    await bo.sends(f"{PAGE}/rules/sometimes", fields={"channel": "email"}, status=422)


async def test_quiet_hours_are_set_left_out_and_given_back(world: World, client: AsyncClient):
    bo = as_(world, client, BO)
    fields = {"start": "22:00", "end": "07:00", "zone": "", "do": "set"}
    said = await bo.sends(f"{PAGE}/quiet", fields=fields)
    assert "Calm pages wait from 22:00 to 07:00 Europe/Stockholm, your own ." in said
    assert "You have no quiet hours." in await bo.sends(f"{PAGE}/quiet", fields={"do": "none"})
    assert "plan's quiet hours hold" in await bo.sends(f"{PAGE}/quiet", fields={"do": "plan"})


async def test_a_browser_is_a_contact_by_its_subscription(world: World, client: AsyncClient):
    bo = as_(world, client, BO)
    fields = {"channel": "push", "address": PUSH, "label": "desk"}
    said = await bo.sends(f"{PAGE}/contacts", fields=fields)
    assert "desk This browser a browser, by push.example.com not verified" in said
    said = await bo.sends(f"{PAGE}/contacts", fields={**fields, "address": "{}"}, status=422)
    assert "keys.p256dh" in said


async def test_the_card_has_the_numbers_fireline_calls_from(world: World, client: AsyncClient):
    headers = {"cookie": f"fireline_session={world.sessions[BO.person]}"}
    answer = await client.get(f"{PAGE}/fireline.vcf", headers=headers)
    assert answer.headers["content-type"].startswith("text/vcard")
    assert "TEL;VALUE=uri;TYPE=work:tel:+15005550006\r\n" in answer.text
    assert answer.text.endswith("END:VCARD\r\n")
    async with world.house.transaction() as tx:
        await contacts.say_channels(tx, {"email": ""})
    answer = await client.get(f"{PAGE}/fireline.vcf", headers=headers)
    assert answer.status_code == 409
    assert "This fireline calls nobody." in answer.text


async def test_readiness_shows_who_cannot_be_reached(world: World, client: AsyncClient):
    bo = as_(world, client, BO)
    said = await bo.opens("/readiness")
    assert "A page reaches all 4." in said
    assert "nothing ever arrived by email" in said
    async with world.house.transaction() as tx:
        await contacts.say_channels(tx, {"sms": ""})
    said = await bo.opens("/readiness")
    assert "4 of 4 cannot be reached." in said
    assert "nothing that is set up here reaches Bo Lindqvist" in said


async def test_who_only_looks_changes_nothing_and_strangers_to_the_plan_have_no_page(
    world: World, client: AsyncClient
):
    vi = as_(world, client, VI)
    await vi.sends(f"{PAGE}/contacts", fields={"channel": "phone", "address": PHONE}, status=403)
    assert "The plan has no person vi." in await vi.opens(PAGE, status=404)


async def test_the_api_does_what_the_page_does(world: World, client: AsyncClient):
    bo = Program(world, client, BO)
    wanted = {"channel": "phone", "address": PHONE, "label": "p"}
    made = await bo.asks("POST", "/contacts", wanted, status=201)
    assert made["code_by"] == "sms"
    path = f"/contacts/{made['id']}"
    await world.code()
    sent = await bo.asks("POST", f"{path}/code", {"channel": "voice"}, status=202)
    assert sent == {"channel": "voice"}
    refused = await bo.asks("POST", f"{path}/verify", {"code": "no"}, status=422)
    assert refused["code"] == "contact.code_refused"
    (message,) = await send(world.house, GO)
    code = "".join(one for one in message.body if one.isdigit())
    await bo.asks("POST", f"{path}/verify", {"code": code}, status=204)
    again = await bo.asks("POST", "/contacts", wanted, status=201)
    assert again == {"id": made["id"], "channel": "phone", "code_by": ""}
    await bo.asks("PATCH", path, {"label": "night phone"}, status=204)
    assert await bo.asks("POST", f"{path}/test", {}, status=202) == {"channel": "sms"}
    rules = {"rules": [{"channel": "sms"}, {"channel": "voice", "after": "90s"}]}
    await bo.asks("PUT", "/notifications/rules/urgent", rules, status=204)
    await bo.asks("PUT", "/notifications/rules/never", rules, status=422)
    hours = {"start": "23:00", "end": "06:00"}
    await bo.asks("PUT", "/notifications/quiet", hours, status=204)
    view = await bo.asks("GET", "/notifications")
    assert view["urgent"] == {
        "own": True,
        "rules": [
            {"channel": "sms", "after": "0s", "idle": ""},
            {"channel": "voice", "after": "1m30s", "idle": ""},
        ],
    }
    assert view["quiet"] == {
        "own": True, "start": "23:00", "end": "06:00", "zone": "Europe/Stockholm"
    }  # fmt: skip
    assert view["contacts"][-1]["label"] == "night phone"
    await bo.asks("PUT", "/notifications/quiet", status=204)
    await bo.asks("DELETE", "/notifications/quiet", status=204)
    await bo.asks("DELETE", path, status=409)
    await bo.asks("DELETE", "/notifications/rules/urgent", status=204)
    await bo.asks("DELETE", path, status=204)
    assert len(await bo.contacts()) == 2
    ready = await bo.asks("GET", "/readiness")
    assert (ready["unreachable"], len(ready["people"])) == (0, 4)


async def test_a_push_of_a_plan_warns_of_channels_that_are_not_set_up(
    world: World, client: AsyncClient
):
    dee = Program(world, client, DEE)
    async with world.house.transaction() as tx:
        await contacts.say_channels(tx, {"email": ""})
    files = (await dee.asks("GET", "/plan"))["files"]
    pushed = await dee.asks("POST", "/plan/revisions", {"files": files}, status=201)
    assert pushed["warnings"] == [
        "webhook is not set up on this fireline, and the plan tells ana, bo, cy, dee by it"
    ]


async def test_other_people_s_affairs_take_an_admin(world: World, client: AsyncClient):
    bo, cy, dee = (Program(world, client, who) for who in (BO, CY, DEE))
    wanted = {"channel": "phone", "address": PHONE}
    made = await bo.asks("POST", "/contacts", wanted, status=201)
    path = f"/contacts/{made['id']}"
    for method, where, body in (
        ("POST", f"{path}/verify", {"code": "123456"}),
        ("POST", f"{path}/code", {}),
        ("POST", f"{path}/test", {}),
        ("PATCH", path, {"label": "x"}),
        ("DELETE", path, None),
    ):
        refused = await cy.asks(method, where, body, status=404)
        assert refused["code"] == "contact.not_found"
        refused = await cy.asks(method, f"{where}?person=bo", body, status=403)
        assert refused["code"] == "access.not_allowed"
    await cy.asks("GET", "/notifications?person=bo", status=403)
    await dee.asks("PATCH", f"{path}?person=bo", {"label": "Bo's phone"}, status=204)
    assert (await dee.contacts("?person=bo"))[-1]["label"] == "Bo's phone"
    await dee.asks("POST", f"/contacts/{UUID(int=1)}/test?person=bo", {}, status=404)
    await dee.asks("GET", "/notifications?person=nobody", status=404)
