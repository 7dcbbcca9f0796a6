"""Amazon's images, few of them and without the snapshots moto makes for each.

moto fills every region with 1,300 images and as many snapshots, which it then lists as the
account's own. Whoever looks at an account would look at them one by one.
"""

from typing import Any, cast

from moto.core.parse import default_timestamp_parser
from moto.ec2.models.amis import AMIS, Ami, AmiBackend


def keep_few_images() -> None:
    """Let every EC2 that moto makes from now on, or resets, hold a few dozen of Amazon's images."""
    backend = cast("Any", AmiBackend)
    backend._load_amis = _load_few  # noqa: SLF001 - there is no other way in


def _load_few(backend: Any) -> None:
    for told in AMIS:
        made: Any = told.get("creation_date")
        moment = default_timestamp_parser(made) if isinstance(made, str) else made
        image: Any = Ami(backend, **{**told, "owner_alias": "amazon", "creation_date": moment})
        backend.amis[image.id] = image
        backend.snapshots.pop(image.ebs_snapshot.id, None)
