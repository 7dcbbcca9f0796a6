"""Post one message by `chat.postMessage`, and read the answer by Slack's own words.

One call needs no library: the shapes are https://docs.slack.dev/reference/methods/chat.postMessage.
Slack answers most failures with status 200 and `"ok": false`.
"""

import re
from datetime import timedelta

import orjson

from fireline.connectors.slack.blocks import blocks
from fireline.core.values.secret import Secret
from fireline.ports.channel import (
    Delivered,
    Description,
    Form,
    Message,
    Outcome,
    Refused,
    TryAgain,
    Unknown,
)
from fireline.wire.caller import Answer, Caller, Request
from fireline.wire.notices import clipped, notice_in
from fireline.wire.verdict import asked_wait, verdict

URL = "https://slack.com/api"
DESCRIPTION = Description(
    name="slack",
    title="Slack",
    form=Form.NOTICE,
    address_words="a member ID (from the member's profile), or a channel's ID",
    example="U024BE7LH",
    address_pattern=r"[UWCDG][A-Z0-9]{5,20}",
    answers=True,
    receipts=True,
    needs=("FIRELINE_SLACK_TOKEN",),
)
MAX_TEXT = 3_000
# Slack says of these that trying later may help; of all others, that something must be changed.
_TRY_LATER = frozenset(
    {
        "internal_error",
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
_MAY_HAVE_ARRIVED = frozenset({"fatal_error"})
_WORD = re.compile(r"[a-z_]{1,60}")


class SlackChannel:
    """Sends direct messages as a bot with the right `chat:write`."""

    name = "slack"

    def __init__(self, token: Secret, caller: Caller, *, url: str = URL) -> None:
        self._token = token
        self._caller = caller
        self._url = f"{url.rstrip('/')}/chat.postMessage"

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        notice = notice_in(message)
        asked = {
            "channel": message.to,
            # What a notification shows; the blocks are what the conversation does.
            "text": clipped(notice.title, MAX_TEXT),
            "blocks": blocks(notice),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        headers = {
            "Authorization": f"Bearer {self._token.reveal()}",
            "Content-Type": "application/json; charset=utf-8",
        }
        heard = await self._caller.call(Request(self._url, orjson.dumps(asked), headers))
        return _outcome(heard, message) if isinstance(heard, Answer) else heard


def _outcome(answer: Answer, message: Message) -> Outcome:
    said = answer.said()
    if not answer.ok:
        return verdict(answer, message.at, because=_word(said.get("error")))
    if said.get("ok") is True:
        return Delivered(f"{_name(said.get('channel'))}:{_name(said.get('ts'))}")
    error = _word(said.get("error"))
    why = f"Slack answered {error or 'what it should not'}"
    if error in _MAY_HAVE_ARRIVED or not error:
        return Unknown(why)
    if error in _TRY_LATER:
        return TryAgain(why, _wait(answer, message))
    return Refused(why)


def _wait(answer: Answer, message: Message) -> timedelta | None:
    return asked_wait(answer.headers, message.at)


def _word(error: object) -> str:
    """Return an error's name, if it is one: never text that could repeat what was sent."""
    return error if isinstance(error, str) and _WORD.fullmatch(error) else ""


def _name(found: object) -> str:
    return found[:40] if isinstance(found, str) else ""
