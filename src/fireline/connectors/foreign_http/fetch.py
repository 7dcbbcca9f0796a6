"""GET, and again when asked to wait. The key goes to one address and is in no message."""

import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import httpx2

from fireline.core.signals.decoding import decoded, is_object
from fireline.core.values.secret import Secret
from fireline.ports.foreign import ForeignAbsent, ForeignRefuses, ForeignSilent, Query

SECONDS = 30.0
TRIES = 8
MAX_BYTES = 64 * 1024 * 1024
LONGEST_WAIT = 120.0
_LETS_NOT_IN: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN}
)


class HttpFetch:
    """Asks one system, at one address, with one key."""

    def __init__(
        self,
        address: str,
        headers: Mapping[str, Secret],
        *,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._address = _checked(address)
        self._wait = wait
        # No redirects: the key would go wherever they lead.
        self._client = httpx2.Client(
            headers={
                "Accept": "application/json",
                **{name: secret.reveal() for name, secret in headers.items()},
            },
            follow_redirects=False,
            timeout=SECONDS,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def get(self, path: str, query: Query | None = None) -> Mapping[str, object]:
        """Return the object at a path. Raises ForeignSilent, ForeignRefuses or ForeignAbsent."""
        url = f"{self._address}/{path.lstrip('/')}"
        why = ""
        for attempt in range(TRIES):
            said, why, asked = self._once(url, query or {})
            if said is not None:
                return said
            if attempt + 1 < TRIES:
                self._wait(_pause(attempt, asked, url))
        msg = f"{url} does not answer as it should, after {TRIES} tries: {why}."
        raise ForeignSilent(msg, hint="Try again later; nothing was written.")

    def _once(
        self, url: str, query: Query
    ) -> tuple[Mapping[str, object] | None, str, float | None]:
        """Ask once: the answer, or why there is none and how long to wait if that was said."""
        try:
            with self._client.stream("GET", url, params=dict(query)) as answer:
                if answer.status_code != HTTPStatus.OK:
                    return None, *_not_now(url, answer)
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > MAX_BYTES:
                        msg = f"{url} answers with more than {MAX_BYTES // 1024 // 1024} MB."
                        raise ForeignSilent(msg)
        except httpx2.TransportError as weather:
            return None, type(weather).__name__, None
        try:
            said = decoded(body)
        except ValueError:
            return None, "what it answers is no JSON, or was cut short", None
        return (said, "", None) if is_object(said) else (None, "it answers no JSON object", None)


def _checked(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        msg = f"{address} is not an address."
        raise ForeignRefuses(msg, hint="One looks like https://api.example.com.")
    return address.rstrip("/")


def _not_now(url: str, answer: httpx2.Response) -> tuple[str, float | None]:
    """Say why to ask again, and after how long. Raises when asking again is no use."""
    status = answer.status_code
    if status in _LETS_NOT_IN:
        msg = f"{url} does not let this key in ({status})."
        raise ForeignRefuses(msg, hint="Use a key that may read everything.")
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        msg = f"There is nothing at {url}."
        raise ForeignAbsent(msg, hint="Check the address.")
    if status == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error:
        return f"it answers {status}", _asked_to_wait(answer)
    msg = f"{url} answers {status}."
    raise ForeignRefuses(msg, hint="Check the address.")


def _asked_to_wait(answer: httpx2.Response) -> float | None:
    """Read Retry-After in seconds or as a date, or Opsgenie's word for the same."""
    told = answer.headers.get("Retry-After") or answer.headers.get("X-RateLimit-Period-In-Sec")
    if not told:
        return None
    if told.replace(".", "", 1).isdecimal():
        return float(told)
    try:
        until = parsedate_to_datetime(told)
        said = parsedate_to_datetime(answer.headers.get("Date", ""))
        return max((until - said).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None  # no moment, or one of the two names no zone


def _pause(attempt: int, asked: float | None, url: str) -> float:
    if asked is None:
        return min(2.0**attempt / 2, LONGEST_WAIT)
    if asked > LONGEST_WAIT:
        msg = f"{url} asks to wait {asked:.0f} seconds."
        raise ForeignSilent(msg, hint="Run it again after that; --save keeps what was read.")
    return asked
