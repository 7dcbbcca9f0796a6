"""Place what was heard: which symptom it is, which alert that belongs to, and what follows.

First every notice of a batch is placed, which needs only the live symptoms and the groups. Then,
with the alerts it touches at hand, `life` lets each alert go through what happened to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fireline.core.alerting.grouping import Grouping, Placement
from fireline.core.alerting.occurrence import Occurrence
from fireline.core.alerting.routing import Routed, Router
from fireline.core.alerting.sheets import RESOLVED, Heard, SymptomSheet
from fireline.core.alerting.silences import Held, SilenceBook, subject_of
from fireline.core.signals.notice import Status
from fireline.core.values.ids import AlertId, SymptomId
from fireline.core.values.priority import Priority

Key = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """A symptom opened an alert."""

    alert: AlertId
    symptom: SymptomSheet
    heard: Heard
    routed: Routed
    placement: Placement
    held: Held | None


@dataclass(frozen=True, slots=True)
class Joined:
    """A symptom joined a live alert."""

    alert: AlertId
    symptom: SymptomSheet
    heard: Heard
    routed: Routed
    placement: Placement


@dataclass(frozen=True, slots=True)
class Merged:
    """A symptom showed that two live alerts are one problem."""

    alert: AlertId
    swallowed: AlertId
    because: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """A firing symptom was said once more."""

    alert: AlertId
    symptom: SymptomSheet
    priority: Priority
    at: datetime


@dataclass(frozen=True, slots=True)
class Over:
    """A symptom is over."""

    alert: AlertId
    symptom: SymptomSheet
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody, at the source, has it."""

    alert: AlertId
    by: str
    note: str


Step = Opened | Joined | Merged | Repeated | Over | Acknowledged


