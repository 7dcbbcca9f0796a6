"""Stand-ins for the APIs of other vendors: real HTTP on loopback, answers in the documented shapes.

Written from the vendors' public documents (each account's file names them), not recorded. They say
what their vendor says, page as it pages, and turn away who has no key.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEY = "key-of-the-vendor"
Query = Mapping[str, str]
Answers = Callable[[str, Query, str], Any]


@dataclass
class Fault:
    """What goes wrong with the next answer: another status, or a body that is cut short."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class Vendor:
    """A vendor's API. `answer` gives the JSON for a path and query; `None`: there is no such."""

    answer: Answers
    authorization: str
    asked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    forbidden: tuple[str, ...] = ()
    url: str = ""

    def times_asked(self, path: str) -> int:
        return sum(1 for one in self.asked if urlsplit(one).path == path)


@contextmanager
def serving(vendor: Vendor) -> Iterator[Vendor]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, vendor)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    vendor.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield vendor
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(request: BaseHTTPRequestHandler, vendor: Vendor) -> None:
    vendor.asked.append(request.path)
    parts = urlsplit(request.path)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    fault = vendor.faults.pop(0) if vendor.faults else Fault()
    said: Any = None
    status = fault.status
    if request.headers.get("Authorization") != vendor.authorization:
        status = 401
    elif parts.path in vendor.forbidden:
        status = 403
    elif status == 200:
        said = vendor.answer(unquote(parts.path), query, f"{vendor.url}{parts.path}")
        status = 404 if said is None else 200
    body = json.dumps(said if said is not None else {"message": "no"}).encode()
    request.send_response_only(status)
    for name, value in fault.headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body[: len(body) // 2] if fault.cut else body)


Naive = Callable[[datetime], frozenset[str]]


def stretches(
    who: Naive, start: datetime, end: datetime, step: timedelta = timedelta(minutes=15)
) -> list[tuple[datetime, datetime, frozenset[str]]]:
    """Ask who is on call again and again, and join what is the same.

    Slow and simple on purpose, and knows nothing of fireline: no account here begins or ends a
    turn between two steps.
    """
    found: list[tuple[datetime, datetime, frozenset[str]]] = []
    at = start
    while at < end:
        people = who(at)
        # The first step is short: the others begin on the quarter or hour.
        after = min(at + step - (at - datetime(2020, 1, 1, tzinfo=UTC)) % step, end)
        if found and found[-1][2] == people:
            found[-1] = (found[-1][0], after, people)
        else:
            found.append((at, after, people))
        at = after
    return [one for one in found if one[2]]


def iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
