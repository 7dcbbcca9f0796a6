"""A cloud account fireline may look at and, through registered actions, change.

Two bodies: AWS, and the scripted cloud of the tests of the core. A drill's cloud is AWS too, at the
loopback address of its lab.
"""

from dataclasses import dataclass
from typing import Protocol

from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.cloud import Absent, Call, Present, Reading, Unreadable
from fireline.core.values.ids import DrillId

__all__ = [
    "Absent",
    "Artefact",
    "Call",
    "CallOutcome",
    "Cloud",
    "Clouds",
    "Declined",
    "Errand",
    "Made",
    "Present",
    "Reading",
    "Unreadable",
    "Unsure",
]


@dataclass(frozen=True, slots=True)
class Errand:
    """On whose word a call is made; the cloud's own log will carry it. Never a secret."""

    incident: str
    approval: str
    approver: str


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
    """One piece of evidence as collected: where it came from and its exact bytes.

    `method` says which calls gave it; `tool` which program, and its version, made them.
    """

    name: str
    asset: AssetRef
    method: str
    tool: str
    body: bytes


class Cloud(Protocol):
    """Reads assets, collects evidence, and makes the calls that actions planned."""

    async def read(self, asset: AssetRef) -> Reading:
        """Read one asset now. Never raises for what the network or the cloud did."""
        ...

    async def call(self, call: Call, errand: Errand) -> CallOutcome:
        """Make one call, at most once: no retry after the request has left."""
        ...

    async def collect(self, asset: AssetRef) -> tuple[Artefact, ...] | Unreadable:
        """Collect what there is to know about an asset before it is changed. Reads only."""
        ...

    async def identities(self) -> frozenset[str] | Unreadable:
        """Return the ARNs fireline itself acts under, so that it never acts on itself."""
        ...


class Clouds(Protocol):
    """Gives the cloud an object belongs to: a drill's lab for a drill's objects, else the real."""

    def of(self, drill: DrillId | None) -> Cloud:
        """Return the one cloud this may touch. A drill never gets the real one."""
        ...
