"""Judge again what the inventory holds, when somebody asks: a worker does it, step by step."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor
from fireline.core.values.ids import DrillId
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import due, posture_assessments, posture_views
from fireline.store.posture_assessments import ASSESS, AssessmentRow, New
from fireline.usecases import plans
from fireline.usecases.transaction import Tx

_KEPT_FOR = timedelta(days=30)


class NoSuchAccount(Refusal):
    """The inventory knows nothing of such an account."""

    kind = Kind.NOT_FOUND
    code = "posture.no_such_account"


class AssessmentNotFound(Refusal):
    """Nobody asked for such an assessment."""

    kind = Kind.NOT_FOUND
    code = "posture.assessment_not_found"


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """How far an assessment is; `account` is empty for all, `failed` says why it came no further.

    `assets` is how many there were to judge when it was asked for.
    """

    number: int
    drill: DrillId | None
    account: str | None
    asked_by: str
    asked_at: datetime
    assets: int
    judged: int
    ended_at: datetime | None
    failed: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account that an assessment judges; `first`: nothing of it was judged before."""

    account: str
    drill: DrillId | None
    first: bool


async def ask_assessment(
    tx: Tx, account: str | None, *, drill: DrillId | None, by: Actor
) -> AssessmentView:
    """Ask that an account, or all, be judged again. It asks no cloud anything.

    One that waits to be begun is enough for all who ask. Raises NoSuchAccount.
    """
    known = {row.account: row for row in await posture_views.judged_assets(tx.db, drill=drill)}
    if account is not None and account not in known:
        msg = f"The inventory holds nothing of an account {account[:80]}."
        hint = f"It knows {', '.join(sorted(known)) or 'none yet'}."
        raise NoSuchAccount(msg, hint=hint)
    waiting = await posture_assessments.waiting(tx.db, account, drill=drill)
    if waiting is not None:
        return _view(waiting)
    assets = sum(row.assets for row in known.values() if account in (None, row.account))
    new = New(tx.ids.fresh(), drill, account, by.name, assets)
    await posture_assessments.forget(tx.db, before=tx.now - _KEPT_FOR)
    await posture_assessments.add(tx.db, new, now=tx.now)
    await due.plan(tx.db, ASSESS, new.id, tx.now)
    row = await posture_assessments.get(tx.db, new.id)
    if row is None:
        msg = "what was just kept is there"
        raise AssertionError(msg)
    return _view(row)


async def show_assessment(tx: Tx, number: int) -> AssessmentView:
    """Return how far an assessment is. Raises AssessmentNotFound."""
    row = await posture_assessments.numbered(tx.db, number)
    if row is None:
        msg = f"There is no assessment {number}."
        raise AssessmentNotFound(msg, hint="`fireline posture assess` begins one.")
    return _view(row)


async def wanted_by(tx: Tx, assessment: UUID) -> tuple[Plan, tuple[Wanted, ...]] | None:
    """Return what an assessment judges, and by which plan; `None`: it is over."""
    row = await posture_assessments.get(tx.db, assessment)
    if row is None or row.ended_at is not None:
        return None
    drill = DrillId(row.drill_id) if row.drill_id else None
    plan = await plans.current(tx)
    return plan, tuple(
        Wanted(one.account, drill, one.judged == 0)
        for one in await posture_views.judged_assets(tx.db, drill=drill)
        if row.account in (None, one.account)
    )


def _view(row: AssessmentRow) -> AssessmentView:
    return AssessmentView(
        number=row.number,
        drill=DrillId(row.drill_id) if row.drill_id else None,
        account=row.account,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        assets=row.assets,
        judged=min(row.judged, row.assets) if row.ended_at is None else row.judged,
        ended_at=row.ended_at,
        failed=row.failed,
    )
