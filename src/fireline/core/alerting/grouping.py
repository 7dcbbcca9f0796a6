"""Which symptoms are one problem: every arriving symptom is placed at once, and never waited with.

A group is one alert. Symptoms are tied by links (see `threads`); a group is what the links connect,
so a symptom that ties two groups makes them one. `docs/explanation/correlation.md` tells the whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import heappop, heappush

from fireline.core.alerting.company import Company
from fireline.core.alerting.flapping import FLAPS_AT, second_wait, wait_for
from fireline.core.alerting.keys import ONCE_SECONDS, STUTTER_SECONDS, Keys, Past
from fireline.core.alerting.lanes import LaneKey, Lanes
from fireline.core.alerting.links import Link, Reason
from fireline.core.alerting.members import Group, Symptom
from fireline.core.alerting.neighbourhood import neighbourhood
from fireline.core.alerting.occurrence import Occurrence, Topology
from fireline.core.alerting.rarity import Rarity
from fireline.core.alerting.search import LOOSE, MEMBERS_MAX, Found, Sight, search
from fireline.core.alerting.telling import (
    TellIfStays,
    Telling,
    TellNobody,
    TellNow,
    tells_again,
)
from fireline.core.alerting.threads import Known, is_security, place_of, title_of
from fireline.core.alerting.wishes import Wishes
from fireline.core.signals.entity import CREDENTIAL, HOST, PRINCIPAL, Entity
from fireline.core.values.ids import AlertId, SymptomId
from fireline.core.values.priority import Priority

# Two groups that began further apart than this are not made one by what lies between them.
ONSET_SECONDS = 240.0
# A symptom that has been tied by so many things is tied enough.
ENTITIES_MAX = 200
# A firing key not heard of for so long may have ended without a word.
SILENT_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Member:
    """A symptom as it was placed, from its row.

    `seen_at` is when it was last triggered; `apart` are alerts that a person split its alert from.
    """

    occurrence: Occurrence
    alert: AlertId
    resolved_at: datetime | None = None
    apart: frozenset[AlertId] = frozenset()
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a symptom belongs, why, what it proved to be one, and who is to be told.

    `merged` are swallowed into `alert`. `again` is the earlier alert of the same key when that was
    resolved a short while ago; `flaps` counts the firings of the key within the hour, this one
    included.
    """

    alert: AlertId
    opened: bool
    link: Link | None
    merged: tuple[AlertId, ...]
    again: AlertId | None
    flaps: int
    telling: Telling


