"""Which titles keep company: learned from the stream, never from what a title says.

A slow service beside a service with errors is a pair seen in every second outage. A failed backup
beside either is chance: over days they are hardly ever seen together. So symptoms are tied by being
beside one another only if their titles have been before, or if too little is known to say.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from enum import StrEnum
from heapq import heappop, heappush
from itertools import count

from fireline.core.alerting.lanes import Lane
from fireline.core.alerting.neighbourhood import Neighbour
from fireline.core.values.ids import ServiceId

# Beside one another: so soon before or after.
BESIDE_SECONDS = 300.0
# However often two titles are seen together within one episode, that is one time: a storm that
# happens to fall on another must not teach that they belong together.
EPISODE_SECONDS = 900.0
# What is learned counts only after this long, when its company has had time to come. Until then
# nothing of a storm judges the storm itself, so that the order of its arrival does not matter.
LAG_SECONDS = 900.0
# Learning goes in steps, so that between two of them every question has one answer.
STEP_SECONDS = 60.0
# Everything is first taken to have been seen so often, in the company its title usually has.
FAITH = 1.0
# On one service, chance is slim: there a pair is believed in until it is seen to fail twice.
HOME_FAITH = 0.5
# An unknown title is taken to belong with one that has company in this share of its firings.
SOCIABLE_FROM = 0.3
# A title that fires beside a host's own symptom so often comes with hosts.
WITH_HOSTS_FROM = 0.6
# The nearest on each side that are looked at. In a storm there are more, and they say the same.
NEAREST = 6
# Titles that contain a number of their own each would never end.
TITLES_MAX = 2000

Title = str


class Beside(StrEnum):
    """How two symptoms can be near one another."""

    HOME = "home"  # of one service
    NEXT = "next"  # of two services, of which one depends on the other
    ABOARD = "aboard"  # a host's, and one of what runs on it
    MATES = "mates"  # of two things on one host
    PLACE = "place"  # of two hosts in one account and region


# Two titles keep company if they were together in this share of the episodes of the rarer one, and
# in this share of the firings of one of the two. Chance reaches a tenth; what belongs together, a
# third and more. On one service the bar is lower: each title is but one of several that may show.
EPISODE_SHARE = {
    Beside.HOME: 0.3,
    Beside.NEXT: 0.3,
    Beside.ABOARD: 0.5,
    Beside.MATES: 0.5,
    Beside.PLACE: 0.5,
}
FIRING_SHARE = {
    Beside.HOME: 0.18,
    Beside.NEXT: 0.3,
    Beside.ABOARD: 0.3,
    Beside.MATES: 0.3,
    Beside.PLACE: 0.3,
}

_ANY = ""
_Met = tuple[Beside, Title]


class _Firing:
    __slots__ = ("at", "met", "title")

    def __init__(self, title: Title, at: float) -> None:
        self.title = title
        self.at = at
        self.met: set[_Met] = set()


class _Tally:
    """How many firings, in which episodes."""

    __slots__ = ("episodes", "firings")

    def __init__(self) -> None:
        self.firings = 0
        self.episodes: dict[int, int] = {}

    def add(self, at: float, by: int) -> bool:
        """Count a firing in or out; say whether any is left."""
        self.firings += by
        episode = int(at // EPISODE_SECONDS)
        left = self.episodes.get(episode, 0) + by
        if left:
            self.episodes[episode] = left
        else:
            self.episodes.pop(episode, None)
        return self.firings > 0


_NEVER = _Tally()


class Company:
    """How often each title was seen, and how often beside each other."""

    def __init__(self, neighbours: Mapping[ServiceId, Mapping[ServiceId, Neighbour]]) -> None:
        self._neighbours = neighbours
        self._lanes: dict[tuple[str, str], Lane[_Firing]] = {}
        self._young: list[tuple[float, int, _Firing]] = []
        self._numbers = count()
        self._ripe: deque[_Firing] = deque()
        self._alone: dict[Title, _Tally] = {}
        self._beside: dict[tuple[Title, Beside, Title], _Tally] = {}
        self._answers: dict[tuple[Title, Title, Beside], bool] = {}

    def known(self, title: Title) -> bool:
        """Say whether anything was learned of a title."""
        return title in self._alone

    def keeps(self, one: Title, other: Title, beside: Beside) -> bool:
        """Say whether two titles belong together where they are near like this, as far as known."""
        asked = (one, other, beside)
        answer = self._answers.get(asked)
        if answer is None:
            answer = self._answers[asked] = self._judge(one, other, beside)
        return answer

    def comes_with_hosts(self, title: Title) -> bool:
        """Say whether a title mostly fires when something is wrong with the host itself."""
        known = title in self._alone
        return known and self._sociable(title, Beside.ABOARD) >= WITH_HOSTS_FROM

    def meet(
        self, title: Title, service: ServiceId | None, hosts: Iterable[str], place: str, at: float
    ) -> None:
        """Note a firing, and what fires beside it."""
        own = _Firing(title, at)
        if service is not None:
            self._greet(("service", service), Beside.HOME, own)
            for neighbour in self._neighbours.get(service, ()):
                self._greet(("service", neighbour), Beside.NEXT, own)
            self._stand(("service", service), own)
        for host in hosts:
            if service is None:
                self._greet(("aboard", host), Beside.ABOARD, own)
                self._greet((title, place), Beside.PLACE, own)
                self._stand((title, place), own)
                self._stand(("host", host), own)
            else:
                self._greet(("host", host), Beside.ABOARD, own)
                self._greet(("aboard", host), Beside.MATES, own)
                self._stand(("aboard", host), own)
        heappush(self._young, (at, next(self._numbers), own))

    def learn_until(self, at: float) -> None:
        """Take in what has had its time by a moment."""
        ripe = (at - LAG_SECONDS) // STEP_SECONDS * STEP_SECONDS
        while self._young and self._young[0][0] < ripe:
            _, _, firing = heappop(self._young)
            if firing.title in self._alone or len(self._alone) < TITLES_MAX:
                self._count(firing, 1)
                self._ripe.append(firing)

    def forget(self, before: float) -> None:
        """Drop what was seen before a moment."""
        for key, lane in list(self._lanes.items()):
            lane.drop_before(before)
            if not lane.times:
                del self._lanes[key]
        while self._ripe and self._ripe[0].at < before:
            self._count(self._ripe.popleft(), -1)

    def _judge(self, one: Title, other: Title, beside: Beside) -> bool:
        mine, theirs = self._alone.get(one), self._alone.get(other)
        if mine is None or theirs is None:
            known = [each for each in (one, other) if each in self._alone]
            return all(self._sociable(each, beside) >= SOCIABLE_FROM for each in known)
        if beside is Beside.HOME and one == other:
            return True
        with_other = self._beside.get((one, beside, other), _NEVER)
        with_one = self._beside.get((other, beside, one), _NEVER)
        weight = faith = HOME_FAITH
        if beside is not Beside.HOME:
            weight = FAITH
            faith = FAITH * self._sociable(one, beside) * self._sociable(other, beside)
        episodes = min(len(mine.episodes), len(theirs.episodes))
        if len(with_other.episodes) + faith < EPISODE_SHARE[beside] * (episodes + weight):
            return False
        enough_of_mine = FIRING_SHARE[beside] * (mine.firings + weight)
        enough_of_theirs = FIRING_SHARE[beside] * (theirs.firings + weight)
        if with_other.firings + faith >= enough_of_mine:
            return True
        return with_one.firings + faith >= enough_of_theirs

    def _sociable(self, title: Title, beside: Beside) -> float:
        """Give the share of a title's firings that had any company of this kind."""
        met = self._beside.get((title, beside, _ANY), _NEVER).firings
        if beside is Beside.HOME:
            # What travels to neighbours is at home with others too.
            met = max(met, self._beside.get((title, Beside.NEXT, _ANY), _NEVER).firings)
        return (met + FAITH) / (self._alone[title].firings + FAITH)

    def _count(self, firing: _Firing, by: int) -> None:
        self._answers.clear()
        if not self._alone.setdefault(firing.title, _Tally()).add(firing.at, by):
            del self._alone[firing.title]
        for beside, other in firing.met:
            key = (firing.title, beside, other)
            if not self._beside.setdefault(key, _Tally()).add(firing.at, by):
                del self._beside[key]

    def _stand(self, key: tuple[str, str], own: _Firing) -> None:
        self._lanes.setdefault(key, Lane()).add(own.at, own)

    def _greet(self, key: tuple[str, str], beside: Beside, own: _Firing) -> None:
        lane = self._lanes.get(key)
        if lane is None:
            return
        for when, other in lane.around(own.at, NEAREST):
            if abs(when - own.at) <= BESIDE_SECONDS:
                own.met.update(((beside, other.title), (beside, _ANY)))
                other.met.update(((beside, own.title), (beside, _ANY)))
