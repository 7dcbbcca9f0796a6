"""A whole fireline with phone companies: paged by text and call, answered from the phone.

Twilio and Plivo are fakes on loopback (`tests/connectors/phone_companies.py`); what they say at our
door is signed by their own libraries.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from xml.etree import ElementTree as ET

import httpx2
import pytest
from plivo.utils.signature_v3 import construct_post_url, get_signature_v3
from twilio.request_validator import RequestValidator

from fireline.app import http
from fireline.app.fireline import running
from fireline.app.settings import load
from fireline.connectors.plivo.telephone import sign_v2
from fireline.content.starter_plan import starter_files
from fireline.core.values.actor import Human, Machine
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority
from fireline.core.values.secret import Secret
from fireline.store import outbox
from fireline.usecases import plans, status
from fireline.usecases.alert_views import AlertView
from fireline.usecases.alerts import resolve_alert
from fireline.usecases.reports import Report, report
from tests.app.test_telephones import BOTH
from tests.connectors.phone_companies import DANA, TOKEN, Company, company, reply
from tests.intake.taking import Intake, until

# Where the companies reach us: a proxy's address, not the one this fireline listens on.
HOME = "https://pager.example.com"
PEOPLE = """
ana:
  name: Ana Duarte
  zone: Europe/Lisbon
  email: ana@example.com
  phone: "{phone}"
  urgent:
    - {{channel: sms, after: 0m}}
    - {{channel: voice, after: 30m}}
  calm:
    - {{channel: sms, after: 0m}}
"""
SCHEDULE = """
name: Platform, first on call
zone: Europe/Berlin
layers:
  - name: weekly
    rotation: {people: [ana], first_day: 2026-01-05, handover: "09:00", days: 7}
