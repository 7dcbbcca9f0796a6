"""Silences: what they hold, when, and why; and when one would hold too much.

A silence holds an alert back from people, and nothing else: the alert is kept, counted and shown.
P1 alerts are held only by a silence whose author said, with a reason, that it is meant so broadly;
so an alert that rises to P1 while it is held is told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.core.alerting.matching import Matcher
from fireline.core.alerting.routing import Routed
from fireline.core.alerting.windows import Weekly
from fireline.core.signals.notice import Notice
from fireline.core.values.ids import SilenceId
from fireline.core.values.priority import Priority
from fireline.core.values.time import Span

MAX_MATCHERS = 50
LONGEST = timedelta(days=366)
# "Until resolved" waits for somebody else; nobody is left in the dark for longer than this.
LONGEST_UNTIL_RESOLVED = timedelta(days=30)
# More of the live alerts than this needs a reason, once there are enough for a share to mean much.
BROAD_SHARE = 0.3
BROAD_LEAST = 5

Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What matchers speak of: every label of a symptom, each with one or several values.

    The source's own labels, and fireline's: `title`, `kind` and `alertname`, `key`, `source`,
    `service`, `team`, `priority` (`P1`), `tag`, and each kind of entity (`host`, `principal`). A
    source's label of the same name is one value more.
    """

    labels: Values
    priority: Priority


def subject_of(notice: Notice, routed: Routed, *, source: str) -> Subject:
    """Say what silences see of a notice, routed."""
    own: list[tuple[str, str]] = [
        ("title", notice.title),
        ("kind", notice.kind),
        ("alertname", notice.kind),
        ("key", notice.key),
        ("source", source),
        ("service", routed.service or notice.service),
        ("team", routed.team or notice.team),
        ("priority", routed.priority.name),
    ]
    own += [("tag", tag) for tag in notice.tags]
    own += [(entity.kind, entity.value) for entity in notice.entities]
    return subject_from((*own, *notice.labels.items()), routed.priority)


def subject_from(pairs: Iterable[tuple[str, str]], priority: Priority) -> Subject:
    """Gather labels and values, each pair once; an empty value is no value."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name, value in pairs:
        if value:
            found[name][value] = None
    return Subject({name: tuple(values) for name, values in found.items()}, priority)


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody is told of what its matchers fit, from `starts_at` to `ends_at`.

    With a `window` only while one of its occurrences holds: a maintenance window, which may have no
    end. `until_resolved` ends it sooner, once nothing it holds fires any longer. `broad` is the
    reason why it may hold much, and P1 alerts; empty: it never holds a P1.
    """

    id: SilenceId
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime | None
    until_resolved: bool = False
    window: Weekly | None = None
    by: str = ""
    comment: str = ""
    ticket: str = ""
    broad: str = ""

    def means(self, subject: Subject) -> bool:
        """Say whether a subject has what every matcher asks for."""
        labels = subject.labels
        return all(matcher.fits(labels.get(matcher.name, ())) for matcher in self.matchers)

    def fits(self, subject: Subject) -> bool:
        """Say whether a subject is held, whenever the silence holds: meant, and not too urgent."""
        return (subject.priority is not Priority.P1 or bool(self.broad)) and self.means(subject)

    def at(self, now: datetime) -> Span | None:
        """Return the stretch of time around a moment in which it holds; `None`: not now."""
        if now < self.starts_at or (self.ends_at is not None and now >= self.ends_at):
            return None
        if self.window is None:
            return None if self.ends_at is None else Span(self.starts_at, self.ends_at)
        held = self.window.at(now)
        return None if held is None else self._within(held)

    def next_turn(self, now: datetime) -> datetime | None:
        """Return the next moment after `now` at which it begins or stops holding, or ends."""
        if self.ends_at is not None and now >= self.ends_at:
            return None
        if now < self.starts_at:
            return self.starts_at
        if self.window is None:
            return self.ends_at
        held = self.window.at(now) or self.window.after(now)
        if held is None:
            return self.ends_at
        turn = held.end if now in held else held.start
        return turn if self.ends_at is None else min(turn, self.ends_at)

    def _within(self, held: Span) -> Span:
        end = held.end if self.ends_at is None else min(held.end, self.ends_at)
        return Span(max(held.start, self.starts_at), end)


