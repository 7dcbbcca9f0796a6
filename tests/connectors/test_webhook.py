"""Webhooks, against a real server on loopback."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network

import pytest

from fireline.connectors.webhook.channel import WebhookChannel
from fireline.core.values.secret import Secret
from fireline.ports.channel import (
    Channel,
    Delivered,
    Message,
    Outcome,
    Refused,
    TryAgain,
    Unknown,
)
from fireline.wire.addresses import THIS_MACHINE, Reach, why_refused
from fireline.wire.caller import MAX_BODY_BYTES
from tests.connectors.serving import serving

AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Request-Id: r1\r\n\r\n"


@dataclass
class Phone:
    """A server that answers what it is told to, and keeps what it is asked."""

    answer: bytes | None = KEPT
    asked: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ana"


@asynccontextmanager
async def ringing(answer: bytes | None = KEPT) -> AsyncIterator[Phone]:
    phone = Phone(answer)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.splitlines()
            if line.lower().startswith(b"content-length")
        )
        phone.asked.append(head + await reader.readexactly(length))
        if phone.answer is not None:
            writer.write(phone.answer)
            await writer.drain()

    async with serving(take) as phone.port:
        yield phone


def message(to: str, body: str = '{"alert":12}') -> Message:
    return Message("page:1:0:webhook", "webhook", "ana", to, "P2 #12 x", body, AT)


@asynccontextmanager
async def drilling(
    address_of: Callable[[Message], str] = lambda message: message.to, seconds: float = 10
) -> AsyncIterator[WebhookChannel]:
    channel = WebhookChannel(
        Secret("s3cret"), reach=THIS_MACHINE, address_of=address_of, whole_seconds=seconds
    )
    yield channel
    await channel.aclose()


async def post(phone: Phone, seconds: float = 10) -> Outcome:
    async with drilling(seconds=seconds) as channel:
        return await channel.send(message(phone.url))


async def test_a_message_arrives_signed_and_keyed():
    async with ringing() as phone:
        assert await post(phone) == Delivered("r1")
    (asked,) = phone.asked
    head, body = asked.split(b"\r\n\r\n", 1)
    headers = dict(line.lower().split(b": ", 1) for line in head.splitlines()[1:])
    assert head.startswith(b"POST /ana HTTP/1.1")
    assert body == b'{"alert":12}'
    assert headers[b"idempotency-key"] == b"page:1:0:webhook"
    assert headers[b"host"] == f"127.0.0.1:{phone.port}".encode()
    stamp = int(AT.timestamp())
    signed = hmac.new(b"s3cret", f"{stamp}.".encode() + body, sha256).hexdigest()
    assert headers[b"x-fireline-signature"] == f"t={stamp},v1={signed}".encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("202 Accepted", Delivered),
        ("301 Moved\r\nLocation: http://127.0.0.1/", Refused),
        ("400 Bad", Refused),
        ("404 Not Found", Refused),
        ("408 Timeout", TryAgain),
        ("429 Slow", TryAgain),
        ("500 Broken", TryAgain),
        ("503 Away", TryAgain),
    ],
)
async def test_the_status_says_what_became_of_it(status: str, kind: type):
    async with ringing(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) as phone:
        assert isinstance(await post(phone), kind)
    assert len(phone.asked) == 1


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("99999999999999", timedelta(days=1)),
        ("Tue, 17 Nov 2026 09:00:30 GMT", timedelta(seconds=30)),
        ("Tue, 17 Nov 2026 08:00:00 GMT", timedelta()),
        ("soon", None),
    ],
)
async def test_what_the_other_side_asks_for_is_told(asked: str, wait: timedelta | None):
    answer = f"HTTP/1.1 503 Away\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n"
    async with ringing(answer.encode()) as phone:
        outcome = await post(phone)
    assert isinstance(outcome, TryAgain)
    assert outcome.after == wait


async def test_a_lost_answer_is_unknown_not_failure():
    async with ringing(None) as phone:
        assert isinstance(await post(phone), Unknown)


async def test_silence_after_the_request_is_unknown():
    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(take) as port:
        phone = Phone(port=port)
        assert isinstance(await post(phone, seconds=0.3), Unknown)


async def test_a_closed_door_is_tried_again():
    async with ringing() as phone:
        pass
    assert isinstance(await post(phone), TryAgain)


async def test_an_endless_answer_is_not_read():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 100
    async with ringing(head) as phone:
        assert isinstance(await post(phone), Delivered)


async def test_a_drill_calls_the_labs_phones_by_person():
    async with (
        ringing() as phone,
        drilling(lambda message: f"http://127.0.0.1:{phone.port}/{message.person}") as channel,
    ):
        assert isinstance(await channel.send(message("https://hooks.example.com/x")), Delivered)
    assert phone.asked[0].startswith(b"POST /ana ")


async def test_a_drill_calls_no_other_machine():
    async with drilling() as channel:
        outcome = await channel.send(message("http://203.0.113.9/ana"))
    assert isinstance(outcome, Refused)


async def test_what_is_real_does_not_call_this_machine():
    async with ringing() as phone:
        channel: Channel = WebhookChannel(Secret("s"))
        assert isinstance(await channel.send(message(phone.url)), Refused)
    assert phone.asked == []


async def test_one_bad_address_among_good_ones_is_refused():
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", "169.254.169.254"]

    channel = WebhookChannel(Secret("s"), resolve=resolve)
    assert isinstance(await channel.send(message("https://hooks.example.com/x")), Refused)
    await channel.aclose()


async def test_a_name_that_does_not_resolve_is_tried_again():
    async def missing(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    async def empty(host: str, port: int) -> Sequence[str]:
        return []

    async def slow(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(5)
        return []

    for resolve in (missing, empty, slow):
        channel = WebhookChannel(Secret("s"), resolve=resolve, whole_seconds=0.2)
        assert isinstance(await channel.send(message("https://hooks.example.com/x")), TryAgain)
        await channel.aclose()


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "http://", "nonsense", "http://a:b@127.0.0.1/", "http://[::1"]
)
async def test_what_is_no_plain_address_is_refused(url: str):
    async with drilling() as channel:
        assert isinstance(await channel.send(message(url)), Refused)


async def test_too_long_a_message_is_refused():
    async with drilling() as channel:
        long = replace(message("http://127.0.0.1/"), body="x" * (MAX_BODY_BYTES + 1))
        assert isinstance(await channel.send(long), Refused)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse, not one to listen on
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:a9fe:a9fe::",
        "2001:0:53aa:64c:0:0:5601:5601",  # Teredo, carrying 169.254.169.254
        "fd00:ec2::254",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_on_the_internet_is_refused(address: str):
    assert why_refused(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
)
def test_an_address_on_the_internet_may_be_called_but_not_in_a_drill(address: str):
    assert why_refused(address) is None
    assert why_refused(address, THIS_MACHINE)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_a_drill_may_call_this_machine(address: str):
    assert why_refused(address, THIS_MACHINE) is None


def test_an_operator_may_open_a_network_of_their_own_and_no_other():
    reach = Reach(private=(IPv4Network("10.1.0.0/16"), IPv6Network("fd12::/16")))
    assert why_refused("10.1.2.3", reach) is None
    assert why_refused("fd12::1", reach) is None
    assert why_refused("93.184.215.14", reach) is None
    assert why_refused("10.2.0.1", reach)
    assert why_refused("::ffff:10.1.2.3", reach)


def test_a_clouds_metadata_is_not_opened_by_any_network():
    everywhere = Reach(private=(IPv4Network("0.0.0.0/0"), IPv6Network("::/0")))
    assert why_refused("127.0.0.1", everywhere) is None
    for address in ("169.254.169.254", "fd00:ec2::254", "fe80::1", "0.0.0.0"):  # noqa: S104 - to refuse
        assert why_refused(address, everywhere)
