"""Texts and calls to one phone number each, through Twilio.

Docs: https://www.twilio.com/docs/messaging/api/message-resource and
https://www.twilio.com/docs/voice/api/call-resource. Both resources answer before anything reached a
phone; what became of it comes back to our door.
"""

from fireline.connectors.twilio.account import Line, TwilioAccount
from fireline.connectors.twilio.words import spoken
from fireline.core.escalation.short_text import cut
from fireline.ports.channel import Message, Outcome, Refused
from fireline.ports.telephone import Ask
from fireline.wire import phones
from fireline.wire.addresses import INTERNET, Reach
from fireline.wire.caller import WHOLE_SECONDS
from fireline.wire.words import said_in

NEEDS = ("FIRELINE_TWILIO_ACCOUNT", "FIRELINE_TWILIO_TOKEN", "FIRELINE_TWILIO_FROM")
SMS = phones.sms(*NEEDS)
VOICE = phones.voice(*NEEDS)

# A text that waited longer than this is old news, and the next channel has spoken meanwhile.
VALID_SECONDS = 900
RING_SECONDS = 30
# Twilio takes no longer texts, and no longer TwiML than would hold this twice.
MAX_TEXT = 1600
MAX_SPOKEN = 1000
_EVENTS = ("initiated", "ringing", "answered", "completed")


class TwilioSms:
    """Texts a number."""

    name = "sms"

    def __init__(
        self,
        account: TwilioAccount,
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
        fields = [
            ("To", message.to),
            ("From", self._account.sender),
            ("Body", cut(said_in(message), MAX_TEXT)),
            ("ValidityPeriod", str(VALID_SECONDS)),
        ]
        if back := self._account.back(Ask.RECEIPT, message):
            fields.append(("StatusCallback", back))
        return await self._caller.ask("Messages", fields, message)


class TwilioVoice:
    """Calls a number and reads the message out; what to say travels with the request.

    So the call speaks even while our door cannot be reached. Only the keys need it.
    """

    name = "voice"

    def __init__(
        self,
        account: TwilioAccount,
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
        keys_to = self._account.back(Ask.KEYS, message) or None
        fields = [
            ("To", message.to),
            ("From", self._account.sender),
            ("Twiml", spoken(cut(said_in(message), MAX_SPOKEN), keys_to=keys_to)),
            ("Timeout", str(RING_SECONDS)),
        ]
        if back := self._account.back(Ask.CALL, message):
            fields.append(("StatusCallback", back))
            fields += [("StatusCallbackEvent", event) for event in _EVENTS]
        return await self._caller.ask("Calls", fields, message)
