"""The channels a fireline has by its settings, the secrets they keep, and the key of its pushes."""

import stat
from ipaddress import ip_network
from pathlib import Path

import pytest

from fireline.app.channels import DESCRIPTIONS, Referring, set_up, switchboard
from fireline.app.push_key import KEY_FILE, push_signer
from fireline.app.secrets import NamedSecrets
from fireline.app.settings import Settings, SettingsError, load
from fireline.connectors.apprise_out.channel import AppriseChannel
from fireline.connectors.webhook.channel import WebhookChannel
from fireline.connectors.webpush.keys import new_key
from fireline.core.escalation.channels import CHANNELS
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
from tests.connectors.channel_contract import AT

CONNECTORS = Path(__file__).parents[2] / "src" / "fireline" / "connectors"
EVERYTHING = {
    "FIRELINE_SMTP_HOST": "mail.example.com",
    "FIRELINE_SMTP_FROM": "pages@example.com",
    "FIRELINE_WEBHOOK_SECRET": "env:ANY",
    "FIRELINE_SLACK_TOKEN": "env:ANY",
    "FIRELINE_MATRIX_URL": "https://matrix.example.com",
    "FIRELINE_MATRIX_TOKEN": "env:ANY",
    "FIRELINE_NTFY_URL": "https://ntfy.example.com",
    "FIRELINE_NTFY_TOKEN": "env:ANY",
    "FIRELINE_TWILIO_ACCOUNT": "AC" + "0" * 32,
    "FIRELINE_TWILIO_TOKEN": "env:ANY",
    "FIRELINE_TWILIO_FROM": "+15550100100",
    "ANY": "t0p-s3cr3t",
}

ANYWHERE = Description(
    "echo", "Echo", Form.NOTICE, "an address", "https://x/y", r"https://\S+", True, True
)


def settings_of(tmp_path: Path, **more: str) -> Settings:
    return load({"FIRELINE_DATA_DIR": str(tmp_path), **more})


class Echo:
    """A channel that repeats the address it was given, as a careless one would."""

    name = "echo"

    def __init__(self, outcome: type) -> None:
        self.outcome = outcome

    async def send(self, message: Message) -> Outcome:
        if self.outcome is ValueError:
            raise ValueError(message.to)
        return self.outcome(f"to {message.to}")


def message(to: str) -> Message:
    return Message("test:1", "echo", "dana", to, "Test", "{}", AT)


def test_every_connector_that_is_a_channel_describes_itself_and_is_built():
    folders = {file.parent.name for file in CONNECTORS.glob("*/channel.py")}
    # The second telephone company stands behind the first, under the same names.
    modules = {type_.__module__.split(".")[2] for type_ in (WebhookChannel, AppriseChannel)}
    assert modules < folders
    assert {said.name: said.form for said in DESCRIPTIONS} == CHANNELS
    assert len(folders) == len(CHANNELS) - len({"voice"}) + len({"plivo"})


def test_what_needs_nothing_is_set_up_and_the_rest_says_what_it_lacks(tmp_path: Path):
    settings = settings_of(tmp_path)
    lines = switchboard(settings).lines
    there = {name for name, line in lines.items() if line.channel}
    assert there == {"push", "teams", "ntfy", "pagerduty", "splunk", "apprise"}
    assert lines["slack"].missing == ("FIRELINE_SLACK_TOKEN",)
    assert lines["email"].missing == ("FIRELINE_SMTP_HOST", "FIRELINE_SMTP_FROM")
    assert set(set_up(switchboard(settings), settings)) == there


def test_with_every_setting_every_channel_is_there_and_no_secret_shows(tmp_path: Path):
    settings = settings_of(tmp_path, **EVERYTHING)
    board = switchboard(settings)
    assert all(line.channel for line in board.lines.values())
    assert "t0p-s3cr3t" not in repr(board)
    assert set_up(board, settings)["sms"] == "+15550100100"


