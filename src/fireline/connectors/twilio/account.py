"""One Twilio account, and one request to its REST API.

Docs: https://www.twilio.com/docs/usage/requests-to-twilio and
https://www.twilio.com/docs/usage/twilios-response.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fireline.core.alerting.one_line import one_line
from fireline.core.escalation import callback
from fireline.core.values.secret import Secret
from fireline.ports.channel import Delivered, Message, Outcome, Refused, TryAgain, Unknown
from fireline.ports.telephone import Ask, NotServed
from fireline.wire.addresses import INTERNET, Reach
from fireline.wire.caller import WHOLE_SECONDS, Answer, Caller, Request
from fireline.wire.verdict import verdict

NAME = "twilio"
API_URL = "https://api.twilio.com"
_MOST_SAID = 200

# What is wrong with the number itself: another company could not reach it either, or must not,
# because its owner asked to be left alone. https://www.twilio.com/docs/api/errors
_THE_NUMBER = {
    13224: "the number cannot be called",
    13225: "the number is blocked from being called",
    21211: "the number is not a phone number",
    21217: "the number does not look like a phone number",
    21265: "the number is a short code",
    21401: "the number is not a phone number",
    21610: "the owner of the number asked not to be written to (STOP)",
    21614: "the number cannot receive texts",
    21635: "the number is a landline",
}


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Whose account, and which of its numbers speaks. `called_back_at` is our public address.

    Without one, nobody tells us what became of a message, and calls offer no keys.
    """

    account: str
    token: Secret
    sender: str
    api_url: str = API_URL
    called_back_at: str = ""

    def back(self, ask: Ask, message: Message) -> str:
        """Return the address Twilio is told to call about a message; empty without a public one."""
        if not self.called_back_at:
            return ""
        return callback.address(self.called_back_at, NAME, ask, message.key)


class Line:
    """Asks one account to carry something. What it says never contains the token."""

    def __init__(
        self,
        account: TwilioAccount,
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
        self, resource: str, fields: Sequence[tuple[str, str]], message: Message
    ) -> Outcome:
        """Make a Message or a Call, once."""
        account = self._account
        signed_in = b64encode(f"{account.account}:{account.token.reveal()}".encode()).decode()
        request = Request(
            f"{account.api_url.rstrip('/')}/2010-04-01/Accounts/{account.account}/{resource}.json",
            urlencode(list(fields)).encode(),
            {
                "Authorization": f"Basic {signed_in}",
                "Content-Type": "application/x-www-form-urlencoded",
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
            sid = said.get("sid")
            if isinstance(sid, str) and sid:
                return Delivered(f"{NAME}:{sid}")
            return Unknown(f"answered {answer.status} without naming what it took")
        code = said.get("code")
        number = code if isinstance(code, int) else 0
        if number in _THE_NUMBER:
            return Refused(f"{_THE_NUMBER[number]} (Twilio error {number})")
        because = self._because(number, said.get("message"))
        outcome = verdict(answer, message.at, because=because)
        return NotServed(outcome.why) if isinstance(outcome, Refused) else outcome

    def _because(self, code: int, words: object) -> str:
        told = one_line(words)[:_MOST_SAID] if isinstance(words, str) else ""
        told = told.replace(self._account.token.reveal(), "•••")
        if not code:
            return told
        return f"Twilio error {code}" + (f", {told}" if told else "")