"""
_BY = Machine("test")
_numbers = count(1)
_ids = count(1)


def people(phone: str = DANA) -> str:
    rest = re.sub(r"(?s)^.*?(?=^bo:)", "", starter_files()["people.yaml"], flags=re.MULTILINE)
    return PEOPLE.format(phone=phone) + rest


FILES = {**starter_files(), "people.yaml": people(), "schedules/platform.yaml": SCHEDULE}


@dataclass(frozen=True, slots=True)
class Phones:
    """A running fireline, and the companies it knows."""

    intake: Intake
    door: str
    twilio: Company
    plivo: Company

    async def page(self, *answers: bytes) -> str:
        """Let something go wrong, and nothing else; return the title it has on the phone."""
        title = f"Checkout {next(_numbers)} is down"
        for line in await self.intake.alerts("firing", "acknowledged"):
            async with self.intake.fireline.house.transaction() as tx:
                await resolve_alert(tx, line.id, by=_BY)
        self.twilio.answers[:] = answers
        async with self.intake.fireline.house.transaction() as tx:
            plan = await plans.current(tx)
            told = Report(title, service="shop", priority=Priority.P1)
            await report(tx, plan, told, by=Human(PersonId("bo")))
        return title

    async def plan(self, **changed: str) -> None:
        """Push the plan of these tests, with some files changed."""
        async with self.intake.fireline.house.transaction() as tx:
            await plans.push(tx, {**FILES, **changed}, by=_BY, note="for a test")

    async def until_texted(self, title: str) -> dict[str, str]:
        """Wait for the text about it at Twilio."""
        return await self._until(self.twilio.forms, "Body", title)

    async def _until(
        self, look: Callable[[], list[dict[str, str]]], field: str, title: str
    ) -> dict[str, str]:
        async def found() -> dict[str, str] | None:
            return next((one for one in look() if title in one[field]), None)

        return await until(found, seconds=30)

    async def view(self, title: str) -> AlertView:
        line = await self.intake.until_alert(lambda one: one.title == title, seconds=30)
        return await self.intake.view(line.number)

    async def by_twilio(self, url: str, form: Mapping[str, str]) -> httpx2.Response:
        """Say something at our door as Twilio does."""
        signature = RequestValidator(TOKEN).compute_signature(url, dict(form))
        return await self.knock(url, form, {"X-Twilio-Signature": signature})

    async def by_plivo(self, url: str, form: Mapping[str, str]) -> httpx2.Response:
        """Say something at our door as Plivo does about calls."""
        nonce = f"{next(_ids):020d}"
        base = construct_post_url(url, dict(form)).decode()
        signed = get_signature_v3(TOKEN, base, nonce).decode()
        headers = {"X-Plivo-Signature-V3": signed, "X-Plivo-Signature-V3-Nonce": nonce}
        return await self.knock(url, form, headers)

    async def knock(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> httpx2.Response:
        async with httpx2.AsyncClient() as client:
            where = self.door + url.removeprefix(HOME)
            return await client.post(where, data=dict(form), headers=dict(headers))

    async def writes(self, words: str, *, sender: str = DANA, name: str = "") -> str:
        """Let a phone write to our number at Twilio; return what it is answered."""
        form = {
            "MessageSid": name or f"SMin{next(_ids)}",
            "From": sender,
            "Body": words,
            "To": "+1",
        }
        answer = await self.by_twilio(f"{HOME}/telephone/twilio/text", form)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/xml")
        return ET.fromstring(answer.text).findtext("Message") or ""  # noqa: S314 - ours


@pytest.fixture(scope="module")
async def phones(
    shared_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Phones]:
    async with company("twilio") as twilio, company("plivo") as plivo:
        settings = {
            **BOTH,
            "FIRELINE_BASE_URL": HOME,
            "FIRELINE_TWILIO_API_URL": twilio.url,
            "FIRELINE_PLIVO_API_URL": plivo.url,
        }
        folder = tmp_path_factory.mktemp("phones")
        with http.listen("127.0.0.1", 0) as taken:
            door = f"http://127.0.0.1:{taken.getsockname()[1]}"
            known = load({**settings, "FIRELINE_DATA_DIR": str(folder)})
            async with running(known, shared_dsn, taken) as fireline:
                made = Phones(Intake(fireline), door, twilio, plivo)
                await made.plan()
                yield made


def code_in(text: str) -> str:
    return re.findall(r"Reply (\d+)a ack", text)[0]


async def test_a_page_is_texted_and_answered_and_the_call_withdrawn(phones: Phones):
    title = await phones.page()
    text = await phones.until_texted(title)
    assert text["To"] == DANA
    assert len(text["Body"]) <= 160
    view = await phones.view(title)
    said = await phones.writes(f" {code_in(text['Body'])} A ")
    assert said == f"Acked #{view.number}. You are now responsible."
    after = await phones.view(title)
    assert (after.state, after.acknowledged_by) == ("acknowledged", "ana")
    async with phones.intake.fireline.house.transaction() as tx:
        sends = await outbox.about(tx.db, "page", [page.id for page in after.pages])
    assert {one.channel: one.state for one in sends} == {"sms": "delivered", "voice": "cancelled"}


async def test_when_one_company_is_down_the_other_carries_the_same_attempt(phones: Phones):
    title = await phones.page(reply("503 Away"))

    async def carried() -> dict[str, object] | None:
        return next((one for one in phones.plivo.said() if title in str(one["text"])), None)

    text = await until(carried, seconds=30)
    assert text["dst"] == DANA[1:]

    async def sent() -> AlertView | None:
        view = await phones.view(title)
        return view if view.pages and view.pages[0].sends[0].attempts else None

    view = await until(sent, seconds=30)
    (attempt,) = view.pages[0].sends[0].attempts
    assert attempt.outcome == "delivered"
    assert attempt.detail.startswith("plivo:")


async def test_a_text_that_never_arrived_becomes_a_call_answered_by_a_key(phones: Phones):
    title = await phones.page()
    text = await phones.until_texted(title)
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"}
    heard = await phones.by_twilio(text["StatusCallback"], form)
    assert heard.status_code == 204
    call = await phones._until(lambda: phones.twilio.forms("Calls"), "Twiml", title)
    gather = ET.fromstring(call["Twiml"]).find("Gather")  # noqa: S314 - ours
    assert gather is not None
    going_on = {"CallSid": "CA1", "CallStatus": "in-progress"}
    await phones.by_twilio(call["StatusCallback"], going_on)
    again = await phones.by_twilio(gather.attrib["action"], {**going_on, "Digits": "*"})
    assert title in again.text
    assert gather.attrib["action"] in again.text
    done = await phones.by_twilio(gather.attrib["action"], {**going_on, "Digits": "4"})
    assert "You are now responsible" in done.text
    assert "<Hangup/>" in done.text
    view = await phones.view(title)
    assert (view.state, view.acknowledged_by) == ("acknowledged", "ana")
    kinds = [fact.kind for fact in view.timeline]
    assert kinds.index("page.undelivered") < kinds.index("page.arrived")


async def test_plivo_asks_what_to_say_and_takes_the_key(phones: Phones):
    title = await phones.page()
    text = await phones.until_texted(title)
    phones.twilio.answers.append(reply("503 Away"))
    form = {"MessageSid": "SM2", "MessageStatus": "failed"}
    heard = await phones.by_twilio(text["StatusCallback"], form)
    assert heard.status_code == 204

    async def fired() -> dict[str, object] | None:
        return next(iter(phones.plivo.said("Call")), None)

    call = await until(fired, seconds=30)
    going_on = {"CallUUID": "c1", "RequestUUID": "r1", "CallStatus": "in-progress"}
    spoken = await phones.by_plivo(str(call["answer_url"]), going_on)
    assert title in spoken.text
    digits = ET.fromstring(spoken.text).find("GetDigits")  # noqa: S314 - ours
    assert digits is not None
    done = await phones.by_plivo(digits.attrib["action"], {**going_on, "Digits": "6"})
    assert "Resolved alert" in done.text
    assert (await phones.view(title)).state == "resolved"


async def test_plivo_s_texts_are_answered_and_a_nonce_is_good_for_one_of_them(phones: Phones):
    text = await phones.until_texted(await phones.page())
    url = f"{HOME}/telephone/plivo/text"
    form = {"MessageUUID": "u1", "From": DANA[1:], "To": "15550100001", "Type": "sms"}
    headers = {
        "X-Plivo-Signature-V2": sign_v2(Secret(TOKEN), url, "n1"),
        "X-Plivo-Signature-V2-Nonce": "n1",
    }
    said = {**form, "Text": f"{code_in(text['Body'])}a"}
    first = await phones.knock(url, said, headers)
    message = ET.fromstring(first.text).find("Message")  # noqa: S314 - ours
    assert message is not None
    assert (message.attrib["dst"], message.attrib["src"]) == (DANA[1:], "15550100001")
    assert "You are now responsible" in (message.text or "")
    assert (await phones.knock(url, said, headers)).text == first.text
    forged = await phones.knock(url, {**said, "Text": f"{code_in(text['Body'])}r"}, headers)
    assert forged.status_code == 401


async def test_the_status_says_from_which_numbers_people_are_told(phones: Phones):
    async with phones.intake.fireline.house.transaction() as tx:
        shown = {one.name: one.calls_from for one in (await status.look(tx)).channels}
    assert shown["sms"] == shown["voice"] == "+15550100000 +15550100001"


@pytest.mark.parametrize(
    "path",
    [
        "/telephone/twilio/text",
        "/telephone/plivo/keys/cGFnZQ",
        "/telephone/pigeon/text",
        "/telephone/twilio/gossip",
    ],
)
async def test_nobody_else_is_heard(phones: Phones, path: str):
    form = {"MessageSid": "SM1", "From": DANA, "Body": "1a"}
    answer = await phones.knock(HOME + path, form, {"X-Twilio-Signature": "Zm9yZ2Vk"})
    assert answer.status_code == 401
    assert TOKEN not in answer.text


@pytest.mark.parametrize("about", ["", "/%00", "/" + "A" * 400, "/cGFnZTpub25l"])
async def test_odd_receipts_and_keys_do_no_harm(phones: Phones, about: str):
    for ask, form in (
        ("receipt", {"MessageSid": "SM1", "MessageStatus": "failed"}),
        ("receipt", {"MessageSid": "\0", "MessageStatus": "sent", "ErrorCode": "\0"}),
        ("call", {"CallSid": "CA1", "CallStatus": "haunted"}),
        ("text", {"MessageSid": "SM\0", "From": DANA, "Body": "\0"}),
        ("keys", {"CallSid": "CA1", "Digits": "4" * 3000}),
        ("speak", {}),
    ):
        url = f"{HOME}/telephone/twilio/{ask}{about}"
        answer = await phones.by_twilio(url, form)
        assert answer.status_code in {200, 204, 404}, answer.text


async def test_a_number_that_is_no_longer_theirs_answers_nothing(phones: Phones):
    title = await phones.page()
    text = await phones.until_texted(title)
    await phones.plan(**{"people.yaml": people("+15550100777")})
    said = await phones.writes(f"{code_in(text['Body'])}a")
    await phones.plan()
    assert said == "This number is no longer one of ana's, so nothing was done."
    assert (await phones.view(title)).state == "firing"


async def test_where_it_takes_two_the_first_is_told_so(phones: Phones):
    policy = "escalation/platform.yaml"
    await phones.plan(**{policy: starter_files()[policy] + "acknowledgers: 2\n"})
    title = await phones.page()
    text = await phones.until_texted(title)
    said = await phones.writes(f"{code_in(text['Body'])}a")
    await phones.plan()
    number = (await phones.view(title)).number
    assert said == f"Acked #{number}: 1 of 2. Others are still told."
    assert (await phones.view(title)).state == "firing"
