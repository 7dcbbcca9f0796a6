"""Symptoms that share one thing, in order of time: the nearest are found without looking at all."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Lane(Generic[T]):
    """Values at moments, in order of time; of equal moments, the one added first comes first."""

    __slots__ = ("times", "values")

    def __init__(self) -> None:
        self.times: list[float] = []
        self.values: list[T] = []

    def add(self, at: float, value: T) -> None:
        """Put a value in its place. At the end, where nearly all go, this costs nothing."""
        place = bisect_right(self.times, at)
        self.times.insert(place, at)
        self.values.insert(place, value)

    def place(self, at: float) -> int:
        """Count the values until a moment."""
        return bisect_right(self.times, at)

    def around(self, at: float, count: int) -> Iterator[tuple[float, T]]:
        """Yield the last values until a moment and the first after it, so many on each side."""
        place = bisect_right(self.times, at)
        for near in range(max(place - count, 0), min(place + count, len(self.times))):
            yield self.times[near], self.values[near]

    def remove(self, place: int) -> None:
        """Take out the value at a place."""
        del self.times[place]
        del self.values[place]

    def drop_before(self, at: float) -> None:
        """Forget everything older than a moment."""
        place = bisect_left(self.times, at)
        del self.times[:place]
        del self.values[:place]

    def keep(self, wanted: Callable[[T], bool]) -> None:
        """Take out what is not wanted."""
        both = [(t, v) for t, v in zip(self.times, self.values, strict=True) if wanted(v)]
        self.times = [t for t, _ in both]
        self.values = [v for _, v in both]


# The kind of thing that is shared, the thing, and under which title (empty where that is all one).
LaneKey = tuple[str, str, str]


class Lanes(Generic[T]):
    """The lanes of all shared things."""

    __slots__ = ("_of",)

    def __init__(self) -> None:
        self._of: dict[tuple[str, str], dict[str, Lane[T]]] = {}

    def add(self, key: LaneKey, at: float, value: T) -> None:
        """Put a value in a lane."""
        kind, thing, title = key
        titles = self._of.setdefault((kind, thing), {})
        lane = titles.get(title)
        if lane is None:
            lane = titles[title] = Lane()
        lane.add(at, value)

    def titles(self, kind: str, thing: str) -> Mapping[str, Lane[T]]:
        """Return the lanes of a thing by their titles."""
        return self._of.get((kind, thing), {})

    def lane(self, kind: str, thing: str) -> Lane[T] | None:
        """Return the lane of a thing that has no titles, if anything stands in it."""
        return self._of.get((kind, thing), {}).get("")

    def keep(self, wanted: Callable[[T], bool]) -> None:
        """Take out of all lanes what is not wanted."""
        for thing, titles in list(self._of.items()):
            for title, lane in list(titles.items()):
                lane.keep(wanted)
                if not lane.times:
                    del titles[title]
            if not titles:
                del self._of[thing]