def test_channels_whose_settings_do_not_go_together_are_refused(tmp_path: Path):
    with pytest.raises(SettingsError, match="FIRELINE_MATRIX_TOKEN must be set"):
        settings_of(tmp_path, FIRELINE_MATRIX_URL="https://matrix.example.com")
    with pytest.raises(SettingsError, match="FIRELINE_NTFY_URL must be set"):
        settings_of(tmp_path, FIRELINE_NTFY_TOKEN="env:ANY", ANY="x")
    with pytest.raises(SettingsError, match=r"PRIVATE_ADDRESSES must be networks such as"):
        settings_of(tmp_path, FIRELINE_PRIVATE_ADDRESSES="10.1.0.0/16,nonsense")
    read = settings_of(tmp_path, FIRELINE_PRIVATE_ADDRESSES="10.1.0.0/16, fd12::/16")
    assert read.private_addresses == (ip_network("10.1.0.0/16"), ip_network("fd12::/16"))


async def test_an_address_may_be_a_reference_and_what_it_leads_to_is_not_told():
    secrets = NamedSecrets({"URL": "https://hooks.example.com/k3y"})
    for kind in (Delivered, TryAgain, Refused, Unknown):
        outcome = await Referring(Echo(kind), ANYWHERE, secrets).send(message("env:URL"))
        assert isinstance(outcome, kind)
        assert "to •••" in repr(outcome)


async def test_a_reference_that_leads_nowhere_is_refused_by_its_name():
    outcome = await Referring(Echo(Delivered), ANYWHERE, NamedSecrets({})).send(message("env:URL"))
    assert outcome == Refused("There is no secret at env:URL.")


async def test_a_reference_to_another_secret_of_the_house_is_not_sent_anywhere():
    channel = Echo(Delivered)
    secrets = NamedSecrets({"PASSWORD": "hunter2"})
    outcome = await Referring(channel, ANYWHERE, secrets).send(message("env:PASSWORD"))
    assert outcome == Refused("what env:PASSWORD holds is not an address")


async def test_a_channel_that_breaks_down_is_unsure_and_says_no_address():
    outcome = await Referring(Echo(ValueError), ANYWHERE, NamedSecrets({})).send(
        message("https://x/k3y")
    )
    assert outcome == Unknown("echo broke down (ValueError)")


def test_the_key_of_pushes_is_made_once_and_kept_for_its_owner(tmp_path: Path):
    made = push_signer(settings_of(tmp_path))
    again = push_signer(settings_of(tmp_path))
    assert made is not None
    assert again is not None
    assert made.public_key == again.public_key
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert switchboard(settings_of(tmp_path)).push_key == made.public_key


def test_an_operators_own_key_is_used_and_one_that_is_none_is_named(tmp_path: Path):
    key = new_key()
    own = push_signer(settings_of(tmp_path, FIRELINE_PUSH_KEY="env:K", K=key.reveal()))
    assert own is not None
    assert not (tmp_path / KEY_FILE).exists()
    with pytest.raises(SettingsError, match="FIRELINE_PUSH_KEY must be a private key"):
        push_signer(settings_of(tmp_path, FIRELINE_PUSH_KEY="env:K", K="nonsense"))
    (tmp_path / KEY_FILE).write_text("nonsense")
    with pytest.raises(SettingsError, match=r"push\.key must be a private key"):
        push_signer(settings_of(tmp_path))


def test_without_a_folder_of_its_own_a_fireline_starts_without_pushes(tmp_path: Path):
    (tmp_path / "file").write_text("")
    settings = settings_of(tmp_path / "file" / "below")
    assert push_signer(settings) is None
    board = switchboard(settings)
    assert board.push_key == ""
    assert board.lines["push"].missing == ("FIRELINE_PUSH_KEY",)


def test_a_secret_is_no_part_of_a_signer(tmp_path: Path):
    assert "BEGIN" not in repr(vars(push_signer(settings_of(tmp_path))))
    assert Secret("x") != new_key()
