"""Hours of a bad night in a fraction of a second: one thread, a heap of events, and a seed.

Two nodes take what is due; they die in the middle of things, lease and all. Providers refuse, hang,
ask for patience, lose what they took, or say nothing. People answer, or do not. The database goes
away. Nothing here reads a clock or is random but by the seed, so a seed is a story told the same
way each time.
"""

import hashlib
import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fireline.core.escalation.delivery import Went, Wish
from fireline.core.escalation.policy import Policy, Step, ToPerson, ToTeam
from fireline.core.escalation.roster import Roster
from fireline.core.oncall.people import Contact, NotifyRule, Person, Team
from fireline.core.values.ids import PersonId, PolicyId, TeamId
from fireline.core.values.priority import Priority
from tests.simulation.invariants import WasBroken, check, check_arrival
from tests.simulation.rows import BEGINS, Alert, Message, Rows, Sending

NIGHT = 2 * 3600.0
# By then everybody is well again, so that what is left must get through.
WELL = 1.5 * 3600.0
AT_ONCE = 24
CHANNELS = ("email", "webhook", "sms")
PEOPLE = tuple(PersonId(name) for name in ("ana", "bo", "cy"))
FAULTS = ("refuse", "hang", "busy", "never", "reset", "lost", "well")


@dataclass(slots=True)
class Node:
    """A process that works. `skew` is how wrong its own clock is: nothing may depend on it."""

    name: int
    skew: float
    drift: float
    life: int = 0
    up: bool = True
    sending: int = 0


