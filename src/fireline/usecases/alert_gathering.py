"""Gather all there is to know about one alert: what it answers at three in the morning."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from fireline.core.alerting.answers import Telling, how_it_flaps, how_sure, who_is_told
from fireline.core.alerting.entities import ASSET, KEY
from fireline.core.alerting.flapping import FLAP_WINDOW, FLAPS_AT
from fireline.core.runbooks.runbook import Act, Ask, Evidence, Runbook, Watch
from fireline.core.signals.bounds import is_page
from fireline.core.signals.notice import Weblink
from fireline.core.values.ids import (
    AlertId,
    DrillId,
    FindingId,
    PageId,
    PayloadId,
    RevisionId,
    RunbookId,
    SymptomId,
)
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import alert_answers, alerts, facts, ladders, outbox, pages
from fireline.store.alert_answers import RelationsRow, SymptomRow
from fireline.usecases import plans
from fireline.usecases.alert_views import (
    AlertView,
    AttemptView,
    FindingView,
    FirstStep,
    PageView,
    PostedView,
    SendView,
    SymptomLine,
)
from fireline.usecases.assets import known_assets
from fireline.usecases.page_story import tell_pages
from fireline.usecases.rosters import policy_of
from fireline.usecases.transaction import Tx

_OPEN_PAGES = {"wished", "sent"}


class NothingPosted(Refusal):
    """Nobody posted what is asked for."""

    kind = Kind.NOT_FOUND
    code = "alert.nothing_posted"


async def gather(tx: Tx, row: alerts.AlertRow) -> AlertView:
    """Gather all there is to know about one alert."""
    found = tuple(_finding(one) for one in await alerts.findings(tx.db, row.id))
    shared = await alerts.entities(tx.db, row.id)
    happened = tuple(_symptom(one) for one in await alert_answers.symptoms(tx.db, row.id))
    told = await _pages(tx, row)
    related = await alert_answers.relations(tx.db, row.id)
    involved = tuple(await alerts.assets(tx.db, row.id))
    drill = DrillId(row.drill_id) if row.drill_id else None
    return AlertView(
        id=AlertId(row.id),
        number=row.number,
        key=row.key,
        title=row.title,
        description=row.description,
        priority=Priority(row.priority),
        state=row.state,
        service=row.service,
        team=row.team,
        policy=row.policy,
        owner_reason=row.owner_reason,
        route=row.route,
        runbook=row.runbook,
        first_step=await _first_step(tx, row),
        plan_revision=row.plan_revision,
        first_at=row.first_at,
        last_at=row.last_at,
        raised_at=row.raised_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        assigned_to=row.assigned_to,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        pace=row.pace,
        drill=drill,
        **_sureness(row, found, happened),
        flaps=row.flaps,
        flapping=await _flapping(tx, row),
        finding_count=row.findings,
        findings=found,
        symptom_count=row.symptoms,
        live_symptoms=row.live_symptoms,
        symptoms=happened,
        sources=tuple(dict.fromkeys(one.source for one in happened)),
        entities=tuple((one.kind, one.value) for one in shared if one.kind not in {KEY, ASSET}),
        assets=involved,
        known_assets=tuple((await known_assets(tx, involved, drill=drill)).values()),
        untold_why=row.untold_why,
        snoozed_until=_ahead(row.snoozed_until, tx.now),
        suppressed=row.suppressed_by is not None,
        suppressed_until=row.suppressed_until,
        told_by=related.told_by,
        speaks_for=tuple(related.speaks_for),
        again_of=related.again_of,
        merged_into=related.merged_into,
        swallowed=tuple(related.swallowed),
        incident=related.incident,
        pages=told,
        timeline=tuple(await facts.timeline(tx.db, [row.id])),
        **await _telling(tx, row, told, related),
    )


async def posted(tx: Tx, alert: AlertId, symptom: int) -> PostedView:
    """Return what first spoke of a symptom, as it came. Raises NothingPosted."""
    row = await alert_answers.posted(tx.db, alert, symptom)
    if row is None:
        msg = f"Nothing that was posted is kept for symptom {symptom} of this alert."
        raise NothingPosted(msg, hint="A rule found it, or there is no such symptom.")
    return PostedView(
        symptom=row.number,
        title=row.title,
        source=row.source,
        format=row.format,
        received_at=row.received_at,
        size=row.size,
        body=row.body.decode("utf-8", "replace"),
    )


def _ahead(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment > now else None


def _sureness(
    row: alerts.AlertRow, found: Sequence[FindingView], happened: Sequence[SymptomLine]
) -> dict[str, Any]:
    links = [one.confidence for one in happened if one.confidence is not None]
    rule = min((one.priority for one in found), default=None)
    sure = how_sure(row.confidence, links, rule)
    return {"sure": sure.word, "because": sure.because, "confidence": row.confidence}


async def _flapping(tx: Tx, row: alerts.AlertRow) -> str:
    if row.flaps < FLAPS_AT:
        return ""
    rhythm = await alert_answers.rhythm(tx.db, row.id, window=FLAP_WINDOW)
    return how_it_flaps(row.flaps, rhythm.since if rhythm else None, tx.now)


async def _telling(
    tx: Tx, row: alerts.AlertRow, told: Sequence[PageView], related: RelationsRow
) -> dict[str, Any]:
    climbed = await ladders.read(tx.db, row.id)
    state = climbed.state if climbed else "withdrawn"
    following = climbed.due_at if climbed else None
    people = [page.person for page in told if page.state in _OPEN_PAGES]
    said = who_is_told(
        Telling(
            state=row.state,
            ladder=state,
            now=tx.now,
            people=tuple(dict.fromkeys(people)),
            next_step_at=following,
            acknowledged_by=row.acknowledged_by,
            merged_into=related.merged_into,
            snoozed_until=row.snoozed_until,
            suppressed=row.suppressed_by is not None,
            suppressed_until=row.suppressed_until,
            told_by=related.told_by,
            untold_why=row.untold_why,
        )
    )
    return {
        "told": said,
        "answered_by": tuple(climbed.answered) if climbed else (),
        "acknowledgers": (await policy_of(tx, row)).acknowledgers,
        "ladder": state,
        "steps_taken": climbed.taken if climbed else 0,
        "next_step_at": following,
    }


async def _first_step(tx: Tx, row: alerts.AlertRow) -> FirstStep:
    if row.runbook is None:
        text = "No runbook says what to do. Name one in its rule or route, and push the plan."
        return FirstStep(None, text, None, known=False)
    if is_page(row.runbook):
        return FirstStep(row.runbook, "Open the runbook its source names.", row.runbook, known=True)
    runbook = await _runbook(tx, row)
    if runbook is None:
        text = f"The plan has no runbook {row.runbook}."
        return FirstStep(row.runbook, text, None, known=False)
    return FirstStep(row.runbook, _begins(runbook), None, known=True)


async def _runbook(tx: Tx, row: alerts.AlertRow) -> Runbook | None:
    try:
        plan = await plans.of(tx, RevisionId(row.plan_revision))
    except Refusal:
        # An alert is shown whatever became of the plan it was raised under.
        return None
    return plan.runbooks.get(RunbookId(row.runbook or ""))


def _begins(runbook: Runbook) -> str:
    """Say what the first step of a runbook does, by its name."""
    match next(iter(runbook.steps), None):
        case None:
            return runbook.title
        case Evidence(id=name, each=each):
            return f"{name}: collect evidence of {_each(each)}"
        case Act(id=name, action=action, each=each):
            return f"{name}: {action} for {_each(each)}"
        case Watch(id=name, check=check):
            return f"{name}: watch until {_each(check)} holds"
        case Ask(id=name, question=question):
            return f"{name}: {question}"


def _each(name: str) -> str:
    return name.replace("_", " ")


def _symptom(row: SymptomRow) -> SymptomLine:
    return SymptomLine(
        id=SymptomId(row.id),
        number=row.number,
        source=row.source,
        key=row.key,
        kind=row.kind,
        title=row.title,
        description=row.description,
        priority=Priority(row.priority),
        state=row.state,
        service=row.service,
        times=row.times,
        first_at=row.first_at,
        last_at=row.last_at,
        ends_at=row.ends_at,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        reason=row.reason,
        because=row.because,
        linked_to=row.linked_to,
        confidence=row.link_confidence,
        labels={str(name): str(value) for name, value in row.labels.items()},
        links=tuple(_weblinks(row.links)),
        payload=PayloadId(row.payload_id) if row.payload_id else None,
    )


def _weblinks(kept: Iterable[dict[str, Any]]) -> Iterable[Weblink]:
    """Return what may be linked to: a source's other schemes stay text nobody can press."""
    for one in kept:
        href = str(one.get("href", ""))
        if is_page(href):
            yield Weblink(href, str(one.get("text", "")))


