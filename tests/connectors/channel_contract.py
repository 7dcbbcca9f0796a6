"""What every channel promises, whatever it is made of: one suite, and a fake at each vendor's wire.

A channel's test makes a class of its own from `ChannelContract`, and says how its vendor answers in
each `Mood`, how the channel is made, and what an address is. Everything else is here.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_network
from typing import ClassVar

import pytest

from fireline.core.escalation.channels import CHANNELS, Form
from fireline.core.escalation.wording import Occasion, body_for, linked, subject
from fireline.core.values.priority import Priority
from fireline.ports.channel import (
    Channel,
    Delivered,
    Description,
    Message,
    Outcome,
    Refused,
    TryAgain,
    Unknown,
)
from fireline.wire.addresses import INTERNET, THIS_MACHINE, Reach
from tests.connectors.serving import serving

AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
LINK = "https://fireline.example.com/acknowledge/t0ken"
# An address for documentation alone: nobody answers there.
ELSEWHERE = "203.0.113.9"
ASKED_SECONDS = 7
OCCASION = Occasion(
    number=42,
    priority=Priority.P1,
    title="orders-db: connections over 95 percent",
    owner="Shop, Web",
    runbook="leaked-key",
    happened=("09:00:01 Connections: 96 by orders-db",),
    first_at=AT,
    reason="on call",
    step=1,
    drill=False,
)
ODD = {
    "nothing": "",
    "a null": "a\0b",
    "half a pair": "x\ud800y",
    "lines": "one\r\ntwo\nthree\u2028four",
    "signs": "<b>&amp; *bold* [link](https://evil.example.com) @channel <!everyone> 日本 \u202eabc",
    "a book": "Wort 🔥 " * 3_000,
}


class Mood(StrEnum):
    """How a vendor treats what it is asked."""

    TAKES = "takes it"
    SLOWS = "asks for patience"
    REFUSES = "will never take it"
    LOSES = "hears it and hangs up"
    BREAKS = "is broken"


@dataclass
class Vendor:
    """A vendor's side of the wire: what it was asked."""

    mood: Mood
    port: int = 0
    asked: list[bytes] = field(default_factory=list)


