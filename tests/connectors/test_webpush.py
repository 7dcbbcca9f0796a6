"""Web push: sealed for one browser, signed for its push service, at a fake of that service's wire.

What we seal is opened by `http_ece`, the library browsers' own tests use, and by the example that
RFC 8291 works through.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta

import http_ece  # pyright: ignore[reportMissingTypeStubs] - it has none
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fireline.connectors.webpush import channel as webpush
from fireline.connectors.webpush.encryption import (
    MAX_PLAIN_BYTES,
    NotASubscriptionError,
    encrypted,
    sealed,
    subscription_in,
)
from fireline.connectors.webpush.keys import KeyUnusableError, Signer, new_key
from fireline.core.values.secret import Secret
from fireline.ports.channel import Channel, Refused
from fireline.wire.addresses import Reach
from fireline.wire.caller import Caller
from tests.connectors.channel_contract import AT, ChannelContract, HttpAsked, Mood, reply

KEY = new_key()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """Somebody's browser: it has the keys, and opens what it is pushed."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)

    def subscription(self, endpoint: str) -> str:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": b64(point), "auth": b64(self.auth)}
        return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": keys})

    def opened(self, body: bytes) -> dict[str, object]:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth)
        return json.loads(plain)


class TestPush(ChannelContract):
    description = webpush.DESCRIPTION
    secrets = ("endp01nt",)
    receipt = "0:1573"
    browser = Browser()

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        signer = Signer(KEY, "mailto:ops@example.com")
        return webpush.WebPushChannel(signer, Caller(reach))

    def address(self, host: str, port: int) -> str:
        return self.browser.subscription(f"http://{host}:{port}/push/endp01nt")

    def answer(self, mood: Mood, asked: HttpAsked) -> bytes:
        if asked.headers["content-encoding"] != "aes128gcm" or "ttl" not in asked.headers:
            return reply("400 Bad")
        return {
            Mood.TAKES: reply("201 Created", Location="https://push.example.com/m/0:1573"),
            Mood.SLOWS: reply("429 Slow", Retry_After="7"),
            Mood.REFUSES: reply("410 Gone", "endp01nt"),
        }.get(mood, reply("503 Away"))

    def told(self, asked: list[bytes]) -> str:
        return "\n".join(json.dumps(self.browser.opened(HttpAsked.of(one).body)) for one in asked)

    @pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
    async def test_a_subscription_that_is_gone_says_so(self, status: str):
        async with self.vendor(Mood.REFUSES) as vendor:
            self_answer, self.answer = self.answer, lambda mood, asked: reply(status)
            outcome = await self._send(vendor)
            self.answer = self_answer
        assert isinstance(outcome, Refused)
        assert outcome.gone
        assert "subscription gone" in outcome.why

    async def test_what_is_shown_can_be_answered_where_it_is_shown(self):
        async with self.vendor(Mood.TAKES) as vendor:
            message = self._page(vendor)
            await self._send(vendor, message)
            await self._send(vendor, message)
            await self._send(vendor, replace(message, key="another"))
        first, again, other = (HttpAsked.of(one) for one in vendor.asked)
        shown = self.browser.opened(first.body)
        assert shown["title"] == "P1 #42 orders-db: connections over 95 percent"
        assert str(shown["link"]).startswith("https://fireline.example.com/acknowledge/")
        assert (shown["tag"], shown["urgent"]) == ("alert-42", True)
        assert first.headers["urgency"] == "high"
        # A second attempt takes the first's place while a phone is off, and is sealed anew.
        assert first.headers["topic"] == again.headers["topic"] != other.headers["topic"]
        assert first.body != again.body

    async def test_the_push_service_learns_who_sends_and_nothing_of_what(self):
        async with self.vendor(Mood.TAKES) as vendor:
            await self._send(vendor)
        (raw,) = vendor.asked
        assert b"orders-db" not in raw
        header = HttpAsked.of(raw).headers["authorization"]
        token, key = (part.split("=", 1)[1] for part in header.split(" ", 1)[1].split(", "))
        head, claims, signature = token.split(".")
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
        r, s = unb64(signature)[:32], unb64(signature)[32:]
        der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        point.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
        said = json.loads(unb64(claims))
        assert json.loads(unb64(head)) == {"typ": "JWT", "alg": "ES256"}
        assert said["aud"] == f"http://127.0.0.1:{vendor.port}"
        assert said["sub"] == "mailto:ops@example.com"
        assert 0 < said["exp"] - AT.timestamp() <= timedelta(hours=24).total_seconds()


def test_the_example_of_rfc_8291_is_sealed_to_the_letter():
    to = subscription_in(
        json.dumps(
            {
                "endpoint": "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
                "keys": {
                    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
                    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx"
                    "aOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                },
            }
        )
    )
    mine = int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = sealed(
        b"When I grow up, I want to be a watermelon",
        to,
        ec.derive_private_key(mine, ec.SECP256R1()),
        unb64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert b64(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_longest_push_is_as_long_as_every_push_service_takes():
    browser = Browser()
    to = subscription_in(browser.subscription("https://push.example.com/x"))
    body = encrypted(b'"' + b"x" * (MAX_PLAIN_BYTES - 2) + b'"', to)
    assert len(body) == 4_096
    assert http_ece.decrypt(body, private_key=browser.key, auth_secret=browser.auth)
    with pytest.raises(ValueError, match="do not fit"):
        encrypted(b"x" * (MAX_PLAIN_BYTES + 1), to)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"endpoint":"https://x","keys":null}',
        '{"endpoint":7,"keys":{"auth":"BTBZMqHH6r4Tts7J_aSIgg","p256dh":"BA"}}',
        '{"endpoint":"https://x","keys":{"auth":"BTBZMqHH6r4Tts7J_aSIgg","p256dh":"BAAA"}}',
        '{"endpoint":"https://x","keys":{"auth":5,"p256dh":"é"}}',
    ],
)
def test_what_no_browser_gave_is_no_subscription(text: str):
    with pytest.raises(NotASubscriptionError, match="not a subscription"):
        subscription_in(text)


def test_the_key_is_one_of_the_curve_p_256_or_none():
    assert Signer(KEY).public_key == Signer(KEY).public_key != Signer(new_key()).public_key
    assert len(unb64(Signer(KEY).public_key)) == 65
    for wrong in ("", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"):
        with pytest.raises(KeyUnusableError):
            Signer(Secret(wrong))
    assert "BEGIN" not in repr(KEY)
