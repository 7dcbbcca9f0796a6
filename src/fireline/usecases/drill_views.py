"""Drills as people see them: the story so far, line by line, and the score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fireline.core.drills.story import Step
from fireline.core.timeline.fact import Fact
from fireline.core.values.ids import DrillId
from fireline.core.values.json import JsonObject
from fireline.store import drills, facts, signals
from fireline.store.drills import DrillRow
from fireline.usecases.drills import NoSuchDrill
from fireline.usecases.transaction import Tx

MAX_LINES = 500
MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the story. `done` says whether it was reached."""

    step: str
    sentence: str
    done: bool


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the story: so many seconds after the start, who, and what happened."""

    at: datetime
    seconds: float
    by: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class PartView:
    """One objective of the score, with its rating P, S, M or U."""

    name: str
    points: float
    most: float
    rating: str
    why: str


@dataclass(frozen=True, slots=True)
class PenaltyView:
    """Points taken away; some fail the drill whatever the total."""

    name: str
    points: float
    fails: bool
    why: str


@dataclass(frozen=True, slots=True)
class ScoreView:
    """What a finished drill earned."""

    score: float
    passed: bool
    contained: bool
    seconds: float
    fails: tuple[str, ...]
    parts: tuple[PartView, ...]
    penalties: tuple[PenaltyView, ...]


@dataclass(frozen=True, slots=True)
class LagView:
    """How late one way delivers, in seconds."""

    via: str
    signals: int
    least: float
    median: float
    most: float


@dataclass(frozen=True, slots=True)
class DrillView:
    """One drill, as far as it has come."""

    id: UUID
    number: int
    scenario: str
    title: str
    pace: int
    state: str
    plan_revision: str
    started_by: str
    started_at: datetime
    ready_at: datetime | None
    attack_at: datetime | None
    finished_at: datetime | None
    failed_step: str | None
    failure: str
    lesson: str | None
    alerts: tuple[int, ...]
    incident: int | None
    steps: tuple[StepView, ...]
    lines: tuple[LineView, ...]
    lag: tuple[LagView, ...]
    score: ScoreView | None


@dataclass(frozen=True, slots=True)
class DrillLine:
    """One drill in a list."""

    id: UUID
    number: int
    scenario: str
    title: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    score: float | None
    passed: bool | None
    failed_step: str | None


async def look(tx: Tx, drill: DrillId) -> DrillView:
    """Show a drill: the story so far, and the score if it is over."""
    return await _view(tx, await drills.get(tx.db, drill))


async def find_drill(tx: Tx, number: int) -> DrillView:
    """Show a drill by its number."""
    return await _view(tx, await drills.numbered(tx.db, number))


async def list_drills(
    tx: Tx, *, open_only: bool = False, limit: int = MAX_PAGE
) -> tuple[DrillLine, ...]:
    """List drills, the newest first."""
    found = await drills.listed(tx.db, open_only=open_only, limit=min(max(limit, 1), MAX_PAGE))
    return tuple(
        DrillLine(
            id=row.id,
            number=row.number,
            scenario=row.scenario,
            title=row.title,
            state=row.state,
            started_at=row.started_at,
            finished_at=row.finished_at,
            score=row.result["score"] if row.result else None,
            passed=row.result["passed"] if row.result else None,
            failed_step=row.failed_step,
        )
        for row in found
    )


async def _view(tx: Tx, row: DrillRow | None) -> DrillView:
    if row is None:
        message = "There is no such drill."
        raise NoSuchDrill(message)
    alerts = await drills.alerts(tx.db, row.id)
    incident = await drills.incident(tx.db, row.id)
    streams = [row.id, *(alert.id for alert in alerts), *([incident.id] if incident else [])]
    told = await facts.timeline(tx.db, streams, limit=MAX_LINES)
    late = await signals.lag(tx.db, drill=row.id)
    return DrillView(
        id=row.id,
        number=row.number,
        scenario=row.scenario,
        title=row.title,
        pace=row.pace,
        state=row.state,
        plan_revision=row.plan_revision,
        started_by=row.started_by,
        started_at=row.started_at,
        ready_at=row.ready_at,
        attack_at=row.attack_at,
        finished_at=row.finished_at,
        failed_step=row.failed_step,
        failure=Step(row.failed_step).failure if row.failed_step else "",
        lesson=row.lesson,
        alerts=tuple(alert.number for alert in alerts),
        incident=incident.number if incident else None,
        steps=tuple(StepView(step, step.sentence, step in row.steps) for step in Step),
        lines=_lines(told, row.started_at),
        lag=tuple(
            LagView(each.via, each.signals, each.least, each.median, each.most) for each in late
        ),
        score=_score(row.result),
    )


def _lines(told: Sequence[Fact], started_at: datetime) -> tuple[LineView, ...]:
    """Write facts as lines, by when things happened, which is before they were written down."""
    lines = [
        LineView(
            at=at,
            seconds=round((at - started_at).total_seconds(), 1),
            by=fact.by,
            kind=fact.kind,
            text=_text(fact.body, "text") or fact.kind,
        )
        for fact in told
        for at in [_happened(fact)]
    ]
    return tuple(sorted(lines, key=lambda line: line.at))


def _happened(fact: Fact) -> datetime:
    reached = _text(fact.body, "reached_at")
    return datetime.fromisoformat(reached) if reached else fact.at


def _score(result: dict[str, Any] | None) -> ScoreView | None:
    if result is None:
        return None
    return ScoreView(
        score=result["score"],
        passed=result["passed"],
        contained=result["contained"],
        seconds=result["seconds"],
        fails=tuple(result["fails"]),
        parts=tuple(PartView(**part) for part in result["parts"]),
        penalties=tuple(PenaltyView(**each) for each in result["penalties"]),
    )


def _text(body: JsonObject, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
