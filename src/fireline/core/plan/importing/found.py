"""What an import comes to: plan files, people standing in, and a note for everything met.

An import is a pure function of what was read elsewhere. What has no place here, and what changes
its shape on the way, is noted with the reason and what a person can do about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fireline.core.values.json import JsonObject, JsonValue


class Outcome(StrEnum):
    """What became of one thing of the other system."""

    IMPORTED = "imported"
    CHANGED = "changed"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something of the other system, as its people know it."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Note:
    """What became of a thing, in which file it is, why it is not as it was, and what to do."""

    thing: Thing
    outcome: Outcome
    path: str = ""
    why: str = ""
    do: str = ""


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody standing in elsewhere, to become an override here. Empty `layers`: all of them."""

    schedule: str
    kind: str
    start: datetime
    end: datetime
    person: str | None
    instead_of: str | None = None
    layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """A plan of another system. `people` and `schedules` say which id became which."""

    source: str
    organisation: str
    files: Mapping[str, JsonObject]
    overrides: tuple[StandIn, ...]
    notes: tuple[Note, ...]
    people: Mapping[str, str]
    schedules: Mapping[str, str]
    catch_all: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """Count the things whose worst note has this outcome."""
        return sum(1 for worst in worst_of(self.notes).values() if worst is outcome)


_WORSE = {Outcome.IMPORTED: 0, Outcome.CHANGED: 1, Outcome.LEFT_OUT: 2}


def worst_of(notes: tuple[Note, ...]) -> Mapping[Thing, Outcome]:
    """Say for each thing the worst that was noted of it."""
    found: dict[Thing, Outcome] = {}
    for note in notes:
        so_far = found.get(note.thing, Outcome.IMPORTED)
        found[note.thing] = max(so_far, note.outcome, key=_WORSE.__getitem__)
    return found


@dataclass(slots=True)
class Gathering:
    """Files and notes as they come together."""

    files: dict[str, dict[str, JsonValue]] = field(default_factory=dict[str, dict[str, JsonValue]])
    overrides: list[StandIn] = field(default_factory=list[StandIn])
    notes: list[Note] = field(default_factory=list[Note])

    def imported(self, thing: Thing, path: str, words: JsonObject | None = None) -> None:
        """Note what was imported as it was, and keep its file when it has one of its own."""
        self.notes.append(Note(thing, Outcome.IMPORTED, path))
        if words is not None:
            self.files[path] = dict(words)

    def changed(self, thing: Thing, why: str, do: str, path: str = "") -> None:
        """Note what is here in another shape."""
        self.notes.append(Note(thing, Outcome.CHANGED, path, why, do))

    def left_out(self, thing: Thing, why: str, do: str) -> None:
        """Note what is not here at all."""
        self.notes.append(Note(thing, Outcome.LEFT_OUT, why=why, do=do))
