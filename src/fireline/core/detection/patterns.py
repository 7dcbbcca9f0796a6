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
    ANYTHING = auto()
    WILD = auto()


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
        return Formed(Shape.ANYTHING, "")
    if Wild.ONE in parts:
        return Formed(Shape.WILD, "")
    literal = "".join(part for part in parts if isinstance(part, str))
    literal = literal if pattern.cased else literal.lower()
    match [isinstance(part, str) for part in parts]:
        case [] | [True]:
            return Formed(Shape.EQUALS, literal)
        case [True, False]:
            return Formed(Shape.STARTS, literal)
        case [False, True]:
            return Formed(Shape.ENDS, literal)
        case [False, True, False]:
            return Formed(Shape.CONTAINS, literal)
        case _:
            return Formed(Shape.WILD, "")


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
        case Shape.ANYTHING:
            return True
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


def _searches(compiled: RegexPattern) -> Searches:
    search = compiled.search

    def found(text: str) -> bool:
        try:
            return search(text) is not None
        except UnicodeEncodeError:
            # Half a surrogate pair is legal in JSON escapes and unknown to UTF-8.
            return search(text.encode("utf-8", "replace").decode()) is not None

    return found
