"""The channels of the real world, built from the settings; and what each lacks that is not there.

Every one of them is wrapped: an address that is a reference to a secret is followed at the last
moment, and what it leads to is taken out of whatever is said afterwards.
"""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit

import structlog

from fireline.app.push_key import push_signer
from fireline.app.secrets import NamedSecrets
from fireline.app.settings import PREFIX, Settings
from fireline.app.telephones import PHONE_CHANNELS, phone_channels
from fireline.connectors.apprise_out import channel as apprise
from fireline.connectors.email import channel as email
from fireline.connectors.matrix import channel as matrix
from fireline.connectors.ntfy import channel as ntfy
from fireline.connectors.pagerduty_out import channel as pagerduty
from fireline.connectors.slack import channel as slack
from fireline.connectors.splunk_out import channel as splunk
from fireline.connectors.teams import channel as teams
from fireline.connectors.twilio import channel as telephone
from fireline.connectors.webhook import channel as webhook
from fireline.connectors.webpush import channel as webpush
from fireline.ports.channel import (
    Channel,
    Delivered,
    Description,
    Message,
    Outcome,
    Refused,
    Unknown,
)
from fireline.ports.secrets import SecretMissing, Secrets
from fireline.usecases.channels import Line, Switchboard
from fireline.wire.addresses import INTERNET, Reach
from fireline.wire.caller import Caller

DESCRIPTIONS: tuple[Description, ...] = (
    email.DESCRIPTION,
    webhook.DESCRIPTION,
    webpush.DESCRIPTION,
    telephone.SMS,
    telephone.VOICE,
    slack.DESCRIPTION,
    matrix.DESCRIPTION,
    teams.DESCRIPTION,
    ntfy.DESCRIPTION,
    pagerduty.DESCRIPTION,
    splunk.DESCRIPTION,
    apprise.DESCRIPTION,
)
# Where the operator names a server, it may stand anywhere; where a plan or a person does, not.
_ANYWHERE = Reach(private=(IPv4Network("0.0.0.0/0"), IPv6Network("::/0")))
_REFERENCES = ("env:", "file:")
_DOTS = "•••"
_log = structlog.get_logger()


class Referring:
    """A channel whose addresses may be references to secrets. It never raises."""

    def __init__(self, channel: Channel, said: Description, secrets: Secrets) -> None:
        self.name = channel.name
        self._channel = channel
        self._said = said
        self._secrets = secrets

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        to = message.to
        if to.startswith(_REFERENCES):
            try:
                to = self._secrets.reveal(to).reveal().strip()
            except SecretMissing as missing:
                return Refused(str(missing))
            if not self._said.is_address(to):
                # Sent on, another secret of the house would be told to whoever takes messages.
                return Refused(f"what {message.to} holds is not {self._said.address_words}")
        try:
            outcome = await self._channel.send(replace(message, to=to))
        except Exception as error:  # noqa: BLE001 - a connector call, the one place for it
            # A bug in a channel must not keep the next one from speaking.
            _log.exception("channel.broke", channel=self.name)
            return Unknown(f"{self.name} broke down ({type(error).__name__})")
        return outcome if to == message.to else _without(outcome, to)


def switchboard(settings: Settings) -> Switchboard:
    """Build every channel the settings allow."""
    signer = push_signer(settings)
    built: dict[str, Channel] = {
        **_by_address(settings, urlsplit(settings.address).netloc),
        **_by_settings(settings),
        **phone_channels(settings),
    }
    if signer is not None:
        built["push"] = webpush.WebPushChannel(signer, Caller(_reach(settings)))
    secrets = NamedSecrets()
    lines = {
        said.name: Line(
            said,
            Referring(built[said.name], said, secrets) if said.name in built else None,
            () if said.name in built else _missing(said, settings),
        )
        for said in DESCRIPTIONS
    }
    return Switchboard(lines, signer.public_key if signer else "")


def set_up(board: Switchboard, settings: Settings) -> dict[str, str]:
    """Name the channels there are, each with the numbers it calls from, as people are told them."""
    from_ = {"twilio": settings.twilio_from, "plivo": settings.plivo_from}
    numbers = " ".join(filter(None, (from_.get(name) for name in settings.phone_providers)))
    return {
        name: numbers if name in PHONE_CHANNELS else ""
        for name, line in board.lines.items()
        if line.channel is not None
    }


def _by_address(settings: Settings, origin: str) -> Mapping[str, Channel]:
    """Build the channels that need nothing but somebody's address."""
    reach = _reach(settings)
    own = None
    if settings.ntfy_url is not None:
        own = ntfy.OwnServer(settings.ntfy_url, Caller(_ANYWHERE), settings.ntfy_token)
    url = settings.pagerduty_url
    return {
        "teams": teams.TeamsChannel(Caller(reach)),
        "ntfy": ntfy.NtfyChannel(Caller(reach), own),
        "splunk": splunk.SplunkChannel(Caller(reach), origin=origin),
        "apprise": apprise.AppriseChannel(reach),
        "pagerduty": pagerduty.PagerDutyChannel(
            Caller(_ANYWHERE if url else INTERNET), url=url or pagerduty.URL, origin=origin
        ),
    }


def _by_settings(settings: Settings) -> Mapping[str, Channel]:
    """Build the channels that need more."""
    built: dict[str, Channel] = {}
    if settings.smtp_host and settings.smtp_from:
        server = email.MailServer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_from,
            starttls=settings.smtp_starttls,
            username=settings.smtp_username,
            password=settings.smtp_password,
        )
        built["email"] = email.EmailChannel(server)
    if settings.webhook_secret:
        built["webhook"] = webhook.WebhookChannel(settings.webhook_secret, reach=_reach(settings))
    if settings.slack_token:
        url = settings.slack_url
        caller = Caller(_ANYWHERE if url else INTERNET)
        built["slack"] = slack.SlackChannel(settings.slack_token, caller, url=url or slack.URL)
    if settings.matrix_url and settings.matrix_token:
        built["matrix"] = matrix.MatrixChannel(
            settings.matrix_url, settings.matrix_token, Caller(_ANYWHERE)
        )
    return built


def _reach(settings: Settings) -> Reach:
    return Reach(private=settings.private_addresses)


def _missing(description: Description, settings: Settings) -> tuple[str, ...]:
    given = {
        need
        for need in description.needs
        if getattr(settings, need.removeprefix(PREFIX).lower(), None)
    }
    lacking = tuple(need for need in description.needs if need not in given)
    return lacking or description.needs or (f"{PREFIX}{description.name.upper()}_KEY",)


def _without(outcome: Outcome, secret: str) -> Outcome:
    if isinstance(outcome, Delivered):
        return Delivered(outcome.receipt.replace(secret, _DOTS))
    return replace(outcome, why=outcome.why.replace(secret, _DOTS))
