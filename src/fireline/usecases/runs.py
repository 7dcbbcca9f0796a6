"""Runs of runbooks: asked for by a person, followed by everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fireline.core.assets.ref import AssetRef
from fireline.core.incidents.containment import Containment, Cover, Question, Vector, Watched
from fireline.core.incidents.numbers import short
from fireline.core.plan.plan import Plan
from fireline.core.runbooks.journal import (
    Entry,
    Inputs,
    MissingInput,
    StepState,
    TooMany,
    inputs_from,
    open_journal,
)
from fireline.core.runbooks.runbook import Act, Ask, Evidence, Runbook, Watch
from fireline.core.runbooks.state import UNDOABLE, ActionState
from fireline.core.values.actor import Human
from fireline.core.values.ids import IncidentId, RunbookId, RunId
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import actions, approvals, due, evidence, runs
from fireline.store.actions import ActionRow, EffectRow
from fireline.store.approvals import ApprovalRow, VoteRow
from fireline.store.evidence import EvidenceRow
from fireline.store.runs import NewRun, RunRow, StepRow, SubjectRow
from fireline.usecases import plans
from fireline.usecases.facts import incident_stream, record
from fireline.usecases.run_hold import PlanOf, Stand, body, stand_of
from fireline.usecases.transaction import Tx

Named = Mapping[str, Sequence[str]]
_DOUBTFUL = frozenset({ActionState.UNVERIFIED, ActionState.UNKNOWN, ActionState.UNDO_CONFLICT})
_SHUT = frozenset({ActionState.VERIFIED, ActionState.MADE_PERMANENT})


class RunNotFound(Refusal):
    """There is no such run."""

    kind = Kind.NOT_FOUND
    code = "run.not_found"


class RunbookNotFound(Refusal):
    """The plan has no such runbook."""

    kind = Kind.NOT_FOUND
    code = "runbook.not_found"


class IncidentNotFound(Refusal):
    """There is no such incident."""

    kind = Kind.NOT_FOUND
    code = "incident.not_found"


class IncidentOver(Refusal):
    """The incident has ended."""

    kind = Kind.CONFLICT
    code = "run.incident_over"


class BadInputs(Refusal):
    """A run cannot begin with these."""

    kind = Kind.INVALID
    code = "run.bad_inputs"


class NotAsked(Refusal):
    """The step does not wait for an answer."""

    kind = Kind.CONFLICT
    code = "run.not_asked"


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with everything its page shows."""

    run: RunRow
    title: str
    steps: tuple[StepRow, ...]
    actions: tuple[ActionRow, ...]
    effects: tuple[EffectRow, ...]
    approvals: tuple[ApprovalRow, ...]
    votes: tuple[VoteRow, ...]
    evidence: tuple[EvidenceRow, ...]


async def request_run(
    tx: Tx,
    plan: Plan,
    incident: IncidentId,
    runbook: RunbookId,
    inputs: Named | None,
    *,
    by: Human,
) -> RunId:
    """Begin a runbook for an incident. Asked twice while it is on its way, it is the same run.

    `inputs` names assets by what the cloud calls them; without, they are those its alerts found.
    """
    subject, book = await runs.subject(tx.db, incident), plan.runbooks.get(runbook)
    if subject is None:
        msg = "There is no such incident."
        raise IncidentNotFound(msg)
    if book is None:
        msg = f"The plan has no runbook {runbook}."
        raise RunbookNotFound(msg, hint=f"There are: {', '.join(sorted(plan.runbooks))}.")
    if subject.ended_at is not None:
        msg = f"{short(subject.number)} is over; nothing is changed for it any more."
        raise IncidentOver(msg)
    present = await runs.running(tx.db, incident, runbook)
    if present is not None:
        return present.id
    found = inputs_from(book, await runs.assets(tx.db, incident))
    chosen = found if inputs is None else _chosen(book, inputs, found)
    journal = open_journal(book, chosen)
    if isinstance(journal, MissingInput | TooMany):
        raise BadInputs(_why(journal))
    row = await _begin(tx, plan, subject, book, journal, by=by)
    text = f"{by.person} started runbook {book.title} on {_listed(chosen)}"
    said = body(row, text, {"runbook": runbook})
    await record(tx, incident_stream(incident), "run.requested", by=by, body=said)
    return row.id


