"""Credentials that stand in plain sight: in user data, environment variables and the like.

Only the kind of a credential and where it stands are ever told, never the credential.
"""

import binascii
import re
import zlib
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from fireline.core.detection.signatures.telling import CannotTell

MAX_TEXT = 262_144  # user data has at most 16 kB; a task definition 64
MAX_TOLD = 20
_MAX_DEPTH = 8

# The shapes issuers document for their tokens; the words are what people call them.
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b|\bAKIA[A-Z0-9]{16}\b")),
    (
        "an AWS secret key",
        re.compile(
            r"(?i:aws.{0,20}secret|secret_?access_?key)\S{0,5}\s{0,3}[=: ]\s{0,3}[\"']?"
            r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"
        ),
    ),
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z]{1,10} ){0,2}PRIVATE KEY-----")),
    ("a GitHub token", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{22}")),
    ("a GitLab token", re.compile(r"\bglpat-[A-Za-z0-9_-]{20}")),
    ("a Slack token", re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10}")),
    ("a Slack webhook", re.compile(r"hooks\.slack\.com/services/T[A-Z0-9]{5}")),
    ("a Stripe key", re.compile(r"\b[sr]k_live_[A-Za-z0-9]{16}")),
    ("a Google API key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}")),
    ("an npm token", re.compile(r"\bnpm_[A-Za-z0-9]{36}")),
    (
        "a password in an address",
        re.compile(r"\b[a-z][a-z0-9+]{1,15}://[^\s/:@]{1,64}:[^\s/:@${<]{3,128}@"),
    ),
)
_WORD = r"(?:password|passwd|passphrase|pwd|secret|api_?key|auth_?token|access_?token|token)"
# A name that ends so holds where a secret is, not the secret.
_WHERE = re.compile(r"(?i)(?:arn|name|id|path|file|parameter|param|ref|url|uri|ttl|length)$")
_NAMED = re.compile(rf"(?i)(?:^|[_.-]){_WORD}$|{_WORD}$")
_SAID = re.compile(
    rf"(?i)(?:^|[\s;,{{\"'_-])(?:--)?(?P<name>[A-Z0-9_.-]{{0,40}}{_WORD})[\"']?"
    r"(?:\s{0,3}[=:]\s{0,3}|\s)[\"']?(?P<value>[^\s\"',;]{6,256})"
)
_ASSIGNED = re.compile(r"[=:]|--")
# What stands for a secret kept elsewhere, or for nothing.
_STANDS_FOR = re.compile(
    r"(?i)^(?:\$|\{\{|<|%|arn:|ssm:|vault:|file:|env:|\*{3}|x{3,}$|none$|null$|true$|false$"
    r"|required$|optional$|redacted|\()"
)


def secrets_in(value: object) -> list[str]:
    """List the credentials a text seems to hold, each by its kind and where it stands.

    Of a map, such as environment variables, or a list of `name` and `value`, each value is looked
    at, and the name that holds it told; of a text, the line. What only refers to a secret kept
    elsewhere (an ARN, `${NAME}`, `{{resolve:…}}`) is none.
    """
    return list(dict.fromkeys(_found(value, "", 0)))[:MAX_TOLD]


def from_base64(text: str | None) -> str:
    """Return the text that base64 stands for, unpacked where it is gzip; null gives none.

    Unknown when it is not base64. Bytes that are no text are shown as `�`.
    """
    try:
        raw = b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        msg = "the text is not base64"
        raise CannotTell(msg) from None
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(raw, MAX_TEXT)
        except zlib.error:
            msg = "the text is not whole gzip"
            raise CannotTell(msg) from None
    return raw[:MAX_TEXT].decode("utf-8", "replace").replace("\x00", "�")


def _found(value: object, name: str, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    match value:
        case str():
            yield from _in_text(value[:MAX_TEXT], name)
        case Mapping():
            yield from _in_map(cast("Mapping[str, Any]", value), depth)
        case Sequence():
            for each in cast("Sequence[object]", value):
                yield from _found(each, name, depth + 1)
        case _:
            return


def _in_map(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    if value.keys() >= {"name", "value"} and isinstance(value["name"], str):
        yield from _found(value["value"], value["name"], depth + 1)
        return
    for name, each in value.items():
        yield from _found(each, name, depth + 1)


def _in_text(text: str, name: str) -> Iterator[str]:
    if name and _names_a_secret(name) and _is_secret(text):
        yield f"a password in {name}"
    for at, line in enumerate(text.splitlines(), 1):
        where = name or f"line {at}"
        for kind, shape in _SHAPES:
            if shape.search(line):
                yield f"{kind} in {where}"
        for said in _SAID.finditer(line):
            assigned = _ASSIGNED.search(said[0][: said.start("value") - said.start()])
            if assigned and not _WHERE.search(said["name"]) and _is_secret(said["value"]):
                yield f"a password in {where}"


def _names_a_secret(name: str) -> bool:
    return bool(_NAMED.search(name)) and not _WHERE.search(name)


def _is_secret(value: str) -> bool:
    return len(value) >= 6 and "\n" not in value and not _STANDS_FOR.match(value)
