"""The process Apprise runs in: read what to send, judge every connection, say what became of it.

Apprise says yes or no; what lies behind a no is read from the HTTP answers it was given. Nothing of
the address is ever said.
"""

import json
import logging
import sys
from datetime import datetime
from ipaddress import ip_network
from typing import Any

import apprise
import requests
from requests.adapters import HTTPAdapter

from fireline.wire.addresses import Reach, why_refused
from fireline.wire.caller import Answer
from fireline.wire.verdict import asked_wait

# An address may name a service that starts programs or opens local sockets: none of it here.
_FORBIDDEN = frozenset(
    {
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.fork",
        "os.forkpty",
        "syslog.openlog",
        "syslog.syslog",
    }
)
_INTERNET_ADDRESS_PARTS = 2
_TRY_LATER = frozenset({408, 425, 429})


class Seen:
    """What was noticed while Apprise worked."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.connected = False
        self.blocked: str | None = None
        self.answer: Answer | None = None
        self.waiting = False

    def judge(self, event: str, told: tuple[Any, ...]) -> None:
        """Stop what is not allowed, at the moment it is tried."""
        if event in _FORBIDDEN:
            self._stop("this service runs on the machine itself")
        if event in {"socket.connect", "socket.sendto"}:
            self._judge_address(told[1])

    def _judge_address(self, address: object) -> None:
        if not isinstance(address, tuple) or len(address) < _INTERNET_ADDRESS_PARTS:  # pyright: ignore[reportUnknownArgumentType] - of any shape
            self._stop("this service runs on the machine itself")
            return
        try:
            why = why_refused(str(address[0]), self.reach)  # pyright: ignore[reportUnknownArgumentType] - of any shape
        except ValueError:
            why = "a name that was not resolved"
        if why is not None:
            self._stop(f"its address may not be called: {why}")
        self.connected = True

    def _stop(self, why: str) -> None:
        self.blocked = why
        raise PermissionError(why)

    def listen(self) -> None:
        """Notice every answer by HTTP."""
        seen, send = self, HTTPAdapter.send

        def noticed(adapter: HTTPAdapter, *args: Any, **named: Any) -> requests.Response:
            seen.waiting = False
            try:
                response = send(adapter, *args, **named)
            except requests.ReadTimeout:
                seen.waiting = True
                raise
            except requests.ConnectionError as lost:
                # Broken off after the request was sent, as against never connected.
                seen.waiting = "aborted" in str(lost)
                raise
            headers = {name.lower(): text for name, text in response.headers.items()}
            seen.answer = Answer(response.status_code, headers, b"")
            return response

        HTTPAdapter.send = noticed  # pyright: ignore[reportAttributeAccessIssue] - takes what the original takes


def main() -> None:
    """Send what standard input says, once."""
    asked: dict[str, Any] = json.load(sys.stdin)
    private = tuple(ip_network(network) for network in asked["private"])
    seen = Seen(Reach(loopback_only=asked["loopback_only"], private=private))
    seen.listen()
    sys.addaudithook(seen.judge)
    logging.disable(logging.CRITICAL)
    print(json.dumps(_sent(asked, seen)))  # noqa: T201 - its one line of answer


def _sent(asked: dict[str, Any], seen: Seen) -> dict[str, object]:
    service = apprise.Apprise(asset=apprise.AppriseAsset(plugin_paths=[]))
    try:
        if not service.add(asked["url"]):  # pyright: ignore[reportUnknownMemberType] - untyped in part
            return _said("refused", "Apprise does not know this address")
        if service.notify(  # pyright: ignore[reportUnknownMemberType] - untyped in part
            title=asked["title"], body=asked["body"], body_format=apprise.NotifyFormat.TEXT
        ):
            return _said("delivered", "taken by Apprise")
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        if not seen.blocked:
            return _said("unknown", f"Apprise broke down ({type(error).__name__})")
    return _judged(seen, datetime.fromisoformat(asked["at"]))


def _judged(seen: Seen, at: datetime) -> dict[str, object]:
    if seen.blocked:
        return _said("refused", seen.blocked)
    if seen.waiting:
        return _said("unknown", "no answer after it was sent")
    if seen.answer is None:
        return _said("try_again", "the service could not be reached")
    status = seen.answer.status
    why = f"the service answered {status}"
    if status >= 500 or status in _TRY_LATER:
        wait = asked_wait(seen.answer.headers, at)
        return _said("try_again", why, wait.total_seconds() if wait is not None else None)
    return _said("refused", why)


def _said(outcome: str, why: str, after: float | None = None) -> dict[str, object]:
    return {"outcome": outcome, "why": why, "after": after}


if __name__ == "__main__":
    main()
