"""Write down what a batch changed: symptoms, alerts, facts and ladders, a statement for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fireline.core.alerting.board import Board
from fireline.core.alerting.life import MACHINE, Lives, numbered
from fireline.core.alerting.sheets import (
    AlertSheet,
    Begin,
    LadderWish,
    Louder,
    Stop,
    SymptomSheet,
)
from fireline.core.plan.plan import Plan
from fireline.core.signals.entity import ACCOUNT, AGENT, REGION, Entity
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.ids import AlertId
from fireline.store import alert_groups, alerts, due, facts, ladders, pokes, symptoms
from fireline.usecases.alerts import INBOX
from fireline.usecases.escalations import answered_elsewhere, tell_louder
from fireline.usecases.facts import alert_stream
from fireline.usecases.rosters import policy_in
from fireline.usecases.transaction import Tx

# Everybody shares these; as something in common they would only be noise.
_COMMON = frozenset({ACCOUNT, REGION, AGENT})


@dataclass(frozen=True, slots=True)
class World:
    """Which world a batch is of, how fast its time passes, and fireline's own source in it."""

    drill: UUID | None
    pace: int
    house: UUID


async def save(tx: Tx, plan: Plan, board: Board, lives: Lives, world: World) -> None:
    """Write everything down."""
    fresh = [sheet for sheet in lives.sheets.values() if sheet.fresh]
    if fresh:
        numbers = await alerts.numbers(tx.db, len(fresh))
        for sheet, number in zip(fresh, numbers, strict=True):
            sheet.number = number
        await alerts.add_many(tx.db, [_new_alert(sheet, plan, world) for sheet in fresh])
    changed = [lives.sheets[id_] for id_ in lives.changed if not lives.sheets[id_].fresh]
    if changed:
        await alerts.change_many(tx.db, [_standing(sheet) for sheet in changed])
    if lives.outcome.merged:
        merged: dict[UUID, UUID] = {**lives.outcome.merged}
        await symptoms.move(tx.db, merged)
    await _save_symptoms(tx, board, world)
    await _save_assets(tx, board, lives)
    if lives.outcome.merged:
        await alert_groups.carry_over(tx.db, lives.outcome.merged, by=MACHINE, now=tx.now)
    await _save_facts(tx, lives)
    await _save_ladders(tx, plan, lives)
    if board.steps:
        await pokes.poke(tx.db, INBOX)


async def _save_symptoms(tx: Tx, board: Board, world: World) -> None:
    # Ends before beginnings: a key fires once at a time.
    changed = [one for one in board.symptoms if not one.fresh]
    if changed:
        await symptoms.change(tx.db, [_changed(one) for one in changed])
    fresh = [one for one in board.symptoms if one.fresh]
    if fresh:
        await symptoms.add(tx.db, [_new_symptom(one, world, now=tx.now) for one in fresh])
    shared = [(one.alert, entity) for one in board.symptoms for entity in _telling(one)]
    if shared:
        await alerts.add_entities(tx.db, shared)


async def _save_assets(tx: Tx, board: Board, lives: Lives) -> None:
    if not lives.outcome.assets:
        return
    home = {one.id: one.alert for one in board.symptoms}
    found = [(home[symptom], asset) for symptom, asset in lives.outcome.assets]
    await alerts.add_assets(tx.db, list(dict.fromkeys(found)))


async def _save_facts(tx: Tx, lives: Lives) -> None:
    written = numbered(lives.outcome.facts, lives.sheets)
    new = [facts.NewFact(alert_stream(one.alert), one.kind, one.by, one.body) for one in written]
    await facts.append_many(tx.db, new, at=tx.now)
    for alert in {one.alert for one in written if not lives.sheets[one.alert].fresh}:
        await pokes.poke(tx.db, str(alert_stream(alert)))


async def _save_ladders(tx: Tx, plan: Plan, lives: Lives) -> None:
    begun: dict[UUID, datetime] = {}
    stopped: dict[UUID, tuple[str, bool]] = {}
    for alert, wish in lives.outcome.ladders.items():
        match wish:
            case Begin(at=at) if lives.sheets[alert].fresh:
                begun[alert] = at
            case Stop(by=by, answered=answered) if not (
                lives.sheets[alert].fresh or (answered and _goes_on(plan, lives.sheets[alert]))
            ):
                stopped[alert] = (by, answered)
            case _:
                await _change_ladder(tx, plan, lives.sheets[alert], wish)
    if begun:
        await ladders.begin_many(tx.db, begun)
        await pokes.poke(tx.db, f"due:{ladders.LADDER}")
    if stopped:
        await ladders.stop_many(tx.db, stopped, now=tx.now)