async def _begin(
    tx: Tx,
    plan: Plan,
    subject: SubjectRow,
    book: Runbook,
    journal: Sequence[Entry],
    *,
    by: Human,
) -> RunRow:
    new = NewRun(
        id=RunId(tx.ids.fresh()),
        incident_id=subject.id,
        incident_name=short(subject.number),
        runbook_id=book.id,
        plan_revision=plan.revision,
        requested_by=by.person,
        pace=subject.pace,
        drill_id=subject.drill_id,
    )
    await runs.add(tx.db, new, now=tx.now)
    for entry in journal:
        await runs.add_step(tx.db, new.id, entry)
    await due.plan(tx.db, "run", new.id, tx.now)
    return await _locked(tx, new.id)


def _chosen(book: Runbook, inputs: Named, found: Inputs) -> dict[str, tuple[AssetRef, ...]]:
    """Turn names into assets: as the alerts know them, else in the one account they are about."""
    known = {wanted.name: wanted for wanted in book.inputs}
    strange = sorted(set(inputs) - set(known))
    if strange:
        msg = f"Runbook {book.id} has no input {', '.join(strange)}."
        raise BadInputs(msg, hint=f"It has: {', '.join(known)}.")
    accounts = {asset.account for assets in found.values() for asset in assets}
    chosen: dict[str, tuple[AssetRef, ...]] = {}
    for name, ids in inputs.items():
        by_id = {asset.id: asset for asset in found.get(name, ())}
        unknown = [one for one in ids if one not in by_id]
        if unknown and len(accounts) != 1:
            msg = f"Which account is {unknown[0]} in? The alerts do not say."
            raise BadInputs(msg)
        kind, account = known[name].kind, next(iter(accounts), "")
        chosen[name] = tuple(by_id.get(one) or AssetRef(kind, account, one) for one in ids)
    return chosen


async def answer(tx: Tx, run: RunId, position: int, text: str, *, by: Human) -> None:
    """Answer the question a run waits on; it goes on at once."""
    row = await _locked(tx, run)
    kept = await runs.answer_step(tx.db, run, position, answer=text, by=by.person, now=tx.now)
    if not kept:
        msg = "This step does not wait for an answer."
        raise NotAsked(msg)
    await due.plan(tx.db, "run", run, tx.now)
    said = body(row, f"{by.person} answered: {text}", {"position": position})
    await record(tx, incident_stream(row.incident_id), "run.answered", by=by, body=said)


async def run_called(tx: Tx, number: int) -> RunRow:
    """Return the run people call by this number."""
    row = await runs.numbered(tx.db, number)
    if row is None:
        raise _missing()
    return row


async def run_view(tx: Tx, plan: Plan, row: RunRow) -> RunView:
    """Gather everything a run's page shows."""
    stand = await stand_of(tx, plan, row)
    made = [action.id for action in stand.actions]
    asked = await approvals.of_actions(tx.db, made)
    return RunView(
        run=row,
        title=stand.runbook.title,
        steps=stand.steps,
        actions=stand.actions,
        effects=tuple(await actions.effects_of(tx.db, made)),
        approvals=tuple(asked),
        votes=tuple(await approvals.votes(tx.db, [row.id for row in asked])),
        evidence=tuple(await evidence.of_runs(tx.db, [row.id])),
    )


async def list_runs(tx: Tx, incident: IncidentId) -> list[RunRow]:
    """List the runs of an incident, oldest first."""
    return await runs.of_incident(tx.db, incident)


