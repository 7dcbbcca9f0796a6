"""What each vendor is asked, in its own words: buttons, priorities, keys."""

import json
from dataclasses import replace
from typing import Any

import pytest

from fireline.connectors.matrix.channel import MatrixChannel
from fireline.connectors.ntfy.channel import NtfyChannel, OwnServer
from fireline.connectors.pagerduty_out.channel import PagerDutyChannel
from fireline.connectors.slack.channel import SlackChannel
from fireline.connectors.splunk_out.channel import SplunkChannel
from fireline.connectors.teams.channel import TeamsChannel
from fireline.core.escalation.channels import Form
from fireline.core.values.priority import Priority
from fireline.core.values.secret import Secret
from fireline.ports.channel import Channel, Delivered, Refused, TryAgain, Unknown
from fireline.wire.addresses import THIS_MACHINE
from fireline.wire.caller import Caller
from tests.connectors import test_channel_contract as fakes
from tests.connectors.channel_contract import LINK, OCCASION, HttpAsked, Mood, Vendor, page, reply

HOSTILE = "<!channel> [pay](https://evil.example.com) *now*"
KEY = "0" * 32


def caller() -> Caller:
    return Caller(THIS_MACHINE)


async def asked_of(vendor: Vendor, channel: Channel, to: str, **more: Any) -> dict[str, Any]:
    message = page(replace(OCCASION, **more), form=Form.NOTICE, channel=channel.name, to=to)
    assert isinstance(await channel.send(message), Delivered)
    return HttpAsked.of(vendor.asked[-1]).said


async def test_slack_shows_titles_as_they_are_and_a_button_that_opens_the_link():
    async with fakes.TestSlack().vendor(Mood.TAKES) as vendor:
        channel = SlackChannel(
            Secret("t0p-s3cr3t"), caller(), url=f"http://127.0.0.1:{vendor.port}"
        )
        said = await asked_of(vendor, channel, "U024BE7LH", owner=HOSTILE, drill=True)
    header, section, actions = said["blocks"]
    assert header["text"] == {"type": "plain_text", "text": said["text"]}
    assert section["text"]["type"] == "plain_text"
    assert HOSTILE in section["text"]["text"]
    assert "This is a drill" in section["text"]["text"]
    assert actions["elements"][0]["url"] == LINK
    assert said["unfurl_links"] is False


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"ok": False, "error": "fatal_error"}, Unknown),
        ({"ok": False, "error": "invalid_auth"}, Refused),
        ({"ok": False, "error": "ratelimited"}, TryAgain),
        ({"ok": False}, Unknown),
        ("<html>", Unknown),
    ],
)
async def test_slack_says_no_with_status_200(answer: object, kind: type):
    class Says(fakes.TestSlack):
        def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
            return reply("200 OK", answer)

    async with Says().vendor(Mood.TAKES) as vendor:
        channel = SlackChannel(Secret("t"), caller(), url=f"http://127.0.0.1:{vendor.port}")
        outcome = await channel.send(page(form=Form.NOTICE, channel="slack", to="U024BE7LH"))
    assert isinstance(outcome, kind)


