"""Worlds opened in tests, and what any client of AWS sees of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import boto3
from botocore.config import Config

from fireline.lab.lab import Lab
from fireline.lab.options import LabOptions
from fireline.lab.state import LabState
from fireline.lab.world import World

HOME = "111122223333"


def written(resources: list[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    account = {"id": HOME, "region": "eu-central-1", "resources": resources}
    return {"account": {**account, **more.pop("account", {})}, **more}


def opened(world: World, folder: Path, *, seed: int | None = None) -> tuple[Lab, LabState]:
    folder.mkdir(parents=True, exist_ok=True)
    lab = Lab(world, folder, LabOptions(admin=True, seed=seed))
    return lab, lab.open(0)


def admin(state: LabState, service: str, region: str = "eu-central-1") -> Any:
    key = state.guests["admin"]
    connect = cast("Any", boto3.client)  # pyright: ignore[reportUnknownMemberType] - boto3 builds clients at run time
    return connect(
        service,
        region_name=region,
        endpoint_url=state.endpoint,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}),
    )
