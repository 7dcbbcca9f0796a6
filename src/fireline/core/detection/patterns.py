"""Text patterns and regular expressions, ready to be searched in time linear in the text.

Event texts are written by attackers. Every expression therefore runs on RE2 (which pySigma also
checks rules against): no pattern and no text can make it backtrack. RE2 has no look-around, and
its `$` never stands before a final line feed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import assert_never

from sigma.policy import default_policy
from sigma.policy.regex_engine import RegexPattern

from fireline.core.detection.terms import Regex, Text, Wild

MAX_COMPILED = 4096

Searches = Callable[[str], bool]


class Shape(Enum):
    """The plain forms of text patterns, each with its own quick comparison."""

    EQUALS = auto()
    STARTS = auto()
    ENDS = auto()
    CONTAINS = auto()
    WILD = auto()


# By which parts are literal.
_SHAPES: dict[tuple[bool, ...], Shape] = {
    (): Shape.EQUALS,
    (True,): Shape.EQUALS,
    (True, False): Shape.STARTS,
    (False, True): Shape.ENDS,
    (False, True, False): Shape.CONTAINS,
}


@dataclass(frozen=True, slots=True)
class Formed:
    """A pattern's shape and its literal text, lower-cased unless the pattern is cased."""

    shape: Shape
    literal: str


@lru_cache(maxsize=MAX_COMPILED)
def formed(pattern: Text) -> Formed:
    """Recognise the plain form of a pattern."""
    parts = pattern.parts
    if parts and all(part is Wild.MANY for part in parts):
        return Formed(Shape.CONTAINS, "")
    if Wild.ONE in parts:
        return Formed(Shape.WILD, "")
    literal = "".join(part for part in parts if isinstance(part, str))
    literal = literal if pattern.cased else literal.lower()
    shape = _SHAPES.get(tuple(isinstance(part, str) for part in parts), Shape.WILD)
    return Formed(shape, literal)


def has_pattern(pattern: Text, text: str) -> bool:
    """Say whether the whole text has the pattern."""
    text = text if pattern.cased else text.lower()
    form = formed(pattern)
    match form.shape:
        case Shape.EQUALS:
            return text == form.literal
        case Shape.STARTS:
            return text.startswith(form.literal)
        case Shape.ENDS:
            return text.endswith(form.literal)
        case Shape.CONTAINS:
            return form.literal in text
        case Shape.WILD:
            return wild(pattern)(text)
        case _:
            assert_never(form.shape)


@lru_cache(maxsize=MAX_COMPILED)
def wild(pattern: Text) -> Searches:
    """Compile a pattern with wildcards; give it lower-cased text unless the pattern is cased."""
    written = "".join(_as_expression(part, cased=pattern.cased) for part in pattern.parts)
    return _searches(default_policy.regex_engine.compile(rf"(?s)\A{written}\z"))


def _as_expression(part: str | Wild, *, cased: bool) -> str:
    match part:
        case Wild.MANY:
            return ".*"
        case Wild.ONE:
            return "."
        case str():
            return re.escape(part if cased else part.lower())
        case _:
            assert_never(part)


@lru_cache(maxsize=MAX_COMPILED)
def expression(regex: Regex) -> Searches:
    """Compile a rule's regular expression; pySigma accepted it, so it compiles."""
    prefix = f"(?{regex.flags})" if regex.flags else ""
    return _searches(default_policy.regex_engine.compile(prefix + regex.expression))


_PLAIN = re.compile(r"[\w:/@=,;%&!~<>\"' -]+", re.ASCII)
_STRUCTURE = frozenset("|()[]{}\\")


@lru_cache(maxsize=MAX_COMPILED)
def literal_in(regex: Regex) -> str:
    """Name a text every match must contain, in the expression's own case; empty if none is sure.

    Looking for it first saves most searches: a search costs as much as decoding a whole record.
    """
    written = regex.expression
    if not _STRUCTURE.isdisjoint(written):
        return ""
    runs = [
        # A quantifier makes the character before it optional, or repeats it.
        run.group()[:-1] if written[run.end() : run.end() + 1] in ("*", "?", "+") else run.group()
        for run in _PLAIN.finditer(written)
    ]
    return max(runs, key=len, default="")


def _searches(compiled: RegexPattern) -> Searches:
    search = compiled.search

    def found(text: str) -> bool:
        try:
            return search(text) is not None
        except UnicodeEncodeError:
            # Half a surrogate pair is legal in JSON escapes and unknown to UTF-8.
            return search(text.encode("utf-8", "replace").decode()) is not None

    return found
