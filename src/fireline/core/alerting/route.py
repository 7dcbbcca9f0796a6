"""Routes as the plan writes them: a condition, hours, and what they decide.

A condition is CEL: bounded, typed, without side effects. It speaks of one alert as it comes in,
before anything was decided about it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cel_expr_python import cel

from fireline.core.alerting.windows import Weekly
from fireline.core.signals.notice import Notice
from fireline.core.values.conditions import why_not_true_or_false
from fireline.core.values.ids import PolicyId, RouteId, RunbookId, ServiceId, TeamId
from fireline.core.values.nothing import keep_none
from fireline.core.values.priority import Priority

DEFAULT = RouteId("default")
_TEXT, _TEXTS = cel.Type.STRING, cel.Type.List(cel.Type.STRING)
# What a condition may speak of, with the sentence the reference gives it.
VARIABLES: Mapping[str, tuple[cel.Type, str]] = {
    "alert.title": (_TEXT, "one line saying what is wrong"),
    "alert.kind": (_TEXT, "what happened in the source's words: an alert name, a finding type"),
    "alert.key": (_TEXT, "the source's own name for the problem"),
    "alert.description": (_TEXT, "what else the source says"),
    "alert.source": (_TEXT, "the name of the source"),
    "alert.format": (_TEXT, "how the source speaks: `alertmanager`, `opsgenie`, `sns`"),
    "alert.priority": (cel.Type.INT, "1 to 5; 1 is the most urgent"),
    "alert.service": (_TEXT, "the id of the plan's service, or the source's word, or empty"),
    "alert.team": (_TEXT, "the id of the team that owns the service, or the source's word"),
    "alert.account": (_TEXT, "the cloud account, where there is one"),
    "alert.labels": (cel.Type.Map(_TEXT, _TEXT), "the source's labels, by name"),
    "alert.tags": (_TEXTS, "the source's tags"),
    "alert.tactics": (_TEXTS, "ATT&CK tactics"),
    "alert.assets": (_TEXTS, "assets it is about: `kind/account/region/id`"),
    "alert.entities": (cel.Type.Map(_TEXT, _TEXTS), "what it is about, by kind: `host`, `pod`"),
    "now": (cel.Type.TIMESTAMP, "the moment it is routed"),
}
keep_none()
ENVIRONMENT = cel.NewEnv(variables={name: type_ for name, (type_, _) in VARIABLES.items()})


@dataclass(frozen=True, slots=True)
class Decides:
    """What a route decides. What it leaves open is found elsewhere.

    `suppress` is the reason why nobody is to be told; empty: people are told.
    """

    service: ServiceId | None = None
    team: TeamId | None = None
    priority: Priority | None = None
    policy: PolicyId | None = None
    runbook: RunbookId | None = None
    suppress: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """What alerts it is for, and what it decides about them. Without a condition, for all."""

    id: RouteId
    when: str
    hours: tuple[Weekly, ...]
    decides: Decides


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a notice came from: its source's name, how that speaks, and whose its alerts are."""

    source: str
    format: str
    service: ServiceId | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A condition has no answer for an alert. `absent`: it asks for `why`, which is not there."""

    why: str
    absent: bool


def why_not_a_route_condition(text: str) -> str | None:
    """Say why a text is no condition over an alert; `None` when it is one."""
    return why_not_true_or_false(ENVIRONMENT, text)


def given(
    notice: Notice, origin: Origin, *, found: tuple[str, str, str], at: datetime
) -> dict[str, Any]:
    """Return what conditions are asked about; `found` are the service, team and account."""
    service, team, account = found
    entities: dict[str, list[str]] = {}
    for entity in notice.entities:
        entities.setdefault(entity.kind, []).append(entity.value)
    return {
        "alert.title": notice.title,
        "alert.kind": notice.kind,
        "alert.key": notice.key,
        "alert.description": notice.description,
        "alert.source": origin.source,
        "alert.format": origin.format,
        "alert.priority": notice.priority.value,
        "alert.service": service,
        "alert.team": team,
        "alert.account": account,
        "alert.labels": dict(notice.labels),
        "alert.tags": list(notice.tags),
        "alert.tactics": list(notice.tactics),
        "alert.assets": [str(asset) for asset in notice.assets],
        "alert.entities": entities,
        "now": at,
    }


def asked_about(what: dict[str, Any]) -> cel.Activation:
    """Make what was given ready to be asked about; half a surrogate pair reads as `?`."""
    try:
        return ENVIRONMENT.Activation(what)
    except RuntimeError:
        return ENVIRONMENT.Activation(_utf8(what))


def _utf8(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {_utf8(key): _utf8(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType] - of any type
        case list():
            return [_utf8(each) for each in value]  # pyright: ignore[reportUnknownVariableType] - of any type
        case _:
            return value


def answer(condition: cel.Expression, asked: cel.Activation) -> bool | Broken:
    """Say whether a condition is true of an alert, or why nobody can tell."""
    try:
        said = condition.eval(asked)
    except RuntimeError as error:
        return Broken(str(error).splitlines()[0], absent=False)
    value = said.value()
    if isinstance(value, bool):
        return value
    why = str(value)
    # The library gives its errors no other shape than their words.
    _, absent, key = why.partition("Key not found in map : ")
    return Broken(key if absent else why, absent=bool(absent))


_STRINGS = re.compile(r"""[rRbB]?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_LABEL = re.compile(r"\balert\.labels\.([A-Za-z_][A-Za-z0-9_]*)")
# Where one of these stands, a condition may hold although a label it names is not there.
_MAY_DO_WITHOUT = re.compile(r"\|\||\?|\bhas\b|\bexists|\ball\b|\bmap\b|\bfilter\b|['\"]")


def labels_needed(condition: str) -> frozenset[str]:
    """Return labels without which a condition never holds: cheaper to see than to evaluate.

    Not all there are; none where that is not plain.
    """
    plain = _STRINGS.sub("0", condition)
    return frozenset() if _MAY_DO_WITHOUT.search(plain) else frozenset(_LABEL.findall(plain))


class Timetable:
    """Hours of a route, remembering how long the last answer holds: alerts come in order."""

    def __init__(self, parts: Sequence[Weekly]) -> None:
        self._parts = tuple(parts)
        self._from: datetime | None = None
        self._until: datetime | None = None
        self._holds = not self._parts

    def hold(self, now: datetime) -> bool:
        """Say whether a moment is within the hours. No hours are all hours."""
        if not self._parts:
            return True
        if self._from is None or not self._from <= now or (self._until and now >= self._until):
            self._look(now)
        return self._holds

    def _look(self, now: datetime) -> None:
        held = [span for part in self._parts if (span := part.at(now)) is not None]
        coming = [span.start for part in self._parts if (span := part.after(now)) is not None]
        self._holds = bool(held)
        ends = [span.end for span in held] or coming
        self._from, self._until = now, min(ends, default=None)
