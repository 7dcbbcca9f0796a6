"""Ask signatures of an asset. A signature that fails to answer says *unknown*, never *pass*."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_strings

from fireline.core.assets.asset import Asset
from fireline.core.detection.signatures.functions import FUNCTIONS, declared
from fireline.core.detection.signatures.signature import Signature
from fireline.core.detection.signatures.verdict import Judgement, Subject, Verdict
from fireline.core.values.conditions import said_plainly
from fireline.core.values.json import JsonObject, JsonValue
from fireline.core.values.nothing import keep_none

MAX_EVIDENCE_TEXT = 500
MAX_EVIDENCE_ITEMS = 20
MAX_EVIDENCE_DEPTH = 4
MAX_REASON = 300

_MAP = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
_RELATED_SAYS = (
    'assets linked to it either way, by kind without `aws.`: each of `related["ec2.subnet"]` has'
    " `id`, `name`, `arn`, `account`, `region`, `tags`, `config` and `unread`"
)
_SEEN_SAYS = (
    "as `related`, with what was seen of kinds that could not be looked at everywhere; only"
    " functions that work around it need it"
)
_UNREAD_SAYS = (
    "why something could not be read, by name: `Policy`, `account.PasswordPolicy`,"
    " `related.ec2.subnet`; only functions that work around it need it"
)
# What a condition may speak of, with the sentence the reference gives it.
VARIABLES: Mapping[str, tuple[cel.Type, str]] = {
    "config": (_MAP, "what the asset is set to, in the words of the cloud's own API"),
    "asset": (_MAP, "its `kind`, `id`, `account`, `region`, `name`, `arn` and `tags`"),
    "tags": (cel.Type.Map(cel.Type.STRING, cel.Type.STRING), "its tags, by name"),
    "related": (_MAP, _RELATED_SAYS),
    "seen": (_MAP, _SEEN_SAYS),
    "account": (_MAP, "what its account is set to (`aws.account`)"),
    "region": (_MAP, "what its region is set to (`aws.region`)"),
    "unread": (_MAP, _UNREAD_SAYS),
    "now": (cel.Type.TIMESTAMP, "the moment it is judged"),
}


keep_none()


@cache
def environment() -> cel.Env:
    """Return what conditions of signatures are compiled in."""
    return cel.NewEnv(
        variables={name: type_ for name, (type_, _) in VARIABLES.items()},
        functions=declared(),
        extensions=[ext_strings.ExtStrings()],
    )


# Questions that take absent for an answer; what was not read is not absent.
_NAME = r"[A-Za-z_]\w*"
_WHOLE = rf"(config|account|region|{_NAME}\.config)"
_ABSENCE = (
    re.compile(rf"\bhas\(\s*{_WHOLE}\.({_NAME})"),
    re.compile(rf"\bat\(\s*{_WHOLE}\s*,\s*[\"']({_NAME})"),
)
_IN = re.compile(rf"[\"']({_NAME})[\"']\s+in\s+{_WHOLE}(?![\w.])")
_RELATED = re.compile(r"\brelated\s*\[\s*[\"']([\w.]+)[\"']\s*\]")
_KEY = re.compile(r'Key not found in map "(.*)"')
_OVERLOAD = re.compile(r"No matching overloads found (.*)")


@dataclass(frozen=True, slots=True)
class _Compiled:
    signature: Signature
    applies: cel.Expression | None
    fails: cel.Expression
    evidence: Mapping[str, cel.Expression]
    wanted: tuple[str, ...]
    """What must have been read: its needs, and what it asks whether it is absent; `*.Policy` is
    the `Policy` of related assets."""
    related: tuple[str, ...]
    """The kinds of related assets it asks about."""


class Signatures:
    """Some signatures, compiled. Keep it as long as the plan's revision runs."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        self.all = tuple(signatures)
        self.faulty: dict[str, str] = {}
        self._compiled: dict[str, list[_Compiled]] = {}
        self._kinds: dict[str, frozenset[str]] = {}
        for one in self.all:
            self._add(one)

    def _add(self, one: Signature) -> None:
        kinds = self._kinds.get(one.kind, frozenset())
        self._kinds[one.kind] = kinds | related_kinds(one)
        try:
            compiled = _compiled(one)
        except RuntimeError as error:
            # A plan is checked before it runs; should one slip by, its assets are unknown.
            self.faulty[one.id] = said_plainly(error)
        else:
            self._compiled.setdefault(one.kind, []).append(compiled)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of assets some signature is for."""
        return frozenset(self._kinds)

    def of_kind(self, kind: str) -> tuple[Signature, ...]:
        """Return the signatures for a kind of asset."""
        return tuple(one for one in self.all if one.kind == kind)

    def related_to(self, kind: str) -> frozenset[str]:
        """Name the kinds, without `aws.`, of related assets the signatures of a kind ask about."""
        return self._kinds.get(kind, frozenset())

    def judge(self, subject: Subject, now: datetime) -> tuple[Judgement, ...]:
        """Ask every signature of the asset's kind; the order is theirs, and none stops another."""
        kind = subject.asset.ref.kind
        faulty = [one for one in self.all if one.kind == kind and one.id in self.faulty]
        compiled = self._compiled.get(kind, ())
        if not compiled and not faulty:
            return ()
        unread = _unread(subject)
        asked = _asked(subject, self.related_to(kind), unread, now)
        found = [_judged(one, subject, asked, unread) for one in compiled]
        found += [
            Judgement(one.id, subject.asset.ref, Verdict.UNKNOWN, self.faulty[one.id])
            for one in faulty
        ]
        return tuple(found)


