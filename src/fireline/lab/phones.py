"""Everybody's phone: a webhook receiver that believes only what fireline signed."""

import hmac
import json
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from threading import Lock
from typing import Any

from fireline.lab.clock import now

SIGNATURE_HEADER = "X-Fireline-Signature"
_TOLERANCE_SECONDS = 300.0
_MOST_KEPT = 200


def sign(secret: str, moment: int, body: bytes) -> str:
    """Return the signature header of a body: HMAC-SHA256 over the time, a dot and the body."""
    keyed = hmac.new(secret.encode(), b"%d." % moment + body, sha256).hexdigest()
    return f"t={moment},v1={keyed}"


def is_signed(secret: str, header: str, body: bytes, *, now_unix: float) -> bool:
    """Tell whether a header is the body's signature, and fresh."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    try:
        moment = int(parts["t"])
    except (KeyError, ValueError):
        return False
    if not secret or abs(now_unix - moment) > _TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(header.encode(), sign(secret, moment, body).encode())


@dataclass(slots=True)
class Phones:
    """What each person's phone has received."""

    secret: str
    messages: dict[str, list[Any]]
    refused: int = 0
    _lock: Lock = field(default_factory=Lock)

    def ring(self, name: str, header: str, body: bytes) -> HTTPStatus:
        """Take one message for a person."""
        if name not in self.messages:
            return HTTPStatus.NOT_FOUND
        if not is_signed(self.secret, header, body, now_unix=now().timestamp()):
            with self._lock:
                self.refused += 1
            return HTTPStatus.UNAUTHORIZED
        try:
            said: Any = json.loads(body)
        except ValueError:
            return HTTPStatus.BAD_REQUEST
        with self._lock:
            if len(self.messages[name]) < _MOST_KEPT:
                self.messages[name].append(said)
        return HTTPStatus.OK

    def counts(self) -> dict[str, int]:
        """Count everybody's messages."""
        with self._lock:
            return {name: len(kept) for name, kept in self.messages.items()}
