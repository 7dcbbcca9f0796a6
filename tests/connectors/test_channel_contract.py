"""Every channel but those of telephones, held to the contract at its vendor's wire."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from fireline.connectors.apprise_out import channel as apprise
from fireline.connectors.email import channel as email
from fireline.connectors.matrix import channel as matrix
from fireline.connectors.ntfy import channel as ntfy
from fireline.connectors.pagerduty_out import channel as pagerduty
from fireline.connectors.slack import channel as slack
from fireline.connectors.splunk_out import channel as splunk
from fireline.connectors.teams import channel as teams
from fireline.connectors.webhook import channel as webhook
from fireline.core.values.secret import Secret
from fireline.ports.channel import Channel
from fireline.wire.addresses import Reach
from fireline.wire.caller import Caller
from tests.connectors.channel_contract import (
    ODD,
    ChannelContract,
    HttpAsked,
    Mood,
    Vendor,
    reply,
)

TOKEN = "t0p-s3cr3t"
PATIENCE = {"Retry_After": "7"}
SLOW, BROKEN = reply("429 Slow Down", **PATIENCE), reply("500 Broken")


class TestWebhook(ChannelContract):
    description = webhook.DESCRIPTION
    secrets = (TOKEN, "pr1vate-path")
    receipt = "r1"

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return webhook.WebhookChannel(Secret(TOKEN), reach=reach, whole_seconds=5)

    def address(self, host: str, port: int) -> str:
        return f"http://{host}:{port}/pr1vate-path"

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        return {
            Mood.TAKES: reply("200 OK", X_Request_Id="r1"),
            Mood.SLOWS: SLOW,
            Mood.REFUSES: reply("404 Not Found", TOKEN),
        }.get(mood, BROKEN)

    def told(self, asked: list[bytes]) -> str:
        return "\n".join(HttpAsked.of(one).body.decode() for one in asked)


class TestSlack(ChannelContract):
    description = slack.DESCRIPTION
    secrets = (TOKEN,)
    receipt = "D024BE91L:1405895017.000506"

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return slack.SlackChannel(Secret(TOKEN), Caller(reach), url=f"http://{host}:{port}/api")

    def address(self, host: str, port: int) -> str:
        return "U024BE7LH"

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        refused = {"ok": False, "error": "channel_not_found"}
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return reply("200 OK", {"ok": False, "error": "invalid_auth"})
        return {
            Mood.TAKES: reply(
                "200 OK", {"ok": True, "channel": "D024BE91L", "ts": "1405895017.000506"}
            ),
            Mood.SLOWS: reply("429 Slow", {"ok": False, "error": "ratelimited"}, **PATIENCE),
            Mood.REFUSES: reply("200 OK", refused),
            Mood.BREAKS: reply("200 OK", {"ok": False, "error": "internal_error"}),
        }[mood]


class TestMatrix(ChannelContract):
    description = matrix.DESCRIPTION
    secrets = (TOKEN,)
    receipt = "$event"

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return matrix.MatrixChannel(f"http://{host}:{port}", Secret(TOKEN), Caller(reach))

    def address(self, host: str, port: int) -> str:
        return "@dana:example.org"

    def is_message(self, asked: HttpAsked) -> bool:
        return "/send/m.room.message/" in asked.path

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        if asked.path.endswith("/whoami"):
            return reply("200 OK", {"user_id": "@fireline:example.org"})
        if asked.path.endswith("/m.direct"):
            return reply("404 Not Found", {"errcode": "M_NOT_FOUND", "error": TOKEN})
        if asked.path.endswith("/createRoom"):
            if asked.said["invite"] != ["@dana:example.org"]:
                return reply("400 Bad", {"errcode": "M_INVALID_PARAM", "error": TOKEN})
            return reply("200 OK", {"room_id": "!room:example.org"})
        slow = {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 7000}
        return {
            Mood.TAKES: reply("200 OK", {"event_id": "$event"}),
            Mood.SLOWS: reply("429 Slow", slow),
            Mood.REFUSES: reply("403 No", {"errcode": "M_FORBIDDEN", "error": TOKEN}),
        }.get(mood, reply("502 Bad Gateway", "<html>"))


class TestTeams(ChannelContract):
    description = teams.DESCRIPTION
    secrets = ("s1gnature",)
    receipt = "08585"

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return teams.TeamsChannel(Caller(reach))

    def address(self, host: str, port: int) -> str:
        return f"http://{host}:{port}/workflows/w/triggers/manual/paths/invoke?sig=s1gnature"

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        return {
            Mood.TAKES: reply("202 Accepted", x_ms_workflow_run_id="08585"),
            Mood.SLOWS: SLOW,
            Mood.REFUSES: reply("401 No", {"error": {"message": "s1gnature"}}),
        }.get(mood, BROKEN)


class TestNtfy(ChannelContract):
    description = ntfy.DESCRIPTION
    secrets = (TOKEN, "dana-7hq2")
    receipt = "sPs71M8A2T"

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        own = ntfy.OwnServer(f"http://{host}:{port}", Caller(reach), Secret(TOKEN))
        return ntfy.NtfyChannel(Caller(reach), own)

    def address(self, host: str, port: int) -> str:
        return "dana-7hq2"

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        refused = {"code": 40301, "http": 403, "error": f"forbidden {TOKEN}"}
        return {
            Mood.TAKES: reply("200 OK", {"id": "sPs71M8A2T", "event": "message"}),
            Mood.SLOWS: reply("429 Slow", {"code": 42901, "http": 429}, **PATIENCE),
            Mood.REFUSES: reply("403 No", refused),
        }.get(mood, BROKEN)


class TestPagerDuty(ChannelContract):
    description = pagerduty.DESCRIPTION
    secrets = ("0123456789abcdef0123456789abcdef",)
    receipt = "fireline alert 42"

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return pagerduty.PagerDutyChannel(Caller(reach), url=f"http://{host}:{port}")

    def address(self, host: str, port: int) -> str:
        return self.secrets[0]

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        taken = {"status": "success", "dedup_key": asked.said["dedup_key"]}
        wrong = {"status": "invalid event", "errors": [f"routing_key {self.secrets[0]}"]}
        return {
            Mood.TAKES: reply("202 Accepted", taken),
            Mood.SLOWS: SLOW,
            Mood.REFUSES: reply("400 Bad", wrong),
        }.get(mood, BROKEN)


class TestSplunk(ChannelContract):
    description = splunk.DESCRIPTION
    secrets = ("k3y-of-the-route",)
    receipt = "fireline alert 42"

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return splunk.SplunkChannel(Caller(reach))

    def address(self, host: str, port: int) -> str:
        return f"http://{host}:{port}/integrations/generic/20131114/alert/k3y-of-the-route/web"

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        taken = {"result": "success", "entity_id": asked.said["entity_id"]}
        return {
            Mood.TAKES: reply("200 OK", taken),
            Mood.SLOWS: SLOW,
            Mood.REFUSES: reply("200 OK", {"result": "failure", "message": self.secrets[0]}),
        }.get(mood, BROKEN)


class TestApprise(ChannelContract):
    """By Apprise's own plugin for JSON: the library is real, the service behind it a fake."""

    description = apprise.DESCRIPTION
    secrets = ("pa55word",)
    # Each message takes a process, so what is odd comes at once.
    odd: Mapping[str, str] = {"a book": ODD["half a pair"] + ODD["a null"] + ODD["a book"]}

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        return apprise.AppriseChannel(reach)

    def address(self, host: str, port: int) -> str:
        return f"json://dana:pa55word@{host}:{port}/hook"

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        return {
            Mood.TAKES: reply("200 OK"),
            Mood.SLOWS: SLOW,
            Mood.REFUSES: reply("401 No", "pa55word"),
        }.get(mood, BROKEN)


