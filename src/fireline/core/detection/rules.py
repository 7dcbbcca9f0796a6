"""Rule files: Sigma documents with fireline's own keys, read into rules, or into mistakes.

Every mistake of every file is reported at once, with its file and line. A rule that cannot be
honoured exactly is refused: a rule that silently never matches is worse than none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, cast

import msgspec
from sigma import exceptions as sigma
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaRule
from sigma.rule.base import check_alias_expansion
from sigma.types import SigmaNull

from fireline.core.detection.documents import Document, Unreadable, documents
from fireline.core.detection.finding import RuleCard
from fireline.core.detection.reading import Placeholders, RuleUnsupported, term_of
from fireline.core.detection.terms import Term, any_of
from fireline.core.values.ids import RuleId, RunbookId
from fireline.core.values.priority import Level, Priority

MAX_FILE_CHARACTERS = 256 * 1024
MAX_RULES = 10_000

# What pySigma lets slip on documents of odd shape, beside its own errors.
_PARSER_FAULTS = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError)

_NOT_YET = {
    "correlation": "correlations over several events are not supported yet",
    "filter": "Sigma filter documents are not supported yet",
    "action": "the old collection actions (global, repeat, reset) are not supported",
}


@dataclass(frozen=True, slots=True)
class LogSource:
    """Which logs a rule is about; empty text means any."""

    product: str
    category: str
    service: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to be matched."""

    card: RuleCard
    logsource: LogSource
    condition: Term


@dataclass(frozen=True, slots=True)
class RuleMistake:
    """What is wrong in a rule file, where, and what to do."""

    file: str
    line: int
    why: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}" + (f" ({self.hint})" if self.hint else "")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rules that are sound, in the order of the files, and all mistakes of the others."""

    rules: tuple[Rule, ...]
    mistakes: tuple[RuleMistake, ...]


