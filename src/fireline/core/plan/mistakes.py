"""A mistake in a plan: where it is, what is wrong, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

MAX_OFFERED = 12


class Code(StrEnum):
    """The stable name of each kind of mistake; programs may rely on it."""

    CASE_BROKEN = "case.broken"
    CONDITION_BROKEN = "condition.broken"
    DUPLICATE_ENTRY = "duplicate.entry"
    ESCALATION_ACKNOWLEDGERS = "escalation.acknowledgers"
    ESCALATION_LATE = "escalation.late"
    ESCALATION_UNREACHABLE = "escalation.unreachable"
    FIELD_MISSING = "field.missing"
    FIELD_UNKNOWN = "field.unknown"
    FIELD_WRONG = "field.wrong"
    FILE_MISSING = "file.missing"
    FILE_UNKNOWN = "file.unknown"
    FILE_UNREADABLE = "file.unreadable"
    FINDING_RETIRED = "finding.retired"
    PERSON_NO_ADDRESS = "person.no_address"
    REFERENCE_UNKNOWN = "reference.unknown"
    ROUTE_UNREACHED = "route.unreached"
    RULE_BROKEN = "rule.broken"
    RULE_NO_HIT = "rule.no_hit"
    RULE_NO_MISS = "rule.no_miss"
    RULE_WRONG_VERDICT = "rule.wrong_verdict"
    RUNBOOK_CYCLE = "runbook.cycle"
    RUNBOOK_NO_DRILL = "runbook.no_drill"
    RUNBOOK_NO_EVIDENCE = "runbook.no_evidence"
    SCHEDULE_GAP = "schedule.gap"
    SIGNATURE_NO_EVIDENCE = "signature.no_evidence"
    SIGNATURE_NO_HIT = "signature.no_hit"
    SIGNATURE_NO_MISS = "signature.no_miss"
    SIGNATURE_WRONG_VERDICT = "signature.wrong_verdict"
    TEAM_LEAD_NOT_MEMBER = "team.lead_not_member"
    YAML_ALIAS = "yaml.alias"
    YAML_DUPLICATE_KEY = "yaml.duplicate_key"
    YAML_SYNTAX = "yaml.syntax"


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """Something in a plan's file that cannot stand. `line` counts from 1; `fix` may be empty."""

    file: str
    line: int
    code: Code
    says: str
    fix: str = ""

    def __str__(self) -> str:
        advice = f" ({self.fix})" if self.fix else ""
        return f"{self.file}:{self.line}: {self.code}: {self.says}{advice}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return advice naming the known word most like this one, or the few there are."""
    words = sorted(set(known))
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if not words:
        return "there are none yet"
    shown = ", ".join(words[:MAX_OFFERED])
    return f"one of: {shown}{', …' if len(words) > MAX_OFFERED else ''}"
