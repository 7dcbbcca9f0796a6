"""Texts and calls to one phone number each, through Plivo.

Docs: https://www.plivo.com/docs/messaging/api/messages and
https://www.plivo.com/docs/voice/api/call/make-a-call. Both answer before anything reached a phone;
what became of it comes back to our door.
"""

from fireline.connectors.plivo.account import Line, PlivoAccount
from fireline.core.escalation.short_text import cut
from fireline.ports.channel import Message, Outcome, Refused
from fireline.ports.telephone import Ask, NotServed
from fireline.wire import phones
from fireline.wire.addresses import INTERNET, Reach
from fireline.wire.caller import WHOLE_SECONDS
from fireline.wire.words import said_in

NEEDS = ("FIRELINE_PLIVO_ACCOUNT", "FIRELINE_PLIVO_TOKEN", "FIRELINE_PLIVO_FROM")
SMS = phones.sms(*NEEDS)
VOICE = phones.voice(*NEEDS, "FIRELINE_BASE_URL")

RING_SECONDS = 30
# Plivo takes no longer texts.
MAX_TEXT = 1600


class PlivoSms:
    """Texts a number."""

    name = "sms"

    def __init__(
        self,
        account: PlivoAccount,
        *,
        reach: Reach = INTERNET,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._account = account
        self._caller = Line(account, reach=reach, whole_seconds=whole_seconds)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        if not SMS.is_address(message.to):
            return Refused("it is not a phone number with + and the country")
        fields = {
            "src": _bare(self._account.sender),
            "dst": _bare(message.to),
            "text": cut(said_in(message), MAX_TEXT),
            "type": "sms",
            # Or Plivo keeps what pages say in its own logs.
            "log": "false",
        }
        if back := self._account.back(Ask.RECEIPT, message):
            fields |= {"url": back, "method": "POST"}
        return await self._caller.ask("Message", fields, message)


class PlivoVoice:
    """Calls a number. What to say is asked of our door when the call is answered."""

    name = "voice"

    def __init__(
        self,
        account: PlivoAccount,
        *,
        reach: Reach = INTERNET,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._account = account
        self._caller = Line(account, reach=reach, whole_seconds=whole_seconds)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        if not VOICE.is_address(message.to):
            return Refused("it is not a phone number with + and the country")
        speak = self._account.back(Ask.SPEAK, message)
        if not speak:
            return NotServed("Plivo's calls need FIRELINE_BASE_URL: it asks there what to say")
        became = self._account.back(Ask.CALL, message)
        fields = {
            "from": _bare(self._account.sender),
            "to": _bare(message.to),
            "answer_url": speak,
            "answer_method": "POST",
            "ring_url": became,
            "ring_method": "POST",
            "hangup_url": became,
            "hangup_method": "POST",
            "ring_timeout": RING_SECONDS,
        }
        return await self._caller.ask("Call", fields, message)


def _bare(number: str) -> str:
    """Return a number as Plivo writes it: the country first, and no plus."""
    return number.removeprefix("+")
