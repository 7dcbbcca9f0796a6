"""The rows of the database, in memory, and what one transaction does to them.

Every decision is made by the core that production runs; here is only what the SQL does around it:
who may claim what, which rows are held, what is written together.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from fireline.core.escalation import delivery, ladder
from fireline.core.escalation.backlog import MANY, SPOKEN_FOR, Waits, gather, is_crowd, worst_first
from fireline.core.escalation.channels import Form, form_of
from fireline.core.escalation.delivery import Attempt, PageStands, Said, Sibling, Went, Wish
from fireline.core.escalation.policy import Policy
from fireline.core.escalation.roster import Called, Roster
from fireline.core.escalation.rules import tellings
from fireline.core.oncall.people import Person
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority

BEGINS = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
LADDER_LEASE = timedelta(seconds=5)
SEND_LEASE = timedelta(seconds=40)
OLDEST_EVERY = 4


@dataclass(slots=True)
class Row:
    """A row of `due`: when, who holds it, and how often it was taken."""

    at: datetime
    urgency: int = 3
    lease: datetime | None = None
    fence: int = 0
    attempts: int = 0

    def is_free(self, now: datetime) -> bool:
        return self.at <= now and (self.lease is None or self.lease < now)

    def take(self, now: datetime, lease: timedelta) -> int:
        self.lease, self.fence, self.attempts = now + lease, self.fence + 1, self.attempts + 1
        return self.fence


@dataclass(slots=True)
class Alert:
    """An alert and its ladder."""

    number: int
    priority: Priority
    service: str
    raised: datetime
    ladder: ladder.State
    due: Row | None
    state: str = "firing"
    ended: datetime | None = None
    arrived: int = 0
    hopeless: int = 0


@dataclass(slots=True)
class Page:
    """One person told by one step."""

    id: int
    alert: Alert
    person: PersonId
    step: int
    state: str = "wished"
    wishes: list["Message"] = field(default_factory=list)


@dataclass(slots=True)
class Message:
    """A wish of the outbox."""

    id: UUID
    page: Page
    channel: str
    due: Row | None
    wished: datetime
    state: Wish = Wish.WAITING
    unsure: int = 0
    settled: datetime | None = None
    carried_by: UUID | None = None
    spoken: bool = False
    prepared_fence: int = -1
    sent: int = 0
    arrived: int = 0
    excused: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """A message on its way: under which claim, and with which others in it."""

    wish: UUID
    fence: int
    attempt: int
    prepared: datetime
    alerts: tuple[int, ...]


class Rows:
    """Everything that is kept. Each method is one transaction, at the database's own time."""

    def __init__(self, people: dict[PersonId, Person], policy: Policy, roster: Roster) -> None:
        self.people, self.policy, self.roster = people, policy, roster
        self.alerts: dict[int, Alert] = {}
        self.pages: list[Page] = []
        self.wishes: dict[UUID, Message] = {}
        self.waiting: dict[UUID, Message] = {}
        self._ids = 0
        self._taken = {"ladder": 0, "send": 0}

    def open_alert(self, now: datetime, priority: Priority, service: str) -> Alert:
        number = len(self.alerts) + 1
        begun = ladder.begin(now)
        alert = Alert(number, priority, service, now, begun, Row(now, priority.value))
        self.alerts[number] = alert
        return alert

    def acknowledge(self, now: datetime, alert: Alert, by: PersonId) -> bool:
        if alert.state != "firing":
            return False
        alert.ladder = ladder.answer(alert.ladder, by, now, policy=self.policy)
        alert.state, alert.ended, alert.due = "acknowledged", now, None
        self._stop_telling(now, alert, by)
        return True

    def resolve(self, now: datetime, alert: Alert) -> bool:
        if alert.state == "resolved":
            return False
        alert.ladder = ladder.withdraw(alert.ladder, now)
        alert.ended = alert.ended or now
        alert.state, alert.due = "resolved", None
        self._stop_telling(now, alert, None)
        return True

    def next_due(self) -> datetime | None:
        """Say when a worker has something to take: leases that end count, too."""
        return min((max(row.at, row.lease or row.at) for row in self.moments()), default=None)

    def moments(self) -> list[Row]:
        """List every row of `due`."""
        rows = [one.due for one in self.alerts.values() if one.due]
        return rows + [one.due for one in self.waiting.values() if one.due]

    def claim_ladders(self, now: datetime, limit: int) -> list[tuple[Alert, int]]:
        free = [one for one in self.alerts.values() if one.due and one.due.is_free(now)]
        taken = self._worst("ladder", [(one.due, one.number, one) for one in free], limit)
        return [(one, one.due.take(now, LADDER_LEASE)) for one in taken]

    def claim_sends(self, now: datetime, limit: int) -> list[tuple[Message, int]]:
        free = [one for one in self.waiting.values() if one.due and one.due.is_free(now)]
        taken = self._worst("send", [(one.due, one.id.int, one) for one in free], limit)
        return [(one, one.due.take(now, SEND_LEASE)) for one in taken]

    def take_step(self, now: datetime, alert: Alert) -> int:
        """Take the step that is due; return how many people it told."""
        decision = ladder.decide(
            self.policy, alert.ladder, now, roster=self.roster, priority=alert.priority
        )
        alert.ladder = decision.state
        reached = sum(self._page(now, alert, one, decision.step) for one in decision.pages)
        if decision.step and not reached and isinstance(alert.ladder, ladder.Waiting):
            alert.ladder = ladder.Waiting(alert.ladder.taken, now, alert.ladder.answered)
        due = ladder.next_look(alert.ladder)
        fence = alert.due.fence + 1 if alert.due else 0
        alert.due = None if due is None else Row(due, alert.priority.value, fence=fence)
        return reached

    def prepare(self, now: datetime, wish: Message, fence: int) -> Sending | None:
        """Make a message ready, as `usecases.sending.prepare` does."""
        self._part_crowd(now, wish)
        if wish.state is not Wish.WAITING or wish.due is None:
            return None
        if not delivery.is_wanted(wish.page.alert.state, "acknowledged"):
            self._settle(now, wish, Wish.CANCELLED)
            return None
        if wish.due.at > now or wish.due.fence != fence:
            return None
        wish.prepared_fence = fence
        carried = [one for one in self._carried(wish) if one.page.alert.state != "resolved"]
        for one in carried:
            one.spoken = True
        wish.sent += 1
        numbers = (wish.page.alert.number, *(one.page.alert.number for one in carried))
        return Sending(wish.id, fence, wish.due.attempts, now, numbers)

    def settle(self, now: datetime, sending: Sending, went: Went, asked: timedelta | None) -> None:
        """Write down what became of an attempt, as `usecases.sending.settle` does."""
        wish = self.wishes[sending.wish]
        held = wish.due is not None and wish.due.fence == sending.fence
        if wish.state is not Wish.WAITING or not (held or went is Went.DELIVERED):
            return
        wish.unsure += went is Went.UNKNOWN
        attempt = Attempt(went, "", sending.attempt, wish.unsure, asked)
        verdict = delivery.after(attempt, self._siblings(wish), now)
        if verdict.due is not None and wish.due is not None:
            wish.due.at, wish.due.lease = verdict.due, None
        self._apply(now, wish, verdict)

    def undelivered(self, now: datetime, wish: Message) -> None:
        """Take a receipt that says it never arrived, for all that the message spoke for."""
        for one in [wish, *[each for each in self.wishes.values() if each.carried_by == wish.id]]:
            if one is not wish and not one.spoken:
                continue
            if one.state not in {Wish.DELIVERED, Wish.WAITING}:
                continue
            verdict = delivery.refused("", self._siblings(one), now, said=Said.UNDELIVERED)
            self._settle(now, one, Wish.REFUSED)
            self._apply(now, one, verdict)

    def _worst(self, kind: str, free: list, limit: int) -> list:
        """Choose as `claim_worst` does: a share of the oldest, else the worst and newest."""
        share = (self._taken[kind] + limit) // OLDEST_EVERY - self._taken[kind] // OLDEST_EVERY
        oldest = sorted(free, key=lambda one: (one[0].at, one[1]))[:share]
        newest = sorted(free, key=lambda one: (one[0].at, one[1]), reverse=True)
        worst = sorted(newest, key=lambda one: one[0].urgency)[: limit - share]
        chosen = list({id(one[2]): one[2] for one in [*oldest, *worst]}.values())
        self._taken[kind] += len(chosen)
        return chosen

    def _page(self, now: datetime, alert: Alert, called: Called, step: int) -> bool:
        self._ids += 1
        page = Page(self._ids, alert, called.person, step)
        self.pages.append(page)
        person = self.people.get(called.person)
        for telling in tellings(person, alert.priority) if person else ():
            self._ids += 1
            row = Row(now + telling.after, alert.priority.value)
            wish = Message(UUID(int=self._ids), page, telling.channel, row, now)
            page.wishes.append(wish)
            self.wishes[wish.id] = self.waiting[wish.id] = wish
        if not page.wishes:
            page.state = "failed"
        return bool(page.wishes)

    def _part_crowd(self, now: datetime, wish: Message) -> None:
        person, channel = wish.page.person, wish.channel
        crowd = [
            one
            for one in self.waiting.values()
            if one.channel == channel
            and one.page.person == person
            and one.due is not None
            and one.due.at <= now
            and one.page.alert.state != "resolved"
        ]
        brief = form_of(channel) in {Form.SHORT, Form.SPOKEN}
        oldest = min((one.due.at for one in crowd), default=now)
        if not is_crowd(min(len(crowd), MANY + 1), oldest, now, brief=brief):
            return
        free = [
            one for one in crowd if one.due.lease is None or one.prepared_fence != one.due.fence
        ]
        waits = [
            Waits(
                one.id,
                UUID(int=one.page.alert.number),
                one.page.alert.priority,
                one.page.alert.service,
                one.due.at,
            )
            for one in free
        ]
        found = gather(waits, now, brief=brief)
        assert not waits or worst_first(waits)[0].wish in {*found.alone, found.carrier}
        for each in found.carried:
            carried = self.wishes[each]
            carried.carried_by, carried.spoken = found.carrier, False
            carried.due.at = max(carried.due.at, now + SPOKEN_FOR)
            carried.due.lease, carried.due.fence = None, carried.due.fence + 1

    def _carried(self, wish: Message) -> list[Message]:
        return [one for one in self.waiting.values() if one.carried_by == wish.id]

    def _siblings(self, wish: Message) -> list[Sibling]:
        return [
            Sibling(one.id, one.state, one.due.at if one.due else None)
            for one in wish.page.wishes
            if one is not wish
        ]

    def _apply(self, now: datetime, wish: Message, verdict: delivery.Verdict) -> None:  # noqa: C901 - as one reads it there
        if verdict.wish is not Wish.WAITING and wish.state is Wish.WAITING:
            self._settle(now, wish, verdict.wish)
        if verdict.forward is not None:
            row = self.wishes[verdict.forward.wish].due
            if row is not None and row.attempts == 0:
                row.at = min(row.at, verdict.forward.by)
        page = wish.page
        if (verdict.page == "sent" and page.state == "wished") or (
            verdict.page == "failed" and page.state in {"wished", "sent"}
        ):
            page.state = verdict.page
        if verdict.wish is Wish.DELIVERED:
            self._arrived_together(now, wish)
        elif verdict.wish is Wish.REFUSED and verdict.said is not Said.UNDELIVERED:
            for one in self._carried(wish):
                one.due = Row(now, one.page.alert.priority.value, fence=one.due.fence + 1)
        if verdict.page == "failed":
            self._hurry(now, page)

    def _arrived_together(self, now: datetime, wish: Message) -> None:
        for one in self._carried(wish):
            if one.spoken:
                self._settle(now, one, Wish.DELIVERED)
                one.page.state = "sent" if one.page.state == "wished" else one.page.state

    def _hurry(self, now: datetime, page: Page) -> None:
        alert = page.alert
        stands = [PageStands(1, one.step, one.state) for one in self.pages if one.alert is alert]
        mine = PageStands(1, page.step, page.state)
        if isinstance(alert.ladder, ladder.Waiting) and delivery.hurries(
            alert.ladder, mine, stands, now
        ):
            alert.ladder = ladder.Waiting(alert.ladder.taken, now, alert.ladder.answered)
            alert.due = Row(now, alert.priority.value, fence=alert.due.fence + 1)

    def _stop_telling(self, now: datetime, alert: Alert, by: PersonId | None) -> None:
        for page in [one for one in self.pages if one.alert is alert]:
            for wish in page.wishes:
                if wish.state is Wish.WAITING:
                    self._settle(now, wish, Wish.CANCELLED)
            if page.state in {"wished", "sent"}:
                page.state = "answered" if page.person == by else "superseded"

    def _settle(self, now: datetime, wish: Message, state: Wish) -> None:
        wish.state, wish.due, wish.settled = state, None, now
        self.waiting.pop(wish.id, None)
