"""The inbox and an alert's page, without script: what a reader sees and what they can do."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape

import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.house import House
from fireline.app.http import build
from fireline.content.starter_plan import starter_files
from fireline.core.access.roles import Role
from fireline.core.signals.entity import HOST, Entity
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority
from fireline.doors.web.shell import Desk
from fireline.store import payloads
from fireline.store.hub import Hub
from fireline.usecases import access, plans
from fireline.usecases.alerts import find_alert
from tests.doors.test_pages import BASE, Reader
from tests.usecases.alerts_world import DRILL
from tests.usecases.symptoms_world import Raised, Said, raised, source_named

BO, VI = Human(PersonId("bo")), Human(PersonId("vi"))


class Bearer(Reader):
    """A reader who shows a token, which costs no password."""

    def __init__(self, client: AsyncClient, token: str) -> None:
        super().__init__(client, None)
        self._client = client
        self._headers = {"authorization": f"Bearer {token}"}

    def instead(self, token: str) -> Reader:
        """Come again with another token."""
        return Bearer(self._client, token)


@dataclass
class World:
    """Three alerts, of which the first has three symptoms, and people to read them."""

    house: House
    disk: Raised
    slow: Raised
    calm: Raised
    readers: dict[str, Bearer]

    @property
    def bo(self) -> Bearer:
        return self.readers["bo"]

    async def state(self, one: Raised) -> str:
        async with self.house.transaction() as tx:
            return (await find_alert(tx, one.number)).state


@pytest.fixture
async def world(house: House) -> AsyncIterator[World]:
    app = build(Desk(house.transaction, Hub()))
    async with AsyncClient(transport=ASGITransport(app=app), base_url=BASE) as client:
        async with house.transaction() as tx:
            await plans.push(tx, starter_files(), by=BO, note="")
            readers: dict[str, Bearer] = {}
            for who, role in ((BO, Role.OPERATOR), (VI, Role.VIEWER)):
                await access.create_account(tx, who.person, role=role, by=BO)
                made = await access.create_token(tx, who.person, name="t", role=role, by=who)
                readers[who.person] = Bearer(client, made.token.reveal())
            hosts = [Entity(HOST, f"web-{number}") for number in range(3)]
            disk = await raised(
                tx,
                Said("Disk full on web-0", Priority.P1, entities=(hosts[0],), times=7),
                Said("Slow on web-1", entities=(hosts[1],), because="same host web-1"),
                Said("Errors on web-2", entities=(hosts[2],)),
                flaps=7,
            )
            slow = await raised(tx, Said("Checkout answers slowly", Priority.P2))
            calm = await raised(tx, Said("Certificate ends soon", Priority.P4), service=None)
        yield World(house, disk, slow, calm, readers)


async def test_the_inbox_counts_symptoms_and_marks_what_flaps_rests_or_is_nobodys(world: World):
    inbox = await world.bo.opens("/")
    assert re.search(r"Disk full on web-0 .*flapping, 7 times in an hour .* 3 ", inbox)
    assert "nobody's" in inbox
    assert 'href="/report"' in world.bo.html
    await world.bo.sends(f"/alerts/{world.calm.number}/snooze", fields={"lasting": "4h"})
    assert "Certificate ends soon snoozed until 2026-11-17 13:00:00 UTC" in await world.bo.opens(
        "/"
    )


ADDRESSES: list[tuple[str, list[str]]] = [
    ("priority=P1", ["disk"]),
    ("priority=nonsense&show=nonsense&after=x", ["disk", "slow", "calm"]),
    ("show=unrouted", ["calm"]),
    ("show=snoozed", []),
    ("show=suppressed", []),
    ("show=mine", []),
    ("q=checkout", ["slow"]),
    ("q=web-2", ["disk"]),
    ("team=web&service=shop", ["disk", "slow"]),
    ("team=nobody", []),
    ("after=1", ["slow", "calm"]),
]


async def test_the_inbox_is_filtered_by_its_address(world: World):
    for query, shown in ADDRESSES:
        await world.bo.opens(f"/?{query}")
        rows = re.findall(r'class="row" href="/alerts/(\d+)"', world.bo.html)
        wanted = [getattr(world, name).number for name in shown]
        assert [int(one) for one in rows] == wanted, query


async def test_several_alerts_are_answered_at_once_and_the_filters_stay(world: World):
    both = [str(world.disk.number), str(world.slow.number), "999", "x"]
    fields = {"alert": both, "do": "acknowledge", "back": "show=firing&q=c"}
    said = await world.bo.sends("/alerts/selected", fields=fields)
    assert "2 alerts acknowledged. There is no alert #999." in said
    assert 'aria-current="true">firing' in world.bo.html
    assert [await world.state(one) for one in (world.disk, world.slow, world.calm)] == [
        "acknowledged",
        "acknowledged",
        "firing",
    ]
    one = {"alert": [str(world.calm.number)]}
    assert "1 alert snoozed for an hour." in await world.bo.sends(
        "/alerts/selected", fields={**one, "do": "snooze"}
    )
    assert "1 alert resolved." in await world.bo.sends(
        "/alerts/selected", fields={**one, "do": "resolve"}
    )
    assert "Select alerts first." in await world.bo.sends(
        "/alerts/selected", fields={"do": "merge"}
    )
    assert "Choose what to do" in await world.bo.sends(
        "/alerts/selected", fields={**one, "do": "nonsense"}
    )


async def test_selected_alerts_become_one(world: World):
    chosen = [str(one.number) for one in (world.disk, world.slow)]
    said = await world.bo.sends("/alerts/selected", fields={"alert": chosen, "do": "merge"})
    assert f"They are one now: alert #{world.disk.number}." in said
    gone = await world.bo.opens(f"/alerts/{world.slow.number}")
    assert f"part of #{world.disk.number}" in gone
    alone = {"alert": [chosen[0]], "do": "merge"}
    assert "Choose from one to" in await world.bo.sends("/alerts/selected", fields=alone)


async def test_an_alert_answers_in_the_order_it_is_asked_at_night(world: World):
    page = await world.bo.opens(f"/alerts/{world.disk.number}")
    asked = [
        "P1 Critical firing",
        "Disk full on web-0",
        "3 symptoms, 3 firing",
        "Acknowledge",
        "What to do first No runbook says what to do.",
        "Who is being told Nobody yet; the next step is due now.",
        "Whose it is, and how sure",
        "its source says so with no figure",
        "What happened",
        "Slow on web-1",
        "Here because: same host web-1",
        "What changed",
        "Timeline",
    ]
    place = 0
    for words in asked:
        place = page.index(words, place)
    assert "7 times" in page


async def test_every_hand_on_an_alert_has_its_form(world: World):
    at = f"/alerts/{world.disk.number}"
    bo = world.bo
    assert "Noted." in await bo.sends(f"{at}/notes", fields={"text": "Looking at it."})
    assert "Looking at it." in await bo.opens(at)
    assert "It is ana's." in await bo.sends(f"{at}/assign", fields={"person": "ana"})
    assert "It is nobody's." in await bo.sends(f"{at}/assign", fields={"person": ""})
    assert "It is P3 now." in await bo.sends(
        f"{at}/priority", fields={"priority": "P3", "why": "One host of ten."}
    )
    assert "You have it." in await bo.sends(f"{at}/acknowledge", fields={})
    assert "people are told again" in await bo.sends(f"{at}/unacknowledge", fields={})
    assert "The next step is taken now." in await bo.sends(f"{at}/escalate", fields={})
    assert "Snoozed until" in await bo.sends(f"{at}/snooze", fields={"lasting": "tomorrow"})
    assert "people are told" in await bo.sends(f"{at}/wake", fields={})
    until = {"lasting": "until", "until": "2026-11-17T23:30"}
    assert "Snoozed until Tue 17 Nov 23:30" in await bo.sends(f"{at}/snooze", fields=until)
    into = {"into": f"#{world.slow.number}"}
    said = await bo.sends(f"{at}/merge", fields=into)
    assert f"It is part of alert #{world.slow.number} now." in said


async def test_symptoms_are_split_off_and_kept_apart_when_asked(world: World):
    at = f"/alerts/{world.disk.number}"
    await world.bo.opens(at)
    numbers = re.findall(r'name="symptom" value="(\d+)"', world.bo.html)
    fields = {"symptom": numbers[1:2], "apart": "yes"}
    said = await world.bo.sends(f"{at}/split", fields=fields)
    assert "Split off: alert #4." in said
    assert "2 symptoms, 2 firing" in said
    assert "Slow on web-1" in await world.bo.opens("/alerts/4")
    learned = await world.bo.opens("/alerts/learned")
    assert "keep apart" in learned
    assert "“Slow on *”" in learned
    forget = re.findall(r'action="(/alerts/learned/\d+/forget)"', world.bo.html)[0]
    assert "Nothing was learned yet." in await world.bo.sends(forget, fields={})


REFUSED: list[tuple[str, dict[str, str], int, str]] = [
    ("snooze", {"lasting": "until", "until": "soon"}, 422, "Say until when"),
    ("snooze", {"lasting": "until", "until": "2020-01-01T00:00"}, 422, "in the future"),
    ("merge", {"into": "twelve"}, 422, "Give the number of an alert"),
    ("merge", {"into": "999"}, 404, "There is no alert #999."),
    ("split", {}, 422, "Choose symptoms of alert"),
    ("split", {"symptom": "x"}, 422, "Give the number"),
    ("notes", {"text": " "}, 422, "The note is empty."),
    ("assign", {"person": "mallory"}, 422, "The plan has no person mallory."),
    ("priority", {"priority": "P9"}, 422, "Choose a priority."),
    ("unacknowledge", {}, 409, "Nobody has acknowledged"),
]


async def test_what_is_refused_says_why_on_the_page_and_keeps_what_was_typed(world: World):
    at = f"/alerts/{world.disk.number}"
    for form, fields, status, said in REFUSED:
        told = await world.bo.sends(f"{at}/{form}", fields=fields, status=status)
        assert said in told
        assert "Disk full on web-0" in told
        for name in {"until", "into"} & set(fields):
            assert world.bo.field(name) == fields[name]


async def test_what_a_source_posted_is_shown_as_it_came(world: World):
    async with world.house.transaction() as tx:
        source = await source_named(tx, "prometheus")
        new = payloads.New(
            tx.ids.fresh(), source, None, "alertmanager", "", "{}", b'{"<b>": 1}\xff'
        )
        await payloads.keep(tx.db, [new], now=tx.now)
        made = await raised(tx, Said("Posted", more={"payload_id": str(new.id)}))
    await world.bo.opens(f"/alerts/{made.number}")
    link = re.findall(r'href="(/alerts/\d+/symptoms/\d+)"', world.bo.html)[0]
    await world.bo.opens(link)
    assert '{"<b>": 1}\ufffd' in unescape(world.bo.html)
    found = await world.bo.opens(f"/alerts/{world.disk.number}/symptoms/99", status=404)
    assert "Nothing that was posted is kept" in found


async def test_a_viewer_looks_and_does_nothing(world: World):
    vi = world.readers["vi"]
    await vi.opens("/")
    assert "checkbox" not in vi.html
    assert "You may look." in await vi.opens(f"/alerts/{world.disk.number}")
    assert "<form" not in vi.html.split('id="live"')[1].split('id="toast"')[0]
    for path in ("/alerts/selected", f"/alerts/{world.disk.number}/snooze"):
        await vi.sends(path, fields={"alert": "1", "do": "resolve"}, status=403)
    assert await world.state(world.disk) == "firing"


async def test_who_is_confined_to_a_drill_does_nothing_outside_it(world: World):
    async with world.house.transaction() as tx:
        drilled = await raised(tx, drill=DRILL)
        made = await access.create_token(
            tx, BO.person, name="drill", role=Role.OPERATOR, by=BO, drill=DRILL
        )
    confined = world.bo.instead(made.token.reveal())
    fields = {"alert": [str(world.disk.number), str(drilled.number)], "do": "resolve"}
    said = await confined.sends("/alerts/selected", fields=fields)
    assert "1 alert resolved." in said
    assert await world.state(world.disk) == "firing"
    at = f"/alerts/{world.disk.number}"
    await confined.sends(f"{at}/snooze", fields={"lasting": "1h"}, status=403)
    into = {"into": str(world.disk.number)}
    await confined.sends(f"/alerts/{drilled.number}/merge", fields=into, status=403)
    await confined.opens("/alerts/learned", status=403)


async def test_a_long_inbox_goes_on_where_the_page_before_ended(world: World):
    async with world.house.transaction() as tx:
        for number in range(101):
            await raised(tx, Said(f"Problem {number}", Priority.P5), ladder=False)
    first = await world.bo.opens("/?show=open&priority=P5")
    assert first.count("P5 Info") == 100
    following = re.findall(r'href="([^"]+)">More alerts', world.bo.html)[0].replace("&amp;", "&")
    assert (await world.bo.opens(following)).count("P5 Info") == 1
