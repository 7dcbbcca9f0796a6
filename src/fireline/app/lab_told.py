"""What a person needs of a running lab: where it is, and the settings to look at it with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fireline.lab.state import LabState

# Names the lab's folder for commands that are told to watch it from another data folder.
FOLDER_VARIABLE = "FIRELINE_LAB_DIR"
# Fireline takes secrets by reference alone.
_EXTERNAL_ID_VARIABLE = "FIRELINE_LAB_EXTERNAL_ID"
RECORDS_FILE = "records.jsonl"


def described(state: LabState, status: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """Tell what a person needs of a lab."""
    records = folder / RECORDS_FILE
    return {
        "world": state.world or "A world without a title",
        "endpoint": state.endpoint,
        "account": state.account,
        "region": state.region,
        "accounts": [one.model_dump() for one in state.accounts],
        "queues": state.queues.model_dump(),
        "calls": sum(status["calls"].values()),
        "records": status["records"],
        "delivered": status["delivered"],
        "attack": status["attack"],
        "can_be_attacked": "attacker" in state.guests,
        "records_file": str(records) if records.exists() else None,
        "environments": {
            "fireline": watching(state, folder),
            **{guest: _signing_in(state, guest) for guest in state.guests},
        },
    }


def watching(state: LabState, folder: Path) -> dict[str, str]:
    """Return the settings by which fireline watches the lab, with a database of its own."""
    own = state.identity
    return {
        **_keys(own.access_key_id, own.secret_access_key, state.region),
        "FIRELINE_AWS_ENDPOINT_URL": state.endpoint,
        "FIRELINE_AWS_ACCOUNT": state.account,
        "FIRELINE_AWS_REGION": state.region,
        "FIRELINE_AWS_MONITOR_ROLE_ARN": own.monitor_role_arn,
        "FIRELINE_AWS_RESPONDER_ROLE_ARN": own.responder_role_arn,
        "FIRELINE_AWS_EXTERNAL_ID": f"env:{_EXTERNAL_ID_VARIABLE}",
        _EXTERNAL_ID_VARIABLE: own.external_id,
        "FIRELINE_AWS_QUEUE_URLS": f"{state.queues.changes},{state.queues.objects}",
        "FIRELINE_DATA_DIR": str(folder / "fireline"),
        FOLDER_VARIABLE: str(folder),
    }


def _signing_in(state: LabState, guest: str) -> dict[str, str]:
    found = state.guests[guest]
    return {
        "AWS_ENDPOINT_URL": state.endpoint,
        **_keys(found.access_key_id, found.secret_access_key, state.region),
    }


def _keys(access_key: str, secret: str, region: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": region,
    }
