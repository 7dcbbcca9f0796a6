"""The condition of a rule as a small tree: what the parser makes, the oracle and matcher read.

Nothing here knows Sigma's syntax, and nothing here evaluates. Terms are values: equal conditions
are equal, so a residue computed once can be found again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from ipaddress import IPv4Network, IPv6Network


class Wild(Enum):
    """A place in a text pattern that stands for other characters."""

    MANY = auto()  # any number of characters, none included
    ONE = auto()  # exactly one character


class Order(Enum):
    """How a number has to compare."""

    EQ = auto()
    LT = auto()
    LTE = auto()
    GT = auto()
    GTE = auto()


class Calendar(Enum):
    """The part of a moment, in UTC, that a rule asks for."""

    MINUTE = auto()
    HOUR = auto()
    DAY = auto()
    WEEK = auto()
    MONTH = auto()
    YEAR = auto()


@dataclass(frozen=True, slots=True)
class Text:
    """The value's text has this pattern; without regard to case unless `cased`."""

    parts: tuple[str | Wild, ...]
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """The value is this number, or text that writes it the same way."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Null:
    """There is no value: the field is missing, null, or a list without any."""


@dataclass(frozen=True, slots=True)
class Exists:
    """The field is there, whatever its value, or (not `wanted`) is not there."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Regex:
    """The expression is found somewhere in the value's text. `flags` are letters out of `ims`."""

    expression: str
    flags: str = ""


@dataclass(frozen=True, slots=True)
class InNetwork:
    """The value is an address of this network."""

    network: IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Compares:
    """The value, or that part of the moment it names, compares so with the bound."""

    order: Order
    bound: int | float
    of: Calendar | None = None


@dataclass(frozen=True, slots=True)
class SameAs:
    """The value is (or starts with, ends with, contains) the text of another field."""

    path: str
    starts: bool = False
    ends: bool = False


ValueTest = Text | Number | Regex | InNetwork | Compares
Test = ValueTest | Null | Exists | SameAs


@dataclass(frozen=True, slots=True)
class Field:
    """Any value of the field passes the test. Dots in `path` lead into objects."""

    path: str
    test: Test


@dataclass(frozen=True, slots=True)
class Keyword:
    """Any text of the event, or the JSON of the whole event, passes the test."""

    test: Text | Regex


@dataclass(frozen=True, slots=True)
class All:
    """Every term holds; no term at all is true."""

    terms: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one term holds; no term at all is false."""

    terms: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: "Term"


Term = All | Any | Not | Field | Keyword

TRUE = All(())
FALSE = Any(())


def all_of(terms: Iterator[Term]) -> Term:
    """Join with `and`, leaving out what is decided."""
    kept: list[Term] = []
    for term in terms:
        if term == FALSE:
            return FALSE
        kept.extend(term.terms if isinstance(term, All) else (term,))
    return kept[0] if len(kept) == 1 else All(tuple(kept))


def any_of(terms: Iterator[Term]) -> Term:
    """Join with `or`, leaving out what is decided."""
    kept: list[Term] = []
    for term in terms:
        if term == TRUE:
            return TRUE
        kept.extend(term.terms if isinstance(term, Any) else (term,))
    return kept[0] if len(kept) == 1 else Any(tuple(kept))


def negated(term: Term) -> Term:
    """Turn a term around; two turns cancel."""
    if term == TRUE:
        return FALSE
    if term == FALSE:
        return TRUE
    return term.term if isinstance(term, Not) else Not(term)


def leaves_of(term: Term) -> Iterator[Field | Keyword]:
    """Walk over the tests a term is made of."""
    match term:
        case All(terms) | Any(terms):
            for part in terms:
                yield from leaves_of(part)
        case Not(part):
            yield from leaves_of(part)
        case Field() | Keyword():
            yield term


def paths_of(leaf: Field) -> tuple[str, ...]:
    """Name the fields a test looks at."""
    return (leaf.path, leaf.test.path) if isinstance(leaf.test, SameAs) else (leaf.path,)
