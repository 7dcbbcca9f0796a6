"""Symptoms that share one thing, in order of time: the nearest are found without looking at all."""

from bisect import bisect_left, bisect_right
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

    def drop_before(self, at: float) -> None:
        """Forget everything older than a moment."""
        place = bisect_left(self.times, at)
        del self.times[:place]
        del self.values[:place]