@dataclass
class Night:
    """One run of one seed."""

    seed: int
    alerts: int = 24
    kept_in: type[Rows] = Rows
    rng: random.Random = field(init=False)
    rows: Rows = field(init=False)
    t: float = 0.0
    crashes: int = 0
    arrivals: int = 0
    copies: int = 0
    events: int = 0
    _heap: list[tuple[float, int, Callable[[], None], str]] = field(default_factory=list)
    _seq: int = 0
    _trace: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _up_since: datetime | None = BEGINS
    _database: bool = True
    _looks: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - a story, told again the same way
        rng = self.rng
        people = {name: _person(name, rng) for name in PEOPLE}
        steps = (
            Step((ToPerson(PEOPLE[0]),), timedelta(minutes=rng.choice((2, 5, 10)))),
            Step((ToTeam(TeamId("ops")),), timedelta(minutes=5)),
        )
        policy = Policy(PolicyId("ops"), steps, rounds=rng.choice((1, 2)))
        team = Team(TeamId("ops"), "Ops", PEOPLE[:2], (PEOPLE[1],))
        roster = Roster({}, {team.id: team}, (PEOPLE[2],), team.id)
        self.rows = self.kept_in(people, policy, roster)
        self.nodes = [Node(n, rng.uniform(-3600, 3600), rng.uniform(0.8, 1.2)) for n in (0, 1)]
        self.faults = dict.fromkeys(CHANNELS, "well")

    @property
    def now(self) -> datetime:
        """The database's time: the only one that decides anything."""
        return BEGINS + timedelta(seconds=self.t)

    @property
    def trace(self) -> str:
        """What happened, in one word: the same for the same seed."""
        return self._trace.hexdigest()

    def play(self) -> "Night":
        """Play the night to its end; raise WasBroken where a promise is."""
        self._write_the_story()
        while self._heap:
            self.t, _, event, name = heapq.heappop(self._heap)
            if self.t > NIGHT:
                break
            self.events += 1
            event()
            self._trace.update(f"{self.t:.6f} {name}\n".encode())
            check(self.rows, self.now, self._up_since)
            self._wake()
        self._look_back()
        return self

    def at(self, t: float, name: str, event: Callable[[], None]) -> None:
        """Let something happen at a moment."""
        self._seq += 1
        heapq.heappush(self._heap, (t, self._seq, event, name))

    def _write_the_story(self) -> None:
        rng = self.rng
        burst = rng.uniform(0, WELL * 0.6)
        for number in range(self.alerts):
            t = burst + rng.uniform(0, 20) if number % 2 else rng.uniform(0, WELL * 0.8)
            priority = Priority(rng.choice((1, 2, 2, 3)))
            self.at(t, f"alert {priority}", lambda p=priority: self._alert(p))
        for _ in range(rng.randint(2, 8)):
            node = rng.choice(self.nodes)
            down = rng.choice((2.0, 20.0, 300.0, 1500.0))
            self.at(rng.uniform(0, WELL - 1500), "crash", lambda n=node, d=down: self._crash(n, d))
        for _ in range(rng.randint(0, 2)):
            self.at(rng.uniform(0, WELL - 400), "database", self._lose_database)
        for _ in range(rng.randint(2, 8)):
            channel, fault = rng.choice(CHANNELS), rng.choice(FAULTS)
            begins = rng.uniform(0, WELL - 1200)
            self.at(begins, f"{channel} {fault}", lambda c=channel, f=fault: self._fault(c, f))
            self.at(
                begins + rng.uniform(10, 1200),
                f"{channel} well",
                lambda c=channel: self._fault(c, "well"),
            )
        self.at(WELL, "all is well", self._heal)

    def _alert(self, priority: Priority) -> None:
        if not self._database:
            # No 2xx without a commit: the source says it again.
            self.at(self.t + 5, "alert again", lambda: self._alert(priority))
            return
        service = self.rng.choice(("shop", "search", "pay"))
        alert = self.rows.open_alert(self.now, priority, service)
        if self.rng.random() < 0.25:
            self.at(
                self.t + self.rng.uniform(1, 1800), "over", lambda: self._person_does(alert, None)
            )

    def _person_does(self, alert: Alert, who: PersonId | None) -> None:
        """Acknowledge or resolve; without the database, a little later."""
        if not self._database:
            self.at(self.t + 3, "again", lambda: self._person_does(alert, who))
        elif who is None:
            self.rows.resolve(self.now, alert)
        else:
            self.rows.acknowledge(self.now, alert, who)

    def _fault(self, channel: str, fault: str) -> None:
        self.faults[channel] = fault if self.t < WELL else "well"

    def _heal(self) -> None:
        for channel in CHANNELS:
            self.faults[channel] = "well"

    def _lose_database(self) -> None:
        self._database, self._up_since = False, None
        self.at(self.t + self.rng.uniform(1, 300), "database is back", self._find_database)

    def _find_database(self) -> None:
        self._database = True
        self._up_since = self.now if any(node.up for node in self.nodes) else None

    def _crash(self, node: Node, down: float) -> None:
        if node.up:
            self.crashes += 1
            node.up, node.sending = False, 0
            node.life += 1
            self.at(self.t + down, "up", lambda: self._start(node))
        if not any(one.up for one in self.nodes):
            self._up_since = None

    def _start(self, node: Node) -> None:
        node.up = True
        if self._up_since is None and self._database:
            self._up_since = self.now

    def _wake(self) -> None:
        """Let the nodes that are up look when something is due, each in its own time."""
        due = self.rows.next_due()
        if due is None or not self._database:
            return
        soon = max((due - BEGINS).total_seconds(), self.t)
        for node in self.nodes:
            if node.up and node.name not in self._looks and node.sending < AT_ONCE:
                self._looks.add(node.name)
                wait = self.rng.uniform(0.001, 0.25) * node.drift
                # A poke may be lost; it looks by itself now and then.
                at = min(soon, self.t + 30.0) + wait
                self.at(at, f"look {node.name}", lambda n=node: self._look(n))

    def _look(self, node: Node) -> None:
        self._looks.discard(node.name)
        if not node.up or not self._database:
            return
        for alert, fence in self.rows.claim_ladders(self.now, 6):
            life = node.life
            self.at(
                self.t + self.rng.uniform(0.001, 0.02),
                f"step {alert.number}",
                lambda a=alert, f=fence, n=node, was=life: self._step(n, was, a, f),
            )
        for wish, fence in self.rows.claim_sends(self.now, AT_ONCE - node.sending):
            node.sending += 1
            life = node.life
            self.at(
                self.t + self.rng.uniform(0.001, 0.02),
                f"prepare {wish.id.int}",
                lambda w=wish, f=fence, n=node, was=life: self._prepare(n, was, w, f),
            )

    def _is_gone(self, node: Node, life: int) -> bool:
        return node.life != life or not node.up

    def _step(self, node: Node, life: int, alert: Alert, fence: int) -> None:
        if self._is_gone(node, life) or not self._database:
            return
        if alert.due is not None and alert.due.fence == fence:
            self.rows.take_step(self.now, alert)

    def _prepare(self, node: Node, life: int, wish: Message, fence: int) -> None:
        if self._is_gone(node, life):
            return
        if not self._database:
            node.sending -= 1
            return
        sending = self.rows.prepare(self.now, wish, fence)
        if sending is None:
            node.sending -= 1
            return
        if self.rng.random() < 0.005 and self.t < WELL:
            # The worst moment: it was sent, and nobody wrote that down.
            self._crash(node, 2.0)
            wish.excused += 1
        self._carry(node, life, wish, sending)

    def _carry(self, node: Node, life: int, wish: Message, sending: Sending) -> None:
        """Let the provider do with a message what it does tonight."""
        rng, fault = self.rng, self.faults[wish.channel]
        takes, arrives, went, asked = _manners(rng, fault)
        if arrives:
            self.at(
                self.t + takes * rng.uniform(0.5, 1),
                f"arrives {wish.id.int}",
                lambda: self._arrive(wish, sending),
            )
        else:
            wish.excused += 1
            for number in sending.alerts:
                self.rows.alerts[number].hopeless += 1
        if went is Went.UNKNOWN:
            wish.excused += 1
        if fault == "lost" and rng.random() < 0.7:
            self.at(self.t + 20, "receipt", lambda: self._receipt(wish))
        self.at(
            self.t + takes,
            f"settle {wish.id.int} {went}",
            lambda: self._settle(node, life, sending, went, asked),
        )

    def _settle(
        self, node: Node, life: int, sending: Sending, went: Went, asked: timedelta | None
    ) -> None:
        wish = self.rows.wishes[sending.wish]
        if self._is_gone(node, life):
            wish.excused += 1
            return
        node.sending -= 1
        if not self._database:
            wish.excused += 1
            return
        self.rows.settle(self.now, sending, went, asked)

    def _receipt(self, wish: Message) -> None:
        if self._database and wish.state in {Wish.DELIVERED, Wish.WAITING}:
            self.rows.undelivered(self.now, wish)

    def _arrive(self, wish: Message, sending: Sending) -> None:
        self.arrivals += 1
        wish.arrived += 1
        self.copies += wish.arrived > 1
        first = self.rows.alerts[sending.alerts[0]]
        check_arrival(sending.prepared, first.ended, f"message {wish.id.int}")
        if wish.arrived > 1 + wish.excused:
            why = f"message {wish.id.int} arrived {wish.arrived} times without a reason"
            raise WasBroken(why)
        for number in sending.alerts:
            alert = self.rows.alerts[number]
            alert.arrived += 1
            if alert.state == "firing" and self.rng.random() < 0.35:
                who = wish.page.person
                wait = self.rng.uniform(5, 400)
                self.at(
                    self.t + wait,
                    f"acknowledge {number}",
                    lambda a=alert, w=who: self._person_does(a, w),
                )

    def _look_back(self) -> None:
        """Raise WasBroken when an alert went through the night and nobody heard of it."""
        for alert in self.rows.alerts.values():
            told_of = alert.arrived or alert.ended is not None
            if not told_of and not alert.hopeless:
                why = f"alert {alert.number} fired and was told to nobody"
                raise WasBroken(why)
            if not told_of and alert.raised < self.now - timedelta(minutes=40):
                self._must_be_exhausted(alert)

    def _must_be_exhausted(self, alert: Alert) -> None:
        states = [page.state for page in self.rows.pages if page.alert is alert]
        if "wished" in states:
            why = f"alert {alert.number} still waits to be told"
            raise WasBroken(why)


