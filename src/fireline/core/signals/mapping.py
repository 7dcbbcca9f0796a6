"""A person's mapping: where in a source's own words the fields of a notice are, in CEL.

A small YAML or JSON document, one expression for each field. Expressions are bounded: their length,
the lists and texts they see, and CEL's own budget of rounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

import yaml
from cel_expr_python import cel
from cel_expr_python.ext import ext_strings

from fireline.core.values.conditions import said_plainly
from fireline.core.values.json import JsonValue
from fireline.core.values.nothing import keep_none

MAX_MAPPING = 16_000
MAX_EXPRESSION = 1_000
MAX_PARTS = 32  # of one field
# A text may be replaced in once: replacing in what was replaced grows without bound.
_MAX_REPLACES = 1

ONE = (
    "items",
    "key",
    "title",
    "status",
    "priority",
    "service",
    "team",
    "kind",
    "description",
    "runbook",
    "group",
    "at",
    "by",
    "note",
)
NAMED = ("entities", "labels")  # a name and an expression for each, or one that gives a map
LISTED = ("links", "tags")  # an expression for each, or one that gives a list
FIELDS = (*ONE, *NAMED, *LISTED)
_ALSO = {"severity": "priority"}

_TEXT = cel.Type.STRING
keep_none()
_ENV = cel.NewEnv(
    variables={
        "body": cel.Type.DYN,
        "item": cel.Type.DYN,
        "headers": cel.Type.Map(_TEXT, _TEXT),
        "received_at": cel.Type.TIMESTAMP,
    },
    extensions=[ext_strings.ExtStrings()],
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a mapping: which field, why, and what would be right."""

    field: str
    why: str
    fix: str

    def __str__(self) -> str:
        return f"{self.field}: {self.why} {self.fix}" if self.field else f"{self.why} {self.fix}"


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression, compiled. `whole` says that it looks at the whole body."""

    text: str
    program: Any
    whole: bool


Node = Expression | Mapping[str, Expression] | tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mapping that can be applied. Without any field, everything is guessed."""

    fields: Mapping[str, Node] = field(default_factory=dict[str, Node])


