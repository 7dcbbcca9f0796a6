"""Publish a notification to a topic of an ntfy server: https://docs.ntfy.sh/publish/."""

import re
from dataclasses import dataclass

import orjson

from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.core.values.secret import Secret
from fireline.ports.channel import Description, Form, Message, Outcome, Refused
from fireline.wire.caller import Answer, Caller, Request
from fireline.wire.notices import Notice, clipped_bytes, notice_in
from fireline.wire.verdict import verdict

DESCRIPTION = Description(
    name="ntfy",
    title="ntfy",
    form=Form.NOTICE,
    address_words=(
        "the address of a topic, or its name alone on your own server; on a public server, choose"
        " a name that nobody can guess"
    ),
    example="https://ntfy.sh/dana-pager-7hq2",
    address_pattern=r"(https?://[^\s@/?#]+/)?[A-Za-z0-9_-]{1,64}",
    answers=True,
    receipts=True,
)
MAX_TITLE_BYTES = 250
# Longer ones become a file to be fetched, which a locked phone does not show.
MAX_TEXT_BYTES = 3_500
_PRIORITY = {Priority.P1: 5, Priority.P2: 4, Priority.P3: 3, Priority.P4: 2, Priority.P5: 1}
_ID = re.compile(r"[A-Za-z0-9]{1,40}")
_ADDRESS = re.compile(DESCRIPTION.address_pattern)


@dataclass(frozen=True, slots=True)
class OwnServer:
    """The operator's server. The token is shown to no other."""

    url: str
    caller: Caller
    token: Secret | None = None


class NtfyChannel:
    """Publishes notifications whose button acknowledges, by POST and without a browser."""

    name = "ntfy"

    def __init__(self, caller: Caller, own: OwnServer | None = None) -> None:
        self._caller = caller
        self._own = own

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        if not _ADDRESS.fullmatch(message.to):
            return Refused("not the address of a topic")
        server, _, topic = message.to.rpartition("/")
        own = self._own
        if own is None or server not in {"", own.url.rstrip("/")}:
            if not server:
                return Refused("the name of a topic alone needs FIRELINE_NTFY_URL")
            caller, token = self._caller, None
        else:
            server, caller, token = own.url.rstrip("/"), own.caller, own.token
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.reveal()}"
        body = orjson.dumps(_published(topic, notice_in(message)))
        heard = await caller.call(Request(f"{server}/", body, headers))
        return _outcome(heard, message) if isinstance(heard, Answer) else heard


def _outcome(answer: Answer, message: Message) -> Outcome:
    said = answer.said()
    named, code = said.get("id"), said.get("code")
    receipt = named if isinstance(named, str) and _ID.fullmatch(named) else ""
    because = f"ntfy's error {code}" if isinstance(code, int) else ""
    return verdict(answer, message.at, receipt=receipt, because=because)


def _published(topic: str, notice: Notice) -> JsonObject:
    text = "This is a drill.\n" + notice.text if notice.drill else notice.text
    said: JsonObject = {
        "topic": topic,
        "title": clipped_bytes(notice.title, MAX_TITLE_BYTES),
        "message": clipped_bytes(text, MAX_TEXT_BYTES) or notice.kind,
        "priority": _PRIORITY[notice.priority],
        "tags": ["rotating_light" if notice.is_urgent else "bell"],
    }
    if not notice.link:
        return said
    press = {
        "action": "http",
        "label": "Acknowledge",
        "url": notice.link,
        "method": "POST",
        "clear": True,
    }
    return {**said, "click": notice.link, "actions": [press]}
