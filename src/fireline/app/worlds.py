"""The worlds fireline speaks to: the real one the settings name, and the lab of each drill.

A drill's adapters are built here from what its lab said of itself, and refuse every address that is
not this machine. Nothing of a drill is ever handed an adapter of the real world.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from fireline.app.channels import switchboard
from fireline.app.inventories import AllInventories
from fireline.app.settings import Settings
from fireline.app.telephones import NoTelephone
from fireline.connectors.aws.clouds import AwsClouds
from fireline.connectors.aws.session import Access, AwsSettings, Login, RoleToAssume
from fireline.connectors.aws.source import QueueSettings, SqsSource
from fireline.connectors.email.channel import EmailChannel, MailServer
from fireline.connectors.heartbeat_url.heartbeat import UrlHeartbeat
from fireline.connectors.webhook.channel import WebhookChannel
from fireline.core.values.ids import DrillId
from fireline.core.values.secret import Secret
from fireline.lab.launch import STATE_FILE
from fireline.lab.state import IdentityState, LabState, read_state
from fireline.ports.channel import Channel, Message
from fireline.ports.cloud import Clouds
from fireline.ports.heartbeat import Heartbeat
from fireline.ports.source import Source
from fireline.wire.addresses import THIS_MACHINE

_DRILL_SENDER = "fireline@example.com"
_DRILL_WAIT_SECONDS = 1
_SECRET_FILE = "webhook.secret"  # noqa: S105 - the name of the file, not what is in it


class Worlds:
    """Gives each thing the cloud, the channels and the sources of its own world."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.data_dir / "drills"
        self.switchboard = switchboard(settings)
        self._drill_channels: dict[tuple[DrillId, str], Channel] = {}
        url = settings.heartbeat_url
        self.heartbeat: Heartbeat | None = UrlHeartbeat(url) if url else None
        self.clouds: Clouds = AwsClouds(_live_aws(settings), self._lab_aws)
        self.inventories = AllInventories(settings, self._state)
        self.look_every = timedelta(hours=settings.look_hours)

    def folder(self, drill: DrillId) -> Path:
        """Return where a drill's lab keeps its files."""
        return self._folder / str(drill)

    def webhook_secret(self, drill: DrillId) -> str:
        """Return the secret a drill's webhooks are signed with; made once, kept beside its lab."""
        folder = self.folder(drill)
        file = folder / _SECRET_FILE
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(32))
        return file.read_text()

    async def channel(self, name: str, drill: DrillId | None) -> Channel | None:
        """Return the channel of this name in a world; `None` when that world has none."""
        if drill is None:
            return self.switchboard.channel(name)
        state = self._state(drill)
        if state is None:
            return None
        if (drill, name) not in self._drill_channels:
            made = self._drill_channel(name, drill, state)
            if made is None:
                return None
            self._drill_channels[drill, name] = made
        return self._drill_channels[drill, name]

    def sources(self, drill: DrillId | None) -> Sequence[Source]:
        """Return the sources of a world."""
        if drill is None:
            return tuple(_live_source(self._settings, url) for url in self._settings.aws_queue_urls)
        state = self._state(drill)
        if state is None:
            return ()
        queues = {"cloudtrail changes": state.queues.changes, "trail": state.queues.objects}
        return tuple(_lab_source(name, url, state) for name, url in queues.items())

    def _state(self, drill: DrillId) -> LabState | None:
        return read_state(self.folder(drill) / STATE_FILE)

    def _lab_aws(self, drill: DrillId) -> AwsSettings | None:
        state = self._state(drill)
        return _lab_aws(state) if state else None

    def _drill_channel(self, name: str, drill: DrillId, state: LabState) -> Channel | None:
        match name:
            case "email":
                server = MailServer(state.smtp.host, state.smtp.port, _DRILL_SENDER, starttls=False)
                return EmailChannel(server, loopback_only=True)
            case "webhook":

                def phone(message: Message) -> str:
                    return f"{state.phones}/{quote(message.person)}"

                secret = Secret(self.webhook_secret(drill))
                return WebhookChannel(secret, reach=THIS_MACHINE, address_of=phone)
            case "sms" | "voice":
                return NoTelephone(name)
            case _:
                return None


def _live_aws(settings: Settings) -> AwsSettings | None:
    if settings.aws_account is None:
        return None
    external_id = settings.aws_external_id.reveal() if settings.aws_external_id else ""

    def access(arn: str | None) -> Access:
        return Access(role=RoleToAssume(arn, external_id) if arn else None)

    return AwsSettings(
        settings.aws_region,
        access(settings.aws_monitor_role_arn),
        access(settings.aws_responder_role_arn),
        settings.aws_endpoint_url or None,
    )


def _live_source(settings: Settings, url: str) -> Source:
    name = url.rsplit("/", 1)[-1]
    endpoint = settings.aws_endpoint_url or None
    return SqsSource(QueueSettings(name, url, settings.aws_region, endpoint))


def _login(identity: IdentityState) -> Login:
    return Login(identity.access_key_id, Secret(identity.secret_access_key))


def _lab_aws(state: LabState) -> AwsSettings:
    identity = state.identity
    login, external_id = _login(identity), identity.external_id
    return AwsSettings(
        state.region,
        Access(login, RoleToAssume(identity.monitor_role_arn, external_id)),
        Access(login, RoleToAssume(identity.responder_role_arn, external_id)),
        state.endpoint,
    )


def _lab_source(name: str, url: str, state: LabState) -> Source:
    settings = QueueSettings(
        name,
        url,
        state.region,
        state.endpoint,
        _login(state.identity),
        wait_seconds=_DRILL_WAIT_SECONDS,
    )
    return SqsSource.of_drill(settings)
