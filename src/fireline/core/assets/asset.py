"""One cloud resource as it was last seen: what it is set to, and what it belongs together with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fireline.core.assets.ref import AssetRef
from fireline.core.values.json import JsonObject


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """An asset points at another: `relation` says as what, such as `attached to` or `role`."""

    relation: str
    to: AssetRef


@dataclass(frozen=True, slots=True)
class Asset:
    """What a look at the cloud found of one resource.

    `config` is what the cloud's own API answers, its names kept, each detail under the name the
    table gives it; moments are ISO 8601 texts and policies the text AWS keeps, byte for byte. A
    detail that is not there is null. One that could not be read is in `unread` by its name, with
    the reason, and not in `config`: it is never taken for absent.
    """

    ref: AssetRef
    config: JsonObject
    name: str = ""
    arn: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    unread: Mapping[str, str] = field(default_factory=dict[str, str])
    links: tuple[Link, ...] = ()
