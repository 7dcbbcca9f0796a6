"""Tell one person of one alert, by their own rules: a page, and the messages it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass

from fireline.core.escalation.channels import form_of
from fireline.core.escalation.policy import ToWebhook
from fireline.core.escalation.roster import Called
from fireline.core.escalation.rules import Telling, tellings
from fireline.core.escalation.wording import Note, Occasion, body_for, note_for, subject
from fireline.core.oncall.people import Person
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Machine
from fireline.core.values.ids import PersonId, ServiceId, TeamId
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.store import alerts, outbox, pages
from fireline.usecases.contacts import reachable
from fireline.usecases.facts import alert_stream, record
from fireline.usecases.transaction import Tx

LINES_TOLD = 5
WEBHOOK = "webhook"
BY = Machine("ladder")


@dataclass(frozen=True, slots=True)
class Rung:
    """What all pages of one step have in common.

    `answered` and `needed` count the people who acknowledged and those who must.
    """

    alert: alerts.AlertRow
    plan: Plan
    number: int
    happened: Sequence[str]
    climb: int = 1
    unless: str = "acknowledged"
    answered: int = 0
    needed: int = 1


async def page(tx: Tx, rung: Rung, called: Called) -> bool:
    """Tell one person, by their own rules. `False`: there is no way to."""
    fresh = tx.ids.fresh()
    new = pages.New(
        fresh, rung.alert.id, called.person, rung.number, called.reason.value, rung.unless
    )
    if not await pages.add(tx.db, new, now=tx.now):
        return True
    person = await _reachable(tx, rung, called.person)
    told = _tellings(tx, rung, person) if person else ()
    if person is None or not told:
        await pages.settle(tx.db, fresh, "failed", now=tx.now)
        why = "has no address" if person else "is not in the plan"
        await _record(tx, rung, called, "page.failed", {"text": f"{called.person} {why}"})
        return False
    await _wish_all(tx, rung, new, person, told)
    said: JsonObject = {
        "channels": [telling.channel for telling in told],
        "text": f"{person.name} is paged: {called.reason.value} (step {rung.number})",
    }
    await _record(tx, rung, called, "page.wished", {**said, "page": str(fresh)})
    return True


async def page_louder(tx: Tx, rung: Rung, told: pages.PageRow) -> None:
    """Send one who was told what the alert's priority asks for by now: the same page, more ways."""
    person = await _reachable(tx, rung, PersonId(told.person))
    if person is not None:
        same = pages.New(told.id, told.alert_id, told.person, told.step, told.reason, told.unless)
        await _wish_all(tx, rung, same, person, _tellings(tx, rung, person))


async def tell_webhook(tx: Tx, rung: Rung, target: ToWebhook) -> None:
    """Tell another system of an alert. It counts as nobody told, and no answer is expected."""
    row = rung.alert
    occasion = _occasion(rung, f"webhook {target.name}")
    said: JsonObject = {
        "alert": row.number,
        "priority": Priority(row.priority).name,
        "state": row.state,
        "service": row.service,
        "team": row.team,
        "step": rung.number,
    }
    title, drill = subject(occasion), row.drill_id is not None
    note = Note("escalation", title, title, said, drill=drill)
    wish = outbox.Wish(
        key=f"escalation:{row.id}:{rung.climb}:{rung.number}:{target.name}",
        channel=WEBHOOK,
        recipient=target.address,
        person=f"webhook:{target.name}",
        subject=title,
        body=note_for(form_of(WEBHOOK), note),
        about_kind="alert",
        about_id=row.id,
        drill_id=row.drill_id,
    )
    await outbox.wish(tx.db, tx.ids.fresh(), wish, now=tx.now, due_at=tx.now)
    text = f"Webhook {target.name} is told (step {rung.number}); it counts as nobody told"
    body: JsonObject = {"number": row.number, "step": rung.number, "webhook": target.name}
    stream = alert_stream(row.id)
    await record(tx, stream, "webhook.wished", by=BY, body={**body, "text": text})


async def happened(tx: Tx, row: alerts.AlertRow) -> tuple[str, ...]:
    """Say in a few lines what an alert is about."""
    found = await alerts.findings(tx.db, row.id, limit=LINES_TOLD)
    lines = [f"{one.at:%H:%M:%S} {one.title}: {one.event} by {one.who}" for one in found]
    if row.findings > len(found):
        lines.append(f"and {row.findings - len(found)} more findings")
    return tuple(lines)


async def _reachable(tx: Tx, rung: Rung, person: PersonId) -> Person | None:
    return await reachable(tx, rung.plan, person, in_drill=rung.alert.drill_id is not None)


def _tellings(tx: Tx, rung: Rung, person: Person) -> tuple[Telling, ...]:
    return tellings(person, Priority(rung.alert.priority), now=tx.now, pace=rung.alert.pace)


async def _wish_all(
    tx: Tx, rung: Rung, new: pages.New, person: Person, told: Sequence[Telling]
) -> None:
    for telling in told:
        wish = _wish(rung, new, person, telling)
        await outbox.wish(tx.db, tx.ids.fresh(), wish, now=tx.now, due_at=tx.now + telling.after)


def _wish(rung: Rung, new: pages.New, person: Person, telling: Telling) -> outbox.Wish:
    occasion = _occasion(rung, new.reason)
    # The link is not in here: a token is made for each attempt, and only its hash is kept.
    return outbox.Wish(
        key=f"page:{new.id}:{telling.key}",
        channel=telling.channel,
        recipient=telling.address,
        person=person.id,
        subject=subject(occasion),
        body=body_for(form_of(telling.channel), occasion),
        about_kind=pages.PAGE,
        about_id=new.id,
        drill_id=rung.alert.drill_id,
    )


def _occasion(rung: Rung, reason: str) -> Occasion:
    row = rung.alert
    if rung.needed > 1:
        reason = f"{reason}; {rung.answered} of {rung.needed} people acknowledged so far"
    return Occasion(
        number=row.number,
        priority=Priority(row.priority),
        title=row.title,
        owner=_owner(rung.plan, row),
        runbook=row.runbook,
        happened=rung.happened,
        first_at=row.first_at,
        reason=reason,
        step=rung.number,
        drill=row.drill_id is not None,
    )


def _owner(plan: Plan, row: alerts.AlertRow) -> str:
    if row.service is None:
        return f"nobody ({row.owner_reason})"
    service = plan.services.get(ServiceId(row.service))
    team = plan.teams.get(TeamId(row.team)) if row.team else None
    return f"{service.name if service else row.service}, {team.name if team else row.team}"


async def _record(tx: Tx, rung: Rung, called: Called, kind: str, said: JsonObject) -> None:
    body: JsonObject = {
        "number": rung.alert.number,
        "person": called.person,
        "step": rung.number,
        "reason": called.reason.value,
        **said,
    }
    await record(tx, alert_stream(rung.alert.id), kind, by=BY, body=body)
