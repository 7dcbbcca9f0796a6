"""What must be true of an event before a rule can match: necessary conditions, cheap to ask.

Two kinds. `names` are the values of one field outside which a rule never matches; the matcher
files rules under them. `outline` blurs a condition to the fields that are already decoded; where
the outline is false, the whole event need not be read.
"""

from fireline.core.detection.patterns import Shape, formed
from fireline.core.detection.terms import (
    TRUE,
    All,
    Any,
    Field,
    Keyword,
    Not,
    Term,
    Text,
    all_of,
    any_of,
    leaves_of,
    negated,
    paths_of,
)


def names(term: Term, path: str) -> frozenset[str] | None:
    """List the lower-cased texts of `path` outside which a term is false; None if any will do."""
    match term:
        case Field(path=where, test=Text() as test) if where == path and not test.cased:
            form = formed(test)
            return frozenset((form.literal,)) if form.shape is Shape.EQUALS else None
        case All(terms):
            known = [each for part in terms if (each := names(part, path)) is not None]
            return known[0].intersection(*known[1:]) if known else None
        case Any(terms):
            branches = [names(part, path) for part in terms]
            known = [each for each in branches if each is not None]
            return frozenset[str]().union(*known) if len(known) == len(branches) else None
        case _:
            return None


def outline(term: Term, seen: frozenset[str]) -> Term:
    """Blur a term to the fields in `seen`: true wherever the term may be true, or more often."""
    return _blurred(term, seen, unseen=TRUE)


def _blurred(term: Term, seen: frozenset[str], *, unseen: Term) -> Term:
    match term:
        case All(terms):
            return all_of(_blurred(part, seen, unseen=unseen) for part in terms)
        case Any(terms):
            return any_of(_blurred(part, seen, unseen=unseen) for part in terms)
        case Not(part):
            # What may be false under a `not` must be taken as false to stay on the safe side.
            return negated(_blurred(part, seen, unseen=negated(unseen)))
        case Field():
            return term if seen.issuperset(paths_of(term)) else unseen
        case Keyword():
            return unseen


def decided_by(term: Term, seen: frozenset[str]) -> bool:
    """Say whether the fields in `seen` decide a term."""
    return all(
        isinstance(leaf, Field) and seen.issuperset(paths_of(leaf)) for leaf in leaves_of(term)
    )
