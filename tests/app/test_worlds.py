"""A drill never gets an adapter of the real world."""

from pathlib import Path
from uuid import UUID

import pytest

from fireline.app.settings import load
from fireline.app.worlds import Worlds
from fireline.core.assets.ref import AssetRef
from fireline.core.values.ids import DrillId
from fireline.lab.launch import STATE_FILE
from fireline.lab.state import (
    IdentityState,
    LabState,
    PersonState,
    QueuesState,
    SmtpState,
    write_state,
)
from fireline.ports.cloud import Unreadable

DRILL = DrillId(UUID(int=7))
LIVE = {
    "FIRELINE_SMTP_HOST": "mail.example.com",
    "FIRELINE_SMTP_FROM": "fireline@example.com",
    "FIRELINE_WEBHOOK_SECRET": "env:HOOK",
    "HOOK": "a secret of the real world",
    "FIRELINE_AWS_ACCOUNT": "111122223333",
    "FIRELINE_AWS_QUEUE_URLS": "https://sqs.eu-central-1.amazonaws.com/111122223333/changes",
}
KEY = AssetRef("aws.iam.access_key", "111122223333", "AKIAEXAMPLE")


@pytest.fixture
def worlds(tmp_path: Path) -> Worlds:
    return Worlds(load({**LIVE, "FIRELINE_DATA_DIR": str(tmp_path)}))


def lab_stands(worlds: Worlds, host: str) -> None:
    endpoint = f"http://{host}:4566"
    state = LabState(
        pid=1,
        endpoint=endpoint,
        account="111122223333",
        region="eu-central-1",
        trail_bucket="trail",
        queues=QueuesState(changes=f"{endpoint}/q/changes", objects=f"{endpoint}/q/objects"),
        identity=IdentityState(
            access_key_id="AKIALAB",
            secret_access_key="unchecked",
            monitor_role_arn="arn:aws:iam::111122223333:role/fireline-monitor",
            responder_role_arn="arn:aws:iam::111122223333:role/fireline-responder",
            external_id="lab",
        ),
        smtp=SmtpState(host=host, port=2525),
        phones=f"{endpoint}/phones",
        people={"ana": PersonState(mail="ana@example.com", phone=f"{endpoint}/phones/ana")},
        keys={},
        fireline=[],
    )
    worlds.folder(DRILL).mkdir(parents=True)
    write_state(state, worlds.folder(DRILL) / STATE_FILE)


async def test_a_drill_without_a_lab_gets_nothing_although_the_real_world_is_set_up(worlds: Worlds):
    assert await worlds.channel("email", None) is not None
    assert len(worlds.sources(None)) == 1
    assert await worlds.channel("email", DRILL) is None
    assert await worlds.channel("webhook", DRILL) is None
    assert worlds.sources(DRILL) == ()
    assert isinstance(await worlds.clouds.of(DRILL).read(KEY), Unreadable)


async def test_a_drill_gets_channels_of_its_own(worlds: Worlds):
    lab_stands(worlds, "127.0.0.1")
    for name in ("email", "webhook"):
        own = await worlds.channel(name, DRILL)
        assert own is not None
        assert own is not await worlds.channel(name, None)
    assert await worlds.channel("pigeon", DRILL) is None
    assert len(worlds.sources(DRILL)) == 2


async def test_a_lab_that_claims_to_be_elsewhere_is_not_believed(worlds: Worlds):
    lab_stands(worlds, "203.0.113.9")
    with pytest.raises(ValueError, match="of this machine"):
        worlds.sources(DRILL)
    with pytest.raises(ValueError, match="of this machine"):
        worlds.clouds.of(DRILL)


def test_each_drill_signs_its_webhooks_with_a_secret_only_the_owner_reads(worlds: Worlds):
    secret = worlds.webhook_secret(DRILL)
    assert worlds.webhook_secret(DRILL) == secret
    assert secret != worlds.webhook_secret(DrillId(UUID(int=8)))
    (kept,) = worlds.folder(DRILL).iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
