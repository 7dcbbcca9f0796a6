"""What a run does next, given its journal. Evidence comes before every act on the same asset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fireline.core.runbooks.journal import Entry, StepState
from fireline.core.runbooks.runbook import Act, Evidence, Runbook

_S = StepState
_OVER = frozenset({_S.DONE, _S.SKIPPED})
_LOST = frozenset({_S.REFUSED, _S.FAILED})
_HELD = frozenset({_S.WAITING, _S.CHECKING, _S.STUCK})


@dataclass(frozen=True, slots=True)
class Do:
    """Work on this entry now."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing to do until a person answers, or until a moment when there is one."""

    why: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Finished:
    """Every step is over."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Some steps can never be done; a person decides what now."""

    why: str


Next = Do | Waiting | Finished | Stopped


def next_step(runbook: Runbook, journal: Sequence[Entry], now: datetime) -> Next:
    """Return what the run does next: what people said yes to or is due, then what can be begun."""
    for entry in journal:
        if entry.state is _S.READY or (entry.due_at is not None and entry.due_at <= now):
            return Do(entry)
    for entry in journal:
        if entry.state is _S.PENDING and not _holding(runbook, journal, entry):
            return Do(entry)
    held = [entry for entry in journal if entry.state in _HELD]
    if held:
        until = min((e.due_at for e in held if e.due_at is not None), default=None)
        return Waiting(_named(held), until)
    lost = [entry for entry in journal if entry.state in _LOST]
    if lost:
        return Stopped(_named(lost))
    return Finished()


def _holding(runbook: Runbook, journal: Sequence[Entry], entry: Entry) -> list[Entry]:
    """List what must be over before an entry may begin."""
    steps = {step.id: step for step in runbook.steps}
    step = steps[entry.step]
    evidence = {known.id for known in runbook.steps if isinstance(known, Evidence)}
    return [
        other
        for other in journal
        if other.state not in _OVER
        and (
            other.step in step.needs
            or (isinstance(step, Act) and other.step in evidence and other.asset == entry.asset)
        )
    ]


def _named(entries: Sequence[Entry]) -> str:
    return ", ".join(dict.fromkeys(f"{entry.step} is {entry.state}" for entry in entries))
