"""What is exported of a signature's word on an asset, and its plain forms: a row, an object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fireline.core.assets.ref import AssetRef
from fireline.core.detection.signatures.verdict import Verdict
from fireline.core.values.json import JsonObject, JsonValue, canonical
from fireline.core.values.priority import Level

COLUMNS = (
    *("finding", "signature", "title", "severity", "verdict", "state", "reason"),
    *("account", "region", "kind", "asset", "name", "arn", "service"),
    *("first_failed_at", "judged_at", "resolved_at", "reopened"),
    *("excepted_by", "excepted_why", "excepted_until", "evidence", "fix"),
)
# A spreadsheet takes what begins so for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Excepted:
    """Who answers for a finding, why, and until when."""

    number: int
    owner: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Exported:
    """A signature's last word on an asset, with its finding where it ever failed.

    While the verdict is unknown an open finding stays open.
    """

    signature: str
    title: str
    severity: Level
    why: str
    fix: str
    cis: tuple[str, ...]
    attack: tuple[str, ...]
    asset: AssetRef
    name: str
    arn: str
    tags: Mapping[str, str]
    service: str | None
    verdict: Verdict
    reason: str
    since: datetime
    judged_at: datetime
    is_open: bool
    finding: int | None = None
    first_failed_at: datetime | None = None
    resolved_at: datetime | None = None
    reopened: int = 0
    evidence: JsonObject = field(default_factory=dict[str, JsonValue])
    excepted: Excepted | None = None

    @property
    def uid(self) -> str:
        """The same as long as it is the same signature and asset."""
        return f"fireline/{self.signature}/{self.asset}"

    @property
    def resource(self) -> str:
        """The asset's ARN, or what it is called where it has none."""
        return self.arn or self.asset.id


def as_object(one: Exported) -> JsonObject:
    """Return it as JSON in fireline's own words."""
    return {
        "uid": one.uid,
        "finding": one.finding,
        "signature": one.signature,
        "title": one.title,
        "severity": one.severity.value,
        "verdict": one.verdict.value,
        "state": "open" if one.is_open else "resolved" if one.finding else None,
        "reason": one.reason,
        "since": one.since.isoformat(),
        "judged_at": one.judged_at.isoformat(),
        "first_failed_at": _text(one.first_failed_at) or None,
        "resolved_at": _text(one.resolved_at) or None,
        "reopened": one.reopened,
        "asset": {
            "kind": one.asset.kind,
            "account": one.asset.account,
            "region": one.asset.region,
            "id": one.asset.id,
            "name": one.name,
            "arn": one.arn,
            "service": one.service,
            "tags": dict(one.tags),
        },
        "evidence": one.evidence,
        "why": one.why,
        "fix": one.fix,
        "cis": list(one.cis),
        "attack": list(one.attack),
        "excepted": None
        if one.excepted is None
        else {
            "number": one.excepted.number,
            "owner": one.excepted.owner,
            "reason": one.excepted.reason,
            "until": one.excepted.until.isoformat(),
        },
    }


def as_row(one: Exported) -> tuple[str, ...]:
    """Return it as a row of a table, under `COLUMNS`; nothing in it is taken for a formula."""
    excepted = one.excepted
    cells = (
        str(one.finding or ""),
        one.signature,
        one.title,
        one.severity.value,
        one.verdict.value,
        "open" if one.is_open else "resolved" if one.finding else "",
        one.reason,
        one.asset.account,
        one.asset.region,
        one.asset.kind,
        one.asset.id,
        one.name,
        one.arn,
        one.service or "",
        _text(one.first_failed_at),
        _text(one.judged_at),
        _text(one.resolved_at),
        str(one.reopened),
        excepted.owner if excepted else "",
        excepted.reason if excepted else "",
        _text(excepted.until if excepted else None),
        canonical(one.evidence) if one.evidence else "",
        one.fix,
    )
    return tuple(f"'{cell}" if cell.startswith(_FORMULAS) else cell for cell in cells)


def _text(at: datetime | None) -> str:
    return at.isoformat() if at else ""
