"""Twilio and Plivo as their documentation says they speak, on loopback.

These are fakes: no phone rings. The shapes are those of
https://www.twilio.com/docs/messaging/api/message-resource,
https://www.twilio.com/docs/voice/api/call-resource,
https://www.twilio.com/docs/usage/twilios-response,
https://www.plivo.com/docs/messaging/api/messages and
https://www.plivo.com/docs/voice/api/call/make-a-call; the vendors' own clients speak to them in
`test_phone_companies.py`, which keeps them honest.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from tests.connectors.channel_contract import HttpAsked, reply
from tests.connectors.serving import serving

ACCOUNT = "AC" + "5" * 32
PLIVO_ACCOUNT = "MA" + "Z" * 18
TOKEN = "t0p-s3cr3t-t0k3n"
SENDER = "+15550100000"
DANA = "+15550100123"


@dataclass
class Company:
    """What a company was asked, and what it answers: `answers` first, then that it takes it."""

    name: str
    port: int = 0
    asked: list[HttpAsked] = field(default_factory=list)
    # `None`: it hears and hangs up.
    answers: list[bytes | None] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next_answer(self, asked: HttpAsked) -> bytes | None:
        if self.answers:
            return self.answers.pop(0)
        return twilio_takes(asked, self) if self.name == "twilio" else plivo_takes(asked, self)

    def forms(self, resource: str = "Messages") -> list[dict[str, str]]:
        """Return what was asked of Twilio for one resource; of repeated fields the last."""
        return [
            dict(parse_qsl(one.body.decode(), keep_blank_values=True))
            for one in self.asked
            if one.path.endswith(f"/{resource}.json")
        ]

    def said(self, resource: str = "Message") -> list[dict[str, object]]:
        """Return what was asked of Plivo for one resource."""
        return [one.said for one in self.asked if one.path.endswith(f"/{resource}/")]


@asynccontextmanager
async def company(name: str) -> AsyncGenerator[Company]:
    """Serve as a phone company."""
    serves = Company(name)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1])
            for line in head.splitlines()
            if line.lower().startswith(b"content-length")
        ]
        asked = HttpAsked.of(head + await reader.readexactly(lengths[0] if lengths else 0))
        serves.asked.append(asked)
        answer = serves.next_answer(asked)
        if answer is not None:
            writer.write(answer)
            await writer.drain()

    async with serving(take) as serves.port:
        yield serves


def twilio_takes(asked: HttpAsked, serves: Company | None = None) -> bytes:
    """Answer as Twilio does to whom it knows: 201 and the resource."""
    if asked.headers.get("authorization") != basic(ACCOUNT):
        return twilio_error(401, 20003, "Authenticate")
    form = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
    which = len(serves.asked) if serves else 1
    is_call = asked.path.endswith("/Calls.json")
    sid = f"{'CA' if is_call else 'SM'}{which:032d}"
    body = {
        "sid": sid,
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "to": form["To"],
        "from": form["From"],
        "status": "queued",
        "direction": "outbound-api",
        "uri": f"{asked.path.removesuffix('.json')}/{sid}.json",
        **({} if is_call else {"body": form["Body"], "error_code": None, "num_segments": "1"}),
    }
    return reply("201 CREATED", body, Content_Type="application/json")


def twilio_error(status: int, code: int, message: str = "", **headers: str) -> bytes:
    """Answer as Twilio does when it will not, or not now."""
    body = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return reply(f"{status} Error", body, Content_Type="application/json", **headers)


def plivo_takes(asked: HttpAsked, serves: Company | None = None) -> bytes:
    """Answer as Plivo does to whom it knows."""
    if asked.headers.get("authorization") != basic(PLIVO_ACCOUNT):
        return reply("401 UNAUTHORIZED", "Could not verify your access level for that URL.")
    which = f"{len(serves.asked) if serves else 1:08d}-0000-0000-0000-000000000000"
    if asked.path.endswith("/Call/"):
        body: dict[str, object] = {"message": "call fired", "request_uuid": which, "api_id": "x"}
        return reply("201 CREATED", body, Content_Type="application/json")
    body = {"message": "message(s) queued", "message_uuid": [which], "api_id": "x"}
    return reply("202 ACCEPTED", body, Content_Type="application/json")


def plivo_error(status: int, error: str, **headers: str) -> bytes:
    """Answer as Plivo does when it will not, or not now."""
    body = {"api_id": "x", "error": error}
    return reply(f"{status} Error", body, Content_Type="application/json", **headers)


def basic(account: str) -> str:
    return "Basic " + b64encode(f"{account}:{TOKEN}".encode()).decode()
