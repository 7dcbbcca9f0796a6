"""What a plan would have done with what was said: the same decisions, on time that has passed.

Everything that happens here happens in memory, to values; nobody is told, and nothing is kept. One
thing cannot be known: what people would have answered. So each alert counts the first people its
ladder would have told, and whoever ended alerts in truth ends them here.
"""

import heapq
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from fireline.core.alerting import storms
from fireline.core.alerting.board import Board, Opened
from fireline.core.alerting.grouping import Grouping
from fireline.core.alerting.life import Lives
from fireline.core.alerting.occurrence import Topology
from fireline.core.alerting.routing import Ground, Router
from fireline.core.alerting.sheets import (
    AlertSheet,
    Begin,
    Heard,
    Louder,
    Outcome,
    Stop,
    SymptomSheet,
)
from fireline.core.alerting.silences import SilenceBook
from fireline.core.alerting.whereabouts import Known, Sought
from fireline.core.alerting.wishes import Wishes
from fireline.core.assets.ref import AssetRef
from fireline.core.escalation import turns
from fireline.core.escalation.ladder import LAST_RESORT, first_told
from fireline.core.escalation.policy import Policy, ToNext, ToPrevious, ToSchedule
from fireline.core.escalation.roster import Roster
from fireline.core.oncall.duty import on_call
from fireline.core.oncall.schedule import Absence, Override
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import AlertId, PersonId, PolicyId, ScheduleId, TeamId
from fireline.core.values.priority import Priority

