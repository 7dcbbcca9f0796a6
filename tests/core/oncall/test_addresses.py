"""What an address of each kind looks like, and how much of one is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.app.channels import DESCRIPTIONS
from fireline.core.oncall.addresses import (
    OWN_CHANNELS,
    address_from,
    is_phone,
    is_reference,
    shown,
)
from fireline.core.oncall.people import CARRIED_BY
from fireline.ports.channel import Description

SUBSCRIPTION = (
    '{"endpoint":"https://push.example.com/abc","expirationTime":null,'
    '"keys":{"auth":"aaaaaaaaaaaaaaaaaaaaaa","p256dh":"' + "B" * 87 + '"}}'
)


@pytest.mark.parametrize(
    ("channel", "typed", "kept"),
    [
        ("phone", " +49 (151) 123-45678 ", "+4915112345678"),
        ("phone", "00491511234567", "+491511234567"),
        ("email", "dana@example.com", "dana@example.com"),
        ("slack", "U012AB3CD", "U012AB3CD"),
        ("matrix", "@dana:example.com:8448", "@dana:example.com:8448"),
        ("ntfy", "https://ntfy.sh/dana", "https://ntfy.sh/dana"),
        ("ntfy", "dana-pager", "dana-pager"),
        ("webhook", "https://example.com/x", "https://example.com/x"),
        (
            "push",
            SUBSCRIPTION,
            '{"endpoint":"https://push.example.com/abc","keys":'
            '{"auth":"aaaaaaaaaaaaaaaaaaaaaa","p256dh":"' + "B" * 87 + '"}}',
        ),
    ],
)
def test_an_address_is_kept_in_one_form(channel: str, typed: str, kept: str):
    assert address_from(channel, typed) == kept
    assert address_from(channel, kept) == kept


@given(st.sampled_from([*OWN_CHANNELS, "sms", "apprise", ""]), st.text(max_size=200))
def test_any_text_is_an_address_or_refused_with_a_reason(channel: str, typed: str):
    try:
        kept = address_from(channel, typed)
    except ValueError as wrong:
        kept, why = "", str(wrong)
    else:
        why = ""
    assert bool(kept) != bool(why)
    assert not kept or shown(channel, kept)


@pytest.mark.parametrize("channel", OWN_CHANNELS)
@pytest.mark.parametrize("reference", ["env:DATABASE_PASSWORD", "file:/etc/shadow"])
def test_nobody_names_a_secret_of_fireline_s_as_their_address(channel: str, reference: str):
    with pytest.raises(ValueError, match=r"."):
        address_from(channel, reference)


@pytest.mark.parametrize(
    ("channel", "address", "seen"),
    [
        ("phone", "+4915112345678", "+4915112345678"),
        ("teams", "env:TEAMS_DANA", "env:TEAMS_DANA"),
        ("teams", "https://x.example.com/workflows/secret1234", "x.example.com/…1234"),
        ("push", SUBSCRIPTION, "a browser, by push.example.com"),
        ("push", "broken", "a browser, by its push service"),
        ("webhook", "https://[broken", "an address/…oken"),
    ],
)
def test_what_is_a_secret_is_shown_in_part(channel: str, address: str, seen: str):
    assert shown(channel, address) == seen


def test_phones_and_references_are_told_from_other_texts():
    assert is_phone("+15005550006")
    assert not is_phone("+05005550006")
    assert not is_phone("15005550006")
    assert is_reference("env:A_1")
    assert is_reference("file:/run/secrets/x")
    assert not is_reference("file:relative")
    assert not is_reference("https://example.com")


@pytest.mark.parametrize("said", DESCRIPTIONS, ids=lambda said: said.name)
def test_what_is_kept_fits_what_the_channel_says_of_its_addresses(said: Description):
    kind = CARRIED_BY.get(said.name, said.name)
    if kind in OWN_CHANNELS:
        assert said.is_address(address_from(kind, said.example))
    else:
        assert kind in {"pagerduty", "splunk", "apprise"}
