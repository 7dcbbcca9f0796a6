"""Lay imported files beside those of a plan that is there already. Nothing of it is lost unasked.

People and routes are added to their files, whose text stays as it is; any other file is one thing,
and is new, the same, or different.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fireline.core.plan.document import Document, read_document
from fireline.core.plan.importing.people import PEOPLE
from fireline.core.plan.importing.writing import list_lines, mapping_lines, yaml_text
from fireline.core.values.json import JsonObject, JsonValue

ROUTES = "routes.yaml"


class Verdict(StrEnum):
    """How a file stands to what is there."""

    NEW = "new"
    SAME = "the same"
    ADDED = "added to"
    DIFFERS = "different"


@dataclass(frozen=True, slots=True)
class Laid:
    """One file: as it is, and as it would be."""

    path: str
    verdict: Verdict
    before: str
    after: str


def laid_beside(files: Mapping[str, JsonObject], there: Mapping[str, str]) -> tuple[Laid, ...]:
    """Say of each imported file what it would do to a plan's folder."""
    return tuple(_laid(path, words, there.get(path)) for path, words in sorted(files.items()))


def _laid(path: str, words: JsonObject, before: str | None) -> Laid:
    if before is None:
        return Laid(path, Verdict.NEW, "", yaml_text(words))
    read = read_document(path, before)
    if not isinstance(read, Document):
        return Laid(path, Verdict.DIFFERS, before, yaml_text(words))
    match path:
        case "people.yaml":
            return _people(words, before, read)
        case "routes.yaml":
            return _routes(words, before, read)
        case _ if read.value == words:
            return Laid(path, Verdict.SAME, before, before)
        case _:
            return Laid(path, Verdict.DIFFERS, before, yaml_text(words))


def _people(words: JsonObject, before: str, read: Document) -> Laid:
    new = {id_: said for id_, said in words.items() if id_ not in read.value}
    whole = {**read.value, **words}
    if whole == {**words, **read.value}:
        if not new:
            return Laid(PEOPLE, Verdict.SAME, before, before)
        after = "\n".join([before.rstrip("\n"), *mapping_lines(new), ""])
        if _says(PEOPLE, after) == whole:
            return Laid(PEOPLE, Verdict.ADDED, before, after)
    return Laid(PEOPLE, Verdict.DIFFERS, before, yaml_text(whole))


def _routes(words: JsonObject, before: str, read: Document) -> Laid:
    theirs, ours = _listed(read.value), _listed(words)
    known = {_id(route): route for route in theirs}
    new = [route for route in ours if _id(route) not in known]
    whole = dict(read.value) | {"routes": _in_order(theirs, ours)}
    if all(known.get(_id(route), route) == route for route in ours):
        if not new:
            return Laid(ROUTES, Verdict.SAME, before, before)
        after = _with_lines(before, read, len(_before_last(theirs)), new)
        if _says(ROUTES, after) == whole:
            return Laid(ROUTES, Verdict.ADDED, before, after)
    return Laid(ROUTES, Verdict.DIFFERS, before, yaml_text(whole))


def _in_order(theirs: Sequence[JsonObject], ours: Sequence[JsonObject]) -> list[JsonValue]:
    """Put new routes last, but before one that is for every alert: behind it none is reached."""
    mine = {_id(route): route for route in ours}
    kept = [mine.pop(_id(route), route) for route in theirs]
    place = len(_before_last(theirs))
    return [*kept[:place], *mine.values(), *kept[place:]]


def _before_last(routes: Sequence[JsonObject]) -> Sequence[JsonObject]:
    if routes and not routes[-1].get("when") and not routes[-1].get("hours"):
        return routes[:-1]
    return routes


def _with_lines(before: str, read: Document, place: int, new: Sequence[JsonValue]) -> str:
    """Put routes into the text, before the one at `place`, or at the end of the list."""
    lines = before.rstrip("\n").split("\n")
    if ("routes", place) in read.lines:
        at = read.lines["routes", place] - 1
        indent = len(lines[at]) - len(lines[at].lstrip())
    else:
        keys = sorted(line for loc, line in read.lines.items() if len(loc) == 1)
        after = [line for line in keys if line > read.lines.get(("routes",), 0)]
        at = after[0] - 1 if after else len(lines)
        first = read.lines.get(("routes", 0))
        indent = 2 if first is None else len(lines[first - 1]) - len(lines[first - 1].lstrip())
    if indent % 2:
        return ""
    return "\n".join([*lines[:at], *list_lines(new, indent // 2), *lines[at:], ""])


def _listed(value: JsonObject) -> list[JsonObject]:
    routes = value.get("routes")
    if not isinstance(routes, list):
        return []
    return [route for route in routes if isinstance(route, Mapping)]


def _id(route: JsonObject) -> str:
    return str(route.get("id"))


def _says(path: str, text: str) -> JsonObject | None:
    read = read_document(path, text)
    return read.value if isinstance(read, Document) else None
