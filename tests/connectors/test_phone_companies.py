"""Texts and calls by Twilio and Plivo, held to the channels' contract at fakes of their wires.

The vendors' own clients speak to the same fakes, read the XML we answer with, and judge the
signatures we check: what we believe of a vendor is compared with what its own code does.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

import pytest
from plivo.rest import client as plivo_client
from plivo.utils import validate_signature, validate_v3_signature
from plivo.utils.signature_v3 import construct_post_url, get_signature_v3
from plivo.xml import GetDigitsElement, HangupElement, MessageElement, ResponseElement, SpeakElement
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from fireline.connectors.plivo import telephone as plivo_side
from fireline.connectors.plivo.account import PlivoAccount
from fireline.connectors.plivo.channel import SMS as PLIVO_SMS
from fireline.connectors.plivo.channel import VOICE as PLIVO_VOICE
from fireline.connectors.plivo.channel import PlivoSms, PlivoVoice
from fireline.connectors.plivo.telephone import PlivoTelephone
from fireline.connectors.twilio import telephone as twilio_side
from fireline.connectors.twilio.account import TwilioAccount
from fireline.connectors.twilio.channel import SMS as TWILIO_SMS
from fireline.connectors.twilio.channel import VOICE as TWILIO_VOICE
from fireline.connectors.twilio.channel import TwilioSms, TwilioVoice
from fireline.connectors.twilio.telephone import TwilioTelephone
from fireline.core.escalation.answers import KEY_WORDS, NO_KEY
from fireline.core.escalation.channels import Form
from fireline.core.escalation.receipts import State
from fireline.core.values.secret import Secret
from fireline.ports.channel import Channel, Delivered, Message, Outcome, Refused, Unknown
from fireline.ports.telephone import Ask, Forged, Knock, NotServed, Proven, Receipt, Text
from fireline.wire.addresses import THIS_MACHINE, Reach
from tests.connectors.channel_contract import ChannelContract, HttpAsked, Mood, page, reply
from tests.connectors.phone_companies import (
    ACCOUNT,
    DANA,
    PLIVO_ACCOUNT,
    SENDER,
    TOKEN,
    company,
    plivo_error,
    plivo_takes,
    twilio_error,
    twilio_takes,
)

HOME = "https://fireline.example.com"
ABOUT = "cGFnZToxOjA6c21z"  # page:1:0:sms
SECRET = Secret(TOKEN)


def twilio(url: str, home: str = HOME) -> TwilioAccount:
    return TwilioAccount(ACCOUNT, SECRET, SENDER, url, home)


def plivo(url: str, home: str = HOME) -> PlivoAccount:
    return PlivoAccount(PLIVO_ACCOUNT, SECRET, SENDER, url, home)


class _Phone(ChannelContract):
    """What both companies share. The operator names the account, so the API's address too."""

    __test__ = False
    secrets = (TOKEN,)
    carries_link = False

    def address(self, host: str, port: int) -> str:
        return DANA


class TestTwilioSms(_Phone):
    __test__ = True
    description = TWILIO_SMS
    receipt = "twilio:SM" + f"{1:032d}"

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return TwilioSms(twilio(f"http://{host}:{port}"), reach=reach, whole_seconds=5)

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        return {
            Mood.TAKES: twilio_takes(asked),
            Mood.SLOWS: twilio_error(429, 20429, "Too Many Requests", Retry_After="7"),
            Mood.REFUSES: twilio_error(400, 21211, f"The 'To' number is not valid {TOKEN}"),
        }.get(mood, reply("503 Away", "<html>"))

    def told(self, asked: list[bytes]) -> str:
        bodies = [HttpAsked.of(one).body.decode() for one in asked]
        return "\n".join(value for body in bodies for _, value in parse_qsl(body))


class TestTwilioVoice(TestTwilioSms):
    description = TWILIO_VOICE
    receipt = "twilio:CA" + f"{1:032d}"

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return TwilioVoice(twilio(f"http://{host}:{port}"), reach=reach, whole_seconds=5)