class TestEmail(ChannelContract):
    description = email.DESCRIPTION
    secrets = ()
    receipt = "250 kept as q1"
    says_how_long = False
    named_by_operator = True

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        server = email.MailServer(host, port, "fireline@example.com", starttls=False)
        return email.EmailChannel(server, loopback_only=reach.loopback_only)

    def address(self, host: str, port: int) -> str:
        return "dana@example.com"

    @asynccontextmanager
    async def vendor(self, mood: Mood) -> AsyncGenerator[Vendor]:
        vendor = Vendor(mood)
        loop = asyncio.get_running_loop()
        talking: list[SMTP] = []

        def session() -> SMTP:
            talking.append(SMTP(_Mailbox(vendor), hostname="lab", loop=loop))
            return talking[-1]

        server = await loop.create_server(session, "127.0.0.1", 0)
        vendor.port = server.sockets[0].getsockname()[1]
        async with server:
            yield vendor
        for one in talking:
            if one.transport is not None:
                one.transport.abort()
        await asyncio.sleep(0.01)

    def told(self, asked: list[bytes]) -> str:
        letters = [message_from_bytes(one, policy=policy.default) for one in asked]
        return "\n".join(f"{one['Subject']}\n{one.get_content()}" for one in letters)


class _Mailbox:
    """A real SMTP server's manners, in each mood."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor

    async def handle_DATA(  # noqa: N802 - aiosmtpd's spelling
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self._vendor.asked.append(cast("bytes", envelope.content))
        if self._vendor.mood is Mood.LOSES:
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(0)
        return {
            Mood.TAKES: "250 kept as q1",
            Mood.REFUSES: "550 5.1.1 no such mailbox",
        }.get(self._vendor.mood, "451 4.3.0 later")
