"""One run of a runbook: what is done, what is now, what is next, and every change with its undo."""

from dataclasses import dataclass

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.plan.plan import Plan
from fireline.core.runbooks.runbook import Act, Ask, Evidence, Step, Watch
from fireline.core.runbooks.state import UNDOABLE, ActionState, may_become
from fireline.core.values.refusals import Refusal
from fireline.doors.web.shell import FRESH, Again, Caller, back, page, render
from fireline.store.actions import ActionRow
from fireline.store.approvals import ApprovalRow
from fireline.store.evidence import EvidenceRow
from fireline.store.runs import StepRow
from fireline.usecases import plans, runs, undo
from fireline.usecases.runs import RunView

_ENDED = frozenset({"done", "skipped", "refused", "failed"})


@dataclass(frozen=True, slots=True)
class ActionShown:
    """A change, the approvals it asked for, and what can still be done about it."""

    row: ActionRow
    approvals: tuple[ApprovalRow, ...]
    undoable: bool
    keepable: bool
    doubtful: bool


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step of the journal. `place` says done, now or next."""

    row: StepRow
    place: str
    says: str
    asks: str
    actions: tuple[ActionShown, ...]
    evidence: tuple[EvidenceRow, ...]


async def run(caller: Caller) -> Response:
    """Show a run."""
    return await _show(caller, FRESH)


async def answer(caller: Caller) -> Response:
    """Answer the question the run waits on."""
    number: int = caller.request.path_params["number"]
    fields = await caller.fields()
    try:
        async with caller.desk.transaction() as tx:
            row = await runs.run_called(tx, number)
            caller.reach(row.drill)
            position: int = caller.request.path_params["position"]
            text = fields.get("text", "").strip()
            await runs.answer(tx, row.id, position, text, by=caller.principal.actor)
    except Refusal as refusal:
        return await _show(caller, Again("answer", fields, refusal))
    return back(f"/runs/{number}", said="Answered; the run goes on.")


async def look_again(caller: Caller) -> Response:
    """Have an action nobody is sure of read once more."""
    async with caller.desk.transaction() as tx:
        found, action = await undo.action_called(tx, caller.request.path_params["number"])
        caller.reach(found.drill)
        await undo.look_again(tx, action.id, by=caller.principal.actor)
    return back(f"/runs/{found.number}", said="It will be read again.")


async def _show(caller: Caller, again: Again) -> Response:
    async with caller.desk.transaction() as tx:
        row = await runs.run_called(tx, caller.request.path_params["number"])
        caller.reach(row.drill)
        plan = await plans.of(tx, row.plan_revision)
        view = await runs.run_view(tx, plan, row)
        now = tx.now
    return render(
        caller,
        "run.html",
        here="incidents",
        topics=(f"incident:{row.incident_id}",),
        status=again.status,
        again=again,
        view=view,
        run=row,
        incident=row.incident_name.rpartition("-")[2],
        steps=_steps(plan, view),
        now=now,
    )


def _steps(plan: Plan, view: RunView) -> list[StepShown]:
    kinds = {step.id: step for step in plan.runbooks[view.run.runbook_id].steps}
    return [_step(kinds[row.step_id], row, view) for row in view.steps]


def _step(kind: Step, row: StepRow, view: RunView) -> StepShown:
    return StepShown(
        row=row,
        place="done" if row.state in _ENDED else "next" if row.state == "pending" else "now",
        says=_says(kind),
        asks=kind.question if isinstance(kind, Ask) else "",
        actions=tuple(
            _action(action, view) for action in view.actions if action.position == row.position
        ),
        evidence=tuple(each for each in view.evidence if each.position == row.position),
    )


def _says(kind: Step) -> str:
    match kind:
        case Evidence():
            return "Collect evidence"
        case Act(action=action):
            return action
        case Watch(check=check):
            return f"Watch: {check}"
        case Ask():
            return "Ask people"


def _action(row: ActionRow, view: RunView) -> ActionShown:
    asked = row.undo_asked_at is not None
    return ActionShown(
        row=row,
        approvals=tuple(each for each in view.approvals if each.action_id == row.id),
        undoable=row.stands in UNDOABLE and not asked,
        keepable=may_become(row.stands, ActionState.MADE_PERMANENT) and not asked,
        doubtful=row.stands in {ActionState.UNVERIFIED, ActionState.UNKNOWN},
    )


ROUTES = (
    page("/runs/{number:int}", run, Permission.SEE),
    page(
        "/runs/{number:int}/answers/{position:int}", answer, Permission.RESPOND, methods=("POST",)
    ),
    page("/actions/{number:int}/look-again", look_again, Permission.RESPOND, methods=("POST",)),
)