def _person(name: PersonId, rng: random.Random) -> Person:
    order = rng.sample(CHANNELS, 3)
    rules = tuple(
        NotifyRule(channel, timedelta(minutes=place * rng.choice((0, 1, 2))))
        for place, channel in enumerate(order)
    )
    contacts = (
        Contact("email", f"{name}@example.com"),
        Contact("webhook", f"https://phones.example.com/{name}"),
        Contact("phone", "+491701234567"),
    )
    zone = ZoneInfo("UTC")
    return Person(name, name.title(), zone, contacts=contacts, urgent=rules, calm=rules[:2])


def _manners(  # noqa: PLR0911 - a table
    rng: random.Random, fault: str
) -> tuple[float, bool, Went, timedelta | None]:
    """Say how a provider behaves: how long it takes, whether it arrives, what it answers."""
    quick = rng.uniform(0.05, 2.0)
    match fault:
        case "refuse":
            return quick, False, Went.TRY_AGAIN, None
        case "hang":
            return 30.0, rng.random() < 0.3, Went.UNKNOWN, None
        case "busy":
            return quick, False, Went.TRY_AGAIN, timedelta(seconds=rng.choice((1, 120, 86_400)))
        case "never":
            return quick, False, Went.REFUSED, None
        case "reset":
            return quick, rng.random() < 0.5, Went.UNKNOWN, None
        case "lost":
            return quick, False, Went.DELIVERED, None
        case _:
            return quick, True, Went.DELIVERED, None
