"""Runs and their journals as they are remembered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection

from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.journal import Entry, StepState
from fireline.core.values.ids import DrillId, IncidentId, RevisionId, RunbookId, RunId
from fireline.store import rows
from fireline.store.queries import load

_SQL = load("runs.sql")
MAX_LISTED = 100
MAX_STEPS = 500


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run, exactly as its query returns it."""

    id: RunId
    number: int
    incident_id: UUID
    incident_name: str
    runbook_id: RunbookId
    plan_revision: RevisionId
    requested_by: str
    requested_at: datetime
    state: str
    why: str
    ended_at: datetime | None
    pace: int
    drill_id: UUID | None
    fence: int

    @property
    def drill(self) -> DrillId | None:
        """The drill it belongs to, if it is one."""
        return DrillId(self.drill_id) if self.drill_id else None


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a run begins with."""

    id: RunId
    incident_id: UUID
    incident_name: str
    runbook_id: RunbookId
    plan_revision: RevisionId
    requested_by: str
    pace: int
    drill_id: UUID | None


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a run, exactly as its query returns it."""

    run_id: RunId
    position: int
    step_id: str
    asset_kind: str | None
    asset_account: str | None
    asset_id: str | None
    asset_region: str | None
    state: str
    why: str
    tries: int
    rounds: int
    due_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    answer: str | None
    answered_by: str | None

    @property
    def asset(self) -> AssetRef | None:
        """The asset the step is about, if it is about one."""
        if self.asset_id is None:
            return None
        kind, account = self.asset_kind or "", self.asset_account or ""
        return AssetRef(kind, account, self.asset_id, self.asset_region or "")

    @property
    def entry(self) -> Entry:
        """The journal entry the core speaks of."""
        state = StepState(self.state)
        return Entry(self.position, self.step_id, self.asset, state, self.due_at)


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """The incident a run is for, as far as a run needs to know it."""

    id: IncidentId
    number: int
    pace: int
    drill_id: UUID | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class AssetRow:
    """One asset an incident is about."""

    kind: str
    account: str
    id: str
    region: str

    @property
    def ref(self) -> AssetRef:
        """The asset the core speaks of."""
        return AssetRef(self.kind, self.account, self.id, self.region)


ROWS: dict[str, type | None] = {
    "add": None,
    "running": RunRow,
    "lock": RunRow,
    "take": RunRow,
    "hold": RunRow,
    "release": None,
    "end_run": None,
    "get": RunRow,
    "numbered": RunRow,
    "of_incident": RunRow,
    "add_step": None,
    "steps": StepRow,
    "set_step": None,
    "answer_step": None,
    "subject": SubjectRow,
    "assets": AssetRow,
}


async def add(db: AsyncConnection, run: NewRun, *, now: datetime) -> None:
    """Remember a new run."""
    values = {
        "id": run.id,
        "incident_id": run.incident_id,
        "incident_name": run.incident_name,
        "runbook_id": run.runbook_id,
        "plan_revision": run.plan_revision,
        "requested_by": run.requested_by,
        "pace": run.pace,
        "drill_id": run.drill_id,
        "now": now,
    }
    await rows.run(db, _SQL["add"], values)


async def running(db: AsyncConnection, incident: UUID, runbook: RunbookId) -> RunRow | None:
    """Return the run of a runbook that is on its way in an incident."""
    values = {"incident_id": incident, "runbook_id": runbook}
    return await rows.maybe(db, RunRow, _SQL["running"], values)


async def lock(db: AsyncConnection, run: RunId) -> RunRow | None:
    """Return a run, locked for this transaction."""
    return await rows.maybe(db, RunRow, _SQL["lock"], {"id": run})


async def take(db: AsyncConnection, run: RunId, *, now: datetime, until: datetime) -> RunRow | None:
    """Become the one engine that works on a run. `None`: another one is at it."""
    values = {"id": run, "now": now, "until": until}
    return await rows.maybe(db, RunRow, _SQL["take"], values)