class TestPlivoSms(_Phone):
    __test__ = True
    description = PLIVO_SMS
    receipt = "plivo:00000001-0000-0000-0000-000000000000"

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return PlivoSms(plivo(f"http://{host}:{port}"), reach=reach, whole_seconds=5)

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        return {
            Mood.TAKES: plivo_takes(asked),
            Mood.SLOWS: plivo_error(429, "too many requests", Retry_After="7"),
            Mood.REFUSES: plivo_error(400, f"invalid dst {TOKEN}"),
        }.get(mood, reply("500 Broken", "<html>"))


class TestPlivoVoice(TestPlivoSms):
    """What Plivo says it asks of our door only when somebody picks up."""

    description = PLIVO_VOICE

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return PlivoVoice(plivo(f"http://{host}:{port}"), reach=reach, whole_seconds=5)

    def told(self, asked: list[bytes]) -> str:
        spoken = page(form=Form.SPOKEN, channel="voice", to=DANA).body
        return PlivoTelephone(SECRET).say(spoken, keys_to=None)


def sms() -> Message:
    return page(form=Form.SHORT, channel="sms", to=DANA)


async def by_twilio(*answers: bytes | None) -> Outcome:
    async with company("twilio") as serves:
        serves.answers.extend(answers)
        channel = TwilioSms(twilio(serves.url), reach=THIS_MACHINE, whole_seconds=5)
        outcome = await channel.send(sms())
        await channel.aclose()
    return outcome


@pytest.mark.parametrize(
    ("code", "words"),
    [(21211, "not a phone number"), (21610, "STOP"), (21614, "cannot receive"), (21635, "line")],
)
async def test_a_number_that_is_no_good_is_refused_in_words(code: int, words: str):
    outcome = await by_twilio(twilio_error(400, code, "whatever"))
    assert type(outcome) is Refused
    assert words in outcome.why
    assert str(code) in outcome.why


@pytest.mark.parametrize(
    "answer",
    [
        twilio_error(401, 20003, f"Authenticate {TOKEN}"),
        twilio_error(403, 20005, "Account not active"),
        twilio_error(400, 21606, "From is not a number of yours"),
        twilio_error(400, 21408, "Region not enabled"),
        reply("404 Not Found", "<html>"),
        reply("302 Found", Location="http://127.0.0.1/"),
    ],
)
async def test_what_is_wrong_with_the_account_may_be_right_with_another_company(answer: bytes):
    outcome = await by_twilio(answer)
    assert isinstance(outcome, NotServed)
    assert TOKEN not in outcome.why


@pytest.mark.parametrize(
    "answer",
    [reply("201 CREATED", "<html>"), reply("201 CREATED", {"sid": 7}), reply("200 OK", "[]")],
)
async def test_an_answer_that_cannot_be_read_may_have_been_a_yes(answer: bytes):
    assert isinstance(await by_twilio(answer), Unknown)


async def test_a_text_asks_for_receipts_only_where_twilio_can_reach_us():
    async with company("twilio") as serves:
        for home in (HOME, ""):
            channel = TwilioSms(twilio(serves.url, home), reach=THIS_MACHINE)
            assert isinstance(await channel.send(sms()), Delivered)
            await channel.aclose()
    public, private = serves.forms()
    assert public["StatusCallback"] == f"{HOME}/telephone/twilio/receipt/{ABOUT}"
    assert "StatusCallback" not in private
    assert serves.asked[0].path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


async def test_a_call_by_plivo_without_a_public_address_is_not_made():
    channel = PlivoVoice(plivo("http://127.0.0.1:9", home=""), reach=THIS_MACHINE)
    outcome = await channel.send(page(form=Form.SPOKEN, channel="voice", to=DANA))
    await channel.aclose()
    assert isinstance(outcome, NotServed)
    assert "FIRELINE_BASE_URL" in outcome.why