async def test_teams_gets_a_card_whose_text_is_no_markdown():
    async with fakes.TestTeams().vendor(Mood.TAKES) as vendor:
        to = fakes.TestTeams().address("127.0.0.1", vendor.port)
        said = await asked_of(vendor, TeamsChannel(caller()), to, title=HOSTILE, drill=True)
    (attached,) = said["attachments"]
    card = attached["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    title, drill, *_ = card["body"]
    assert HOSTILE in title["inlines"][0]["text"]
    assert title["inlines"][0]["color"] == "Attention"
    assert "drill" in drill["inlines"][0]["text"]
    assert "TextBlock" not in [block["type"] for block in card["body"]]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Acknowledge", "url": LINK}]


@pytest.mark.parametrize(
    ("priority", "level"), [(Priority.P1, 5), (Priority.P3, 3), (Priority.P5, 1)]
)
async def test_ntfy_rings_as_loudly_as_the_priority_and_acknowledges_by_its_button(
    priority: Priority, level: int
):
    async with fakes.TestNtfy().vendor(Mood.TAKES) as vendor:
        to = f"http://127.0.0.1:{vendor.port}/dana-7hq2"
        said = await asked_of(vendor, NtfyChannel(caller()), to, priority=priority)
    assert (said["topic"], said["priority"], said["click"]) == ("dana-7hq2", level, LINK)
    (button,) = said["actions"]
    assert (button["action"], button["method"], button["url"]) == ("http", "POST", LINK)


async def test_the_token_of_ones_own_ntfy_is_shown_to_no_other():
    async with (
        fakes.TestNtfy().vendor(Mood.TAKES) as own,
        fakes.TestNtfy().vendor(Mood.TAKES) as other,
    ):
        home = OwnServer(f"http://127.0.0.1:{own.port}/", caller(), Secret("t0ken"))
        channel = NtfyChannel(caller(), home)
        await asked_of(own, channel, "alone")
        await asked_of(own, channel, f"http://127.0.0.1:{own.port}/named")
        await asked_of(other, channel, f"http://127.0.0.1:{other.port}/theirs")
    shown = [HttpAsked.of(one).headers.get("authorization") for one in own.asked]
    assert shown == ["Bearer t0ken", "Bearer t0ken"]
    assert b"t0ken" not in other.asked[0].replace(b"/acknowledge/t0ken", b"")


async def test_a_topic_alone_needs_a_server():
    outcome = await NtfyChannel(caller()).send(page(form=Form.NOTICE, channel="ntfy", to="alone"))
    assert outcome == Refused("the name of a topic alone needs FIRELINE_NTFY_URL")


@pytest.mark.parametrize(
    ("priority", "severity"), [(Priority.P1, "critical"), (Priority.P3, "warning")]
)
async def test_pagerduty_gets_one_key_for_an_alert_and_its_severity(
    priority: Priority, severity: str
):
    async with fakes.TestPagerDuty().vendor(Mood.TAKES) as vendor:
        url = f"http://127.0.0.1:{vendor.port}"
        channel = PagerDutyChannel(caller(), url=url, origin="f.example.com")
        said = await asked_of(vendor, channel, KEY, priority=priority)
    assert (said["routing_key"], said["event_action"]) == (KEY, "trigger")
    assert said["dedup_key"] == "f.example.com alert 42"
    assert said["payload"]["severity"] == severity
    assert said["payload"]["timestamp"] == "2026-11-17T09:00:00.000+00:00"
    assert said["links"][0]["href"] == LINK


@pytest.mark.parametrize(
    ("priority", "kind"),
    [(Priority.P2, "CRITICAL"), (Priority.P3, "WARNING"), (Priority.P5, "INFO")],
)
async def test_splunk_pages_for_what_is_urgent_alone(priority: Priority, kind: str):
    async with fakes.TestSplunk().vendor(Mood.TAKES) as vendor:
        to = fakes.TestSplunk().address("127.0.0.1", vendor.port)
        channel = SplunkChannel(caller(), origin="f.example.com")
        said = await asked_of(vendor, channel, to, priority=priority)
    assert (said["message_type"], said["entity_id"]) == (kind, "f.example.com alert 42")


async def test_matrix_makes_one_room_and_one_message_of_two_attempts():
    class Counted(fakes.TestMatrix):
        made = 0
        kept: dict[str, list[str]] = {}  # noqa: RUF012 - of one test

        def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
            if asked.path.endswith("/createRoom"):
                self.made += 1
            if asked.path.endswith("/m.direct") and asked.method == "PUT":
                self.kept.update(json.loads(asked.body))
                return reply("200 OK", {})
            return super().answer(mood, asked)

    fake = Counted()
    async with fake.vendor(Mood.TAKES) as vendor:
        channel = MatrixChannel(f"http://127.0.0.1:{vendor.port}", Secret("t0p-s3cr3t"), caller())
        for _ in range(2):
            await asked_of(vendor, channel, "@dana:example.org", drill=True)
    first, again = (HttpAsked.of(one) for one in vendor.asked)
    assert fake.made == 1
    assert fake.kept == {"@dana:example.org": ["!room:example.org"]}
    assert first.path == again.path
    assert first.path.startswith("/_matrix/client/v3/rooms/%21room%3Aexample.org/send/")
    assert first.said["msgtype"] == "m.text"
    assert "This is a drill" in str(first.said["body"])
