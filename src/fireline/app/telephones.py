"""The phone companies the settings name: their texts and calls as two channels, and their manners.

A drill is given none of them: it has no telephone of its own, and must never ring a real one.
"""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network

from fireline.app.failover import Carrier, FailOver
from fireline.app.settings import Settings
from fireline.connectors.plivo import account as plivo
from fireline.connectors.plivo.channel import PlivoSms, PlivoVoice
from fireline.connectors.plivo.telephone import PlivoTelephone
from fireline.connectors.twilio import account as twilio
from fireline.connectors.twilio.channel import TwilioSms, TwilioVoice
from fireline.connectors.twilio.telephone import TwilioTelephone
from fireline.ports.channel import Message, Outcome, Refused
from fireline.ports.telephone import Telephone
from fireline.wire.addresses import INTERNET, Reach

# Where the operator names an API of their own, it may stand anywhere.
_ANYWHERE = Reach(private=(IPv4Network("0.0.0.0/0"), IPv6Network("::/0")))
PHONE_CHANNELS = ("sms", "voice")


class NoTelephone:
    """Stands for texts and calls in a drill: it refuses, so that the next channel speaks."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def send(self, message: Message) -> Outcome:
        """Refuse."""
        del message
        return Refused("a drill has no telephone: its messages stay on this machine")


def phone_channels(settings: Settings) -> dict[str, FailOver]:
    """Return texts and calls, each by every company that is set up; nothing when none is."""
    texts: dict[str, Carrier] = {}
    calls: dict[str, Carrier] = {}
    for company in dict.fromkeys(settings.phone_providers):
        match company:
            case "twilio" if (account := _twilio(settings)) is not None:
                reach = _reach(settings.twilio_api_url)
                texts[company] = TwilioSms(account, reach=reach)
                calls[company] = TwilioVoice(account, reach=reach)
            case "plivo" if (account := _plivo(settings)) is not None:
                reach = _reach(settings.plivo_api_url)
                texts[company] = PlivoSms(account, reach=reach)
                calls[company] = PlivoVoice(account, reach=reach)
            case _:
                pass
    if not texts:
        return {}
    return {"sms": FailOver("sms", texts), "voice": FailOver("voice", calls)}


def phone_companies(settings: Settings) -> Mapping[str, Telephone]:
    """Return the companies that may call our door: all that are set up, in use or not.

    What one of them carried may still be answered after it was left out of the order.
    """
    found: dict[str, Telephone] = {}
    if settings.twilio_token is not None:
        found[twilio.NAME] = TwilioTelephone(settings.twilio_token)
    if settings.plivo_token is not None:
        found[plivo.NAME] = PlivoTelephone(settings.plivo_token)
    return found


def _twilio(settings: Settings) -> twilio.TwilioAccount | None:
    account, token = settings.twilio_account, settings.twilio_token
    sender = settings.twilio_from
    if account is None or token is None or sender is None:
        return None
    api_url = settings.twilio_api_url or twilio.API_URL
    return twilio.TwilioAccount(account, token, sender, api_url, settings.base_url)


def _plivo(settings: Settings) -> plivo.PlivoAccount | None:
    account, token = settings.plivo_account, settings.plivo_token
    sender = settings.plivo_from
    if account is None or token is None or sender is None:
        return None
    api_url = settings.plivo_api_url or plivo.API_URL
    return plivo.PlivoAccount(account, token, sender, api_url, settings.base_url)


def _reach(api_url: str | None) -> Reach:
    return INTERNET if api_url is None else _ANYWHERE
