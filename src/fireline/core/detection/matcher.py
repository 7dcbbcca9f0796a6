"""Match many rules against many events, at about the cost of decoding the events.

Three ideas, each in its own module: rules are filed under the event names they can match
(`witnesses`); on first sight of an (eventSource, eventName) pair everything that only depends on it
is decided (`reduction`) and one function is made for what is left (`specialise`); and raw records
are decoded only as far as that function asks (`heads`). The verdicts are the oracle's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import TypeVar, cast

import msgspec
import orjson

from fireline.core.detection.fields import ABSENT
from fireline.core.detection.heads import KEY, SCALARS, head_decoder
from fireline.core.detection.oracle import holds
from fireline.core.detection.reduction import reduced
from fireline.core.detection.rules import Rule
from fireline.core.detection.specialise import (
    DecidesEvent,
    DecidesHead,
    deciding_event,
    deciding_head,
)
from fireline.core.detection.terms import FALSE, TRUE, Field, Term, leaves_of, paths_of
from fireline.core.detection.witnesses import decided_by, names, outline
from fireline.core.values.ids import RuleId

# Event names reach us from archives anybody may have written: what is remembered is bounded.
MAX_REMEMBERED_KEYS = 50_000
MAX_REMEMBERED_CHARACTERS = 256
MAX_FUNCTIONS = 20_000

_KEY_TYPES = (str, bool, NoneType, msgspec.UnsetType)

_K = TypeVar("_K")
_V = TypeVar("_V")

Key = tuple[object, object]
Residues = tuple[tuple[int, Term], ...]


@dataclass(frozen=True, slots=True)
class _OnEvent:
    """What is left to do for an event of a known key: indices that hold, the rest to decide."""

    sure: tuple[int, ...]
    decides: DecidesEvent | None


@dataclass(frozen=True, slots=True)
class _OnHead:
    """The same for a raw record; `whole` decides on all of it, when `decides` asks for that."""

    sure: tuple[int, ...]
    decides: DecidesHead | None
    whole: DecidesEvent | None


class Matcher:
    """All rules of a plan, ready to match. One instance serves one thread."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._ids = tuple(rule.card.id for rule in rules)
        self._by_name: dict[str, list[int]] = {}
        self._nameless: list[int] = []
        self._file_rules()
        used = _paths_used(self._rules)
        self._scalars = SCALARS & used
        self._decode = head_decoder(used)
        self._events: dict[Key, _OnEvent | None] = {}
        self._heads: dict[Key, _OnHead | None] = {}
        self._event_functions: dict[Residues, DecidesEvent] = {}
        self._head_functions: dict[Residues, tuple[DecidesHead | None, DecidesEvent | None]] = {}

    def match(self, event: Mapping[str, object]) -> list[RuleId]:
        """List the rules that match an event of plain JSON objects, in the order they came."""
        plain = event if isinstance(event, dict) else dict(event)
        return [self._ids[index] for index in self._matched(plain)]

    def match_raw(self, lines: Iterable[bytes]) -> Iterator[tuple[int, list[RuleId]]]:
        """Match raw records, one JSON object each; yield position and rules where any match.

        What is not a JSON object matches nothing: intake has quarantined it already.
        """
        decode, known, ids = self._decode, self._heads, self._ids
        for position, line in enumerate(lines):
            try:
                head = decode(line)
            except (msgspec.DecodeError, RecursionError):
                if hits := self._matched_line(line):
                    yield position, [ids[index] for index in hits]
                continue
            key = head.eventSource, head.eventName
            try:
                todo = known[key]
            except KeyError:
                todo = self._meet_head(key)
            if todo is None:
                continue
            hits = list(todo.sure)
            if todo.decides is not None and todo.decides(head, hits) and todo.whole is not None:
                self._decide_line(line, todo.whole, hits)
            if hits:
                hits.sort()
                yield position, [ids[index] for index in hits]

    def _file_rules(self) -> None:
        for index, rule in enumerate(self._rules):
            possible = names(rule.condition, KEY[1])
            if possible is None:
                self._nameless.append(index)
            else:
                for name in possible:
                    self._by_name.setdefault(name, []).append(index)

    def _matched(self, event: dict[str, object]) -> list[int]:
        key = (event.get(KEY[0], ABSENT), event.get(KEY[1], ABSENT))
        if not (isinstance(key[0], _KEY_TYPES) and isinstance(key[1], _KEY_TYPES)):
            # No source writes a name as a number or a list; whoever does gets the slow path.
            rules = enumerate(self._rules)
            return [index for index, rule in rules if holds(rule.condition, event)]
        todo = self._events[key] if key in self._events else self._meet_event(key)
        if todo is None:
            return []
        hits = list(todo.sure)
        if todo.decides is not None:
            todo.decides(event, hits)
        hits.sort()
        return hits

    def _matched_line(self, line: bytes) -> list[int]:
        event = _event(line)
        return [] if event is None else self._matched(event)

    def _decide_line(self, line: bytes, decides: DecidesEvent, hits: list[int]) -> None:
        event = _event(line)
        if event is not None:
            decides(event, hits)

    def _meet_event(self, key: Key) -> _OnEvent | None:
        sure, residues = self._reduce(key)
        todo = _OnEvent(sure, self._function(residues)) if sure or residues else None
        _remember(self._events, key, todo)
        return todo

    def _meet_head(self, key: Key) -> _OnHead | None:
        sure, residues = self._reduce(key)
        todo = _OnHead(sure, *self._functions(residues)) if sure or residues else None
        _remember(self._heads, key, todo)
        return todo

    def _reduce(self, key: Key) -> tuple[tuple[int, ...], Residues]:
        """Decide what the key alone decides: the rules that hold, and what is left of others."""
        name = key[1]
        text = name if isinstance(name, str) else str(name)
        sure: list[int] = []
        residues: list[tuple[int, Term]] = []
        known: dict[str, object] = dict(zip(KEY, key, strict=True))
        for index in (*self._by_name.get(text.lower(), ()), *self._nameless):
            rest = reduced(self._rules[index].condition, known)
            if rest == TRUE:
                sure.append(index)
            elif rest != FALSE:
                residues.append((index, rest))
        return tuple(sure), tuple(residues)

    def _function(self, residues: Residues) -> DecidesEvent | None:
        if not residues:
            return None
        if residues not in self._event_functions:
            _make_room(self._event_functions, MAX_FUNCTIONS)
            self._event_functions[residues] = deciding_event(residues)
        return self._event_functions[residues]

    def _functions(self, residues: Residues) -> tuple[DecidesHead | None, DecidesEvent | None]:
        if not residues:
            return None, None
        if residues not in self._head_functions:
            _make_room(self._head_functions, MAX_FUNCTIONS)
            near = tuple(each for each in residues if decided_by(each[1], self._scalars))
            far = tuple(each for each in residues if each not in near)
            outlines = [outline(term, self._scalars) for _, term in far]
            made = deciding_head(near, outlines), self._function(far)
            self._head_functions[residues] = made
        return self._head_functions[residues]


def _event(line: bytes) -> dict[str, object] | None:
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, object]", event) if isinstance(event, dict) else None


def _paths_used(rules: Sequence[Rule]) -> frozenset[str]:
    return frozenset(
        path
        for rule in rules
        for leaf in leaves_of(rule.condition)
        if isinstance(leaf, Field)
        for path in paths_of(leaf)
    )


def _make_room(known: dict[_K, _V], limit: int) -> None:
    """Forget everything when full: rare, cheap, and no bookkeeping on the way."""
    if len(known) >= limit:
        known.clear()


def _remember(known: dict[Key, _V], key: Key, todo: _V) -> None:
    _make_room(known, MAX_REMEMBERED_KEYS)
    if sum(len(part) for part in key if isinstance(part, str)) <= MAX_REMEMBERED_CHARACTERS:
        known[key] = todo
