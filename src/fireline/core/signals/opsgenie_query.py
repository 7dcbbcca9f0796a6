"""The search language of the Opsgenie alert API: `status: open AND tag: (disk OR net)`.

Fields and operators follow the vendor's page "Search queries for alerts"
(https://support.atlassian.com/opsgenie/docs/search-queries-for-alerts/).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from fireline.core.signals.search import (
    Asked,
    Both,
    Either,
    Numbers,
    Search,
    TooWide,
    Words,
    exactly,
    multiply_out,
    within,
)

MAX_QUERY = 4_000
MAX_ALTERNATIVES = 64
MAX_DEPTH = 20
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\() | (?P<close>\)) | (?P<compare>!=|<=|>=|[:=<>]) |
        "(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<word>[^\s()":=<>!]+|!)
    )""",
    re.VERBOSE,
)
# A value may hold what otherwise separates: `createdAt > 2026-01-01T00:00:00Z`.
_VALUE = re.compile(r'\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()"]+))')
_ESCAPED = re.compile(r"\\(.)")
# The vendor's name in lower case, and ours.
_TEXTS: Mapping[str, str] = {
    "alias": "key",
    "alertid": "id",
    "id": "id",
    "tinyid": "number",
    "tag": "tag",
    "tags": "tag",
    "teams": "team",
    "team": "team",
    "responders": "team",
    "responder": "team",
    "owner": "assigned",
    "acknowledgedby": "acknowledged_by",
    "closedby": "resolved_by",
    "entity": "entity",
    "details.key": "label",
    "details.value": "value",
}
_PROSE: Mapping[str, str] = {"message": "title", "description": "description"}
_MOMENTS: Mapping[str, str] = {
    "createdat": "raised_at",
    "lastoccurredat": "last_at",
    "updatedat": "last_at",
}
_YES_OR_NO: Mapping[str, str] = {
    "acknowledged": "acknowledged",
    "isseen": "acknowledged",
    "snoozed": "snoozed",
}
_STATES: Mapping[str, str] = {"open": "firing", "closed": "resolved"}
_DAY = re.compile(r"(?P<first>\d{2}|\d{4})-(?P<month>\d{2})-(?P<last>\d{4}|\d{2})")
_WHOLE_DAY = timedelta(days=1)
_MILLISECOND = 0.001
_IN_MILLISECONDS = 11  # digits from which a number of a moment counts milliseconds


class BadQuery(ValueError):  # noqa: N818 - it reads as what is wrong
    """A query that cannot be read; the message says why, for a person."""


def parse(query: str) -> Search:
    """Read a query; empty finds everything. Raises BadQuery."""
    if len(query) > MAX_QUERY:
        msg = f"a query has at most {MAX_QUERY} characters"
        raise BadQuery(msg)
    if not query.strip():
        return ()
    reading = _Reading(query)
    asked = _either(reading, 0)
    if reading.peek() is not None:
        msg = f"unexpected {reading.rest()}"
        raise BadQuery(msg)
    try:
        return multiply_out(asked, most=MAX_ALTERNATIVES)
    except TooWide as wide:
        msg = f"the query has {wide}"
        raise BadQuery(msg) from wide


@dataclass(slots=True)
class _Reading:
    """Where in a query reading is."""

    query: str
    at: int = 0
    _next: re.Match[str] | None = field(default=None)

    def peek(self) -> re.Match[str] | None:
        if self._next is None and self.query[self.at :].strip():
            self._next = _TOKEN.match(self.query, self.at)
            if self._next is None:
                msg = f"cannot read {self.rest()}"
                raise BadQuery(msg)
        return self._next

    def take(self) -> re.Match[str]:
        token = self.peek()
        if token is None:
            msg = "the query ends too early"
            raise BadQuery(msg)
        self.at, self._next = token.end(), None
        return token

    def value(self) -> str:
        found = _VALUE.match(self.query, self.at)
        if self._next is not None or found is None:
            msg = f"a value is missing before {self.rest()}"
            raise BadQuery(msg)
        self.at = found.end()
        return _text(found)

    def word(self) -> str | None:
        token = self.peek()
        return None if token is None else token["word"]

    def rest(self) -> str:
        rest = self.query[self.at : self.at + 20].strip()
        return repr(rest) if rest else "the end"


def _either(reading: _Reading, depth: int) -> Asked:
    if depth > MAX_DEPTH:
        msg = f"parentheses deeper than {MAX_DEPTH}"
        raise BadQuery(msg)
    found = [_both(reading, depth)]
    while (reading.word() or "").upper() == "OR":
        reading.take()
        found.append(_both(reading, depth))
    return found[0] if len(found) == 1 else Either(tuple(found))


def _both(reading: _Reading, depth: int) -> Asked:
    found = [_one(reading, depth)]
    while (token := reading.peek()) is not None and not token["close"]:
        word = (token["word"] or "").upper()
        if word == "OR":
            break
        if word == "AND":
            reading.take()
        found.append(_one(reading, depth))
    return found[0] if len(found) == 1 else Both(tuple(found))