async def _pages(tx: Tx, row: alerts.AlertRow) -> tuple[PageView, ...]:
    paged = await pages.of_alert(tx.db, row.id)
    sends = await pages.sends(tx.db, row.id)
    tried = await outbox.attempts_about(tx.db, pages.PAGE, [page.id for page in paged])
    stories = await tell_pages(tx, row, paged, sends, tried)
    return tuple(
        PageView(
            id=PageId(page.id),
            person=page.person,
            climb=page.climb,
            step=page.step,
            reason=page.reason,
            state=page.state,
            wished_at=page.wished_at,
            story=stories[page.id],
            sends=tuple(_send(send, tried) for send in sends if send.page_id == page.id),
        )
        for page in paged
    )


def _send(row: pages.SendRow, tried: Iterable[outbox.DeliveryRow]) -> SendView:
    return SendView(
        id=row.id,
        channel=row.channel,
        recipient=row.recipient,
        state=row.state,
        due_at=row.due_at,
        settled_at=row.settled_at,
        attempts=tuple(
            AttemptView(one.at, one.outcome, one.detail) for one in tried if one.outbox_id == row.id
        ),
    )


def _finding(row: alerts.FindingRow) -> FindingView:
    return FindingView(
        id=FindingId(row.finding_id),
        rule=row.rule,
        title=row.title,
        priority=Priority(row.priority),
        at=row.at,
        event=row.event,
        who=row.who,
        reason=row.reason,
    )
