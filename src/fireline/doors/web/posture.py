"""What is dangerous in the cloud: the summary, findings, signatures, drift, exceptions."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.detection.posture import LEVELS
from fireline.core.detection.posture_exceptions import Scope
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Level
from fireline.core.values.refusals import Refusal
from fireline.doors.web.shell import FRESH, Again, Caller, back, page, render
from fireline.usecases import plans, posture, posture_exceptions, posture_views
from fireline.usecases.posture_exceptions import ExceptionUnclear, ExceptionView, NewException
from fireline.usecases.posture_views import Since, Wanted

_PAGE = 50
_FORM = "exception"
_LATELY = timedelta(days=7)
_REASONS = 20
DAYS = (7, 30, 90, 180, 365)


async def overview(caller: Caller) -> Response:
    """Show how everything stands, and the findings, the worst first."""
    asked = caller.request.query_params
    wanted = _asked(asked)
    drill = caller.principal.drill
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        summary = await posture_views.summarise(tx, drill=drill)
        found = await posture_views.list_findings(tx, wanted, drill=drill, limit=_PAGE)
        now = tx.now
    return render(
        caller,
        "posture.html",
        here="posture",
        topics=(posture.TOPIC,),
        summary=summary,
        findings=found.items,
        following=found.next,
        wanted=wanted,
        shown=asked.get("shown", "open"),
        severity=asked.get("severity", ""),
        levels=tuple(LEVELS),
        accounts=[one.account for one in summary.accounts],
        services=sorted(plan.services),
        now=now,
    )


async def finding(caller: Caller) -> Response:
    """Show one finding with its evidence, the fix, its exception and its history."""
    return await _finding(caller, FRESH)


async def except_one(caller: Caller) -> Response:
    """Except the finding that is shown: that asset, by its signature."""
    number = caller.request.path_params["number"]
    fields = await caller.fields()
    try:
        async with caller.desk.transaction() as tx:
            plan = await plans.current(tx)
            found = await posture_views.find_finding(tx, number)
            caller.reach(found.drill)
            scope = Scope(found.signature, _exactly(found.asset.known_as), "", found.asset.account)
            made = await posture_exceptions.except_findings(
                tx,
                plan,
                _wanted(scope, fields, tx.now),
                drill=found.drill,
                by=caller.principal.actor,
            )
    except Refusal as refusal:
        return await _finding(caller, Again(_FORM, fields, refusal))
    return back(f"/posture/findings/{number}", said=_said(made))


async def signature(caller: Caller) -> Response:
    """Show one signature, what it says of the assets, and its findings."""
    id_ = caller.request.path_params["signature"]
    drill = caller.principal.drill
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        card = await posture_views.find_signature(tx, plan.signatures, id_, drill=drill)
        wanted = Wanted(signature=id_)
        found = await posture_views.list_findings(tx, wanted, drill=drill, limit=_PAGE)
        unknowns = await posture_views.why_unknown(tx, drill=drill, signature=id_)
        now = tx.now
    return render(
        caller,
        "posture_signature.html",
        here="posture",
        topics=(posture.TOPIC,),
        signature=card,
        findings=found.items,
        following=found.next,
        unknowns=unknowns[:_REASONS],
        now=now,
    )


async def signatures(caller: Caller) -> Response:
    """List the signatures that run."""
    drill = caller.principal.drill
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        found = await posture_views.list_signatures(tx, plan.signatures, drill=drill)
    return render(
        caller,
        "posture_signatures.html",
        here="posture",
        topics=(posture.TOPIC,),
        signatures=found,
        off=plan.posture.off,
    )


async def drift(caller: Caller) -> Response:
    """Show what got worse, better or unknown."""
    asked = caller.request.query_params
    days = asked.get("days", "")
    before = asked.get("before", "")
    drill = caller.principal.drill
    async with caller.desk.transaction() as tx:
        lately = timedelta(days=int(days)) if days.isdecimal() and len(days) < 4 else _LATELY
        wanted = Since(
            since=tx.now - lately,
            account=asked.get("account") or None,
            service=asked.get("service") or None,
            before=int(before) if before.isdecimal() and len(before) < 19 else None,
        )
        found = await posture_views.tell_drift(tx, wanted, drill=drill, limit=_PAGE)
        now = tx.now
    return render(
        caller,
        "posture_drift.html",
        here="posture",
        topics=(posture.TOPIC,),
        drift=found,
        days=lately.days,
        choices=(1, 7, 30, 90),
        wanted=wanted,
        now=now,
    )


async def exceptions(caller: Caller) -> Response:
    """List exceptions, with a form to make one."""
    asked = caller.request.query_params.get("signature", "")
    return await _exceptions(caller, Again(_FORM, {"signature": asked}) if asked else FRESH)


async def make_exception(caller: Caller) -> Response:
    """Make an exception of what the form names."""
    fields = await caller.fields()
    try:
        async with caller.desk.transaction() as tx:
            plan = await plans.current(tx)
            scope = Scope(
                fields.get("signature", "").strip(),
                fields.get("asset", "").strip(),
                fields.get("tag", "").strip(),
                fields.get("account", "").strip(),
            )
            made = await posture_exceptions.except_findings(
                tx,
                plan,
                _wanted(scope, fields, tx.now),
                drill=caller.principal.drill,
                by=caller.principal.actor,
            )
    except Refusal as refusal:
        return await _exceptions(caller, Again(_FORM, fields, refusal))
    return back("/posture/exceptions", said=_said(made))


async def end_exception(caller: Caller) -> Response:
    """End an exception now."""
    number = caller.request.path_params["number"]
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        found = await posture_exceptions.find_exception(tx, number)
        caller.reach(found.drill)
        await posture_exceptions.end_exception(tx, plan, number, by=caller.principal.actor)
    return back("/posture/exceptions", said=f"Exception {number} is over.")


async def _finding(caller: Caller, again: Again) -> Response:
    number = caller.request.path_params["number"]
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        story = await posture_views.tell_story(tx, plan.signatures, number)
        now = tx.now
    caller.reach(story.finding.drill)
    return render(
        caller,
        "posture_finding.html",
        here="posture",
        topics=(posture.TOPIC,),
        status=again.status,
        again=again,
        finding=story.finding,
        signature=story.signature,
        history=story.history,
        people=sorted(plan.people),
        days=DAYS,
        now=now,
    )


async def _exceptions(caller: Caller, again: Again) -> Response:
    every = posture_exceptions.Wanted(ended=True)
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        found = await posture_exceptions.list_exceptions(tx, every, drill=caller.principal.drill)
        now = tx.now
    return render(
        caller,
        "posture_exceptions.html",
        here="posture",
        topics=(posture.TOPIC,),
        status=again.status,
        again=again,
        standing=[one for one in found if one.stands],
        ended=[one for one in found if not one.stands],
        signatures=sorted(plan.signatures),
        people=sorted(plan.people),
        days=DAYS,
        now=now,
    )


def _asked(asked: Mapping[str, str]) -> Wanted:
    shown, severity = asked.get("shown", "open"), asked.get("severity", "")
    after = asked.get("after", "")
    return Wanted(
        state={"resolved": "resolved", "any": None}.get(shown, "open"),
        excepted={"excepted": True, "open": False}.get(shown),
        unsure=True if shown == "unknown" else None,
        level=LEVELS.index(Level(severity)) + 1 if severity in set(Level) else None,
        signature=asked.get("signature") or None,
        account=asked.get("account") or None,
        service=asked.get("service") or None,
        asset=_id(asked.get("asset", "")),
        words=asked.get("q") or None,
        after=int(after) if after.isdecimal() and len(after) < 19 else None,
    )


def _id(said: str) -> UUID | None:
    try:
        return UUID(said) if said else None
    except ValueError:
        return None


def _wanted(scope: Scope, fields: Mapping[str, str], now: datetime) -> NewException:
    return NewException(
        scope=scope,
        owner=PersonId(fields.get("owner", "")),
        reason=fields.get("reason", ""),
        expires_at=_end_of(fields, now),
        ticket=fields.get("ticket", ""),
        broad=fields.get("broad", ""),
    )


def _end_of(fields: Mapping[str, str], now: datetime) -> datetime:
    until, days = fields.get("until", ""), fields.get("days", "")
    if until:
        try:
            return datetime.fromisoformat(until).replace(tzinfo=UTC)
        except ValueError:
            msg = f"{until[:40]!r} is not a moment."
            raise ExceptionUnclear(msg, hint="Write one such as 2026-12-24T03:00.") from None
    if days.isdecimal() and len(days) < 4:
        return now + timedelta(days=int(days))
    msg = "Say how long it lasts, or until when."
    raise ExceptionUnclear(msg)


def _exactly(id_: str) -> str:
    """Write an asset's id as a pattern that fits it alone."""
    return "".join(f"[{one}]" if one in "*?[" else one for one in id_)


def _said(made: ExceptionView) -> str:
    return (
        f"Exception {made.number} holds {made.holds} open finding{'' if made.holds == 1 else 's'}."
    )


ROUTES = (
    page("/posture", overview, Permission.SEE),
    page("/posture/findings/{number:int}", finding, Permission.SEE),
    page(
        "/posture/findings/{number:int}/except",
        except_one,
        posture_exceptions.NEEDS,
        methods=("POST",),
    ),
    page("/posture/signatures", signatures, Permission.SEE),
    page("/posture/signatures/{signature}", signature, Permission.SEE),
    page("/posture/drift", drift, Permission.SEE),
    page("/posture/exceptions", exceptions, Permission.SEE),
    page("/posture/exceptions", make_exception, posture_exceptions.NEEDS, methods=("POST",)),
    page(
        "/posture/exceptions/{number:int}/end",
        end_exception,
        posture_exceptions.NEEDS,
        methods=("POST",),
    ),
)
