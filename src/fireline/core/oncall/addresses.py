"""What an address of each kind looks like, and how much of one is shown."""

import json
import re
from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import urlsplit

from fireline.core.oncall.people import PHONE
from fireline.core.values.json import canonical

MAX_ADDRESS = 2_000
# ITU-T E.164: a plus, and at most fifteen digits that do not begin with nought.
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_SPACING = re.compile(r"[\s().\-/]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# docs.slack.dev: ids of users begin with U, those of Enterprise Grid with W.
SLACK_USER = r"^[UW][A-Z0-9]{5,20}$"
# spec.matrix.org, Appendices §4.3: a localpart, and the name of a server.
MATRIX_USER = r"^@[^\s:@]+:[^\s@/]+$"
# docs.ntfy.sh/publish: a topic's name, alone (on a server of one's own) or with its server.
_NTFY_TOPIC = re.compile(r"(https?://[^\s@/?#]+/)?[A-Za-z0-9_-]{1,64}")
_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]{0,200}|file:/[^\s]{1,400}")
# RFC 8291: the browser's P-256 point (65 bytes) and its secret (16 bytes), as base64url.
_P256DH = re.compile(r"[A-Za-z0-9_-]{87}=?")
_AUTH = re.compile(r"[A-Za-z0-9_-]{22}(==)?")
# What is shown of an address that would let whoever reads it send as fireline does.
_HIDDEN = frozenset({"webhook", "teams"})


def is_phone(text: str) -> bool:
    """Tell whether a text is a phone number, written so that it works from anywhere."""
    return _PHONE.fullmatch(text) is not None


def is_reference(text: str) -> bool:
    """Tell whether a text says where a secret is kept, rather than being one."""
    return _REFERENCE.fullmatch(text) is not None


def is_ntfy_topic(text: str) -> bool:
    """Tell whether a text names a topic, on its own server or on the one of the settings."""
    return _NTFY_TOPIC.fullmatch(text) is not None


def address_from(channel: str, typed: str) -> str:
    """Read an address a person typed, in the one form it is kept in.

    Raises ValueError, which says what is wrong. A reference to a secret is no address here: with
    one, anybody could have fireline's own secrets sent somewhere, so only the plan may hold them.
    """
    if len(typed) > MAX_ADDRESS:
        msg = f"an address has at most {MAX_ADDRESS} characters"
        raise ValueError(msg)
    read = _READ.get(channel)
    if read is None:
        msg = f"{channel!r} is nothing people add themselves: {', '.join(OWN_CHANNELS)} are"
        raise ValueError(msg)
    return read(typed.strip())


def shown(channel: str, address: str) -> str:
    """Return an address as its owner is shown it; of a place on the web, not enough to use it."""
    if is_reference(address) or (channel not in _HIDDEN and channel != "push"):
        return address
    if channel == "push":
        return f"a browser, by {_host(_endpoint(address)) or 'its push service'}"
    return f"{_host(address) or 'an address'}/\N{HORIZONTAL ELLIPSIS}{address[-4:]}"


def _phone(typed: str) -> str:
    number = _PHONE_SPACING.sub("", typed)
    number = f"+{number[2:]}" if number.startswith("00") else number
    if not is_phone(number):
        msg = "a phone is written as +, country and number, such as +4915112345678"
        raise ValueError(msg)
    return number


def _email(typed: str) -> str:
    if len(typed) > 254 or _EMAIL.fullmatch(typed) is None:
        msg = "a mail address looks like dana@example.com"
        raise ValueError(msg)
    return typed


def _slack(typed: str) -> str:
    if re.fullmatch(SLACK_USER, typed) is None:
        msg = "a Slack user is an id such as U012AB3CD (profile, More, Copy member ID)"
        raise ValueError(msg)
    return typed


def _matrix(typed: str) -> str:
    if len(typed) > 255 or re.fullmatch(MATRIX_USER, typed) is None:
        msg = "a Matrix user looks like @dana:example.com"
        raise ValueError(msg)
    return typed


def _ntfy(typed: str) -> str:
    if not is_ntfy_topic(typed):
        msg = "an ntfy topic looks like https://ntfy.sh/dana-pager-7hq2"
        raise ValueError(msg)
    return typed


def _https(typed: str) -> str:
    if not typed.startswith("https://") or not _host(typed) or re.search(r"\s", typed):
        msg = "an address on the web begins with https://"
        raise ValueError(msg)
    return typed


def _push(typed: str) -> str:
    """Keep of a subscription what the Push API's `toJSON` gives and sending needs."""
    said = _mapping(_json(typed))
    held = _mapping(said.get("keys"))
    endpoint, p256dh, auth = said.get("endpoint"), str(held.get("p256dh")), str(held.get("auth"))
    if not _P256DH.fullmatch(p256dh) or not _AUTH.fullmatch(auth):
        msg = "a push subscription has keys.p256dh and keys.auth, as the browser made them"
        raise ValueError(msg)
    return canonical({"endpoint": _https(str(endpoint)), "keys": {"auth": auth, "p256dh": p256dh}})


def _json(text: str) -> object:
    try:
        return cast("object", json.loads(text))
    except ValueError:
        msg = "a push subscription is the JSON the browser gave"
        raise ValueError(msg) from None


def _mapping(found: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", found) if isinstance(found, Mapping) else {}


def _endpoint(address: str) -> str:
    try:
        return str(_mapping(_json(address)).get("endpoint", ""))
    except ValueError:
        return ""


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


_READ: Mapping[str, Callable[[str], str]] = {
    PHONE: _phone,
    "push": _push,
    "email": _email,
    "slack": _slack,
    "matrix": _matrix,
    "ntfy": _ntfy,
    "teams": _https,
    "webhook": _https,
}
OWN_CHANNELS = tuple(_READ)
