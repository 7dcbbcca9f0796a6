"""Conditions of Opsgenie's routing rules as CEL over an alert.

Fields and operations: https://docs.opsgenie.com/docs/team-routing-rule-api.
"""

import json
import re
from collections.abc import Callable

from fireline.core.alerting.route import why_not_a_route_condition
from fireline.core.plan.importing.wire import Answer, each, flag, text

MAX_CONDITION = 1_000
_NOT_RE2 = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]|[*+?}]\+")
_TEXTS = {"message": "alert.title", "alias": "alert.key", "description": "alert.description"}


class NoCounterpart(Exception):  # noqa: N818 - it says why, and is caught beside
    """A condition that cannot be asked here, and why."""


def condition_of(criteria: Answer) -> str:
    """Write the criteria of a rule as one condition; empty: for every alert.

    Raises NoCounterpart.
    """
    conditions = [_one(condition) for condition in each(criteria, "conditions")]
    if text(criteria, "type") == "match-all" or not conditions:
        return ""
    join = " || " if text(criteria, "type") == "match-any-condition" else " && "
    whole = join.join(conditions)
    broken = why_not_a_route_condition(whole)
    if broken is not None or len(whole) > MAX_CONDITION:
        raise NoCounterpart(broken or "the condition is too long")
    return whole


def quoted(value: str) -> str:
    """Write a text as CEL does."""
    return json.dumps(value, ensure_ascii=False)


def _one(condition: Answer) -> str:
    asked = _asked(condition)
    return f"!({asked})" if flag(condition, "not") else f"({asked})"


def _asked(condition: Answer) -> str:
    field, operation = text(condition, "field"), text(condition, "operation")
    wanted = text(condition, "expectedValue")
    if field in _TEXTS:
        return _about(_TEXTS[field], operation, wanted)
    match field:
        case "priority":
            return _priority(operation, wanted)
        case "tags":
            return _tags(operation, wanted)
        case "extra-properties" | "details":
            return _labels(operation, wanted, text(condition, "key"))
        case "entity":
            asked = _about("e", operation, wanted)
            return f"alert.entities.exists(k, alert.entities[k].exists(e, {asked}))"
        case _:
            why = f"fireline keeps no `{field}` to ask about"
            raise NoCounterpart(why)


def _about(what: str, operation: str, wanted: str) -> str:
    value = quoted(wanted)
    ways: dict[str, Callable[[], str]] = {
        "equals": lambda: f"{what} == {value}",
        "equals-ignore-whitespace": lambda: f"{what} == {quoted(wanted.strip())}",
        "contains": lambda: f"{what}.contains({value})",
        "starts-with": lambda: f"{what}.startsWith({value})",
        "ends-with": lambda: f"{what}.endsWith({value})",
        "matches": lambda: f"{what}.matches({quoted(f'^(?:{_pattern(wanted)})$')})",
        "is-empty": lambda: f'{what} == ""',
    }
    if operation not in ways:
        why = f"`{operation}` cannot be asked about a text here"
        raise NoCounterpart(why)
    return ways[operation]()


def _pattern(wanted: str) -> str:
    """Return a pattern that RE2 reads too: it looks neither ahead nor back."""
    try:
        re.compile(wanted)
    except re.error as broken:
        why = f"the pattern {wanted!r} does not read: {broken}"
        raise NoCounterpart(why) from broken
    if _NOT_RE2.search(wanted):
        why = f"the pattern {wanted!r} looks ahead or back, which cannot be asked here"
        raise NoCounterpart(why)
    return wanted


def _priority(operation: str, wanted: str) -> str:
    signs = {"equals": "==", "greater-than": "<", "less-than": ">"}
    if operation not in signs or wanted not in {"P1", "P2", "P3", "P4", "P5"}:
        why = f"`{operation} {wanted}` cannot be asked about a priority"
        raise NoCounterpart(why)
    return f"alert.priority {signs[operation]} {wanted[1]}"


def _tags(operation: str, wanted: str) -> str:
    if operation in {"contains", "equals"}:
        return f"{quoted(wanted)} in alert.tags"
    if operation == "is-empty":
        return "size(alert.tags) == 0"
    return f"alert.tags.exists(t, {_about('t', operation, wanted)})"


def _labels(operation: str, wanted: str, key: str) -> str:
    if operation == "contains-key":
        return f"{quoted(wanted)} in alert.labels"
    if operation == "contains-value":
        return f"alert.labels.exists(k, alert.labels[k] == {quoted(wanted)})"
    if not key:
        why = "it names no extra property"
        raise NoCounterpart(why)
    there = f"{quoted(key)} in alert.labels"
    if operation == "is-empty":
        return f'!({there}) || alert.labels[{quoted(key)}] == ""'
    return f"{there} && {_about(f'alert.labels[{quoted(key)}]', operation, wanted)}"
