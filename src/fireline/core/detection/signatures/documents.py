"""Policies as AWS keeps them, read into statements; and what one pattern of a policy covers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from fireline.core.detection.signatures.telling import CannotTell

ALL = "*"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a condition block; all tests of a statement must hold.

    `operator` is in small letters, without its quantifier and without `ifexists`. `quantifier` is
    `foranyvalue`, `forallvalues` or empty. `if_exists` holds when the request has no such key.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    quantifier: str = ""
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `principals` are pairs of a kind (`AWS`, `Service`, …) and a name.

    Where `not_principals`, `not_actions` or `not_resources` is true, it speaks of all but those.
    """

    sid: str
    allows: bool
    principals: tuple[tuple[str, str], ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    not_principals: bool = False
    not_actions: bool = False
    not_resources: bool = False
    written: Mapping[str, Any] = field(default_factory=dict[str, Any], compare=False)


def statements_of(policy: object) -> tuple[Statement, ...]:
    """Read a policy: text, a mapping, or null for none. Raise `CannotTell` for anything else."""
    match policy:
        case None | "":
            return ()
        case str():
            return _parsed(policy)
        case Mapping():
            return tuple(_statements(cast("Mapping[str, Any]", policy)))
        case _:
            msg = "the policy is not a JSON document"
            raise CannotTell(msg)


@lru_cache(maxsize=4_096)
def _parsed(text: str) -> tuple[Statement, ...]:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        msg = "the policy is not JSON"
        raise CannotTell(msg) from None
    if not isinstance(document, dict):
        msg = "the policy is not a JSON object"
        raise CannotTell(msg)
    return tuple(_statements(cast("Mapping[str, Any]", document)))


def _statements(document: Mapping[str, Any]) -> Iterator[Statement]:
    written = document.get("Statement", [])
    listed = cast("list[object]", written) if isinstance(written, list) else [written]
    for each in listed:
        said = cast("Mapping[str, Any]", each) if isinstance(each, Mapping) else None
        if said is None or said.get("Effect") not in ("Allow", "Deny"):
            msg = "the policy has a statement that neither allows nor denies"
            raise CannotTell(msg)
        yield _statement(said)


def _statement(said: Mapping[str, Any]) -> Statement:
    return Statement(
        sid=str(said.get("Sid", "")),
        allows=said["Effect"] == "Allow",
        principals=tuple(_principals(said.get("NotPrincipal", said.get("Principal")))),
        actions=tuple(texts(said.get("NotAction", said.get("Action")))),
        resources=tuple(texts(said.get("NotResource", said.get("Resource", ALL)))),
        conditions=tuple(_conditions(said.get("Condition") or {})),
        not_principals="NotPrincipal" in said,
        not_actions="NotAction" in said,
        not_resources="NotResource" in said,
        written=said,
    )


def _principals(said: object) -> Iterator[tuple[str, str]]:
    if isinstance(said, Mapping):
        for kind, names in cast("Mapping[str, Any]", said).items():
            yield from ((kind, name) for name in texts(names))
    else:
        yield from (("AWS", name) for name in texts(said))


def _conditions(said: object) -> Iterator[Condition]:
    if not isinstance(said, Mapping):
        msg = "the policy has a condition that is not an object"
        raise CannotTell(msg)
    for operator, keys in cast("Mapping[str, Any]", said).items():
        quantifier, _, plain = operator.lower().rpartition(":")
        if_exists = plain.endswith("ifexists")
        if not isinstance(keys, Mapping):
            msg = "the policy has a condition that is not an object"
            raise CannotTell(msg)
        for key, values in cast("Mapping[str, Any]", keys).items():
            yield Condition(
                plain.removesuffix("ifexists"),
                key.lower(),
                tuple(texts(values)),
                quantifier,
                if_exists,
            )


def texts(said: object) -> Iterator[str]:
    """Give one text or a list of them as texts, the way JSON writes true and numbers."""
    match said:
        case None:
            return
        case str():
            yield said
        case bool():
            yield "true" if said else "false"
        case Sequence():
            for each in cast("Sequence[object]", said):
                yield from texts(each)
        case _:
            yield str(said)


def covers(pattern: str, text: str) -> bool:
    """Say whether a pattern holds all that another pattern, or plain text, stands for.

    Letters' case is not told apart, as in AWS's names of actions.
    """
    return _covers(pattern.lower(), text.lower())


@lru_cache(maxsize=65_536)
def _covers(pattern: str, text: str) -> bool:
    # Two marks and a way back, instead of a regular expression: no pattern takes long.
    at = here = 0
    star = after = -1
    while here < len(text):
        if at < len(pattern) and pattern[at] == ALL:
            star, after = at, here
            at += 1
        elif at < len(pattern) and _same(pattern[at], text[here]):
            at, here = at + 1, here + 1
        elif star >= 0:
            after += 1
            at, here = star + 1, after
        else:
            return False
    return all(letter == ALL for letter in pattern[at:])


def _same(pattern: str, letter: str) -> bool:
    return pattern == letter or (pattern == "?" and letter != ALL)