class Board:
    """The live symptoms of one world while a batch is heard, and the steps that follow from it."""

    def __init__(
        self,
        grouping: Grouping,
        router: Router,
        silences: SilenceBook,
        *,
        now: datetime,
        fresh: Callable[[], UUID],
    ) -> None:
        self._grouping = grouping
        self._router = router
        self._silences = silences
        self.now = now
        self._fresh = fresh
        self._live: dict[Key, SymptomSheet] = {}
        self._by_id: dict[SymptomId, SymptomSheet] = {}
        self.symptoms: list[SymptomSheet] = []
        self.steps: list[Step] = []

    def know(self, symptoms: Sequence[SymptomSheet]) -> None:
        """Take note of symptoms that fire."""
        for symptom in symptoms:
            self._live[symptom.source, symptom.key] = symptom
            self._by_id[symptom.id] = symptom

    def hear(self, heard: Heard) -> SymptomSheet | None:
        """Place one notice. Return its symptom; `None` for an end or answer nothing fires under."""
        match heard.notice.status:
            case Status.FIRING:
                return self._firing(heard)
            case Status.RESOLVED:
                symptom = self._meant(heard)
                if symptom is not None:
                    self.end(symptom, by=sayer(heard), at=heard.at, note=heard.notice.note)
                return symptom
            case Status.ACKNOWLEDGED:
                symptom = self._meant(heard)
                if symptom is not None:
                    note = heard.notice.note
                    self.steps.append(Acknowledged(symptom.alert, sayer(heard), note))
                return symptom

    def end(self, symptom: SymptomSheet, *, by: str, at: datetime, note: str = "") -> None:
        """End a symptom that fires."""
        if not symptom.live:
            return
        symptom.state, symptom.resolved_at, symptom.resolved_by = RESOLVED, self.now, by
        self._change(symptom)
        self._live.pop((symptom.source, symptom.key), None)
        self._grouping.resolved(symptom.id, at)
        self.steps.append(Over(symptom.alert, symptom, by, at, note))

    def _firing(self, heard: Heard) -> SymptomSheet:
        key = heard.notice.key or str(self._fresh())
        live = self._live.get((heard.source, key))
        if live is None:
            return self._place(heard, key, self._route(heard))
        if self._moves(heard, live):
            self.end(live, by="its long silence", at=live.last_at)
            return self._place(heard, key, self._route(heard))
        self._again(heard, live)
        return live

    def _moves(self, heard: Heard, live: SymptomSheet) -> bool:
        # Cheap first: only a key that was silent for long can have moved to another problem.
        if (heard.at - live.last_at).total_seconds() < 60:
            return False
        occurrence = _occurrence(live.id, heard, live.key, self._route(heard))
        return self._grouping.moves(occurrence)

    def _again(self, heard: Heard, live: SymptomSheet) -> None:
        notice = heard.notice
        live.times += 1
        live.last_at = max(live.last_at, heard.at)
        if notice.ends_at is not None:
            live.ends_at = max(notice.ends_at, live.ends_at or notice.ends_at)
        rose = notice.priority < live.priority
        if rose:
            live.priority = notice.priority
        live.said, live.title = notice, notice.title
        self._change(live)
        self._learn(heard, live)
        self.steps.append(Repeated(live.alert, live, live.priority, heard.at))

    def _learn(self, heard: Heard, live: SymptomSheet) -> None:
        """Let a repetition that names more than its symptom did tie it to more."""
        news = tuple(one for one in heard.notice.entities if one not in live.entities)
        if not news:
            self._grouping.seen(live.id, heard.at)
            return
        live.entities |= frozenset(news)
        if not live.fresh:
            live.news += news
        occurrence = Occurrence(
            id=live.id,
            key=f"{live.source}/{live.key}",
            source=heard.source_name,
            title=heard.notice.kind or live.title,
            priority=live.priority,
            at=heard.at,
            service=live.service,
            entities=live.entities,
            tactics=heard.notice.tactics,
            group=heard.notice.group,
        )
        placement = self._grouping.repeated(live.id, occurrence)
        if placement is not None:
            because = placement.link.sentence if placement.link else ""
            self._merge(placement, because)

    def _place(self, heard: Heard, key: str, routed: Routed) -> SymptomSheet:
        symptom_id = SymptomId(self._fresh())
        occurrence = _occurrence(symptom_id, heard, key, routed)
        placement = self._grouping.place(occurrence, fresh=AlertId(self._fresh()))
        symptom = SymptomSheet(
            id=symptom_id,
            alert=placement.alert,
            source=heard.source,
            key=key,
            title=heard.notice.title,
            priority=routed.priority,
            service=routed.service,
            times=1,
            first_at=heard.at,
            last_at=heard.at,
            ends_at=heard.notice.ends_at,
            entities=frozenset(heard.notice.entities),
            fresh=True,
            said=heard.notice,
            payload=heard.payload,
        )
        _explain(symptom, placement)
        self.know([symptom])
        self.symptoms.append(symptom)
        self._follow(symptom, heard, routed, placement)
        return symptom

    def _follow(
        self, symptom: SymptomSheet, heard: Heard, routed: Routed, placement: Placement
    ) -> None:
        self._merge(placement, symptom.because)
        if placement.opened:
            opened = Opened(
                placement.alert, symptom, heard, routed, placement, self._held(heard, routed)
            )
            self.steps.append(opened)
        else:
            self.steps.append(Joined(placement.alert, symptom, heard, routed, placement))

    def _merge(self, placement: Placement, because: str) -> None:
        for swallowed in placement.merged:
            self.steps.append(Merged(placement.alert, swallowed, because))
            for each in self._by_id.values():
                if each.alert == swallowed:
                    each.alert = placement.alert

    def _held(self, heard: Heard, routed: Routed) -> Held | None:
        if not self._silences.silences:
            return None
        subject = subject_of(heard.notice, routed, source=heard.source_name)
        return self._silences.holding(subject, self.now)

    def _meant(self, heard: Heard) -> SymptomSheet | None:
        """Find the symptom an end or an answer speaks of."""
        known = self._live.get((heard.source, heard.notice.key))
        if known is not None or heard.notice.status is not Status.RESOLVED:
            return known
        # Some sources make a new key for every message; what they speak of is then all there is.
        occurrence = _occurrence(
            SymptomId(UUID(int=0)), heard, heard.notice.key, self._route(heard)
        )
        meant = self._grouping.meant(occurrence)
        return self._by_id.get(meant) if meant is not None else None

    def _route(self, heard: Heard) -> Routed:
        return self._router.route(
            heard.notice,
            source=heard.source_name,
            format=heard.format,
            default_service=heard.default_service,
            at=self.now,
        )

    def _change(self, symptom: SymptomSheet) -> None:
        if not symptom.fresh and not symptom.changed:
            symptom.changed = True
            self.symptoms.append(symptom)


def likely_meant(grouping: Grouping, heard: Heard, routed: Routed) -> SymptomId | None:
    """Find which firing symptom an end under an unknown key speaks of, so that it can be loaded."""
    occurrence = _occurrence(SymptomId(UUID(int=0)), heard, heard.notice.key, routed)
    return grouping.meant(occurrence)


def _occurrence(id_: SymptomId, heard: Heard, key: str, routed: Routed) -> Occurrence:
    notice = heard.notice
    return Occurrence(
        id=id_,
        key=f"{heard.source}/{key}",
        source=heard.source_name,
        title=notice.kind or notice.title,
        priority=routed.priority,
        at=heard.at,
        service=routed.service,
        entities=frozenset(notice.entities),
        tactics=notice.tactics,
        group=notice.group,
    )


def _explain(symptom: SymptomSheet, placement: Placement) -> None:
    link = placement.link
    if link is None:
        symptom.reason, symptom.because = "new", "nothing live is the same problem"
        return
    symptom.reason, symptom.because = link.reason.value, link.sentence
    symptom.linked_to, symptom.confidence = link.symptom, link.confidence


def sayer(heard: Heard) -> str:
    """Name who said so: the person there, if the source names one, and the source."""
    by = heard.notice.by
    return f"{by} ({heard.source_name})" if by else f"source {heard.source_name}"
