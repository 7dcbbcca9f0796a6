"""What a search over symptoms asks: tests of single fields, as lists of which one must hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from fireline.core.values.json import JsonObject


@dataclass(frozen=True, slots=True)
class Words:
    """A field of text holds something like this: `%` stands for anything, a backslash escapes."""

    field: str
    like: str
    negated: bool = False

    def as_json(self) -> JsonObject:
        """Write the test as the store reads it."""
        return {"field": self.field, "not": self.negated, "like": self.like}


@dataclass(frozen=True, slots=True)
class Numbers:
    """A moment (in seconds since 1970) or a count lies between two, both included."""

    field: str
    low: float | None
    high: float | None
    negated: bool = False

    def as_json(self) -> JsonObject:
        """Write the test as the store reads it."""
        return {"field": self.field, "not": self.negated, "low": self.low, "high": self.high}


Found = Words | Numbers


@dataclass(frozen=True, slots=True)
class Both:
    """Each of these holds."""

    of: tuple["Asked", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of these holds."""

    of: tuple["Asked", ...]


Asked = Found | Both | Either
Search = tuple[tuple[Found, ...], ...]


class TooWide(ValueError):  # noqa: N818 - it reads as what is wrong
    """Multiplied out, a search has more lists than one query should compare."""


def exactly(text: str) -> str:
    """Return the pattern for a text, where `*` stands for anything."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def within(text: str) -> str:
    """Return the pattern for a text anywhere in a longer one."""
    return f"%{exactly(text)}%"


def multiply_out(asked: Asked, *, most: int) -> Search:
    """Write a search as lists of tests, one of which must hold entirely. Raises TooWide."""
    match asked:
        case Words() | Numbers():
            return ((asked,),)
        case Either(of=of):
            return _few([tests for each in of for tests in multiply_out(each, most=most)], most)
        case Both(of=of):
            found: list[tuple[Found, ...]] = [()]
            for each in of:
                more = multiply_out(each, most=most)
                found = [*_few([(*left, *right) for left in found for right in more], most)]
            return tuple(found)


def _few(found: Sequence[tuple[Found, ...]], most: int) -> Search:
    if len(found) > most:
        msg = f"more than {most} alternatives"
        raise TooWide(msg)
    return tuple(found)