def related_kinds(signature: Signature) -> frozenset[str]:
    """Name the kinds of related assets, without `aws.`, that a signature asks about."""
    said = (_RELATED.findall(text) for text in signature.conditions.values())
    needed = (need.removeprefix("related.") for need in signature.needs if _is_related(need))
    asked = (
        kind
        for one in FUNCTIONS
        for kind in one.asks
        if any(f"{one.name}(" in text for text in signature.conditions.values())
    )
    return frozenset({*(kind for each in said for kind in each), *needed, *asked})


def _is_related(need: str) -> bool:
    return need.startswith("related.")


def _compiled(one: Signature) -> _Compiled:
    env = environment()
    return _Compiled(
        one,
        env.compile(one.applies) if one.applies else None,
        env.compile(one.fails),
        {name: env.compile(text) for name, text in one.evidence.items()},
        (*one.needs, *sorted({*_guards(one.applies), *_guards(one.fails)} - {*one.needs})),
        tuple(sorted(related_kinds(one))),
    )


def _guards(text: str) -> Iterator[str]:
    pairs = [found for each in _ABSENCE for found in each.findall(text)]
    pairs += [(whole, name) for name, whole in _IN.findall(text)]
    for whole, name in pairs:
        if whole == "config":
            yield name
        elif whole in ("account", "region"):
            yield f"{whole}.{name}"
        else:
            yield f"*.{name}"


def _unread(subject: Subject) -> dict[str, str]:
    """Say of everything that could not be read why, in the words of `needs`."""
    found = dict(subject.asset.unread)
    for name, asset in (("account", subject.account), ("region", subject.region)):
        if asset is None:
            found[name] = subject.unlooked.get(name) or f"its {name} was not looked at"
        else:
            found.update({f"{name}.{key}": why for key, why in asset.unread.items()})
    for kind, why in subject.unlooked.items():
        found[f"related.{kind.removeprefix('aws.')}"] = why
    return found


def _asked(
    subject: Subject, kinds: Iterable[str], unread: Mapping[str, str], now: datetime
) -> cel.Activation:
    asset = subject.asset
    seen = {kind: [*map(_row, subject.related.get(kind, ()))] for kind in kinds}
    # A kind nobody could look at is left out, not empty: asking for it has no answer.
    related = {kind: rows for kind, rows in seen.items() if f"related.{kind}" not in unread}
    given: dict[str, Any] = {
        "config": asset.config,
        "asset": _about(asset),
        "tags": dict(asset.tags),
        "related": related,
        "seen": seen,
        "account": subject.account.config if subject.account else {},
        "region": subject.region.config if subject.region else {},
        "unread": dict(unread),
        "now": now,
    }
    return environment().Activation(given)


def _about(asset: Asset) -> dict[str, Any]:
    ref = asset.ref
    return {
        "kind": ref.kind,
        "id": ref.id,
        "account": ref.account,
        "region": ref.region,
        "name": asset.name,
        "arn": asset.arn,
        "tags": dict(asset.tags),
    }


def _row(asset: Asset) -> dict[str, Any]:
    return {**_about(asset), "config": asset.config, "unread": dict(asset.unread)}


def _judged(
    one: _Compiled, subject: Subject, asked: cel.Activation, unread: Mapping[str, str]
) -> Judgement:
    said, ref = one.signature, subject.asset.ref
    missing = _missing(one, subject, unread)
    if missing:
        return Judgement(said.id, ref, Verdict.UNKNOWN, missing)
    applies = True if one.applies is None else _truth(one.applies, asked)
    if applies is False:
        return Judgement(said.id, ref, Verdict.NOT_APPLICABLE, "it is not what this looks for")
    if isinstance(applies, str):
        reason = _plainly(applies, said.applies, unread)
        return Judgement(said.id, ref, Verdict.UNKNOWN, reason)
    fails = _unsaid(said, subject) or _truth(one.fails, asked)
    match fails:
        case True:
            evidence = dict(_evidence(one, asked))
            return Judgement(said.id, ref, Verdict.FAIL, said.title, evidence)
        case False:
            return Judgement(said.id, ref, Verdict.PASS, "it was looked for and is not so")
        case str():
            reason = _plainly(fails, said.fails, unread)
            return Judgement(said.id, ref, Verdict.UNKNOWN, reason)