async def containment_of(
    tx: Tx, incident: IncidentId, *, plan_of: PlanOf = plans.of
) -> Containment:
    """Say which ways in the runs of an incident have shut, and what of that still stands.

    What its alerts found since a run was asked for is a way in that nobody has shut.
    """
    stands = [
        await stand_of(tx, await plan_of(tx, row.plan_revision), row)
        for row in await runs.of_incident(tx.db, incident)
    ]
    watched: list[Watched] = []
    questions: list[Question] = []
    for stand in stands:
        kinds = {step.id: step for step in stand.runbook.steps}
        for row in stand.steps:
            match kinds[row.step_id]:
                case Watch(check=check):
                    watched.append(Watched(check, row.state == StepState.DONE, row.why))
                case Ask(question=question):
                    questions.append(Question(question, row.answer))
                case Evidence() | Act():
                    pass
    standing = tuple(
        f"{action.summary} ({action.state})"
        for stand in stands
        for action in stand.actions
        if action.stands in UNDOABLE
    )
    vectors = (*_vectors(stands), *_missed(stands, await runs.assets(tx.db, incident)))
    return Containment(vectors, standing, tuple(watched), tuple(questions))


def _vectors(stands: Sequence[Stand]) -> tuple[Vector, ...]:
    """Judge each asset over all runs: it is shut when every act on it is."""
    acts: dict[tuple[str, AssetRef], list[StepRow]] = {}
    for stand in stands:
        kinds = {step.id: step for step in stand.runbook.steps}
        for row in stand.steps:
            act = kinds[row.step_id]
            if isinstance(act, Act) and row.asset is not None:
                acts.setdefault((act.action, row.asset), []).append(row)
    taken = [action for stand in stands for action in stand.actions]
    kept: dict[AssetRef, Vector] = {}
    for (kind, asset), steps in acts.items():
        mine = [one for one in taken if one.kind == kind and one.plan.asset == asset]
        cover = Cover.VERIFIED if _shut(steps, mine) else Cover.OPEN
        said = mine[-1].summary if mine else steps[-1].why
        if asset not in kept or cover is Cover.OPEN:
            kept[asset] = Vector(str(asset), cover, said)
    return tuple(kept.values())


def _missed(stands: Sequence[Stand], found: Sequence[AssetRef]) -> tuple[Vector, ...]:
    """List what the alerts found, and the runbooks act on, that no run was asked to shut."""
    asked = {row.asset for stand in stands for row in stand.steps}
    kinds = {
        wanted.kind
        for stand in stands
        for wanted in stand.runbook.inputs
        for step in stand.runbook.steps
        if isinstance(step, Act) and step.each == wanted.name
    }
    missed = (asset for asset in found if asset.kind in kinds and asset not in asked)
    note = "found by an alert, and no run was asked to shut it"
    return tuple(Vector(str(asset), Cover.OPEN, note) for asset in dict.fromkeys(missed))


def _shut(steps: Sequence[StepRow], taken: Sequence[ActionRow]) -> bool:
    """Say whether an act holds: one stands verified, or a step found it so and none undid it."""
    if any(action.stands in _SHUT for action in taken):
        return True
    found = [step.ended_at for step in steps if step.state == StepState.DONE and step.ended_at]
    if not found or any(action.stands in _DOUBTFUL for action in taken):
        return False
    undone = [action.ended_at for action in taken if action.stands is ActionState.UNDONE]
    return all(at is not None and at < max(found) for at in undone)


async def _locked(tx: Tx, run: RunId) -> RunRow:
    row = await runs.lock(tx.db, run)
    if row is None:
        raise _missing()
    return row


def _missing() -> RunNotFound:
    return RunNotFound("There is no such run.")


def _why(wrong: MissingInput | TooMany) -> str:
    match wrong:
        case MissingInput(name):
            return f"The runbook needs at least one of {name}."
        case TooMany(count):
            return f"{count} assets are too many for one run."


def _listed(inputs: Inputs) -> str:
    return ", ".join(asset.id for assets in inputs.values() for asset in assets)