@dataclass(frozen=True)
class HttpAsked:
    """One request that a vendor by HTTP got."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @staticmethod
    def of(raw: bytes) -> "HttpAsked":
        head, body = raw.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): text for name, text in (line.split(": ", 1) for line in lines)}
        return HttpAsked(method, path, headers, body)

    @property
    def said(self) -> dict[str, object]:
        return json.loads(self.body)


def reply(status: str, body: object = "", **headers: str) -> bytes:
    """Write an answer by HTTP. Underscores in names of headers are hyphens."""
    written = (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(written)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + written


def page(occasion: Occasion = OCCASION, *, form: Form, channel: str, to: str) -> Message:
    """Word a page as a channel of this form is given it."""
    key = f"page:1:0:{channel}"
    body = linked(form, body_for(form, occasion), key=key, link=LINK)
    return Message(key, channel, "dana", to, subject(occasion), body, AT)


class ChannelContract:
    """The suite. What begins with an underscore is the suite's own; the rest a channel gives."""

    description: ClassVar[Description]
    # What must never be seen anywhere but at the vendor's.
    secrets: ClassVar[tuple[str, ...]] = ()
    # The vendor's name for the message, where it has one.
    receipt: ClassVar[str] = ""
    # E-mail asks for patience without saying how much.
    says_how_long: ClassVar[bool] = True
    # Whether the operator names the other side, so that its address is not judged.
    named_by_operator: ClassVar[bool] = False
    # Letters that no one has to answer, and a phone's keys, carry no link.
    carries_link: ClassVar[bool] = True
    odd: ClassVar[Mapping[str, str]] = ODD

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        """Make the channel, its vendor being there."""
        raise NotImplementedError

    def address(self, host: str, port: int) -> str:
        """Return somebody's address."""
        raise NotImplementedError

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        """Answer as the vendor does in this mood; `LOSES` never asks."""
        raise NotImplementedError

    def told(self, asked: list[bytes]) -> str:
        """Return what a person is shown of what the vendor was asked."""
        return "\n".join(json.dumps(json.loads(HttpAsked.of(one).body)) for one in asked)

    def is_message(self, asked: HttpAsked) -> bool:
        """Tell the request that carries the message from those before it."""
        del asked
        return True

    @asynccontextmanager
    async def vendor(self, mood: Mood) -> AsyncGenerator[Vendor]:
        """Serve as the vendor does."""
        vendor = Vendor(mood)

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [
                int(line.split(b":")[1])
                for line in head.splitlines()
                if line.lower().startswith(b"content-length")
            ]
            raw = head + await reader.readexactly(lengths[0] if lengths else 0)
            asked = HttpAsked.of(raw)
            if self.is_message(asked):
                vendor.asked.append(raw)
                if vendor.mood is Mood.LOSES:
                    return
                writer.write(self.answer(vendor.mood, asked))
            else:
                writer.write(self.answer(Mood.TAKES, asked))
            await writer.drain()

        async with serving(take) as vendor.port:
            yield vendor

    async def _send(
        self, vendor: Vendor, message: Message | None = None, reach: Reach = THIS_MACHINE
    ) -> Outcome:
        channel = self.channel("127.0.0.1", vendor.port, reach)
        outcome = await channel.send(message or self._page(vendor))
        await _close(channel)
        for secret in self.secrets:
            # Whatever became of it, nobody reads a secret in what is said of it.
            assert secret not in f"{outcome!r} {channel!r} {vars(channel)!r}"
        return outcome

    def _page(self, vendor: Vendor, occasion: Occasion = OCCASION) -> Message:
        to = self.address("127.0.0.1", vendor.port)
        return page(occasion, form=self.description.form, channel=self.description.name, to=to)

    async def test_it_describes_itself(self):
        said = self.description
        channel = self.channel("127.0.0.1", 9, THIS_MACHINE)
        assert channel.name == said.name
        assert CHANNELS[said.name] is said.form
        assert said.is_address(said.example)
        assert said.is_address(self.address("127.0.0.1", 9))
        assert not said.is_address("no address")
        assert not said.is_address("")
        assert said.title
        assert said.address_words
        assert all(need.startswith("FIRELINE_") for need in said.needs)
        await _close(channel)

    async def test_it_delivers_the_words_and_keeps_the_receipt(self):
        async with self.vendor(Mood.TAKES) as vendor:
            outcome = await self._send(vendor)
        assert isinstance(outcome, Delivered), outcome
        assert len(vendor.asked) == 1
        told = self.told(vendor.asked)
        assert "42" in told
        assert OCCASION.title in told
        if self.description.receipts:
            assert outcome.receipt == self.receipt

    async def test_it_carries_the_link_to_answer_by(self):
        async with self.vendor(Mood.TAKES) as vendor:
            await self._send(vendor)
        assert self.told(vendor.asked).count(LINK) >= (1 if self.carries_link else 0)

    async def test_it_waits_as_long_as_it_is_asked_to(self):
        async with self.vendor(Mood.SLOWS) as vendor:
            outcome = await self._send(vendor)
        assert isinstance(outcome, TryAgain), outcome
        asked = timedelta(seconds=ASKED_SECONDS) if self.says_how_long else None
        assert outcome.after == asked

    async def test_it_tries_again_where_the_other_side_is_broken(self):
        async with self.vendor(Mood.BREAKS) as vendor:
            outcome = await self._send(vendor)
        assert isinstance(outcome, TryAgain), outcome

    async def test_it_tries_again_where_nobody_is(self):
        async with self.vendor(Mood.TAKES) as vendor:
            pass
        outcome = await self._send(vendor)
        assert isinstance(outcome, TryAgain), outcome
        assert vendor.asked == []

    async def test_it_says_what_will_never_arrive(self):
        async with self.vendor(Mood.REFUSES) as vendor:
            outcome = await self._send(vendor)
        assert isinstance(outcome, Refused), outcome

    async def test_it_is_unsure_of_what_was_heard_and_not_answered(self):
        async with self.vendor(Mood.LOSES) as vendor:
            outcome = await self._send(vendor)
        assert isinstance(outcome, Unknown), outcome
        assert len(vendor.asked) == 1

    async def test_an_address_that_is_none_is_refused_and_not_repeated(self):
        async with self.vendor(Mood.REFUSES) as vendor:
            message = replace(self._page(vendor), to="s3cr3t no address")
            outcome = await self._send(vendor, message)
        assert isinstance(outcome, Refused), outcome
        if not self.description.is_address("dana@example.com"):
            assert "s3cr3t" not in outcome.why

    async def test_no_secret_is_logged(self, caplog: pytest.LogCaptureFixture):
        caplog.set_level(logging.DEBUG, logger="fireline")
        async with self.vendor(Mood.REFUSES) as vendor:
            await self._send(vendor)
        for secret in self.secrets:
            assert secret not in caplog.text

    @pytest.mark.parametrize("name", list(ODD))
    async def test_no_text_is_too_odd_or_too_long(self, name: str):
        text = self.odd.get(name)
        if text is None:
            return
        odd = replace(OCCASION, title=text, owner=text, happened=(text,) * 5)
        async with self.vendor(Mood.TAKES) as vendor:
            message = self._page(vendor, odd)
            worded = await self._send(vendor, message)
            raw = await self._send(vendor, replace(message, subject=text, body=text))
        assert isinstance(worded, Delivered), worded
        assert isinstance(raw, Delivered), raw
        assert len(vendor.asked) == 2

    async def test_a_drill_stays_on_this_machine(self):
        channel = self.channel(ELSEWHERE, 80, THIS_MACHINE)
        to = self.address(ELSEWHERE, 80)
        message = page(form=self.description.form, channel=self.description.name, to=to)
        outcome = await channel.send(message)
        await _close(channel)
        assert isinstance(outcome, Refused), outcome

    async def test_what_is_real_calls_this_machine_only_where_it_is_opened(self):
        if self.named_by_operator:
            return
        async with self.vendor(Mood.TAKES) as vendor:
            outcome = await self._send(vendor, reach=INTERNET)
            assert isinstance(outcome, Refused), outcome
            assert vendor.asked == []
            opened = await self._send(vendor, reach=Reach(private=(ip_network("127.0.0.0/8"),)))
        assert isinstance(opened, Delivered), opened


async def _close(channel: Channel) -> None:
    caller = getattr(channel, "_caller", None) or getattr(channel, "_server", None)
    caller = getattr(caller, "caller", caller)
    if hasattr(caller, "aclose"):
        await caller.aclose()