def _missing(one: _Compiled, subject: Subject, unread: Mapping[str, str]) -> str:
    """Say what a signature must know of and could not be read; nothing if all was."""
    for need in one.wanted:
        if need.startswith("*."):
            why = _unread_in_related(need[2:], subject, one.related)
        else:
            scope = need.partition(".")[0]
            why = unread.get(need) or (unread.get(scope) if scope in ("account", "region") else "")
        if why:
            return _could_not(need.removeprefix("*."), why)
    return ""


def _unsaid(said: Signature, subject: Subject) -> str:
    """Say what a signature must know of and the asset does not say; nothing if it says it all.

    What AWS has none of is null. A key that is not there at all was never asked for, as of assets
    last seen before the table had the detail.
    """
    for need in said.needs:
        if "." not in need and need not in subject.asset.config:
            return f"the asset has no {need}"
    return ""


def _unread_in_related(name: str, subject: Subject, kinds: Iterable[str]) -> str:
    return next(
        (
            asset.unread[name]
            for kind in kinds
            for asset in subject.related.get(kind, ())
            if name in asset.unread
        ),
        "",
    )


def _could_not(name: str, why: str) -> str:
    scope, _, rest = name.partition(".")
    match scope:
        case "related":
            return f"could not look at {rest}: {why}"[:MAX_REASON]
        case "account" | "region":
            return f"could not read {rest} of its {scope}: {why}"[:MAX_REASON]
        case _:
            return f"could not read {name}: {why}"[:MAX_REASON]


def _truth(expression: cel.Expression, asked: cel.Activation) -> bool | str:
    """Answer a condition, or say as CEL does why it has no answer."""
    try:
        answer = expression.eval(asked)
    except RuntimeError as error:
        return str(error)
    if answer.type() == cel.Type.BOOL:
        return bool(answer.value())
    if answer.type() == cel.Type.ERROR:
        return str(answer.plain_value())
    return f"the condition answers {answer.type().name()}, not true or false"


def _plainly(error: str, condition: str, unread: Mapping[str, str]) -> str:
    """Say in plain words why a condition has no answer."""
    text = said_plainly(error)
    for opening in ("UNKNOWN: ", "OUT_OF_RANGE: "):
        text = text.removeprefix(opening)
    key = _KEY.search(text)
    if key is not None:
        return _absent(key[1], condition, unread)
    if text == "Applying SELECT to non-message type":
        return "the condition asks for a field of something that is null or has no fields"
    wrong = _OVERLOAD.search(text)
    if wrong is not None:
        return f"the condition does not fit what is there: {wrong[1]}"[:MAX_REASON]
    return text[:MAX_REASON]


def _absent(name: str, condition: str, unread: Mapping[str, str]) -> str:
    """Say why a key is not there: its reading failed, or the asset has none."""
    for place in (name, f"account.{name}", f"region.{name}", f"related.{name}"):
        if place in unread:
            return _could_not(place, unread[place])
    for scope in ("account", "region"):
        if scope in unread and f"{scope}.{name}" in condition:
            return unread[scope]
    return f"the asset has no {name}"[:MAX_REASON]


def _evidence(one: _Compiled, asked: cel.Activation) -> Iterator[tuple[str, JsonValue]]:
    """Give each value of the evidence that has an answer; one without costs only itself."""
    for name, expression in one.evidence.items():
        try:
            answer = expression.eval(asked)
        except RuntimeError:
            continue
        if answer.type() != cel.Type.ERROR:
            yield name, bounded(answer.plain_value())


def bounded(value: Any, depth: int = 0) -> JsonValue:
    """Cut a value to what a page can show, as JSON."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return value if len(value) <= MAX_EVIDENCE_TEXT else f"{value[:MAX_EVIDENCE_TEXT]}…"
        case datetime():
            return value.isoformat()
        case dict() if depth < MAX_EVIDENCE_DEPTH:
            return _bounded_map(value, depth)  # pyright: ignore[reportUnknownArgumentType] - any JSON
        case list() if depth < MAX_EVIDENCE_DEPTH:
            return _bounded_list(value, depth)  # pyright: ignore[reportUnknownArgumentType] - any JSON
        case _:
            return bounded(str(value))


def _bounded_map(value: Mapping[Any, Any], depth: int) -> JsonObject:
    names = list(value)[:MAX_EVIDENCE_ITEMS]
    return {str(name): bounded(value[name], depth + 1) for name in names}


def _bounded_list(value: Sequence[Any], depth: int) -> list[JsonValue]:
    found = [bounded(each, depth + 1) for each in value[:MAX_EVIDENCE_ITEMS]]
    more = len(value) - MAX_EVIDENCE_ITEMS
    return [*found, f"and {more} more"] if more > 0 else found
