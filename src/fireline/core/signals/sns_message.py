"""What proves a message of SNS: which of its texts are signed, by whose certificate, and when.

Docs: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. Nothing here
fetches anything; an address is judged before anybody fetches it, because whoever posts chooses it.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from fireline.core.signals.decoding import moment_of
from fireline.core.signals.fields import Wrong, decode_object, required, text
from fireline.core.values.json import JsonObject

NOTIFICATION = "Notification"
SUBSCRIPTION = "SubscriptionConfirmation"
UNSUBSCRIPTION = "UnsubscribeConfirmation"
FRESH_FOR = timedelta(hours=1)
MAX_URL = 2048
MAX_ID = 200

_HOST = re.compile(r"sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?")
_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
_SIGNED[UNSUBSCRIPTION] = _SIGNED[SUBSCRIPTION]
_OPTIONAL = "Subject"
# By `SignatureVersion`; both are RSA with PKCS#1 v1.5.
HASHES = {"1": "sha1", "2": "sha256"}
# The common names of AWS's signing certificates, by partition.
_NAMES = re.compile(r"sns(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")


class _Bad(Wrong):
    """A field is there and cannot be what it should be."""

    def __init__(self, *, field: str, why: str) -> None:
        super().__init__(code="bad_field", field=field, why=f"{field}: {why}")


@dataclass(frozen=True, slots=True)
class SnsMessage:
    """A message whose fields are all there; whether it is true is not known yet."""

    kind: str
    id: str
    topic: str
    signed: bytes
    signature: str
    hash: str
    certificate_url: str
    subscribe_url: str
    token: str
    at: datetime


def parse(body: bytes) -> SnsMessage:
    """Read what the proof needs of a message. Raises Wrong, with the field that stops it."""
    said = decode_object(body)
    kind = required(said, "Type")
    names = _SIGNED.get(kind)
    if names is None:
        raise _Bad(field="Type", why=f"{kind[:100]!r} is no type of SNS message")
    at = moment_of(required(said, "Timestamp"))
    if at is None:
        raise _Bad(field="Timestamp", why="it is no moment")
    version = required(said, "SignatureVersion")
    if version not in HASHES:
        raise _Bad(field="SignatureVersion", why=f"{version[:20]!r} is neither 1 nor 2")
    return SnsMessage(
        kind=kind,
        id=_id(said),
        topic=required(said, "TopicArn"),
        signed=_signed(said, names),
        signature=required(said, "Signature"),
        hash=HASHES[version],
        certificate_url=required(said, "SigningCertURL"),
        subscribe_url=text(said, "SubscribeURL"),
        token=text(said, "Token"),
        at=at,
    )


def _id(said: JsonObject) -> str:
    id_ = required(said, "MessageId")
    if len(id_) > MAX_ID:
        raise _Bad(field="MessageId", why=f"it has more than {MAX_ID} characters")
    return id_


def why_not_certificate(url: str) -> str:
    """Say why a certificate may not be fetched from an address, empty when it may."""
    why = _why_not_aws(url)
    if why:
        return why
    parts = urlsplit(url)
    if not parts.path.endswith(".pem") or parts.query or parts.fragment:
        return "it does not name a .pem file"
    return ""


def why_not_confirmation(message: SnsMessage) -> str:
    """Say why a subscription may not be confirmed at the address given, empty when it may."""
    why = _why_not_aws(message.subscribe_url)
    if why:
        return why
    parts = urlsplit(message.subscribe_url)
    asked = parse_qs(parts.query, keep_blank_values=True)
    if parts.path not in ("", "/") or parts.fragment:
        return "it names a path"
    if asked.get("Action") != ["ConfirmSubscription"]:
        return "its Action is not ConfirmSubscription"
    if asked.get("TopicArn") != [message.topic]:
        return "it confirms another topic"
    if asked.get("Token") != [message.token]:
        return "it carries another token"
    return ""


def why_stale(message: SnsMessage, now: datetime) -> str:
    """Say why a message is too old, or too far ahead, to be heard; empty when it is neither."""
    if abs(now - message.at) > FRESH_FOR:
        return f"its Timestamp is more than {FRESH_FOR} away"
    return ""


def is_signers_name(name: str) -> bool:
    """Say whether a certificate's common name is one that SNS signs with."""
    return _NAMES.fullmatch(name) is not None


def _signed(said: JsonObject, names: tuple[str, ...]) -> bytes:
    """Build the text that is signed: each name and value on a line, in this order."""
    lines: list[str] = []
    for name in names:
        value = said.get(name)
        if isinstance(value, str):
            lines += (name, value)
        elif name != _OPTIONAL:
            raise Wrong(code="no_field", field=name, why=f"{name} is missing or no text")
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def _why_not_aws(url: str) -> str:
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or "\\" in url:
        return "it is no plain address"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no address"
    if parts.scheme != "https":
        return "it is not https"
    # No user, no port: nothing that makes two readers of one address see different hosts.
    if port is not None or parts.netloc != parts.hostname or not _HOST.fullmatch(parts.netloc):
        return "its host is not SNS's"
    return ""
