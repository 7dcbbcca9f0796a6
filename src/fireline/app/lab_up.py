"""`fireline lab`: speak with the lab that runs on this machine."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fireline.app.given_settings import settings_of
from fireline.app.lab_told import FOLDER_VARIABLE, described
from fireline.core.values.refusals import Kind, Refusal
from fireline.doors.cli.client import FAILED, ClientFailed
from fireline.doors.cli.lab import LabCommands, LabUpOptions, Ready, Told
from fireline.lab.launch import STATE_FILE, LabHandle, attach
from fireline.lab.state import LabState, taken


class NoLab(Refusal):
    """No lab runs on this machine."""

    kind = Kind.UNAVAILABLE
    code = "lab.none"


def lab_commands() -> LabCommands:
    """Return what `fireline lab` does."""
    return LabCommands(_up, _worlds, _look, _attack, _find, _stop)


def lab_folder() -> Path:
    """Return where this machine's lab keeps its files."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named).absolute() if named else settings_of({}).data_dir / "lab"


def _up(options: LabUpOptions, told: Told, ready: Ready) -> int:
    folder = lab_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with taken(folder) as mine:
        if not mine:
            message = "A lab runs on this machine already."
            raise ClientFailed(message, FAILED, hint="fireline lab status shows it.")
        from fireline.app import lab_here  # noqa: PLC0415 - the simulated AWS takes 2 s to read

        return lab_here.serve(options, folder, told, ready)


def _worlds() -> Sequence[Mapping[str, Any]]:
    from fireline.app import lab_here  # noqa: PLC0415 - as above

    return lab_here.worlds()


def _look() -> Mapping[str, Any]:
    lab = _running()
    return described(lab.state, asyncio.run(lab.status()), lab_folder())


def _attack() -> bool:
    return asyncio.run(_running().attack())


def _find(type_: str, about: str | None) -> Mapping[str, Any]:
    lab = _running()
    return asyncio.run(lab.find({"type": type_, "about": about or _something(lab.state, type_)}))


def _something(state: LabState, type_: str) -> str:
    """Choose what a finding of this type is about: the world's first of its kind."""
    guest = state.guests.get("attacker") or state.guests["admin"]
    kind = type_.partition(":")[2].partition("/")[0]
    if kind not in {"EC2", "S3"}:
        return guest.user
    from fireline.lab.clients import (  # noqa: PLC0415 - boto3 takes half a second to read
        Caller,
        Credentials,
        Place,
    )

    key = Credentials(guest.access_key_id, guest.secret_access_key)
    caller = Caller(Place(state.endpoint, state.region), key)
    if kind == "S3":
        return str(caller.client("s3").list_buckets()["Buckets"][0]["Name"])
    found = caller.client("ec2").describe_instances()["Reservations"]
    if not found:
        message = "This world has no instance at home."
        raise NoLab(message, hint="Name what the finding is about, after its type.")
    return str(found[0]["Instances"][0]["InstanceId"])


def _stop() -> None:
    asyncio.run(_running().stop())


def _running() -> LabHandle:
    found = asyncio.run(attach(lab_folder() / STATE_FILE))
    if found is None:
        message = "No lab runs here."
        raise NoLab(message, hint="Start one: fireline lab up")
    return found