class Grouping:
    """The live groups of one world, and what was learned from its stream."""

    def __init__(self, topology: Topology, *, wishes: Wishes | None = None) -> None:
        near = neighbourhood(topology)
        company = Company(near.neighbours)
        self._known = Known(near, Rarity(), company, wishes or Wishes(), Lanes[Symptom]())
        self._groups: dict[AlertId, Group] = {}
        self._symptoms: dict[SymptomId, Symptom] = {}
        self._alike: dict[_Likeness, dict[SymptomId, Symptom]] = {}
        self._keys = Keys()
        self._latest = float("-inf")

    @classmethod
    def restored(
        cls, topology: Topology, members: Iterable[Member], *, wishes: Wishes | None = None
    ) -> "Grouping":
        """Go on where another left off, given the members in the order they arrived."""
        grouping = cls(topology, wishes=wishes)
        # Ends take their place between arrivals, so that each arrival meets what it met then.
        ends: list[tuple[datetime, SymptomId]] = []
        for member in members:
            while ends and ends[0][0] <= member.occurrence.at:
                ended_at, symptom = heappop(ends)
                grouping.resolved(symptom, ended_at)
            grouping._readmit(member)
            if member.resolved_at is not None:
                heappush(ends, (member.resolved_at, member.occurrence.id))
        for ended_at, symptom in sorted(ends):
            grouping.resolved(symptom, ended_at)
        return grouping

    def place(self, occurrence: Occurrence, *, fresh: AlertId) -> Placement:
        """Decide at once which alert a symptom belongs to; `fresh` is used if it is a new one."""
        at = occurrence.at.timestamp()
        self._learn(at)
        past = self._keys.past(occurrence.key, at)
        # A flapping key says little about when: it neither joins others nor draws them to itself.
        calm = past.count < FLAPS_AT
        sight = self._sight(occurrence, at, returns=past.again is not None) if calm else Sight()
        returned = None if sight.found else self._returned(occurrence, past, at)
        if returned is not None:
            group, link, merged = returned[0], returned[1], ()
        else:
            group, link, merged = self._settle(sight.found, fresh, at)
        symptom = Symptom(occurrence, at, at, group, flapping=not calm, trouble=sight.trouble)
        symptom.waits = _waits(past, sight, occurrence, calm=calm)
        symptom.crosses = past.crosses and self._keys.tells_crossing(occurrence.key)
        telling = _telling(symptom, past, link)
        self._admit(symptom, sight.stands)
        again = past.again.id if past.again is not None and past.again is not group else None
        if not calm and past.again is not None and not _own(past.again, occurrence.key):
            again = None
        return Placement(group.id, link is None, link, merged, again, past.count, telling)

    def moves(self, occurrence: Occurrence) -> bool:
        """Say whether a trigger of a key that fires already, long silent, is another problem.

        From a source that says each firing once, it is. Others may never say that it is over: once
        the key has been silent for so long that it may well have been, a trigger amid another live
        problem belongs to that. Then end the symptom and place the trigger as a new one. Without
        such a problem it stays a repetition.
        """
        last, at = self._keys.last(occurrence.key), occurrence.at.timestamp()
        if last is None:
            return False
        if last.ended is None and self._keys.says_once(occurrence):
            return at - last.seen >= (STUTTER_SECONDS if last.flapping else ONCE_SECONDS)
        if at - last.seen < SILENT_SECONDS:
            return False
        self._learn(at)
        found = self._sight(occurrence, at, returns=False).found
        return any(symptom.group is not last.group for symptom, _ in found)

    def meant(self, occurrence: Occurrence) -> SymptomId | None:
        """Find the firing symptom that a resolve under an unknown key speaks of.

        Some sources make a new key for every message. The same source saying the same title of the
        same things is then the only trace; of several, the one firing longest.
        """
        return next(iter(self._alike.get(_likeness(occurrence), ())), None)

    def seen(self, symptom: SymptomId, at: datetime) -> None:
        """Note that a firing symptom was triggered once more."""
        found = self._symptoms.get(symptom)
        if found is not None:
            again = found.seen > found.at
            found.seen = max(found.seen, at.timestamp())
            if not again and found.seen > found.at:
                self._keys.repeats.repeated(found.of.source)

    def repeated(self, symptom: SymptomId, occurrence: Occurrence) -> Placement | None:
        """Note a repetition that may name more than its symptom did: that ties it too from now on.

        A rule finds one identity making a key, and then another: the second key leads on as well.
        `None` when nothing new was said, which is nearly always. Where there was, its row must get
        the entities of both.
        """
        self.seen(symptom, occurrence.at)
        known = self._symptoms.get(symptom)
        if known is None or not known.group.live:
            return None
        news = occurrence.entities - known.of.entities
        if not news or len(known.of.entities) + len(news) > ENTITIES_MAX:
            return None
        at = occurrence.at.timestamp()
        self._learn(at)
        sight = self._sight(replace(occurrence, entities=news), at, returns=True)
        known.of = replace(known.of, entities=known.of.entities | news)
        for key in sight.stands:
            self._known.lanes.add(key, at, known)
        others = [each for each in sight.found if each[0].group is not known.group]
        if not others:
            return None
        link = min(others, key=_strength)[1]
        home, merged = self._join(known.group, others)
        nobody = TellNobody("what is told already was found to be more")
        return Placement(
            home.id, opened=False, link=link, merged=merged, again=None, flaps=1, telling=nobody
        )

    def resolved(self, symptom: SymptomId, at: datetime) -> None:
        """Note that a symptom is over. With its last firing one, its alert is."""
        found = self._symptoms.get(symptom)
        if found is not None and found.ended is None:
            self._end(found, at.timestamp())

    def closed(self, alert: AlertId, at: datetime) -> None:
        """End a group because a person resolved its alert; its symptoms are over with it."""
        group = self._groups.get(alert)
        if group is None:
            return
        group.closed = True
        for symptom in group.members:
            if symptom.ended is None:
                self._end(symptom, at.timestamp())

    def split(self, alert: AlertId, symptoms: Sequence[SymptomId], *, fresh: AlertId) -> None:
        """Make symptoms an alert of their own, which never rejoins the one they came from."""
        group, wanted = self._groups.get(alert), set(symptoms)
        moved = [each for each in group.members if each.of.id in wanted] if group else []
        if group is None or not moved or len(moved) == len(group.members):
            return
        other = self._groups[fresh] = Group(fresh, moved[0].at)
        other.apart = {*group.apart, group.id}
        group.refill([each for each in group.members if each.of.id not in wanted])
        other.refill(moved)
        group.apart.add(fresh)

    def merge(self, into: AlertId, swallowed: AlertId) -> None:
        """Make two alerts one because a person says so, even where a split had parted them."""
        group, other = self._groups.get(into), self._groups.get(swallowed)
        if group is None or other is None or group is other:
            return
        group.apart = {each for each in group.apart if self._groups.get(each) is not other}
        other.apart = {each for each in other.apart if self._groups.get(each) is not group}
        self._unite(group, other, named=group.id)

    def forget(self, before: datetime) -> None:
        """Drop the groups in which nothing has happened since a moment."""
        moment = before.timestamp()
        for alert, group in list(self._groups.items()):
            if all(max(each.seen, each.ended or each.at) < moment for each in group.members):
                del self._groups[alert]
                for each in group.members:
                    each.forgotten = True
                    self._symptoms.pop(each.of.id, None)
                    self._unlike(each)
        self._known.lanes.keep(lambda each: not each.forgotten)
        self._keys.forget()
        self._known.rarity.forget(moment)
        self._known.company.forget(moment)

    def _learn(self, at: float) -> None:
        self._latest = max(self._latest, at)
        self._known.rarity.learn_until(self._latest)
        self._known.company.learn_until(self._latest)

    def _sight(self, occurrence: Occurrence, at: float, *, returns: bool) -> Sight:
        return search(occurrence, at, self._known, returns=returns)

    def _returned(self, one: Occurrence, past: Past, at: float) -> tuple[Group, Link] | None:
        """Find the live group a key comes back to; a flapping one stays out of other problems."""
        last = past.last
        if last is None or not last.group.live or (past.again is None and last.ended is not None):
            return None
        if past.count >= FLAPS_AT and not _own(last.group, one.key):
            return None
        return last.group, Link(Reason.SAME_KEY, one.key, last.of.id, abs(at - last.at))

    def _settle(
        self, found: list[Found], fresh: AlertId, at: float
    ) -> tuple[Group, Link | None, tuple[AlertId, ...]]:
        """Join the group of the strongest link, and make one of all that may be one."""
        if not found:
            group = self._groups[fresh] = Group(fresh, at)
            return group, None, ()
        found.sort(key=_strength)
        home, merged = self._join(found[0][0].group, found)
        return home, found[0][1], merged

    def _join(self, home: Group, found: Iterable[Found]) -> tuple[Group, tuple[AlertId, ...]]:
        """Make one of a group and all found that may be one with it."""
        merged: list[AlertId] = []
        for symptom, link in found:
            group = symptom.group
            if group is not home and self._may_unite(home, group, link):
                older, younger = sorted((home, group), key=lambda each: each.age)
                merged.append(younger.id)
                home = self._unite(home, group, named=older.id)
        return home, tuple(merged)

    def _may_unite(self, one: Group, other: Group, link: Link) -> bool:
        if len(one.members) + len(other.members) >= MEMBERS_MAX:
            return False
        if link.reason in LOOSE and abs(one.opened - other.opened) > ONSET_SECONDS:
            return False
        parted = any(self._groups.get(each) is other for each in one.apart)
        return not parted and not any(self._groups.get(each) is one for each in other.apart)

    def _unite(self, one: Group, other: Group, *, named: AlertId) -> Group:
        # The smaller moves, so that however groups merge, each symptom moves a few times at most.
        big, small = (one, other) if len(one.members) >= len(other.members) else (other, one)
        big.swallow(small)
        for alert in (one.id, other.id):
            self._groups[alert] = big
        big.id = named
        return big

    def _readmit(self, member: Member) -> None:
        occurrence, at = member.occurrence, member.occurrence.at.timestamp()
        self._learn(at)
        past = self._keys.past(occurrence.key, at)
        group = self._groups.get(member.alert)
        if group is None:
            group = self._groups[member.alert] = Group(member.alert, at)
        calm = past.count < FLAPS_AT
        seen = (member.seen_at or occurrence.at).timestamp()
        symptom = Symptom(occurrence, at, seen, group, flapping=not calm, waits=not calm)
        symptom.crosses = past.crosses and self._keys.tells_crossing(occurrence.key)
        stands: list[LaneKey] = []
        if calm:
            returns = past.again is not None
            sight = self._sight(occurrence, at, returns=returns)
            stands, symptom.trouble = sight.stands, sight.trouble
            symptom.waits = _waits(past, sight, occurrence, calm=calm)
        self._admit(symptom, stands)
        group.apart |= member.apart
        if seen > at:
            self._keys.repeats.repeated(occurrence.source)

    def _admit(self, symptom: Symptom, stands: Iterable[LaneKey]) -> None:
        occurrence = symptom.of
        for key in stands:
            self._known.lanes.add(key, symptom.at, symptom)
        symptom.group.add(symptom)
        self._symptoms[occurrence.id] = symptom
        self._keys.add(symptom)
        self._alike.setdefault(_likeness(occurrence), {})[occurrence.id] = symptom
        self._note(occurrence, symptom.at)

    def _note(self, occurrence: Occurrence, at: float) -> None:
        rarity, company = self._known.rarity, self._known.company
        if is_security(occurrence):
            user = _user(occurrence)
            if user:
                rarity.note(occurrence.entities, user, at)
            return
        if occurrence.service is not None:
            rarity.note(occurrence.entities, occurrence.service, at)
        hosts = [each.value for each in occurrence.entities if each.kind == HOST]
        place = place_of(occurrence)
        company.meet(title_of(occurrence), occurrence.service, hosts, place, at)

    def _end(self, symptom: Symptom, at: float) -> None:
        symptom.ended = at
        self._keys.repeats.ended(symptom.of.source)
        symptom.group.firing -= 1
        self._unlike(symptom)

    def _unlike(self, symptom: Symptom) -> None:
        likeness = _likeness(symptom.of)
        alike = self._alike.get(likeness, {})
        alike.pop(symptom.of.id, None)
        if not alike:
            self._alike.pop(likeness, None)