_MINUTE = timedelta(minutes=1)
_FORGET_AFTER = timedelta(hours=26)
_FORGET_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """People would have been told of an alert. `key` names the alert whatever the plan."""

    at: datetime
    key: str
    title: str
    priority: Priority
    service: str | None
    route: str | None
    why: str
    people: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What one plan would have done."""

    alerts: int
    symptoms: int
    told: tuple[Told, ...]
    untold: Mapping[str, int]
    unrouted: int

    @property
    def pages(self) -> Counter[PersonId]:
        """How often each person would have been paged."""
        return Counter(person for one in self.told for person in one.people)


@dataclass(frozen=True, slots=True)
class Past:
    """What was true whatever the plan: silences, who stood in or was away, links people taught."""

    silences: SilenceBook
    overrides: Mapping[ScheduleId, Sequence[Override]]
    wishes: Wishes
    absences: Sequence[Absence] = ()


@dataclass(slots=True)
class Imagined:
    """One plan, living through what was said. `hear` in the order it came; `until` at the end."""

    plan: Plan
    past: Past
    _count: int = 0
    _router: Router = field(init=False)
    _known: dict[AssetRef, Known] = field(default_factory=dict[AssetRef, Known])
    _grouping: Grouping = field(init=False)
    _board: Board = field(init=False)
    _lives: Lives = field(init=False)
    _begins: dict[AlertId, datetime] = field(default_factory=dict[AlertId, datetime])
    _ends: list[tuple[datetime, int, SymptomSheet]] = field(
        default_factory=list[tuple[datetime, int, SymptomSheet]]
    )
    _opened: dict[str, deque[datetime]] = field(default_factory=dict[str, "deque[datetime]"])
    _storms: dict[str, tuple[datetime, Priority]] = field(
        default_factory=dict[str, tuple[datetime, Priority]]
    )
    _told: list[Told] = field(default_factory=list[Told])
    _untold: Counter[str] = field(default_factory=Counter[str])
    _alerts: int = 0
    _symptoms: int = 0
    _unrouted: int = 0

    def __post_init__(self) -> None:
        services = self.plan.services.values()
        topology = Topology({service.id: service.depends_on for service in services})
        self._grouping = Grouping(topology, wishes=self.past.wishes)
        self._router = router_of(self.plan).knowing(self._known)
        beginning = datetime.min.replace(tzinfo=UTC)
        self._board = Board(
            self._grouping, self._router, self.past.silences, now=beginning, fresh=self._id
        )
        self._lives = Lives(beginning)

    def seeks(self, heard: Iterable[Heard]) -> tuple[Sought, ...]:
        """List what should be looked up in the inventory before these are heard."""
        return self._router.seeks(one.notice for one in heard)

    def know(self, known: Mapping[AssetRef, Known]) -> None:
        """Take note of what the inventory knows now of what is heard next, instead of before."""
        self._known.clear()
        self._known.update(known)

    def hear(self, heard: Heard) -> None:
        """Let the plan hear one notice, at the moment it came."""
        self.until(heard.received_at)
        self._board.now = self._lives.now = heard.received_at
        symptom = self._board.hear(heard)
        if symptom is not None and symptom.ends_at is not None and symptom.live:
            heapq.heappush(self._ends, (symptom.ends_at, self._number(), symptom))
        self._follow(heard.received_at)
        if self._count % _FORGET_EVERY == 0:
            self._grouping.forget(heard.received_at - _FORGET_AFTER)

    def until(self, moment: datetime) -> None:
        """Let time pass: what ends by itself ends, and who was to be told by then is."""
        while self._ends and self._ends[0][0] <= moment:
            at, _, symptom = heapq.heappop(self._ends)
            if symptom.live and symptom.ends_at is not None and symptom.ends_at <= at:
                self._tell_until(at)
                self._board.now = self._lives.now = at
                self._board.end(symptom, by="its own end time", at=at)
                self._follow(at)
            elif symptom.live and symptom.ends_at is not None:
                heapq.heappush(self._ends, (symptom.ends_at, self._number(), symptom))
        self._tell_until(moment)

    def summary(self) -> Summary:
        """Say what would have become of everything heard so far."""
        told = tuple(sorted(self._told, key=lambda one: (one.at, one.key)))
        return Summary(self._alerts, self._symptoms, told, dict(self._untold), self._unrouted)

    def _follow(self, now: datetime) -> None:
        """Let the alerts go through what just happened, and take what follows from it."""
        lives, steps = self._lives, self._board.steps
        lives.go(steps)
        self._symptoms += sum(symptom.fresh for symptom in self._board.symptoms)
        for symptom in self._board.symptoms:
            symptom.fresh = symptom.changed = False
        self._note_ladders()
        for step in steps:
            if isinstance(step, Opened):
                self._count_new(lives.sheets[step.alert], now)
        for alert in {step.alert for step in steps} | set(lives.outcome.merged):
            if not lives.sheets[alert].live:
                del lives.sheets[alert]
        steps.clear()
        self._board.symptoms.clear()
        lives.outcome = Outcome()
        lives.changed.clear()

    def _note_ladders(self) -> None:
        for alert, wish in self._lives.outcome.ladders.items():
            match wish:
                case Begin(at=at):
                    self._begins[alert] = at
                case Stop():
                    self._begins.pop(alert, None)
                case Louder():
                    pass  # the same people, and they are counted

    def _count_new(self, sheet: AlertSheet, now: datetime) -> None:
        sheet.fresh = False
        self._alerts += 1
        self._unrouted += sheet.service is None
        if sheet.id not in self._begins:
            self._untold[sheet.untold_why or "nobody to tell"] += 1
        elif self._is_spoken_for(sheet, now):
            del self._begins[sheet.id]
            self._untold["a storm of alerts: one summary is told for all of them"] += 1

    def _is_spoken_for(self, sheet: AlertSheet, now: datetime) -> bool:
        service = sheet.service or ""
        opened = self._opened.setdefault(service, deque())
        opened.append(now)
        while opened[0] < now - _MINUTE:
            opened.popleft()
        if not storms.is_storm(len(opened)):
            return False
        since, priority = self._storms.get(service, (datetime.min.replace(tzinfo=UTC), None))
        if priority is None or now - since > storms.CALM_AFTER:
            priority = sheet.priority
            self._tell(sheet, now, title=f"Storm of alerts of {service or 'nobody'}")
        self._storms[service] = (now, priority)
        return storms.speaks_for(priority, sheet.priority)

    def _tell_until(self, moment: datetime) -> None:
        due = [(at, alert) for alert, at in self._begins.items() if at <= moment]
        for at, alert in sorted(due):
            del self._begins[alert]
            sheet = self._lives.sheets.get(alert)
            if sheet is not None and sheet.state == "firing":
                self._tell(sheet, at)

    def _tell(self, sheet: AlertSheet, at: datetime, *, title: str = "") -> None:
        policy = self.plan.policies.get(PolicyId(sheet.policy)) if sheet.policy else None
        policy = policy or LAST_RESORT
        roster = self._roster(policy, sheet, at)
        told = first_told(policy, at, roster=roster, priority=sheet.priority)
        self._told.append(
            Told(
                at=at,
                key=f"{sheet.key}@{sheet.first_at.isoformat()}",
                title=title or sheet.title,
                priority=sheet.priority,
                service=sheet.service,
                route=sheet.route,
                why=sheet.owner_reason,
                people=tuple(called.person for called in told),
            )
        )

    def _roster(self, policy: Policy, sheet: AlertSheet, at: datetime) -> Roster:
        targets = [target for step in policy.steps for target in step.targets]
        named = {one.schedule for one in targets if isinstance(one, ToSchedule)}
        turning = {one.schedule for one in targets if isinstance(one, ToNext | ToPrevious)}
        standing_in, schedules = self.past.overrides, self.plan.schedules
        neighbours = {
            name: turns.around(schedules[name], standing_in.get(name, ()), at, self.past.absences)
            for name in turning
            if name in schedules
        }
        return Roster(
            duties={
                name: on_call(schedules[name], standing_in.get(name, ()), at, self.past.absences)
                for name in named
                if name in schedules
            },
            teams=self.plan.teams,
            catch_all=self.plan.catch_all,
            owner=TeamId(sheet.team) if sheet.team else None,
            following={name: after for name, (_, after) in neighbours.items()},
            before={name: earlier for name, (earlier, _) in neighbours.items()},
        )

    def _id(self) -> UUID:
        return UUID(int=self._number())

    def _number(self) -> int:
        self._count += 1
        return self._count


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes from one plan to another: pages that come, that go, and how many each gets."""

    more: tuple[Told, ...]
    fewer: tuple[Told, ...]
    pages: Mapping[PersonId, tuple[int, int]]


def compare(before: Summary, after: Summary) -> Difference:
    """Say which people would be told of what under one plan and not under the other."""
    had = {(one.key, person) for one in before.told for person in one.people}
    has = {(one.key, person) for one in after.told for person in one.people}
    people = sorted({*before.pages, *after.pages})
    return Difference(
        more=tuple(kept for one in after.told if (kept := _only(one, had)) is not None),
        fewer=tuple(kept for one in before.told if (kept := _only(one, has)) is not None),
        pages={person: (before.pages[person], after.pages[person]) for person in people},
    )


def router_of(plan: Plan) -> Router:
    """Compile a plan's routes."""
    return Router(
        Ground(
            routes=plan.routes,
            default=plan.default_route,
            services=tuple(plan.services.values()),
            teams={id_: team.name for id_, team in plan.teams.items()},
            runbooks=frozenset(plan.runbooks),
        )
    )


def _only(one: Told, others: set[tuple[str, PersonId]]) -> Told | None:
    """Keep of a telling the people whom the other plan would not have told."""
    people = tuple(person for person in one.people if (one.key, person) not in others)
    if not people:
        return None
    return Told(one.at, one.key, one.title, one.priority, one.service, one.route, one.why, people)
