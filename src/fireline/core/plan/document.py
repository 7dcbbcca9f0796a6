"""One YAML file, read with the line of everything in it.

Only what plans need: one document of mappings, lists and scalars. Keys are text; a scalar is null,
a boolean, a number or text as in YAML 1.2. Aliases and tags are refused: a plan is read by people,
and a short file must not become a large value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn, assert_never

from fireline.core.plan.mistakes import Code, Mistake
from fireline.core.plan.yaml_events import Met, NotYaml, Says, events_of
from fireline.core.values.json import JsonObject, JsonValue

MAX_DEPTH = 32

Loc = tuple[int | str, ...]
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(\.[0-9]{1,30}|[0-9]{1,30}(\.[0-9]{0,30})?)([eE][-+]?[0-9]{1,2})?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and on which line it says each thing."""

    path: str
    value: JsonObject
    lines: Mapping[Loc, int]

    def line(self, loc: Loc) -> int:
        """Return the line of the innermost known place on the way to `loc`."""
        place: Loc = ()
        for part in loc:
            # Validators add parts of their own, such as the name of a union's branch.
            place = (*place, part) if (*place, part) in self.lines else place
        return self.lines.get(place, 1)


def read_document(path: str, text: str) -> Document | tuple[Mistake, ...]:
    """Read one file, or say what is wrong with it."""
    builder = _Builder(path)
    try:
        for met in events_of(text):
            builder.take(met)
    except NotYaml as broken:
        return (Mistake(path, broken.line, Code.YAML_SYNTAX, broken.why, "check the indentation"),)
    except _Refused as refused:
        return (refused.mistake,)
    return builder.finish()


class _Refused(Exception):  # noqa: N818 - it carries a mistake of the plan's, not a fault
    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.says)
        self.mistake = mistake


@dataclass(slots=True)
class _Frame:
    """A mapping or list being filled. `key` is the one waiting for its value."""

    loc: Loc
    holds: dict[str, JsonValue] | list[JsonValue]
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Turns the parser's events into a value; keeps no recursion, so no text can exhaust it."""

    path: str
    seen: int = 1
    documents: int = 0
    root: JsonValue = None
    stack: list[_Frame] = field(default_factory=list[_Frame])
    lines: dict[Loc, int] = field(default_factory=dict[Loc, int])
    doubles: list[Mistake] = field(default_factory=list[Mistake])

    def take(self, met: Met) -> None:
        """Add the next thing the parser met."""
        self.seen = met.line
        if met.tagged:
            self._refuse(Code.YAML_SYNTAX, "plans use no tags", "leave out the `!` word")
        match met.says:
            case Says.ALIAS:
                self._refuse(Code.YAML_ALIAS, "plans use no aliases", "write the value out")
            case Says.DOCUMENT:
                self._begin_document()
            case Says.SCALAR:
                self._take_scalar(met)
            case Says.MAPPING:
                self._open({})
            case Says.LIST:
                self._open([])
            case Says.END:
                self.stack.pop()
            case _:
                assert_never(met.says)

    def finish(self) -> Document | tuple[Mistake, ...]:
        """Return the document, or every key written twice."""
        if self.doubles:
            return tuple(self.doubles)
        if not isinstance(self.root, Mapping):
            says = "the file is not a mapping of names to values"
            return (Mistake(self.path, 1, Code.FIELD_WRONG, says, "write `name: value` lines"),)
        return Document(self.path, self.root, self.lines)

    def _refuse(self, code: Code, says: str, fix: str) -> NoReturn:
        raise _Refused(Mistake(self.path, self.seen, code, says, fix))

    def _begin_document(self) -> None:
        self.documents += 1
        if self.documents > 1:
            self._refuse(Code.YAML_SYNTAX, "there is a second document", "use one file for each")

    def _take_scalar(self, met: Met) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.holds, dict) and frame.key is None:
            self._take_key(frame, frame.holds, met.text)
        else:
            self._put(_scalar(met.text) if met.plain else met.text)

    def _take_key(self, frame: _Frame, holds: dict[str, JsonValue], key: str) -> None:
        if key in holds:
            says = f"`{key}` is written twice"
            first = self.lines[(*frame.loc, key)]
            fix = f"first on line {first}; keep one"
            self.doubles.append(Mistake(self.path, self.seen, Code.YAML_DUPLICATE_KEY, says, fix))
        frame.key = key
        self.lines.setdefault((*frame.loc, key), self.seen)

    def _open(self, holds: dict[str, JsonValue] | list[JsonValue]) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self._refuse(Code.YAML_SYNTAX, f"values are nested over {MAX_DEPTH} deep", "flatten")
        self.stack.append(_Frame(self._put(holds), holds))

    def _put(self, value: JsonValue) -> Loc:
        """Place a value where the innermost open mapping or list expects it; return that place."""
        if not self.stack:
            self.root = value
            self.lines[()] = self.seen
            return ()
        frame = self.stack[-1]
        if isinstance(frame.holds, list):
            loc = (*frame.loc, len(frame.holds))
            frame.holds.append(value)
            self.lines[loc] = self.seen
            return loc
        if frame.key is None:
            self._refuse(Code.YAML_SYNTAX, "a key must be plain text", "write `name: value`")
        key, frame.key = frame.key, None
        frame.holds.setdefault(key, value)
        return (*frame.loc, key)


def _scalar(text: str) -> JsonValue:
    """Read an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