async def _change_ladder(tx: Tx, plan: Plan, sheet: AlertSheet, wish: LadderWish) -> None:
    """Do what is rare enough to be done alert by alert."""
    match wish:
        case Begin(at=at):
            await ladders.begin_again(tx.db, sheet.id, due_at=at)
            await due.plan(tx.db, ladders.LADDER, sheet.id, at)
        case Louder() if not sheet.fresh:
            await tell_louder(tx, plan, sheet.id)
        case Stop(by=by) if not sheet.fresh:
            await answered_elsewhere(tx, sheet.id, by=by)
        case Louder() | Stop():
            pass  # it had not begun


def _goes_on(plan: Plan, sheet: AlertSheet) -> bool:
    """Say whether an answer leaves something of an alert's ladder to wait for."""
    return policy_in(plan, sheet.policy).goes_on_after_an_answer


def _telling(one: SymptomSheet) -> Iterable[Entity]:
    named = sorted(one.entities) if one.fresh else one.news
    return (entity for entity in named if entity.kind not in _COMMON)


def _new_alert(sheet: AlertSheet, plan: Plan, world: World) -> dict[str, Any]:
    return {
        **_standing(sheet),
        "number": sheet.number,
        "key": sheet.key,
        "description": sheet.description,
        "service": sheet.service,
        "team": sheet.team,
        "policy": sheet.policy,
        "owner_reason": sheet.owner_reason,
        "route": sheet.route,
        "plan_revision": plan.revision,
        "raised_at": sheet.raised_at.isoformat(),
        "pace": world.pace,
        "drill_id": _text(world.drill),
        "again_of": _text(sheet.again_of),
        "flaps": sheet.flaps,
        "told_by": _text(sheet.told_by),
        "suppressed_by": _text(sheet.suppressed_by),
        "suppressed_until": _time(sheet.suppressed_until),
    }


def _standing(sheet: AlertSheet) -> dict[str, Any]:
    return {
        "id": str(sheet.id),
        "title": sheet.title,
        "priority": sheet.priority.value,
        "runbook": sheet.runbook,
        "findings": sheet.findings,
        "symptoms": sheet.symptoms,
        "live_symptoms": sheet.live_symptoms,
        "first_at": sheet.first_at.isoformat(),
        "last_at": sheet.last_at.isoformat(),
        "state": sheet.state,
        "acknowledged_at": _time(sheet.acknowledged_at),
        "acknowledged_by": sheet.acknowledged_by,
        "resolved_at": _time(sheet.resolved_at),
        "resolved_by": sheet.resolved_by,
        "merged_into": _text(sheet.merged_into),
        "untold_why": sheet.untold_why,
        "snoozed_until": _time(sheet.snoozed_until),
        "confidence": sheet.confidence,
    }


def _changed(one: SymptomSheet) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "times": one.times,
        "last_at": one.last_at.isoformat(),
        "ends_at": _time(one.ends_at),
        "priority": one.priority.value,
        "state": one.state,
        "resolved_at": _time(one.resolved_at),
        "resolved_by": one.resolved_by,
        "title": one.title,
        **(_said(one.said) if one.said is not None else {}),
        "entities": [[each.kind, each.value] for each in one.news],
    }


def _said(said: Notice) -> dict[str, Any]:
    """Write what a repetition may say anew."""
    return {
        "description": said.description,
        "labels": dict(said.labels),
        "links": [{"href": link.href, "text": link.text} for link in said.links],
    }


def _new_symptom(one: SymptomSheet, world: World, *, now: datetime) -> dict[str, Any]:
    said = one.said or Notice(one.key, Status.FIRING, one.title)
    return {
        **_changed(one),
        "alert_id": str(one.alert),
        "source_id": str(one.source),
        "drill_id": _text(world.drill),
        "key": one.key,
        "kind": said.kind,
        "title": one.title,
        **_said(said),
        "service": one.service,
        "grouped": said.group,
        "entities": [[each.kind, each.value] for each in sorted(one.entities)],
        "tactics": list(said.tactics),
        "tags": list(said.tags),
        "first_at": one.first_at.isoformat(),
        "raised_at": now.isoformat(),
        "reason": one.reason,
        "because": one.because,
        "linked_to": _text(one.linked_to),
        "link_confidence": one.confidence,
        "payload_id": _text(one.payload),
    }


def _text(id_: UUID | AlertId | None) -> str | None:
    return str(id_) if id_ is not None else None


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
