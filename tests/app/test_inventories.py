"""Each world is given its own inventory, and a drill never the real one."""

from pathlib import Path
from uuid import UUID

import pytest

from fireline.app.inventories import AllInventories
from fireline.app.settings import Settings
from fireline.connectors.aws.inventory import AwsInventory
from fireline.connectors.aws.session import NotLoopbackError
from fireline.core.values.ids import DrillId
from fireline.core.values.secret import Secret
from fireline.lab.state import IdentityState, LabState, QueuesState, SmtpState

DRILL, OTHER = DrillId(UUID(int=1)), DrillId(UUID(int=2))
ROLE = "arn:aws:iam::111122223333:role/fireline-monitor"


def _state(endpoint: str = "http://127.0.0.1:1", key: str = "AKIAX") -> LabState:
    return LabState(
        pid=1,
        endpoint=endpoint,
        account="111122223333",
        region="eu-west-1",
        trail_bucket="trail",
        queues=QueuesState(changes="x", objects="y"),
        identity=IdentityState(
            access_key_id=key,
            secret_access_key="s",
            monitor_role_arn=ROLE,
            responder_role_arn=ROLE,
            external_id="lab",
        ),
        smtp=SmtpState(host="127.0.0.1", port=1),
        phones="http://127.0.0.1:1",
        people={},
        keys={},
        fireline=(),
    )


def test_the_real_world_has_the_account_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        aws_account="111122223333",
        aws_monitor_role_arn=ROLE,
        aws_external_id=Secret("own"),
    )
    inventories = AllInventories(settings, lambda _: None)
    (account,) = inventories.own(None)
    assert (account.id, account.role_arn, account.external_id) == (
        "111122223333",
        ROLE,
        Secret("own"),
    )
    assert inventories.of(None) is inventories.of(None)
    assert isinstance(inventories.of(None), AwsInventory)
    assert inventories.of(None, "kubernetes") is None
    assert inventories.of(None, "elsewhere") is None
    inventories.close()


def test_without_an_account_in_the_settings_there_is_none_by_itself(tmp_path: Path) -> None:
    assert AllInventories(Settings(data_dir=tmp_path), lambda _: None).own(None) == ()


def test_a_drill_has_its_labs_inventory_and_without_a_lab_none(tmp_path: Path) -> None:
    states = {DRILL: _state(), OTHER: _state(key="AKIAY")}
    inventories = AllInventories(Settings(data_dir=tmp_path), states.get)
    one, other = inventories.of(DRILL), inventories.of(OTHER)
    assert isinstance(one, AwsInventory)
    assert one is inventories.of(DRILL)
    assert other not in {one, inventories.of(None)}
    (account,) = inventories.own(DRILL)
    assert account.external_id == Secret("lab")
    assert inventories.of(DRILL, "kubernetes") is None
    states[DRILL] = _state(key="AKIANEW")
    assert inventories.of(DRILL) is not one
    del states[DRILL]
    assert inventories.of(DRILL) is None
    assert inventories.own(DRILL) == ()
    assert inventories.of(OTHER) is other
    inventories.close()


def test_a_lab_that_is_elsewhere_is_refused(tmp_path: Path) -> None:
    inventories = AllInventories(
        Settings(data_dir=tmp_path), lambda _: _state("https://ec2.amazonaws.com")
    )
    with pytest.raises(NotLoopbackError):
        inventories.of(DRILL)
