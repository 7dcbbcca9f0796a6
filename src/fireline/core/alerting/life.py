"""What becomes of alerts by what was heard: how each stands, what is written down, who is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from fireline.core.alerting.board import (
    Acknowledged,
    Joined,
    Merged,
    Opened,
    Over,
    Repeated,
    Step,
    sayer,
)
from fireline.core.alerting.one_line import one_line
from fireline.core.alerting.sheets import (
    ACKNOWLEDGED,
    FIRING,
    RESOLVED,
    AlertSheet,
    Begin,
    Louder,
    NewFact,
    Outcome,
    Stop,
    SymptomSheet,
)
from fireline.core.alerting.telling import TellIfStays, Telling, TellNobody, TellNow, tells_again
from fireline.core.assets.kinds import ACCOUNT
from fireline.core.values.ids import AlertId
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

MACHINE = "fireline:alerting"
# P1 and P2 wake people.
_URGENT = Priority.P2


@dataclass(slots=True)
class Lives:
    """The alerts a batch touches. `go` lets them go through the steps, in order."""

    now: datetime
    sheets: dict[AlertId, AlertSheet] = field(default_factory=dict[AlertId, AlertSheet])
    outcome: Outcome = field(default_factory=Outcome)
    changed: dict[AlertId, None] = field(default_factory=dict[AlertId, None])

    def go(self, steps: Iterable[Step]) -> None:
        """Apply steps in the order they happened."""
        for step in steps:
            match step:
                case Opened():
                    self._open(step)
                case Joined():
                    self._join(step)
                case Merged():
                    self._merge(step)
                case Repeated():
                    self._repeat(step)
                case Over():
                    self._over(step)
                case Acknowledged():
                    self._acknowledge(step)
                case _:
                    assert_never(step)

    def tell_instead(self, alert: AlertId, storm: AlertId, why: str) -> None:
        """Let a storm's alert speak for one that was just opened."""
        sheet = self.sheets[alert]
        sheet.told_by, sheet.untold_why = storm, why
        self.outcome.ladders.pop(alert, None)

    def note(self, alert: AlertId, kind: str, body: JsonObject, *, by: str = MACHINE) -> None:
        """Write something on an alert's timeline."""
        self.outcome.facts.append(NewFact(alert, kind, by, body))

    def _open(self, step: Opened) -> None:
        symptom, routed, notice = step.symptom, step.routed, step.heard.notice
        sheet = AlertSheet(
            id=step.alert,
            number=0,
            key=symptom.key,
            title=one_line(notice.title),
            description=notice.description,
            priority=symptom.priority,
            state=FIRING,
            service=routed.service,
            team=routed.team,
            policy=routed.policy,
            owner_reason=routed.reason,
            runbook=routed.runbook,
            route=routed.route,
            confidence=notice.confidence,
            findings=1,
            symptoms=1,
            live_symptoms=1,
            first_at=symptom.first_at,
            last_at=symptom.last_at,
            raised_at=self.now,
            again_of=step.placement.again,
            flaps=step.placement.flaps if step.placement.flaps > 1 else 0,
            fresh=True,
        )
        self.sheets[step.alert] = sheet
        self._keep_evidence(step.symptom, step)
        self._tell_of_new(sheet, step)
        self.note(step.alert, "alert.raised", _raised(sheet, step))
        self._say(sheet, notice.note, by=sayer(step.heard))

    def _tell_of_new(self, sheet: AlertSheet, step: Opened) -> None:
        if step.routed.dropped:
            sheet.untold_why = step.routed.untold_why
        elif step.held is not None:
            sheet.untold_why = step.held.why
            sheet.suppressed_by, sheet.suppressed_until = step.held.silence, step.held.until
        else:
            self._tell(sheet, step.placement.telling)

    def _tell(self, sheet: AlertSheet, telling: Telling) -> None:
        match telling:
            case TellNow():
                sheet.untold_why = None
                self.outcome.ladders[sheet.id] = Begin(self.now)
            case TellIfStays(wait=wait, why=why):
                sheet.untold_why = f"{why}; told if it lasts until {self.now + wait:%H:%M} UTC"
                self.outcome.ladders[sheet.id] = Begin(self.now + wait)
            case TellNobody(why=why):
                sheet.untold_why = why
            case _:
                assert_never(telling)

    def _join(self, step: Joined) -> None:
        sheet, symptom = self._touched(step.alert), step.symptom
        sheet.findings += 1
        sheet.symptoms += 1
        sheet.live_symptoms += 1
        self._spread(sheet, symptom.first_at, symptom.last_at)
        sheet.runbook = sheet.runbook or step.routed.runbook
        self._keep_evidence(symptom, step)
        body: JsonObject = {
            "symptom": str(symptom.id),
            "reason": symptom.reason,
            "priority": symptom.priority.name,
            "text": one_line(f"{symptom.title} ({symptom.because})"),
        }
        self.note(sheet.id, "alert.symptom_joined", body)
        self._say(sheet, step.heard.notice.note, by=sayer(step.heard))
        self._rise(sheet, symptom.priority, title=symptom.title, runbook=step.routed.runbook)
        if isinstance(step.placement.telling, TellNow) and not self._is_told(sheet):
            self._tell(sheet, step.placement.telling)

    def _is_told(self, sheet: AlertSheet) -> bool:
        """Say whether people are told of an alert already, or have a stated reason not to be."""
        return sheet.untold_why is None or sheet.suppressed_by is not None or bool(sheet.told_by)

    def _repeat(self, step: Repeated) -> None:
        sheet = self._touched(step.alert)
        sheet.findings += 1
        sheet.last_at = max(sheet.last_at, step.at)
        self._rise(sheet, step.priority, title=step.symptom.title, runbook=None)

    def _rise(
        self, sheet: AlertSheet, priority: Priority, *, title: str, runbook: str | None
    ) -> None:
        """Let the most urgent symptom speak for the alert; of equals, the one heard first."""
        before = sheet.priority
        if priority >= before:
            return
        sheet.priority, sheet.title = priority, one_line(title)
        sheet.runbook = runbook or sheet.runbook
        body: JsonObject = {
            "from": before.name,
            "to": priority.name,
            "text": one_line(f"Priority rose from {before.name} to {priority.name}: {title}"),
        }
        self.note(sheet.id, "alert.priority_raised", body)
        if priority <= _URGENT < before and sheet.suppressed_by is None:
            self._tell_of_rise(sheet, before)

    def _tell_of_rise(self, sheet: AlertSheet, before: Priority) -> None:
        """Tell of what could wait and now cannot: anew, or louder to those who were told.

        Whoever has it is told anew only of what has become critical.
        """
        critical = sheet.priority is Priority.P1
        if tells_again(before, sheet.priority) or (critical and sheet.state == ACKNOWLEDGED):
            self._wake_again(sheet)
        elif sheet.state == FIRING and sheet.snoozed_until is None:
            self.outcome.ladders.setdefault(sheet.id, Louder())

    def _wake_again(self, sheet: AlertSheet) -> None:
        """Tell people of what could wait and now cannot, whoever had it."""
        if sheet.state == ACKNOWLEDGED:
            sheet.state, sheet.acknowledged_at, sheet.acknowledged_by = FIRING, None, None
            text = "It became urgent after it was acknowledged, so people are told again"
            self.note(sheet.id, "alert.unacknowledged", {"text": text})
        sheet.untold_why, sheet.snoozed_until = None, None
        self.outcome.ladders[sheet.id] = Begin(self.now)

    def _merge(self, step: Merged) -> None:
        sheet, other = self._touched(step.alert), self._touched(step.swallowed)
        sheet.findings += other.findings
        sheet.symptoms += other.symptoms
        sheet.live_symptoms += other.live_symptoms
        self._spread(sheet, other.first_at, other.last_at)
        if sheet.state == FIRING and other.state == ACKNOWLEDGED:
            sheet.state = ACKNOWLEDGED
            sheet.acknowledged_at, sheet.acknowledged_by = (
                other.acknowledged_at,
                other.acknowledged_by,
            )
            self._stop(sheet, by=other.acknowledged_by or MACHINE, answered=True)
        other.state, other.resolved_at, other.resolved_by = RESOLVED, self.now, MACHINE
        other.merged_into, other.live_symptoms, other.symptoms = sheet.id, 0, 0
        self._stop(other, by=MACHINE, answered=False)
        merged = self.outcome.merged
        for earlier, into in merged.items():
            if into == other.id:
                merged[earlier] = sheet.id
        merged[other.id] = sheet.id
        text = one_line(f"Merged with another alert: {step.because}")
        self.note(sheet.id, "alert.merged", {"swallowed": str(other.id), "text": text})
        self.note(other.id, "alert.merged_away", {"into": str(sheet.id), "text": text})
        self._rise(sheet, other.priority, title=other.title, runbook=other.runbook)

    def _over(self, step: Over) -> None:
        sheet = self._touched(step.alert)
        self._say(sheet, step.note, by=step.by)
        sheet.live_symptoms = max(sheet.live_symptoms - 1, 0)
        if sheet.live_symptoms:
            return
        sheet.state, sheet.resolved_at, sheet.resolved_by = RESOLVED, self.now, step.by
        self._stop(sheet, by=step.by, answered=False)
        text = one_line(f"{step.by} says that it is over")
        self.note(sheet.id, "alert.resolved", {"text": text}, by=step.by)

    def _acknowledge(self, step: Acknowledged) -> None:
        sheet = self._touched(step.alert)
        if sheet.state != FIRING:
            return
        sheet.state, sheet.acknowledged_at, sheet.acknowledged_by = (
            ACKNOWLEDGED,
            self.now,
            step.by,
        )
        self._stop(sheet, by=step.by, answered=True)
        text = one_line(f"{step.by} acknowledged it" + (f": {step.note}" if step.note else ""))
        self.note(sheet.id, "alert.acknowledged", {"text": text}, by=step.by)

    def _say(self, sheet: AlertSheet, note: str, *, by: str) -> None:
        """Keep what somebody wrote at the source, as a note on the timeline."""
        if note:
            self.note(sheet.id, "alert.note", {"text": f"{by}: {note}"}, by=by)

    def _stop(self, sheet: AlertSheet, *, by: str, answered: bool) -> None:
        self.outcome.ladders[sheet.id] = Stop(by, answered)

    def _touched(self, alert: AlertId) -> AlertSheet:
        sheet = self.sheets[alert]
        if not sheet.fresh:
            self.changed[alert] = None
        return sheet

    def _spread(self, sheet: AlertSheet, first: datetime, last: datetime) -> None:
        sheet.first_at, sheet.last_at = min(sheet.first_at, first), max(sheet.last_at, last)

    def _keep_evidence(self, symptom: SymptomSheet, step: Opened | Joined) -> None:
        self.outcome.assets += [
            (symptom.id, asset) for asset in step.heard.notice.assets if asset.kind != ACCOUNT
        ]


def alerts_of(steps: Iterable[Step]) -> frozenset[AlertId]:
    """Return the alerts that steps touch and that were there before."""
    opened = {step.alert for step in steps if isinstance(step, Opened)}
    named = {step.alert for step in steps}
    named |= {step.swallowed for step in steps if isinstance(step, Merged)}
    return frozenset(named - opened)


def numbered(facts: Iterable[NewFact], sheets: Mapping[AlertId, AlertSheet]) -> list[NewFact]:
    """Write each alert's number into its facts, now that it has one."""
    return [
        NewFact(one.alert, one.kind, one.by, {"number": sheets[one.alert].number, **one.body})
        for one in facts
    ]


def _raised(sheet: AlertSheet, step: Opened) -> JsonObject:
    finding = step.heard.finding
    return {
        "title": sheet.title,
        "priority": sheet.priority.name,
        "service": sheet.service,
        "team": sheet.team,
        "policy": sheet.policy,
        "owner_reason": sheet.owner_reason,
        "route": sheet.route,
        "runbook": sheet.runbook,
        "source": step.heard.source_name,
        "rule": finding.rule.id if finding else None,
        "finding": str(finding.id) if finding else None,
        "text": one_line(f"{sheet.priority.name} alert: {sheet.title}"),
    }
