"""Let one summary speak for a storm: alerts of one service too many to tell one by one."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fireline.core.alerting import storms
from fireline.core.alerting.board import Board
from fireline.core.alerting.life import Lives
from fireline.core.alerting.one_line import one_line
from fireline.core.alerting.routing import Router
from fireline.core.alerting.sheets import FIRING, AlertSheet, Begin, SymptomSheet
from fireline.core.plan.plan import Plan
from fireline.core.signals.notice import Notice
from fireline.core.values.ids import AlertId, ServiceId, SymptomId
from fireline.core.values.priority import Priority
from fireline.store import alerts, symptoms
from fireline.usecases.sorting_rows import alert_sheet, symptom_sheet
from fireline.usecases.sorting_save import World
from fireline.usecases.transaction import Tx

_MINUTE = timedelta(minutes=1)
_WHY = "a storm of alerts: one summary is told for all of them"


@dataclass(frozen=True, slots=True)
class Weather:
    """What holding storms looks at and writes on."""

    plan: Plan
    router: Router
    board: Board
    lives: Lives
    world: World


async def hold_storms(tx: Tx, weather: Weather) -> None:
    """Let the summaries of storms speak for alerts this batch opened that would be told now."""
    lives = weather.lives
    told = [one for one in lives.sheets.values() if one.fresh and _is_told(lives, one)]
    if not told:
        return
    opened = Counter(await alerts.opened_since(tx.db, tx.now - _MINUTE, drill=weather.world.drill))
    stormy: defaultdict[str, list[AlertSheet]] = defaultdict(list)
    for sheet in sorted(told, key=lambda one: (one.first_at, one.id)):
        service = sheet.service or ""
        opened[service] += 1
        if storms.is_storm(opened[service]):
            stormy[service].append(sheet)
    for service, sheets in stormy.items():
        await _hold(tx, weather, ServiceId(service) if service else None, sheets)


async def storms_go_on(tx: Tx, ending: Sequence[SymptomSheet]) -> list[SymptomSheet]:
    """Return what may end. A storm nobody answered goes on while alerts it speaks for fire."""
    over: list[SymptomSheet] = []
    for symptom in ending:
        is_storm = symptom.key.startswith(storms.storm_key(None))
        if is_storm and await alerts.is_spoken_for(tx.db, symptom.alert):
            continue
        over.append(symptom)
    return over


async def _hold(
    tx: Tx, weather: Weather, service: ServiceId | None, opened: list[AlertSheet]
) -> None:
    storm = await _blowing(tx, weather, service)
    if storm is None:
        storm = _begin(tx, weather, service, opened)
    symptom, sheet = storm
    spoken = [one for one in opened if storms.speaks_for(sheet.priority, one.priority)]
    for one in spoken:
        weather.lives.tell_instead(one.id, sheet.id, _WHY)
    if sheet.fresh:
        return
    symptom.times += len(spoken)
    symptom.last_at, symptom.ends_at = tx.now, tx.now + storms.CALM_AFTER
    symptom.changed = True
    sheet.findings += len(spoken)
    sheet.last_at = tx.now
    sheet.title = storms.title(service, _name(weather.plan, service), symptom.times)
    weather.board.symptoms.append(symptom)
    weather.lives.changed[sheet.id] = None


async def _blowing(
    tx: Tx, weather: Weather, service: ServiceId | None
) -> tuple[SymptomSheet, AlertSheet] | None:
    """Return the summary of a service's storm, if one blows."""
    key = (weather.world.house, storms.storm_key(service))
    for row in await symptoms.live(tx.db, [key]):
        for held in await alerts.lock_many(tx.db, [row.alert_id]):
            if held.state != "resolved":
                sheet = alert_sheet(held)
                weather.lives.sheets[sheet.id] = sheet
                return symptom_sheet(row), sheet
    return None


def _begin(
    tx: Tx, weather: Weather, service: ServiceId | None, opened: list[AlertSheet]
) -> tuple[SymptomSheet, AlertSheet]:
    name = _name(weather.plan, service)
    said = storms.summary(service, name, [storms.Opened(o.title, o.priority) for o in opened])
    symptom = SymptomSheet(
        id=SymptomId(tx.ids.fresh()),
        alert=AlertId(tx.ids.fresh()),
        source=weather.world.house,
        key=said.key,
        title=said.title,
        priority=said.priority,
        service=service,
        times=len(opened),
        first_at=tx.now,
        last_at=tx.now,
        ends_at=tx.now + storms.CALM_AFTER,
        fresh=True,
        said=said,
        reason="storm",
        because="more alerts of one service than people can be told of one by one",
    )
    sheet = _sheet(tx, symptom, opened[0], said)
    weather.board.symptoms.append(symptom)
    weather.lives.sheets[sheet.id] = sheet
    weather.lives.outcome.ladders[sheet.id] = Begin(tx.now)
    text = one_line(said.title)
    weather.lives.note(sheet.id, "alert.raised", {"title": said.title, "text": text})
    return symptom, sheet


def _sheet(tx: Tx, symptom: SymptomSheet, like: AlertSheet, said: Notice) -> AlertSheet:
    """Make the summary's alert; it is owned as the alerts it speaks for are."""
    return AlertSheet(
        id=symptom.alert,
        number=0,
        key=symptom.key,
        title=said.title,
        description=said.description,
        priority=Priority(said.priority),
        state=FIRING,
        service=like.service,
        team=like.team,
        policy=like.policy,
        owner_reason=like.owner_reason,
        runbook=like.runbook,
        route=like.route,
        confidence=None,
        findings=symptom.times,
        symptoms=1,
        live_symptoms=1,
        first_at=tx.now,
        last_at=tx.now,
        raised_at=tx.now,
        fresh=True,
    )


def _name(plan: Plan, service: ServiceId | None) -> str:
    known = plan.services.get(service) if service else None
    return known.name if known else storms.NOBODYS


def _is_told(lives: Lives, sheet: AlertSheet) -> bool:
    return isinstance(lives.outcome.ladders.get(sheet.id), Begin)
