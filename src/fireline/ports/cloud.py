"""A cloud account fireline may look at and, through registered actions, change.

Two bodies: AWS, and the scripted cloud of the tests of the core. A drill's cloud is AWS too, at the
loopback address of its lab.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from fireline.core.assets.ref import AssetRef
from fireline.core.values.json import JsonObject


@dataclass(frozen=True, slots=True)
class Present:
    """The asset as it stands now, in the shape its action's plan compares."""

    state: JsonObject


@dataclass(frozen=True, slots=True)
class Absent:
    """The cloud says there is no such asset."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Could not tell: denied, throttled, unsupported, timed out. Never the same as absent."""

    why: str


Reading = Present | Absent | Unreadable


@dataclass(frozen=True, slots=True)
class Call:
    """One API call, exactly as it will be made: what a dry run shows and an approval binds to."""

    service: str
    operation: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """The cloud answered that it did it. Only a second reading proves it."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The cloud said no, and will say no again until somebody changes something."""

    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """The call may or may not have been made. Read again before anything else."""

    why: str


CallOutcome = Made | Declined | Unsure


@dataclass(frozen=True, slots=True)
class Artefact:
    """One piece of evidence as collected: where it came from and its exact bytes."""

    name: str
    asset: AssetRef
    method: str
    body: bytes


class Cloud(Protocol):
    """Reads assets, collects evidence, and makes the calls that actions planned."""

    async def read(self, asset: AssetRef) -> Reading:
        """Read one asset now. Never raises for what the network or the cloud did."""
        ...

    async def call(self, call: Call) -> CallOutcome:
        """Make one call, at most once: no retry after the request has left."""
        ...

    async def collect(self, asset: AssetRef) -> tuple[Artefact, ...] | Unreadable:
        """Collect what there is to know about an asset before it is changed. Reads only."""
        ...

    async def identity(self) -> str:
        """Return the ARN fireline itself acts under, so that it never acts on itself."""
        ...