def _one(reading: _Reading, depth: int) -> Asked:
    token = reading.take()
    if (token["word"] or "").upper() in {"NOT", "!"}:
        return _not(_one(reading, _deeper(depth)))
    if token["open"]:
        inner = _either(reading, depth + 1)
        _close(reading)
        return inner
    if token["close"] or token["compare"]:
        msg = f"unexpected {token[0].strip()!r}"
        raise BadQuery(msg)
    following = reading.peek()
    if token["quoted"] is None and following is not None and following["compare"]:
        reading.take()
        return _compared(reading, token["word"], following["compare"])
    return Words("title", within(_text(token)))


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        msg = f"parentheses deeper than {MAX_DEPTH}"
        raise BadQuery(msg)
    return depth + 1


def _compared(reading: _Reading, name: str, compare: str) -> Asked:
    if compare == "!=":
        return _not(_compared(reading, name, "="))
    token = _TOKEN.match(reading.query, reading.at)
    if token is None or not token["open"]:
        return _test(name, compare, reading.value())
    reading.at = token.end()
    found = [_test(name, compare, reading.value())]
    joined = "OR"
    while (word := (reading.word() or "").upper()) in {"OR", "AND"}:
        joined = word
        reading.take()
        found.append(_test(name, compare, reading.value()))
    _close(reading)
    return Both(tuple(found)) if joined == "AND" else Either(tuple(found))


def _close(reading: _Reading) -> None:
    if not reading.take()["close"]:
        msg = "a parenthesis is not closed"
        raise BadQuery(msg)


def _test(name: str, compare: str, value: str) -> Asked:
    known = name.lower()
    if known in _MOMENTS:
        return _between(_MOMENTS[known], compare, _moments(name, value), least=_MILLISECOND)
    if known == "count":
        return _between("times", compare, _counted(name, value), least=1)
    if compare not in {":", "="}:
        msg = f"{name} cannot be compared with {compare}"
        raise BadQuery(msg)
    if known in _PROSE:
        return Words(_PROSE[known], within(value))
    if known in _TEXTS:
        return Words(_TEXTS[known], exactly(value))
    return _chosen(name, known, value)


def _chosen(name: str, known: str, value: str) -> Words:
    """Compare a field that has a few values only."""
    if known == "status":
        return Words("state", _one_of(name, value, _STATES))
    if known == "priority":
        return Words("priority", _one_of(name, value, {f"p{n}": f"P{n}" for n in range(1, 6)}))
    if known in _YES_OR_NO:
        return Words(_YES_OR_NO[known], _one_of(name, value, {"true": "true", "false": "false"}))
    msg = f"unknown field {name}"
    raise BadQuery(msg)


def _one_of(name: str, value: str, known: Mapping[str, str]) -> str:
    found = known.get(value.lower())
    if found is None:
        msg = f"{name} is one of {', '.join(known)}, not {value}"
        raise BadQuery(msg)
    return found


def _not(asked: Asked) -> Asked:
    match asked:
        case Words() | Numbers():
            return replace(asked, negated=not asked.negated)
        case Both(of=of):
            return Either(tuple(_not(each) for each in of))
        case Either(of=of):
            return Both(tuple(_not(each) for each in of))


def _between(name: str, compare: str, stretch: tuple[float, float], *, least: float) -> Numbers:
    """Compare with a stretch: a day is one, a moment is a short one. `least` is the next after."""
    first, last = stretch
    match compare:
        case ">":
            return Numbers(name, last + least, None)
        case ">=":
            return Numbers(name, first, None)
        case "<":
            return Numbers(name, first, None, negated=True)
        case "<=":
            return Numbers(name, None, last)
        case _:
            return Numbers(name, first, last)


def _counted(name: str, value: str) -> tuple[float, float]:
    if not (value.isascii() and value.isdecimal() and len(value) < _IN_MILLISECONDS):
        msg = f"{name} is a whole number, not {value}"
        raise BadQuery(msg)
    return float(value), float(value)


def _moments(name: str, value: str) -> tuple[float, float]:
    """Return the first and the last second a written moment covers."""
    if value.isascii() and value.isdecimal() and len(value) < 2 * _IN_MILLISECONDS:
        seconds = int(value) / 1000 if len(value) >= _IN_MILLISECONDS else int(value)
        return seconds, seconds
    day = _DAY.fullmatch(value)
    try:
        if day is not None:
            begins = datetime.fromisoformat(_iso_day(day)).replace(tzinfo=UTC)
            return begins.timestamp(), (begins + _WHOLE_DAY).timestamp() - _MILLISECOND
        moment = datetime.fromisoformat(_iso(value))
    except (ValueError, OverflowError) as error:
        msg = f"{name} is a moment such as 2026-01-31T12:00:00Z or 1769860800000, not {value}"
        raise BadQuery(msg) from error
    told = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return told.timestamp(), told.timestamp()


def _iso(value: str) -> str:
    """Turn the vendor's day-first dates into ISO's."""
    day = _DAY.match(value)
    return value if day is None else _iso_day(day) + value[day.end() :]


def _iso_day(day: re.Match[str]) -> str:
    first, month, last = day.group("first", "month", "last")
    return f"{first}-{month}-{last}" if len(first) > len(last) else f"{last}-{month}-{first}"


def _text(found: re.Match[str]) -> str:
    quoted = found["quoted"]
    return found["word"] if quoted is None else _ESCAPED.sub(r"\1", quoted)