class _FirelineKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule may say under `fireline:`."""

    dedup: Literal["principal", "access_key", "address", "asset"] = "principal"
    priority: Literal["P1", "P2", "P3", "P4", "P5"] | None = None
    runbook: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] | None = None


def load_rules(files: Mapping[str, str], *, placeholders: Placeholders | None = None) -> Loaded:
    """Read rule files, given as name and text, and report every mistake at once."""
    rules: dict[RuleId, Rule] = {}
    mistakes: list[RuleMistake] = []
    for file, text in files.items():
        for document in _documents(file, text, mistakes):
            rule = _rule(file, document, placeholders or {}, mistakes)
            if rule is None:
                continue
            if rule.card.id in rules:
                other = rules[rule.card.id].card.file
                why = f"the id {rule.card.id} is taken by a rule in {other}"
                mistakes.append(RuleMistake(file, document.line("id"), why, "give it its own id"))
            elif len(rules) >= MAX_RULES:
                why = f"more than {MAX_RULES} rules"
                return Loaded(tuple(rules.values()), (*mistakes, RuleMistake(file, 1, why)))
            else:
                rules[rule.card.id] = rule
    return Loaded(tuple(rules.values()), tuple(mistakes))


def _documents(file: str, text: str, mistakes: list[RuleMistake]) -> Iterator[Document]:
    if len(text) > MAX_FILE_CHARACTERS:
        why = f"the file has more than {MAX_FILE_CHARACTERS} characters"
        mistakes.append(RuleMistake(file, 1, why))
        return
    try:
        yield from documents(text)
    except Unreadable as error:
        mistakes.append(RuleMistake(file, error.line, error.why))


def _rule(
    file: str, document: Document, placeholders: Placeholders, mistakes: list[RuleMistake]
) -> Rule | None:
    """Read one document, adding its mistakes; None if it has any."""
    known = len(mistakes)
    content = _content(file, document, mistakes)
    if content is None:
        return None
    keys = _fireline_keys(file, document, content, mistakes)
    parsed = _parsed(file, document, content, mistakes)
    if parsed is None or len(mistakes) > known:
        return None
    try:
        condition = any_of(
            term_of(each.parsed, placeholders) for each in parsed.detection.parsed_condition
        )
    except RuleUnsupported as error:
        line = document.line("detection")
        mistakes.append(RuleMistake(file, line, str(error), error.hint))
        return None
    except _PARSER_FAULTS as error:
        mistakes.append(RuleMistake(file, _line(error, document), _said(error)))
        return None
    logs = parsed.logsource
    source = LogSource(logs.product or "", logs.category or "", logs.service or "")
    return Rule(_card(file, parsed, keys), source, condition)


def _content(
    file: str, document: Document, mistakes: list[RuleMistake]
) -> dict[str, object] | None:
    """Check that a document is a mapping of the kind we read, and small when written out."""
    try:
        check_alias_expansion(document.content, sigma.SigmaCollectionError)
    except sigma.SigmaCollectionError as error:
        mistakes.append(RuleMistake(file, document.line(), _said(error)))
        return None
    if not isinstance(document.content, dict):
        why = "a rule is a mapping with title, logsource and detection"
        mistakes.append(RuleMistake(file, document.line(), why))
        return None
    content = cast("dict[str, object]", document.content)
    for key, why in _NOT_YET.items():
        if key in content:
            mistakes.append(RuleMistake(file, document.line(key), why))
            return None
    return content


def _parsed(
    file: str, document: Document, content: dict[str, object], mistakes: list[RuleMistake]
) -> SigmaRule | None:
    detection = _renamed(content.get("detection"))
    try:
        parsed = SigmaRule.from_dict({**content, "detection": detection}, collect_errors=True)
    except _PARSER_FAULTS as error:
        mistakes.append(RuleMistake(file, _line(error, document), _said(error)))
        return None
    found = [RuleMistake(file, _line(each, document), _said(each)) for each in parsed.errors]
    found += [
        RuleMistake(file, document.line("detection", name), why)
        for name, selection in parsed.detection.detections.items()
        for why in _unsound(selection)
    ]
    mistakes.extend(found)
    return None if found else parsed


def _renamed(detection: object) -> object:
    """Call `utf16le` by its other name, `wide`, the only one pySigma knows."""
    if isinstance(detection, list):
        return [_renamed(item) for item in cast("list[object]", detection)]
    if not isinstance(detection, dict):
        return detection
    pairs = cast("dict[object, object]", detection).items()
    return {
        "|".join("wide" if part == "utf16le" else part for part in key.split("|"))
        if isinstance(key, str)
        else key: _renamed(value)
        for key, value in pairs
    }


def _unsound(selection: SigmaDetection) -> Iterator[str]:
    """Find what Sigma forbids and pySigma lets pass."""
    for item in selection.detection_items:
        if isinstance(item, SigmaDetection):
            yield from _unsound(item)
        else:
            yield from _unsound_item(item)


def _unsound_item(item: SigmaDetectionItem) -> Iterator[str]:
    name = item.field or "the keywords"
    if not item.value:
        yield f"{name} has an empty list of values"
    elif len(item.value) > 1 and any(isinstance(value, SigmaNull) for value in item.value):
        yield f"{name} has null in a list; write a selection of its own for it"


def _fireline_keys(
    file: str, document: Document, content: dict[str, object], mistakes: list[RuleMistake]
) -> _FirelineKeys:
    try:
        return msgspec.convert(content.get("fireline", {}), _FirelineKeys)
    except msgspec.ValidationError as error:
        mistakes.append(RuleMistake(file, document.line("fireline"), f"fireline: {error}"))
        return _FirelineKeys()


def _card(file: str, parsed: SigmaRule, keys: _FirelineKeys) -> RuleCard:
    level = Level(parsed.level.name.lower()) if parsed.level else Level.MEDIUM
    return RuleCard(
        id=RuleId(str(parsed.id or parsed.name or parsed.title)),
        title=parsed.title,
        description=parsed.description or "",
        level=level,
        priority=Priority[keys.priority] if keys.priority else level.priority,
        dedup=keys.dedup,
        runbook=RunbookId(keys.runbook) if keys.runbook else None,
        tactics=tuple(str(tag) for tag in parsed.tags if tag.namespace == "attack"),
        file=file,
    )


def _said(error: BaseException) -> str:
    if isinstance(error, sigma.SigmaError) and error.args:
        return str(error.args[0])
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return f"not a Sigma rule: {error}"


_KEYS: tuple[tuple[type[Exception], tuple[str, ...]], ...] = (
    (sigma.SigmaConditionError, ("detection", "condition")),
    (sigma.SigmaLogsourceError, ("logsource",)),
    (sigma.SigmaLevelError, ("level",)),
    (sigma.SigmaStatusError, ("status",)),
    (sigma.SigmaTagError, ("tags",)),
    (sigma.SigmaDateError, ("date",)),
    (sigma.SigmaIdentifierError, ("id",)),
    (sigma.SigmaTitleError, ("title",)),
)


def _line(error: BaseException, document: Document) -> int:
    """Find the line a parser's error is about, as near as can be told."""
    for kind, keys in _KEYS:
        if isinstance(error, kind):
            return document.line(*keys)
    content = cast("dict[str, object]", document.content)
    detection = content.get("detection")
    if isinstance(detection, dict):
        for name, selection in cast("dict[str, object]", detection).items():
            if name != "condition" and not _readable(selection):
                return document.line("detection", name)
    return document.line("detection")


def _readable(selection: object) -> bool:
    try:
        SigmaDetection.from_definition(cast("str", _renamed(selection)))
    except _PARSER_FAULTS:
        return False
    return True