async def hold(db: AsyncConnection, run: RunId, fence: int, *, until: datetime) -> RunRow | None:
    """Lock a run that was taken, and keep it longer. `None`: a later engine has it."""
    values = {"id": run, "fence": fence, "until": until}
    return await rows.maybe(db, RunRow, _SQL["hold"], values)


async def release(db: AsyncConnection, run: RunId, fence: int) -> None:
    """Let another engine have the run."""
    await rows.run(db, _SQL["release"], {"id": run, "fence": fence})


async def end_run(db: AsyncConnection, run: RunId, state: str, why: str, *, now: datetime) -> None:
    """Write down that a run is over."""
    await rows.run(db, _SQL["end_run"], {"id": run, "state": state, "why": why, "now": now})


async def get(db: AsyncConnection, run: RunId) -> RunRow | None:
    """Return a run."""
    return await rows.maybe(db, RunRow, _SQL["get"], {"id": run})


async def numbered(db: AsyncConnection, number: int) -> RunRow | None:
    """Return a run by the number people use."""
    return await rows.maybe(db, RunRow, _SQL["numbered"], {"number": number})


async def of_incident(
    db: AsyncConnection, incident: UUID, *, limit: int = MAX_LISTED
) -> list[RunRow]:
    """List the runs of an incident, oldest first."""
    values = {"incident_id": incident, "limit": limit}
    return await rows.many(db, RunRow, _SQL["of_incident"], values)


async def add_step(db: AsyncConnection, run: RunId, entry: Entry) -> None:
    """Remember one step of a new run."""
    asset = entry.asset
    values = {
        "run_id": run,
        "position": entry.position,
        "step_id": entry.step,
        "asset_kind": asset.kind if asset else None,
        "asset_account": asset.account if asset else None,
        "asset_id": asset.id if asset else None,
        "asset_region": asset.region if asset else None,
    }
    await rows.run(db, _SQL["add_step"], values)


async def steps(db: AsyncConnection, run: RunId) -> list[StepRow]:
    """Return a run's journal, in order."""
    return await rows.many(db, StepRow, _SQL["steps"], {"run_id": run, "limit": MAX_STEPS})


@dataclass(frozen=True, slots=True)
class StepChange:
    """Where a step stands from now on. `ended`: nothing more will come of it."""

    state: StepState
    why: str = ""
    tries: int = 0
    rounds: int = 0
    due_at: datetime | None = None
    ended: bool = False


async def set_step(
    db: AsyncConnection, run: RunId, position: int, change: StepChange, *, now: datetime
) -> None:
    """Write down where a step stands."""
    values = {
        "run_id": run,
        "position": position,
        "state": change.state,
        "why": change.why,
        "tries": change.tries,
        "rounds": change.rounds,
        "due_at": change.due_at,
        "ended": change.ended,
        "now": now,
    }
    await rows.run(db, _SQL["set_step"], values)


async def answer_step(
    db: AsyncConnection, run: RunId, position: int, *, answer: str, by: str, now: datetime
) -> bool:
    """Keep a person's answer. `False`: the step does not wait for one."""
    values = {"run_id": run, "position": position, "answer": answer, "by": by, "now": now}
    return await rows.run(db, _SQL["answer_step"], values) == 1


async def subject(db: AsyncConnection, incident: IncidentId) -> SubjectRow | None:
    """Return what a run needs to know of its incident."""
    return await rows.maybe(db, SubjectRow, _SQL["subject"], {"id": incident})


async def assets(db: AsyncConnection, incident: IncidentId) -> list[AssetRef]:
    """List what the alerts of an incident are about, in the order first seen."""
    values = {"incident_id": incident, "limit": MAX_STEPS}
    return [row.ref for row in await rows.many(db, AssetRow, _SQL["assets"], values)]
