"""Partial evaluation: what is left of a condition when some fields are already known."""

from collections.abc import Mapping

from fireline.core.detection.fields import ABSENT, found_values
from fireline.core.detection.oracle import passes, same
from fireline.core.detection.terms import (
    FALSE,
    TRUE,
    All,
    Any,
    Exists,
    Field,
    Keyword,
    Not,
    Null,
    SameAs,
    Term,
    Test,
    all_of,
    any_of,
    negated,
    paths_of,
)


def reduced(term: Term, known: Mapping[str, object]) -> Term:
    """Decide every test on a known field; `known` holds values as `find` returns them."""
    match term:
        case All(terms):
            return all_of(reduced(part, known) for part in terms)
        case Any(terms):
            return any_of(reduced(part, known) for part in terms)
        case Not(part):
            return negated(reduced(part, known))
        case Field():
            return _decided(term, known) if known.keys() >= set(paths_of(term)) else term
        case Keyword():
            return term


def _decided(field: Field, known: Mapping[str, object]) -> Term:
    found = known[field.path]
    match field.test:
        case SameAs(other) as test:
            held = same(test, found_values(found), found_values(known[other]))
        case test:
            held = found_passes(test, found)
    return TRUE if held else FALSE


def found_passes(test: Test, found: object) -> bool:
    """Say whether what `find` returned passes a test on one field."""
    match test:
        case Null():
            return all(value is None for value in found_values(found))
        case Exists(wanted):
            return (found is not ABSENT) is wanted
        case SameAs():
            msg = "a comparison of two fields needs both"
            raise TypeError(msg)
        case _:
            return any(passes(test, value) for value in found_values(found))
