"""What is known of the ways in, whether each is shut, and what still stands of the shutting."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Cover(StrEnum):
    """Whether a known way in is shut."""

    VERIFIED = "verified"
    ACCEPTED_RISK = "accepted_risk"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Vector:
    """One known way in: a leaked key, a session, a minted key. `note` says how it was shut."""

    asset: str
    cover: Cover
    note: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """A check that must stay green for a while. `said` is what it last saw, for a person."""

    check: str
    green: bool
    said: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something a runbook asks the people, such as what else the attacker left behind."""

    text: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Containment:
    """What the runs of an incident have done so far.

    `standing` is the inventory: actions in force that were neither undone nor made permanent.
    """

    vectors: tuple[Vector, ...] = ()
    standing: tuple[str, ...] = ()
    watched: tuple[Watched, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def open(self) -> tuple[Vector, ...]:
        """The known ways in that nobody has shut or accepted."""
        return tuple(vector for vector in self.vectors if vector.cover is Cover.OPEN)


NOTHING_DONE = Containment()


def with_known(containment: Containment, named: Iterable[Vector]) -> Containment:
    """Add the vectors people named. A verified action outranks what was said of the same asset."""
    known = {vector.asset: vector for vector in containment.vectors}
    for vector in named:
        present = known.get(vector.asset)
        if present is None or _rank(vector) > _rank(present):
            known[vector.asset] = vector
    return replace(containment, vectors=tuple(known.values()))


def _rank(vector: Vector) -> int:
    return (Cover.OPEN, Cover.ACCEPTED_RISK, Cover.VERIFIED).index(vector.cover)