_Likeness = tuple[str, str, frozenset[Entity]]


def _likeness(occurrence: Occurrence) -> _Likeness:
    return (occurrence.source, occurrence.title, occurrence.entities)


def _own(group: Group, key: str) -> bool:
    """Say whether a group began with this key, so that a key that flaps is what it is about."""
    return min(group.members, key=lambda each: (each.at, each.of.id)).of.key == key


def _waits(past: Past, sight: Sight, one: Occurrence, *, calm: bool) -> bool:
    """Say whether a symptom that opens an alert is told only if it stays.

    What is critical does not wait for the first time that it comes back.
    """
    returns = past.again is not None and not sight.found
    return not calm or (returns and one.priority is not Priority.P1)


def _telling_first(symptom: Symptom, past: Past, *, opened: bool) -> Telling:
    """Say how to tell of an alert that nobody was told of."""
    if symptom.crosses:
        return TellNow("something else fires under its key as well")
    if symptom.flapping and opened and past.again is None:
        return TellNow("it fires again after a longer silence than is usual for it")
    if symptom.flapping:
        return TellIfStays(wait_for(past.firings), "it fires and resolves again and again")
    if opened and symptom.waits:
        return TellIfStays(second_wait(past.firings), "it was over a moment ago")
    return TellNow()


def _telling(symptom: Symptom, past: Past, link: Link | None) -> Telling:
    group, opened = symptom.group, link is None
    if opened or not group.told or symptom.crosses:
        return _telling_first(symptom, past, opened=opened)
    if link is not None and link.reason is Reason.SAME_KEY and past.count == FLAPS_AT - 1:
        return TellNow("it has come back")
    if tells_again(group.urgent, symptom.of.priority):
        return TellNow("what could wait has become critical")
    return TellNobody("it is part of an alert that is being told")


def _strength(found: Found) -> tuple[float, float, float, AlertId]:
    group, link = found[0].group, found[1]
    return (-link.confidence, link.apart_seconds, group.opened, group.id)


def _user(occurrence: Occurrence) -> str:
    """Name who used what a finding mentions, by the best identification it has."""
    by_kind = {each.kind: each.value for each in occurrence.entities}
    return by_kind.get(CREDENTIAL) or by_kind.get(PRINCIPAL) or ""
