"""Two phone companies behind one channel, each at a fake of its wire on loopback."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from fireline.app.failover import FailOver
from fireline.app.settings import SettingsError, load
from fireline.app.telephones import phone_channels, phone_companies
from fireline.app.worlds import Worlds
from fireline.core.escalation.channels import Form
from fireline.ports.channel import Delivered, Message, Refused, TryAgain, Unknown
from tests.app.test_worlds import DRILL, lab_stands
from tests.connectors.channel_contract import page, reply
from tests.connectors.phone_companies import (
    ACCOUNT,
    DANA,
    PLIVO_ACCOUNT,
    SENDER,
    TOKEN,
    Company,
    company,
    plivo_error,
    twilio_error,
)

BOTH = {
    "FIRELINE_TWILIO_ACCOUNT": ACCOUNT,
    "FIRELINE_TWILIO_TOKEN": "env:PHONE_TOKEN",
    "FIRELINE_TWILIO_FROM": SENDER,
    "FIRELINE_PLIVO_ACCOUNT": PLIVO_ACCOUNT,
    "FIRELINE_PLIVO_TOKEN": "env:PHONE_TOKEN",
    "FIRELINE_PLIVO_FROM": "+15550100001",
    "PHONE_TOKEN": TOKEN,
}
DOWN = reply("503 Away")
LOST = None


def sms(key: str = "page:1:0:sms", seconds: float = 0) -> Message:
    made = page(form=Form.SHORT, channel="sms", to=DANA)
    return replace(made, key=key, at=made.at + timedelta(seconds=seconds))


@dataclass
class Phones:
    twilio: Company
    plivo: Company
    sms: FailOver

    def counts(self) -> tuple[int, int]:
        return len(self.twilio.asked), len(self.plivo.asked)


@asynccontextmanager
async def phones() -> AsyncGenerator[Phones]:
    async with company("twilio") as twilio, company("plivo") as plivo:
        settings = load(
            {
                **BOTH,
                "FIRELINE_TWILIO_API_URL": twilio.url,
                "FIRELINE_PLIVO_API_URL": plivo.url,
            }
        )
        channels = phone_channels(settings)
        yield Phones(twilio, plivo, channels["sms"])
        for channel in channels.values():
            await channel.aclose()


async def test_the_first_company_carries_it_and_the_second_is_not_asked():
    async with phones() as both:
        outcome = await both.sms.send(sms())
        assert isinstance(outcome, Delivered)
        assert outcome.receipt.startswith("twilio:SM")
        assert both.counts() == (1, 0)


@pytest.mark.parametrize(
    "answer",
    [
        DOWN,
        twilio_error(429, 20429, Retry_After="30"),
        twilio_error(401, 20003, "Authenticate"),
        twilio_error(400, 21606, "From is no number of yours"),
    ],
)
async def test_when_the_first_cannot_the_second_does_within_the_same_attempt(answer: bytes):
    async with phones() as both:
        both.twilio.answers.append(answer)
        outcome = await both.sms.send(sms())
        assert isinstance(outcome, Delivered)
        assert outcome.receipt.startswith("plivo:")
        assert both.counts() == (1, 1)


async def test_a_company_that_cannot_be_reached_costs_one_attempt_nothing():
    async with company("plivo") as plivo:
        settings = load(
            {
                **BOTH,
                "FIRELINE_TWILIO_API_URL": "http://127.0.0.1:9",
                "FIRELINE_PLIVO_API_URL": plivo.url,
            }
        )
        channel = phone_channels(settings)["sms"]
        assert isinstance(await channel.send(sms()), Delivered)
        await channel.aclose()


async def test_what_may_have_arrived_is_not_doubled_and_the_next_attempt_goes_elsewhere():
    async with phones() as both:
        both.twilio.answers.append(LOST)
        assert isinstance(await both.sms.send(sms()), Unknown)
        assert both.counts() == (1, 0)
        assert isinstance(await both.sms.send(sms("page:2:0:sms")), Delivered)
        assert both.counts() == (2, 0)
        assert isinstance(await both.sms.send(sms()), Delivered)
        assert both.counts() == (2, 1)


async def test_a_number_that_is_no_good_is_no_good_at_either():
    async with phones() as both:
        both.twilio.answers.append(twilio_error(400, 21610, "unsubscribed"))
        outcome = await both.sms.send(sms())
        assert isinstance(outcome, Refused)
        assert "STOP" in outcome.why
        assert both.counts() == (1, 0)


async def test_a_company_that_failed_three_times_rests_for_a_minute():
    async with phones() as both:
        both.twilio.answers.extend([DOWN] * 3)
        for number in range(3):
            await both.sms.send(sms(f"page:{number}"))
        assert both.counts() == (3, 3)
        await both.sms.send(sms("page:4", seconds=30))
        assert both.counts() == (3, 4)
        await both.sms.send(sms("page:5", seconds=60))
        assert both.counts() == (4, 4)


async def test_when_neither_can_it_is_tried_again_and_both_say_why():
    async with phones() as both:
        both.twilio.answers.append(twilio_error(401, 20003, "Authenticate"))
        both.plivo.answers.append(plivo_error(429, "slow down", Retry_After="12"))
        outcome = await both.sms.send(sms())
        assert isinstance(outcome, TryAgain)
        assert outcome.after == timedelta(seconds=12)
        assert "twilio" in outcome.why
        assert "plivo" in outcome.why
        assert TOKEN not in outcome.why


async def test_when_both_refuse_the_account_it_is_refused():
    async with phones() as both:
        both.twilio.answers.append(twilio_error(401, 20003, "Authenticate"))
        both.plivo.answers.append(reply("401 No", "could not verify"))
        outcome = await both.sms.send(sms())
        assert isinstance(outcome, Refused)
        assert "Plivo does not know this auth id" in outcome.why


def test_the_operator_says_in_which_order_companies_are_tried():
    turned = load({**BOTH, "FIRELINE_PHONE_PROVIDERS": "plivo,twilio"})
    assert phone_channels(turned)["voice"].companies == ("plivo", "twilio")
    one = load({**BOTH, "FIRELINE_PHONE_PROVIDERS": "plivo"})
    assert phone_channels(one)["sms"].companies == ("plivo",)
    # What Twilio carried before may still be answered.
    assert set(phone_companies(one)) == {"twilio", "plivo"}
    assert phone_channels(load({})) == {}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"FIRELINE_TWILIO_FROM": ""},
            "FIRELINE_TWILIO_FROM must be set, because FIRELINE_TWILIO_ACCOUNT is.",
        ),
        ({"FIRELINE_TWILIO_FROM": "5550100"}, "must be a phone number that begins with +"),
        ({"FIRELINE_TWILIO_ACCOUNT": "dana"}, "must be the account's SID"),
        ({"FIRELINE_TWILIO_TOKEN": TOKEN}, "FIRELINE_TWILIO_TOKEN must be a reference"),
        ({"FIRELINE_PLIVO_ACCOUNT": "dana"}, "must be the account's auth id"),
        ({"FIRELINE_PHONE_PROVIDERS": "twilio,pigeon"}, "must be names of phone companies"),
    ],
)
def test_settings_that_do_not_work_are_said_before_the_start(changed: dict[str, str], words: str):
    with pytest.raises(SettingsError) as mistakes:
        load({**BOTH, **changed})
    assert words in str(mistakes.value)
    assert TOKEN not in str(mistakes.value)


async def test_a_drill_has_no_telephone_and_says_so(tmp_path: Path):
    worlds = Worlds(load({**BOTH, "FIRELINE_DATA_DIR": str(tmp_path)}))
    lab_stands(worlds, "127.0.0.1")
    for name in ("sms", "voice"):
        assert await worlds.channel(name, None) is not None
        channel = await worlds.channel(name, DRILL)
        assert channel is not None
        outcome = await channel.send(sms())
        assert isinstance(outcome, Refused)
        assert "a drill has no telephone" in outcome.why