@dataclass(frozen=True, slots=True)
class Held:
    """A silence holds something. `until` is `None` when it holds until the problem is over."""

    silence: SilenceId
    until: datetime | None
    why: str


def held_by(silence: Silence, now: datetime) -> Held | None:
    """Say how a silence holds what fits it at a moment; `None`: it does not, just then."""
    span = silence.at(now)
    if span is None:
        return None
    until = None if silence.until_resolved else span.end
    ends = "until it is resolved" if until is None else f"until {until:%Y-%m-%d %H:%M} UTC"
    sort = "silence" if silence.window is None else "maintenance window"
    said = f": {silence.comment}" if silence.comment else ""
    return Held(silence.id, until, f"{sort} by {silence.by}, {ends}{said}")


class SilenceBook:
    """The silences that may hold something soon, indexed: most are never looked at.

    A silence is filed under the values one of its matchers asks for, else under a label it needs,
    else it is asked each time.
    """

    def __init__(self, silences: Iterable[Silence]) -> None:
        self.silences = tuple(silences)
        self._by_value: dict[tuple[str, str], list[Silence]] = {}
        self._by_label: dict[str, list[Silence]] = {}
        self._others: list[Silence] = []
        asked_for = Counter(
            place for silence in self.silences for each in _listed(silence) for place in each
        )
        for silence in self.silences:
            self._file(silence, asked_for)

    def holding(self, subject: Subject, now: datetime) -> Held | None:
        """Say what holds a subject at a moment: of several silences, the one that ends last."""
        held = [
            found
            for silence in self._maybe(subject)
            if silence.fits(subject) and (found := held_by(silence, now)) is not None
        ]
        return max(held, key=_lasts, default=None)

    def _maybe(self, subject: Subject) -> Iterator[Silence]:
        if not self.silences:
            return
        for name, values in subject.labels.items():
            yield from self._by_label.get(name, ())
            for value in values:
                yield from self._by_value.get((name, value), ())
        yield from self._others

    def _file(self, silence: Silence, asked_for: Counter[tuple[str, str]]) -> None:
        listed = _listed(silence)
        needed = [m.name for m in silence.matchers if not m.fits_nothing_in_particular]
        if listed:
            # Under what fewest others ask for: every second one may say severity="critical".
            for place in min(listed, key=lambda each: sum(asked_for[one] for one in each)):
                self._by_value.setdefault(place, []).append(silence)
        elif needed:
            self._by_label.setdefault(needed[0], []).append(silence)
        else:
            self._others.append(silence)


def _listed(silence: Silence) -> list[list[tuple[str, str]]]:
    """List, for each matcher that allows it, every label and value that fits."""
    return [
        [(matcher.name, value) for value in literals]
        for matcher in silence.matchers
        if (literals := matcher.literals) is not None and "" not in literals
    ]


def _lasts(held: Held) -> tuple[bool, float]:
    return (held.until is None, held.until.timestamp() if held.until else 0.0)


@dataclass(frozen=True, slots=True)
class Reach:
    """How much a silence would hold: of the live alerts and services, how many; how many P1."""

    held: int
    live: int
    services: int
    all_services: int
    urgent: int


def too_broad(matchers: Iterable[Matcher], reach: Reach) -> tuple[str, ...]:
    """Return why a silence needs a reason to hold so much; nothing: it does not."""
    why: list[str] = []
    if all(matcher.fits_nothing_in_particular for matcher in matchers):
        why.append("no matcher says what it is about, so it fits nearly everything")
    if reach.held >= BROAD_LEAST and reach.held > BROAD_SHARE * reach.live:
        why.append(f"it would hold {reach.held} of {reach.live} live alerts")
    if reach.all_services > 1 and reach.services >= reach.all_services:
        why.append(f"it would hold alerts of all {reach.all_services} services")
    if reach.urgent:
        why.append(f"it would hold {reach.urgent} P1 alert{'' if reach.urgent == 1 else 's'}")
    return tuple(why)