class _AtTheFake(TwilioHttpClient):
    """Twilio's own client, sent to the fake in place of api.twilio.com."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=5)
        self._url = url

    def request(self, method: str, url: str, *args: object, **named: object) -> Response:
        return super().request(method, self._url + urlsplit(url).path, *args, **named)


async def test_twilio_s_own_client_says_what_we_say_and_reads_what_the_fake_answers():
    async with company("twilio") as serves:
        ours = TwilioSms(twilio(serves.url), reach=THIS_MACHINE)
        await ours.send(sms())
        await ours.aclose()
        client = Client(ACCOUNT, TOKEN, http_client=_AtTheFake(serves.url))
        made = await asyncio.to_thread(
            client.messages.create,
            to=DANA,
            from_=SENDER,
            body=sms().body,
            validity_period=900,
            status_callback=f"{HOME}/telephone/twilio/receipt/{ABOUT}",
        )
        serves.answers.append(twilio_error(400, 21211, "no number"))
        with pytest.raises(TwilioRestException) as refused:
            await asyncio.to_thread(client.messages.create, to="x", from_=SENDER, body="x")
        client.http_client.session.close()
    assert (made.sid, made.status, made.to) == ("SM" + f"{2:032d}", "queued", DANA)
    assert refused.value.code == 21211
    mine, theirs, _ = serves.asked
    assert sorted(parse_qsl(mine.body.decode())) == sorted(parse_qsl(theirs.body.decode()))
    assert (mine.path, mine.headers["authorization"]) == (
        theirs.path,
        theirs.headers["authorization"],
    )


async def test_twilio_s_own_client_makes_the_same_call():
    message = page(form=Form.SPOKEN, channel="voice", to=DANA)
    async with company("twilio") as serves:
        ours = TwilioVoice(twilio(serves.url), reach=THIS_MACHINE)
        await ours.send(message)
        await ours.aclose()
        mine = dict(parse_qsl(serves.asked[0].body.decode()))
        client = Client(ACCOUNT, TOKEN, http_client=_AtTheFake(serves.url))
        made = await asyncio.to_thread(
            client.calls.create,
            to=DANA,
            from_=SENDER,
            twiml=mine["Twiml"],
            timeout=30,
            status_callback=mine["StatusCallback"],
            status_callback_event=["initiated", "ringing", "answered", "completed"],
        )
        client.http_client.session.close()
    assert made.sid == "CA" + f"{2:032d}"
    first, second = (sorted(parse_qsl(one.body.decode())) for one in serves.asked)
    assert first == second
    assert len(mine["Twiml"]) < 4_000


async def test_plivo_s_own_client_says_what_we_say_and_reads_what_the_fake_answers(
    monkeypatch: pytest.MonkeyPatch,
):
    async with company("plivo") as serves:
        texts, voice = (
            kind(plivo(serves.url), reach=THIS_MACHINE) for kind in (PlivoSms, PlivoVoice)
        )
        await texts.send(sms())
        await voice.send(page(form=Form.SPOKEN, channel="voice", to=DANA))
        await texts.aclose()
        await voice.aclose()
        for base in ("PLIVO_API_BASE_URI", "API_VOICE_BASE_URI"):
            monkeypatch.setattr(plivo_client, base, f"{serves.url}/v1/Account")
        mine = serves.asked[1].said
        with plivo_client.Client(PLIVO_ACCOUNT, TOKEN) as client:
            text = await asyncio.to_thread(
                client.messages.create,
                src=SENDER[1:],
                dst=DANA[1:],
                text=sms().body,
                url=f"{HOME}/telephone/plivo/receipt/{ABOUT}",
                log="false",
            )
            call = await asyncio.to_thread(
                client.calls.create,
                from_=SENDER[1:],
                to_=DANA[1:],
                answer_url=mine["answer_url"],
                ring_url=mine["ring_url"],
                hangup_url=mine["hangup_url"],
                ring_timeout=30,
            )
    assert text.message_uuid == ["00000003-0000-0000-0000-000000000000"]
    assert call.request_uuid == "00000004-0000-0000-0000-000000000000"
    for ours, theirs in (serves.said(), serves.said("Call")):
        assert ours == {key: theirs[key] for key in ours}
    assert [one.path for one in serves.asked[:2]] == [one.path for one in serves.asked[2:]]
    assert str(mine["answer_url"]).startswith(f"{HOME}/telephone/plivo/speak/")


def test_what_is_said_on_the_phone_is_what_the_vendors_own_libraries_write():
    words, keys_to = "P1 & <disk> is full", f"{HOME}/telephone/x/keys/a"
    ours = TwilioTelephone(SECRET).say(words, keys_to=keys_to)
    theirs = VoiceResponse()
    for _ in range(2):
        gather = theirs.gather(
            action=keys_to, method="POST", input="dtmf", num_digits=1, finish_on_key="", timeout=8
        )
        gather.say(f"{words} {KEY_WORDS}")
    theirs.say(NO_KEY)
    assert _tree(ours) == _tree(str(theirs))
    ours = PlivoTelephone(SECRET).say(words, keys_to=keys_to)
    response = ResponseElement()
    for _ in range(2):
        digits = GetDigitsElement(
            action=keys_to,
            method="POST",
            num_digits=1,
            finish_on_key="none",
            timeout=8,
            valid_digits="456*",
        )
        response.add(digits.add(SpeakElement(f"{words} {KEY_WORDS}")))
    response.add(SpeakElement(NO_KEY))
    assert _tree(ours) == _tree(response.to_string())
    said = PlivoTelephone(SECRET).say(words, keys_to=None)
    last = ResponseElement().add(SpeakElement(words)).add(HangupElement())
    assert _tree(said) == _tree(last.to_string())


def test_what_is_written_back_is_what_the_vendors_own_libraries_write():
    theirs = MessagingResponse()
    theirs.message("Acked #42 & done")
    knock = Knock(Ask.TEXT, HOME, {}, [("From", DANA[1:]), ("To", SENDER[1:])])
    assert _tree(TwilioTelephone(SECRET).write_back("Acked #42 & done", knock)) == _tree(
        str(theirs)
    )
    written = PlivoTelephone(SECRET).write_back("Acked #42 & done", knock)
    message = MessageElement("Acked #42 & done", src=SENDER[1:], dst=DANA[1:], type="sms")
    assert _tree(written) == _tree(ResponseElement().add(message).to_string())
    assert _tree(TwilioTelephone(SECRET).write_back("", knock)) == ("Response", {}, "", [])


def _tree(xml: str) -> object:
    def shape(one: ET.Element) -> object:
        return (one.tag, dict(one.attrib), (one.text or "").strip(), [shape(each) for each in one])

    return shape(ET.fromstring(xml))  # noqa: S314 - what we wrote ourselves


FORM = [("Body", "7a é"), ("From", DANA), ("MessageSid", "SM1"), ("NumMedia", "0"), ("Empty", "")]


@pytest.mark.parametrize(
    "url", [f"{HOME}/telephone/twilio/text", "http://127.0.0.1:8040/telephone/twilio/text?a=b%20c"]
)
def test_twilio_s_own_validator_and_ours_agree(url: str):
    signature = RequestValidator(TOKEN).compute_signature(url, dict(FORM))
    assert twilio_side.sign(SECRET, url, FORM) == signature
    assert RequestValidator(TOKEN).validate(url, dict(FORM), signature)
    knock = Knock(Ask.TEXT, url, {"x-twilio-signature": signature}, FORM)
    side = TwilioTelephone(SECRET)
    assert side.prove(knock) == Proven()
    for forged in (
        Knock(Ask.TEXT, url + "x", knock.headers, FORM),
        Knock(Ask.TEXT, url, knock.headers, [*FORM, ("Body", "7r")]),
        Knock(Ask.TEXT, url, {"x-twilio-signature": ""}, FORM),
        Knock(Ask.TEXT, url, {"x-twilio-signature": "é"}, FORM),
        Knock(Ask.TEXT, url, {}, FORM),
    ):
        assert isinstance(side.prove(forged), Forged)
    assert isinstance(TwilioTelephone(Secret("other")).prove(knock), Forged)


def test_an_address_is_twilio_s_with_its_port_or_without():
    bare = f"{HOME}/telephone/twilio/text"
    for signed in (bare, bare.replace(".com/", ".com:443/")):
        signature = RequestValidator(TOKEN).compute_signature(signed, dict(FORM))
        knock = Knock(Ask.TEXT, bare, {"x-twilio-signature": signature}, FORM)
        assert TwilioTelephone(SECRET).prove(knock) == Proven()


@pytest.mark.parametrize("query", ["", "?b=2&a=1"])
@pytest.mark.parametrize("form", [FORM, []])
def test_plivo_s_own_validator_and_ours_agree(query: str, form: list[tuple[str, str]]):
    url, nonce = f"{HOME}/telephone/plivo/keys/a{query}", "05429567804466091622"
    base = construct_post_url(url, dict(form)).decode()
    signature = get_signature_v3(TOKEN, base, nonce).decode()
    assert plivo_side.sign_v3(SECRET, url, form, nonce) == signature
    assert validate_v3_signature("POST", url, nonce, TOKEN, signature, dict(form))
    headers = {"x-plivo-signature-v3": f"other,{signature}", "x-plivo-signature-v3-nonce": nonce}
    side = PlivoTelephone(SECRET)
    assert side.prove(Knock(Ask.KEYS, url, headers, form)) == Proven()
    assert isinstance(side.prove(Knock(Ask.KEYS, url, headers, [*form, ("Digits", "4")])), Forged)
    assert isinstance(side.prove(Knock(Ask.KEYS, url, {}, form)), Forged)


def test_plivo_signs_texts_by_address_alone_and_then_the_nonce_is_told():
    url, nonce = f"{HOME}/telephone/plivo/text", "05429567804466091622"
    signature = plivo_side.sign_v2(SECRET, url, nonce)
    assert validate_signature(url, nonce, signature, TOKEN)
    headers = {"x-plivo-signature-v2": signature, "x-plivo-signature-v2-nonce": nonce}
    side = PlivoTelephone(SECRET)
    assert side.prove(Knock(Ask.TEXT, url, headers, FORM)) == Proven(nonce)
    # A call's keys must be signed whole.
    assert isinstance(side.prove(Knock(Ask.KEYS, url, headers, FORM)), Forged)
    wrong = {**headers, "x-plivo-signature-v2-nonce": "1"}
    assert isinstance(side.prove(Knock(Ask.TEXT, url, wrong, FORM)), Forged)


Side = TwilioTelephone | PlivoTelephone


@pytest.mark.parametrize(
    ("side", "ask", "form", "read"),
    [
        (
            TwilioTelephone,
            Ask.RECEIPT,
            {"MessageSid": "SM1", "MessageStatus": "delivered"},
            Receipt("SM1", State.DELIVERED),
        ),
        (
            TwilioTelephone,
            Ask.RECEIPT,
            {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"},
            Receipt("SM1", State.UNDELIVERED, "Twilio error 30003"),
        ),
        (TwilioTelephone, Ask.RECEIPT, {"MessageSid": "SM1", "MessageStatus": "new word"}, None),
        (TwilioTelephone, Ask.RECEIPT, {"MessageStatus": "sent"}, None),
        (
            TwilioTelephone,
            Ask.CALL,
            {"CallSid": "CA1", "CallStatus": "no-answer"},
            Receipt("CA1", State.NO_ANSWER),
        ),
        (
            TwilioTelephone,
            Ask.CALL,
            {"CallSid": "CA1", "CallStatus": "in-progress"},
            Receipt("CA1", State.ANSWERED),
        ),
        (
            PlivoTelephone,
            Ask.RECEIPT,
            {"MessageUUID": "u1", "Status": "failed", "ErrorCode": "450"},
            Receipt("u1", State.FAILED, "Plivo error 450"),
        ),
        (
            PlivoTelephone,
            Ask.CALL,
            {"CallUUID": "c", "RequestUUID": "r", "CallStatus": "busy", "HangupCause": "USER_BUSY"},
            Receipt("r", State.BUSY, "USER_BUSY"),
        ),
    ],
)
def test_receipts_are_read(
    side: Callable[[Secret], Side], ask: Ask, form: Mapping[str, str], read: Receipt | None
):
    assert side(SECRET).receipt(Knock(ask, HOME, {}, list(form.items()))) == read


def test_texts_are_read_and_what_has_no_number_is_none():
    knock = Knock(Ask.TEXT, HOME, {}, FORM)
    assert TwilioTelephone(SECRET).text(knock) == Text("SM1", DANA, "7a é")
    short_code = Knock(Ask.TEXT, HOME, {}, [("MessageSid", "SM1"), ("From", "12345")])
    assert TwilioTelephone(SECRET).text(short_code) is None
    said = [("MessageUUID", "u1"), ("From", DANA[1:]), ("To", SENDER[1:]), ("Text", "7a")]
    assert PlivoTelephone(SECRET).text(Knock(Ask.TEXT, HOME, {}, said)) == Text("u1", DANA, "7a")


def test_odd_characters_never_break_the_xml():
    for side in (TwilioTelephone(SECRET), PlivoTelephone(SECRET)):
        tree = json.dumps(_tree(side.say('a\0b\ud800 "<&> \x0b', keys_to='https://x/"&')))
        assert "&>" in tree
