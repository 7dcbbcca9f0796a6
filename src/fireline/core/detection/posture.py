"""The life of a posture finding: it opens, persists, resolves and comes back with its asset.

A signature's word on an asset is heard again and again; what changed is a turn. Not knowing never
resolves anything, and nothing but the asset's own state, or its end, does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from fireline.core.detection.signatures.verdict import Judgement, Verdict
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Level

# Why a finding resolved although its signature did not say that it passes.
GONE = "the asset is gone"
NOT_JUDGED = "it is no longer judged"
MENDED = "the asset passes"
NOT_ASKED = "it does not apply to the asset any more"


class State(StrEnum):
    """Whether a finding stands."""

    OPEN = "open"
    RESOLVED = "resolved"


class Turn(StrEnum):
    """What a new word changed. `REOPENED` is a regression: what was mended fails again."""

    OPENED = "opened"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    UNSURE = "unsure"
    SURE = "sure"


# From the worst to the least; the place in it is what lists are ordered by.
LEVELS = (Level.CRITICAL, Level.HIGH, Level.MEDIUM, Level.LOW, Level.INFORMATIONAL)


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a pair of signature and asset since it first failed."""

    state: State
    first_failed_at: datetime
    opened_at: datetime
    resolved_at: datetime | None = None
    resolution: str = ""
    reopened: int = 0
    evidence: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A signature's last word on an asset, since when it says so, and the life of its finding.

    Without a life it never failed.
    """

    verdict: Verdict
    reason: str
    since: datetime
    life: Life | None = None

    @property
    def is_open(self) -> bool:
        """Whether a finding stands, also while nobody can tell how the asset is now."""
        return self.life is not None and self.life.state is State.OPEN


@dataclass(frozen=True, slots=True)
class Move:
    """What a word made of a standing. Without a turn nothing that people follow has changed."""

    before: Standing | None
    after: Standing
    turn: Turn | None

    @property
    def is_new(self) -> bool:
        """Whether there is anything to be written down."""
        return self.before != self.after


def hear(before: Standing | None, said: Judgement, *, now: datetime) -> Move:
    """Hear a signature's word on an asset."""
    same = before is not None and before.verdict is said.verdict
    since = before.since if before is not None and same else now
    life, turn = _lived(before, said, now)
    return Move(before, Standing(said.verdict, said.reason, since, life), turn)


def end(before: Standing, why: str, *, now: datetime) -> Move:
    """Hear that nothing judges an asset any more: it is gone, or no signature is for it."""
    if (before.verdict, before.reason) == (Verdict.NOT_APPLICABLE, why):
        return Move(before, before, None)
    life, turn = before.life, None
    if life is not None and life.state is State.OPEN:
        life, turn = _resolved(life, why, now), Turn.RESOLVED
    return Move(before, Standing(Verdict.NOT_APPLICABLE, why, now, life), turn)


def _lived(
    before: Standing | None, said: Judgement, now: datetime
) -> tuple[Life | None, Turn | None]:
    life = None if before is None else before.life
    match said.verdict:
        case Verdict.FAIL:
            return _failing(before, life, said.evidence, now)
        case Verdict.UNKNOWN:
            knew = before is not None and before.verdict in {Verdict.FAIL, Verdict.PASS}
            return life, Turn.UNSURE if knew else None
        case Verdict.PASS | Verdict.NOT_APPLICABLE:
            if life is not None and life.state is State.OPEN:
                why = MENDED if said.verdict is Verdict.PASS else NOT_ASKED
                return _resolved(life, why, now), Turn.RESOLVED
            return life, _sure(before)


def _failing(
    before: Standing | None, life: Life | None, evidence: JsonObject, now: datetime
) -> tuple[Life, Turn | None]:
    if life is None:
        return Life(State.OPEN, now, now, evidence=evidence), Turn.OPENED
    if life.state is State.OPEN:
        return replace(life, evidence=evidence), _sure(before)
    again = life.reopened + 1
    return Life(
        State.OPEN, life.first_failed_at, now, reopened=again, evidence=evidence
    ), Turn.REOPENED


def _resolved(life: Life, why: str, now: datetime) -> Life:
    return replace(life, state=State.RESOLVED, resolved_at=now, resolution=why)


def _sure(before: Standing | None) -> Turn | None:
    return Turn.SURE if before is not None and before.verdict is Verdict.UNKNOWN else None


def worst(levels: Iterable[Level]) -> Level | None:
    """Return the worst of some levels."""
    return min(levels, key=LEVELS.index, default=None)


def at_least(level: Level) -> tuple[Level, ...]:
    """List a level and those worse than it."""
    return LEVELS[: LEVELS.index(level) + 1]
