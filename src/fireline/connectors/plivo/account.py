"""One Plivo account, and one request to its REST API.

Docs: https://www.plivo.com/docs/messaging/api/overview and
https://www.plivo.com/docs/voice/api/response.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fireline.core.alerting.one_line import one_line
from fireline.core.escalation import callback
from fireline.core.values.json import JsonValue, canonical
from fireline.core.values.secret import Secret
from fireline.ports.channel import Delivered, Message, Outcome, Refused, TryAgain, Unknown
from fireline.ports.telephone import Ask, NotServed
from fireline.wire.addresses import INTERNET, Reach
from fireline.wire.caller import WHOLE_SECONDS, Answer, Caller, Request
from fireline.wire.verdict import verdict

NAME = "plivo"
API_URL = "https://api.plivo.com"
_MOST_SAID = 200


@dataclass(frozen=True, slots=True)
class PlivoAccount:
    """Whose account, and which of its numbers speaks. `called_back_at` is our public address.

    Without one, nobody tells us what became of a text, and calls cannot be made at all: Plivo asks
    our door what to say.
    """

    account: str
    token: Secret
    sender: str
    api_url: str = API_URL
    called_back_at: str = ""

    def back(self, ask: Ask, message: Message) -> str:
        """Return the address Plivo is told to call about a message; empty without a public one."""
        if not self.called_back_at:
            return ""
        return callback.address(self.called_back_at, NAME, ask, message.key)


class Line:
    """Asks one account to carry something. What it says never contains the token."""

    def __init__(
        self,
        account: PlivoAccount,
        *,
        reach: Reach = INTERNET,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._account = account
        self._caller = Caller(reach, whole_seconds=whole_seconds)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    async def ask(
        self, resource: str, fields: Mapping[str, JsonValue], message: Message
    ) -> Outcome:
        """Make a Message or a Call, once."""
        account = self._account
        signed_in = b64encode(f"{account.account}:{account.token.reveal()}".encode()).decode()
        request = Request(
            f"{account.api_url.rstrip('/')}/v1/Account/{account.account}/{resource}/",
            canonical(dict(fields)).encode("utf-8", "replace"),
            {
                "Authorization": f"Basic {signed_in}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
        )
        heard = await self._caller.call(request)
        match heard:
            case Answer():
                return self._read(heard, message)
            case Refused(why=why):
                # The address of the API itself is no good; it says nothing about the number.
                return NotServed(why)
            case TryAgain() | Unknown():
                return heard

    def _read(self, answer: Answer, message: Message) -> Outcome:
        said = answer.said()
        if answer.ok:
            name = _named(said.get("message_uuid")) or _named(said.get("request_uuid"))
            if name:
                return Delivered(f"{NAME}:{name}")
            return Unknown(f"answered {answer.status} without naming what it took")
        outcome = verdict(answer, message.at, because=self._because(answer, said))
        # Plivo gives errors no numbers, so nothing tells a bad number from a bad account.
        return NotServed(outcome.why) if isinstance(outcome, Refused) else outcome

    def _because(self, answer: Answer, said: Mapping[str, JsonValue]) -> str:
        if answer.status == HTTPStatus.UNAUTHORIZED:
            return "Plivo does not know this auth id and token"
        error = said.get("error")
        told = one_line(error)[:_MOST_SAID] if isinstance(error, str) else ""
        return told.replace(self._account.token.reveal(), "•••")


def _named(said: JsonValue) -> str:
    """Return the name of what was made: a text's comes in a list, a call's may too."""
    first = said[0] if isinstance(said, list) and said else said
    return first if isinstance(first, str) else ""