@dataclass(frozen=True, slots=True)
class Given:
    """What expressions see: the body, one member of it, and how it came."""

    body: JsonValue
    item: JsonValue
    headers: Mapping[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Failing:
    """An expression that has no answer for one payload."""

    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What a mapping gives for one member, by field; and which fields had no answer."""

    values: Mapping[str, JsonValue]
    failings: tuple[Failing, ...]


@lru_cache(maxsize=512)
def compile_mapping(text: str) -> Compiled | tuple[Mistake, ...]:
    """Compile a mapping, or return every mistake in it. An empty text is an empty mapping."""
    if len(text) > MAX_MAPPING:
        why = f"A mapping has at most {MAX_MAPPING} characters."
        return (Mistake("", why, "Shorten it."),)
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        why = f"This is not YAML: {_yaml_said(error)}."
        fix = "Write one line for each field, and an expression with a colon in single quotes."
        return (Mistake("", why, fix),)
    if document is None:
        return Compiled()
    if not isinstance(document, dict):
        why = "A mapping has a line for each field."
        return (Mistake("", why, "Such as: title: item.summary"),)
    return _compile_fields(cast("dict[object, object]", document))


def apply(mapping: Compiled, given: Given) -> Answers:
    """Evaluate every field of a mapping, but `items`, for one member."""
    failings: list[Failing] = []
    values = {
        name: _node(name, node, given, failings)
        for name, node in mapping.fields.items()
        if name != "items"
    }
    return Answers(values, tuple(failings))


def items(mapping: Compiled, given: Given) -> Sequence[JsonValue] | Failing | None:
    """Return the members of a batch; `None` when the mapping does not say where they are."""
    node = mapping.fields.get("items")
    if not isinstance(node, Expression):
        return None
    failings: list[Failing] = []
    found = _evaluate("items", node, given, failings)
    if failings:
        return failings[0]
    if isinstance(found, str) or not isinstance(found, Sequence):
        return Failing("items", f"it gives {_kind(found)}, not a list")
    return found


def _yaml_said(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem} in line {error.problem_mark.line + 1}"
    return type(error).__name__


def _compile_fields(document: dict[object, object]) -> Compiled | tuple[Mistake, ...]:
    mistakes: list[Mistake] = []
    fields: dict[str, Node | None] = {}
    for written, value in document.items():
        name = _ALSO.get(str(written), str(written))
        if name not in FIELDS:
            fix = f"The fields are: {', '.join(FIELDS)}."
            mistakes.append(Mistake(str(written), "There is no such field.", fix))
        elif name in fields:
            mistakes.append(Mistake(str(written), f"It says {name} twice.", "Keep one."))
        else:
            fields[name] = _compile_node(str(written), value, mistakes)
    if mistakes:
        return tuple(mistakes)
    return Compiled({name: node for name, node in fields.items() if node})


def _compile_node(written: str, value: object, mistakes: list[Mistake]) -> Node | None:
    match value:
        case dict() if written in NAMED:
            parts = cast("dict[object, object]", value)
            _not_too_many(written, len(parts), mistakes)
            named = {
                str(part): _expression(f"{written}.{part}", text, mistakes)
                for part, text in parts.items()
            }
            return {part: one for part, one in named.items() if one is not None}
        case list() if written in LISTED:
            texts = cast("list[object]", value)
            _not_too_many(written, len(texts), mistakes)
            listed = [
                _expression(f"{written}[{at}]", text, mistakes) for at, text in enumerate(texts)
            ]
            return tuple(one for one in listed if one is not None)
        case dict() | list():
            fix = f"Write one expression, such as: {written}: item.{written}"
            mistakes.append(Mistake(written, "It takes one expression.", fix))
            return None
        case _:
            return _expression(written, value, mistakes)


def _not_too_many(name: str, parts: int, mistakes: list[Mistake]) -> None:
    if parts > MAX_PARTS:
        why = f"It has more than {MAX_PARTS} expressions."
        mistakes.append(Mistake(name, why, "Write one that gives them all."))


def _expression(name: str, value: object, mistakes: list[Mistake]) -> Expression | None:
    if not isinstance(value, str):
        fix = f"Write a fixed text as '\"{value}\"', and a place in the body as item.name."
        mistakes.append(Mistake(name, f"{value!r} is not an expression.", fix))
        return None
    if len(value) > MAX_EXPRESSION or value.count(".replace(") > _MAX_REPLACES:
        why = f"An expression has at most {MAX_EXPRESSION} characters, and replaces once."
        mistakes.append(Mistake(name, why, "Shorten it."))
        return None
    try:
        program: Any = _ENV.compile(value)
    except RuntimeError as error:
        mistakes.append(Mistake(name, f"{said_plainly(error)}.", _fix_for(str(error), value)))
        return None
    return Expression(value, program, "body" in value)


def _fix_for(error: str, text: str) -> str:
    if "undeclared reference" in error:
        if text.replace("_", "").replace(" ", "").replace("-", "").isalnum():
            return f"Did you mean item.{text}, or the text '\"{text}\"'?"
        return "There are item, body, headers and received_at."
    return "See the CEL language: item.name, item.a == 1 ? 'x' : 'y', 'name' in item."


def _node(name: str, node: Node, given: Given, failings: list[Failing]) -> JsonValue:
    match node:
        case Expression():
            return _evaluate(name, node, given, failings)
        case tuple():
            return [_evaluate(f"{name}[{at}]", one, given, failings) for at, one in enumerate(node)]
        case _:
            return {
                part: _evaluate(f"{name}.{part}", one, given, failings)
                for part, one in node.items()
            }


def _evaluate(
    name: str, expression: Expression, given: Given, failings: list[Failing]
) -> JsonValue:
    seen: dict[str, Any] = {"item": given.item, "headers": dict(given.headers)}
    seen["received_at"] = given.received_at
    # Handing over a large body takes time; most expressions do not look at it.
    seen["body"] = given.body if expression.whole else None
    try:
        answer = expression.program.eval(data=seen)
    except RuntimeError as error:
        failings.append(Failing(name, said_plainly(error)))
        return None
    if answer.type() == cel.Type.ERROR:
        failings.append(Failing(name, said_plainly(answer.plain_value())))
        return None
    return _plain(answer.plain_value())


def _plain(value: Any) -> JsonValue:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case dict():
            mapped = cast("dict[object, object]", value)
            return {str(name): _plain(each) for name, each in mapped.items()}
        case list():
            return [_plain(each) for each in cast("list[object]", value)]
        case _:
            plain = value is None or isinstance(value, str | int | float)
            return cast("JsonValue", value) if plain else str(value)


def _kind(value: JsonValue) -> str:
    if value is None:
        return "nothing"
    return "a map" if isinstance(value, Mapping) else "a single value"
