"""Speak to a running fireline over its public API. The command line has no other way in."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any, Self, cast
from urllib.parse import urlsplit

import httpx2

from fireline.core.values.secret import Secret

TIMEOUT_SECONDS = 30.0
ACCESS_FILE = "client.json"

FAILED, USAGE, UNREACHABLE, REFUSED = 1, 2, 3, 4


class ClientFailed(Exception):  # noqa: N818 - it is a message for a person, not a fault
    """Something the person at the terminal must know; `exit_code` is what the command ends with."""

    def __init__(self, message: str, exit_code: int, *, hint: str = "") -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Client:
    """One fireline and the token to speak to it with."""

    base_url: str
    token: Secret

    @classmethod
    def from_environment(cls) -> Self:
        """Find fireline by FIRELINE_URL and FIRELINE_TOKEN, else by what `fireline up` left.

        Raises ClientFailed when neither says where fireline is.
        """
        url, token = os.environ.get("FIRELINE_URL"), os.environ.get("FIRELINE_TOKEN")
        if url and not _is_address(url):
            message = f"FIRELINE_URL is {url}, which is not an address."
            raise ClientFailed(message, USAGE, hint="One looks like http://127.0.0.1:8040.")
        if url and token:
            return cls(url.rstrip("/"), Secret(token))
        if url or token:
            # Half of one fireline and half of another would be worse than neither.
            message = "FIRELINE_URL and FIRELINE_TOKEN belong together, and one of them is not set."
            raise ClientFailed(message, USAGE, hint="Set both, or neither.")
        found = cls.from_file(data_directory() / ACCESS_FILE)
        if found is None:
            message = (
                "No fireline is running here, and FIRELINE_URL and FIRELINE_TOKEN are not set."
            )
            raise ClientFailed(message, UNREACHABLE, hint="Start one with `fireline up`.")
        return found

    @staticmethod
    def is_named() -> bool:
        """Tell whether the person said which fireline they mean."""
        return bool(os.environ.get("FIRELINE_URL") or os.environ.get("FIRELINE_TOKEN"))

    @classmethod
    def from_file(cls, file: Path) -> Self | None:
        """Read the address and token a running fireline left for its own machine."""
        try:
            left = json.loads(file.read_text("utf-8"))
            return cls(left["url"], Secret(left["token"]))
        except (OSError, ValueError, KeyError):
            return None

    def get(self, path: str, **query: Any) -> Any:
        """GET a path under /api/v1 and return its JSON."""
        return self._ask("GET", path, query=query)

    def post(self, path: str, body: Any = None) -> Any:
        """POST JSON to a path under /api/v1 and return its JSON."""
        return self._ask("POST", path, body=body if body is not None else {})

    def put(self, path: str, body: Any) -> Any:
        """PUT JSON to a path under /api/v1 and return its JSON."""
        return self._ask("PUT", path, body=body)

    def patch(self, path: str, body: Any) -> Any:
        """PATCH JSON to a path under /api/v1 and return its JSON."""
        return self._ask("PATCH", path, body=body)

    def lines(self, path: str, body: Any, *, seconds: float) -> Iterator[Any]:
        """POST JSON to a path that answers in lines of JSON, and yield each as it comes."""
        url = f"{self.base_url}/api/v1/{path.lstrip('/')}"
        headers = {"Authorization": f"Bearer {self.token.reveal()}"}
        wait = httpx2.Timeout(TIMEOUT_SECONDS, read=seconds)
        try:
            with httpx2.stream(
                "POST", url, json=body, headers=headers, timeout=wait, verify=_trusted(url)
            ) as answer:
                if not answer.is_success:
                    answer.read()
                    _content(answer)
                for line in answer.iter_lines():
                    yield json.loads(line)
        except httpx2.TransportError as error:
            message = f"Fireline does not answer at {self.base_url} ({type(error).__name__})."
            raise ClientFailed(message, UNREACHABLE, hint="Is `fireline up` running?") from error

    def text(self, path: str, *, seconds: float, **query: Any) -> Iterator[str]:
        """GET a path that answers in text without end, and yield it as it comes."""
        url = f"{self.base_url}/api/v1/{path.lstrip('/')}"
        headers = {"Authorization": f"Bearer {self.token.reveal()}"}
        wanted = {name: value for name, value in query.items() if value is not None}
        wait = httpx2.Timeout(TIMEOUT_SECONDS, read=seconds)
        try:
            with httpx2.stream(
                "GET", url, params=wanted, headers=headers, timeout=wait, verify=_trusted(url)
            ) as answer:
                if not answer.is_success:
                    answer.read()
                    _content(answer)
                yield from answer.iter_text()
        except httpx2.TransportError as error:
            message = f"Fireline stopped answering at {self.base_url} ({type(error).__name__})."
            raise ClientFailed(message, UNREACHABLE, hint="What came is not all of it.") from error

    def delete(self, path: str) -> None:
        """DELETE what a path under /api/v1 names."""
        self._ask("DELETE", path)

    def _ask(
        self, method: str, path: str, *, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> Any:
        url = f"{self.base_url}/api/v1/{path.lstrip('/')}"
        wanted = {name: value for name, value in (query or {}).items() if value is not None}
        headers = {"Authorization": f"Bearer {self.token.reveal()}"}
        try:
            answer = httpx2.request(
                method,
                url,
                json=body,
                # Empty, they would take away what the path itself asks for.
                params=wanted or None,
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                verify=_trusted(url),
            )
        except httpx2.TransportError as error:
            message = f"Fireline does not answer at {self.base_url} ({type(error).__name__})."
            raise ClientFailed(message, UNREACHABLE, hint="Is `fireline up` running?") from error
        return _content(answer)


def data_directory() -> Path:
    """Return where fireline keeps its own files: FIRELINE_DATA_DIR, else the XDG data home."""
    if named := os.environ.get("FIRELINE_DATA_DIR"):
        return Path(named)
    data_home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data_home) / "fireline"


def _trusted(url: str) -> SSLContext:
    """Return whose certificates count. To read them takes a tenth of a second, so: if, and once."""
    return _authorities() if url.startswith("https:") else SSLContext(PROTOCOL_TLS_CLIENT)


@cache
def _authorities() -> SSLContext:
    return httpx2.create_ssl_context()


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _content(answer: httpx2.Response) -> Any:
    try:
        content = answer.json() if answer.content else None
    except ValueError:
        content = None
    if answer.is_success:
        return content
    problem = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    message = str(problem.get("detail") or f"Fireline answered {answer.status_code}.")
    raise ClientFailed(message, _ends_with(answer), hint=str(problem.get("hint") or ""))


def _ends_with(answer: httpx2.Response) -> int:
    if answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        return USAGE
    return UNREACHABLE if answer.is_server_error else REFUSED
