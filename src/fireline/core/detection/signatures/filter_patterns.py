"""Metric filters' patterns for JSON: which events they count.

Read as CloudWatch Logs documents them
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html): comparisons
of fields, put together with `&&`, which binds first, `||` and parentheses.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, cast

from fireline.core.detection.signatures.telling import CannotTell

Event = Mapping[str, Any]
Test = Callable[[Event], bool]
MAX_DEPTH = 50
_MISSING = object()
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<mark>\(|\)|&&|\|\||!=|<=|>=|=|<|>)
    | (?P<field>\$(?:\.[\w-]+|\[\d+\]|\['[^']*'\])+)
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | (?P<regex>%[^%]*%)
    | (?P<word>[^\s()&|=!<>"]+)
    )""",
    re.VERBOSE,
)
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]")
_NUMBERS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda one, two: one < two,
    ">": lambda one, two: one > two,
    "<=": lambda one, two: one <= two,
    ">=": lambda one, two: one >= two,
}
_STATES: Mapping[tuple[str, ...], Callable[[object], bool]] = {
    ("NOT", "EXISTS"): lambda value: value is _MISSING,
    ("EXISTS",): lambda value: value is not _MISSING,
    ("IS", "TRUE"): lambda value: value is True,
    ("IS", "FALSE"): lambda value: value is False,
    ("IS", "NULL"): lambda value: value is None,
}


def counts(pattern: str, event: Event) -> bool:
    """Say whether a pattern counts an event. Raise `CannotTell` for a pattern nobody can read.

    No pattern counts everything. One of words instead of fields is taken to count nothing: what
    it finds depends on the whole text of an event.
    """
    text = pattern.strip()
    if not text:
        return True
    if not text.startswith("{"):
        return False
    return _read(text)(event)


@lru_cache(maxsize=1_024)
def _read(text: str) -> Test:
    if not text.endswith("}"):
        raise _unreadable(text)
    return _Reading(text).whole()


def _unreadable(text: str) -> CannotTell:
    return CannotTell(f"the metric filter's pattern cannot be read: {text[:80]}")


class _Reading:
    """One pattern being read, token by token."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [*self._split(text[1:-1].strip())]
        self._at = 0
        self._depth = 0

    def whole(self) -> Test:
        test = self._any()
        if self._at != len(self._tokens):
            raise _unreadable(self._text)
        return test

    def _split(self, inside: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        at = 0
        while at < len(inside):
            token = _TOKEN.match(inside, at)
            if token is None:
                raise _unreadable(self._text)
            kind = str(token.lastgroup)
            found.append((kind, token[kind]))
            at = token.end()
        return found

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise _unreadable(self._text)
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, *words: str) -> bool:
        """Take these words if they come next, and say whether they did."""
        ahead = tuple(word for _, word in self._tokens[self._at : self._at + len(words)])
        if tuple(map(str.upper, ahead)) != words:
            return False
        self._at += len(words)
        return True

    def _any(self) -> Test:
        tests = [self._all()]
        while self._take("||"):
            tests.append(self._all())
        return lambda event: any(test(event) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._take("&&"):
            tests.append(self._one())
        return lambda event: all(test(event) for test in tests)

    def _one(self) -> Test:
        if not self._take("("):
            return self._comparison()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _unreadable(self._text)
        inside = self._any()
        if not self._take(")"):
            raise _unreadable(self._text)
        self._depth -= 1
        return inside

    def _comparison(self) -> Test:
        kind, field = self._next()
        if kind != "field":
            raise _unreadable(self._text)
        for words, holds in _STATES.items():
            if self._take(*words):
                return lambda event: holds(_at(event, field))
        (_, mark), (kind, value) = self._next(), self._next()
        if kind not in ("quoted", "word") or (mark not in ("=", "!=") and mark not in _NUMBERS):
            raise _unreadable(self._text)
        return lambda event: _compares(_at(event, field), mark, value)


def _at(event: Event, field: str) -> object:
    """Return what a field such as `$.userIdentity.type` holds."""
    value: object = event
    for name, place, quoted in _STEP.findall(field):
        match value:
            case Mapping():
                value = cast("Mapping[str, object]", value).get(name or quoted, _MISSING)
            case list() if place and int(place) < len(cast("list[object]", value)):
                value = cast("list[object]", value)[int(place)]
            case _:
                return _MISSING
    return value


def _compares(value: object, mark: str, wanted: str) -> bool:
    """Compare as a filter does; a field that is not there fits no comparison."""
    if value is _MISSING or value is None:
        return False
    if mark in _NUMBERS:
        try:
            return _NUMBERS[mark](float(str(value)), float(wanted))
        except ValueError:
            return False
    form = ".*".join(re.escape(part) for part in wanted.split("*"))
    same = re.fullmatch(form, str(value), re.DOTALL) is not None
    return same is (mark == "=")
