"""Send a direct message by Matrix's client-server API: https://spec.matrix.org/latest/client-server-api/.

A handful of calls, none of them a sync, so the wire is spoken directly. The transaction of a
message is made from its key: the server takes a second attempt for the first. Rooms are not
encrypted end to end.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import cast
from urllib.parse import quote

import orjson

from fireline.core.values.json import JsonObject
from fireline.core.values.secret import Secret
from fireline.ports.channel import (
    Description,
    Form,
    Message,
    Outcome,
    Refused,
    TryAgain,
    Unknown,
)
from fireline.wire.caller import Answer, Caller, Heard, Request
from fireline.wire.notices import Notice, clipped_bytes, notice_in
from fireline.wire.verdict import verdict

DESCRIPTION = Description(
    name="matrix",
    title="Matrix",
    form=Form.NOTICE,
    address_words="a user, or a room that fireline's account is in",
    example="@dana:example.org",
    address_pattern=r"[@!][^\s:]{1,200}(:[A-Za-z0-9.:\[\]-]{1,200})?",
    answers=True,
    receipts=True,
    needs=("FIRELINE_MATRIX_URL", "FIRELINE_MATRIX_TOKEN"),
)
# An event has 65 536 bytes in all, and letters may be escaped.
MAX_TEXT_BYTES = 8_000
MAX_KNOWN_ROOMS = 10_000
_API = "/_matrix/client/v3"
_WORD = re.compile(r"[A-Z_]{1,60}")

_Failed = TryAgain | Refused | Unknown


@dataclass(frozen=True, slots=True)
class _Server:
    """The homeserver, spoken to as fireline's account."""

    url: str
    token: Secret
    caller: Caller

    async def ask(self, method: str, path: str, said: JsonObject | None = None) -> Heard:
        headers = {"Authorization": f"Bearer {self.token.reveal()}"}
        body = b""
        if said is not None:
            body, headers["Content-Type"] = orjson.dumps(said), "application/json"
        return await self.caller.call(Request(f"{self.url}{_API}{path}", body, headers, method))


class MatrixChannel:
    """Sends messages to rooms, and to people in a room made for the two of them."""

    name = "matrix"

    def __init__(self, url: str, token: Secret, caller: Caller) -> None:
        self._server = _Server(url.rstrip("/"), token, caller)
        self._rooms: dict[str, str] = {}
        # Two pages to one person at once must not make two rooms.
        self._finding = asyncio.Lock()

    async def send(self, message: Message) -> Outcome:
        """Try once. Only the message itself can be sent and not be known to have arrived."""
        room = await self._room(message)
        if not isinstance(room, str):
            return TryAgain(room.why) if isinstance(room, Unknown) else room
        transaction = sha256(message.key.encode()).hexdigest()[:40]
        path = f"/rooms/{_quoted(room)}/send/m.room.message/{transaction}"
        heard = await self._server.ask("PUT", path, _content(notice_in(message)))
        if not isinstance(heard, Answer):
            return heard
        outcome = _judged(heard, message)
        if isinstance(outcome, Refused):
            # The room may be gone; the next message looks for it again.
            self._rooms.pop(message.to, None)
        return outcome

    async def _room(self, message: Message) -> str | _Failed:
        if message.to.startswith("!"):
            return message.to
        if message.to in self._rooms:
            return self._rooms[message.to]
        async with self._finding:
            if message.to in self._rooms:
                return self._rooms[message.to]
            room = await self._find(message)
            if isinstance(room, str) and len(self._rooms) < MAX_KNOWN_ROOMS:
                self._rooms[message.to] = room
            return room

    async def _find(self, message: Message) -> str | _Failed:
        """Find the room kept for a person, or make it and keep it (`m.direct`)."""
        me = await self._told("GET", "/account/whoami", message)
        if not isinstance(me, dict):
            return me
        kept = f"/user/{_quoted(str(me.get('user_id')))}/account_data/m.direct"
        found = await self._told("GET", kept, message, missing_is_empty=True)
        if not isinstance(found, dict):
            return found
        rooms = [one for one in _listed(found.get(message.to)) if isinstance(one, str)]
        if rooms:
            return rooms[-1]
        made = await self._told("POST", "/createRoom", message, _new_room(message.to))
        if not isinstance(made, dict):
            return made
        room = made.get("room_id")
        if not isinstance(room, str):
            return TryAgain("Matrix made a room without a name")
        said = cast("JsonObject", {**found, message.to: [*rooms, room]})
        # If this is lost, the next start makes another room: a nuisance, not a page lost.
        await self._server.ask("PUT", kept, said)
        return room

    async def _told(
        self,
        method: str,
        path: str,
        message: Message,
        said: JsonObject | None = None,
        *,
        missing_is_empty: bool = False,
    ) -> dict[str, object] | _Failed:
        heard = await self._server.ask(method, path, said)
        if not isinstance(heard, Answer):
            return heard
        if heard.ok:
            return dict(heard.said())
        if missing_is_empty and heard.status == HTTPStatus.NOT_FOUND:
            return {}
        outcome = _judged(heard, message)
        return outcome if isinstance(outcome, TryAgain | Refused) else TryAgain("no answer")


def _new_room(person: str) -> JsonObject:
    return {
        "invite": [person],
        "is_direct": True,
        "preset": "trusted_private_chat",
        "name": "fireline",
    }


def _content(notice: Notice) -> JsonObject:
    drill = "This is a drill: nothing real is at stake.\n" if notice.drill else ""
    lines = [notice.title, f"{drill}{notice.text}".strip()]
    if notice.owner:
        lines.append(f"Owner: {notice.owner}")
    text = clipped_bytes("\n".join(line for line in lines if line), MAX_TEXT_BYTES)
    link = f"\nAcknowledge: {notice.link}" if notice.link else ""
    # Plain text alone: nothing in a title can be read as markup. Not a notice: those do not ring.
    return {"msgtype": "m.text", "body": text + link}


def _judged(answer: Answer, message: Message) -> Outcome:
    said = answer.said()
    error, waits, event = said.get("errcode"), said.get("retry_after_ms"), said.get("event_id")
    because = error if isinstance(error, str) and _WORD.fullmatch(error) else ""
    outcome = verdict(
        answer, message.at, receipt=event if isinstance(event, str) else "", because=because
    )
    if isinstance(outcome, TryAgain) and outcome.after is None and isinstance(waits, int):
        return TryAgain(outcome.why, timedelta(milliseconds=min(max(waits, 0), 86_400_000)))
    return outcome


def _listed(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else []


def _quoted(name: str) -> str:
    return quote(name, safe="")
