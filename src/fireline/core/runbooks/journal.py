"""A run's journal: its runbook, expanded over what the run was started with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.runbook import Act, Ask, Evidence, Runbook, Step, Watch

# What one run may be started with, so that nobody contains a whole account by mistake.
MAX_ASSETS = 50


class StepState(StrEnum):
    """Where one step stands.

    `waiting`: for a person. `ready`: a person has said yes. `checking`: for the cloud to show it.
    `stuck`: a person must look, and may still get it done. `failed` and `refused` are for good.
    """

    PENDING = "pending"
    WAITING = "waiting"
    READY = "ready"
    CHECKING = "checking"
    STUCK = "stuck"
    DONE = "done"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the run, on one asset when the step is about assets. `position` orders them.

    `due_at` is when a step that is `checking` is to be looked at again.
    """

    position: int
    step: str
    asset: AssetRef | None
    state: StepState
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MissingInput:
    """An input the runbook requires was left empty."""

    name: str


@dataclass(frozen=True, slots=True)
class TooMany:
    """More assets than one run may be about."""

    count: int


Inputs = Mapping[str, Sequence[AssetRef]]


def inputs_from(runbook: Runbook, assets: Iterable[AssetRef]) -> dict[str, tuple[AssetRef, ...]]:
    """Fill a runbook's inputs from the assets an alert found, each once, in the order found."""
    known = tuple(dict.fromkeys(assets))
    return {
        wanted.name: tuple(asset for asset in known if asset.kind == wanted.kind)
        for wanted in runbook.inputs
    }


def open_journal(runbook: Runbook, inputs: Inputs) -> tuple[Entry, ...] | MissingInput | TooMany:
    """Expand a runbook into the steps of one run: evidence and acts once for each asset."""
    for wanted in runbook.inputs:
        if wanted.required and not inputs.get(wanted.name):
            return MissingInput(wanted.name)
    count = sum(len(set(assets)) for assets in inputs.values())
    if count > MAX_ASSETS:
        return TooMany(count)
    pairs = [(step.id, asset) for step in runbook.steps for asset in _assets(step, inputs)]
    return tuple(
        Entry(position, step, asset, StepState.PENDING)
        for position, (step, asset) in enumerate(pairs)
    )


def _assets(step: Step, inputs: Inputs) -> tuple[AssetRef | None, ...]:
    match step:
        case Evidence() | Act():
            return tuple(dict.fromkeys(inputs.get(step.each, ())))
        case Watch() | Ask():
            return (None,)
