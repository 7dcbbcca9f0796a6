"""Judge signals: run the plan's rules over each once, and write down what they found."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from fireline.core.detection.by_product import ByProduct
from fireline.core.detection.finding import Finding, RuleCard
from fireline.core.detection.rules import load_rules
from fireline.core.plan.plan import Plan
from fireline.core.signals.event import Event
from fireline.core.values.ids import DrillId, FindingId, RevisionId, RuleId, SignalId
from fireline.core.values.json import JsonObject
from fireline.store import drills, findings, signals
from fireline.store.signals import SetApart, UnjudgedRow
from fireline.usecases.plan_keys import MAX_REMEMBERED, PlanKey
from fireline.usecases.transaction import Tx

RULE_FAILED = "rule.failed"
MAX_JUDGED_AT_ONCE = 500
# Plans change rarely; the old one is still needed while its transactions end.


class Matches(Protocol):
    """Whatever lists the rules that match a record; the compiled matcher, most of the time."""

    def match(self, event: JsonObject) -> list[RuleId]:
        """List the rules that match, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Group:
    """New findings of one world. Everything that follows from them runs at its pace."""

    drill: DrillId | None
    pace: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """How many signals were judged, how many could not be, what was found, and the signals."""

    signals: int
    parked: int
    groups: tuple[Group, ...]
    rows: tuple[UnjudgedRow, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every new finding, whichever world it is of."""
        return tuple(finding for group in self.groups for finding in group.findings)


def matcher_for(plan: Plan) -> ByProduct:
    """Return the matcher of a plan's rules, compiled once for each revision."""
    return _compiled(PlanKey(plan))


@lru_cache(maxsize=MAX_REMEMBERED)
def _compiled(key: PlanKey) -> ByProduct:
    texts = {str(rule.card.file or rule.card.id): rule.text for rule in key.plan.rules.values()}
    return ByProduct(load_rules(texts).rules)


async def judge(tx: Tx, plan: Plan, matcher: Matches, *, limit: int = MAX_JUDGED_AT_ONCE) -> Judged:
    """Judge signals in the order they arrived; return the new findings, by world.

    A rule that fails on a record sets that signal apart, with the reason, and holds up nobody.
    """
    waiting = await signals.unjudged(tx.db, limit=limit)
    if not waiting:
        return Judged(0, 0, ())
    found: list[Finding] = []
    parked = 0
    for row in waiting:
        event = row.event
        try:
            matched = matcher.match(event.record)
        except Exception as failure:  # noqa: BLE001 - any rule may fail on what attackers write
            await _park(tx, row, failure)
            parked += 1
            continue
        found += [
            _finding(tx, plan.rules[rule].card, row, event)
            for rule in matched
            if rule in plan.rules
        ]
    new = await _write_down(tx, plan.revision, found)
    await signals.mark_judged(tx.db, [row.id for row in waiting], now=tx.now)
    worlds = {SignalId(row.id): row.drill_id for row in waiting}
    return Judged(len(waiting), parked, await _grouped(tx, new, worlds), tuple(waiting))


async def _write_down(
    tx: Tx, revision: RevisionId, found: Sequence[Finding]
) -> tuple[Finding, ...]:
    if not found:
        return ()
    new = await findings.add(tx.db, found, revision=revision, now=tx.now)
    return tuple(each for each in found if each.id in new)


async def _grouped(
    tx: Tx, found: Sequence[Finding], worlds: dict[SignalId, UUID | None]
) -> tuple[Group, ...]:
    by_world: dict[UUID | None, list[Finding]] = defaultdict(list)
    for finding in found:
        by_world[worlds[finding.signal]].append(finding)
    drill_ids = [world for world in by_world if world is not None]
    paces = await drills.paces(tx.db, drill_ids) if drill_ids else {}
    return tuple(
        Group(DrillId(world) if world else None, paces[world] if world else 1, tuple(each))
        for world, each in by_world.items()
    )


async def _park(tx: Tx, row: UnjudgedRow, failure: Exception) -> None:
    why = f"a rule failed on this record: {type(failure).__name__}"
    digest = hashlib.sha256(f"{RULE_FAILED}\n{row.id}".encode()).hexdigest()
    apart = SetApart(
        id=tx.ids.fresh(),
        code=RULE_FAILED,
        why=why,
        via="",
        origin=row.external_id,
        body=b"",
        size=0,
        digest=digest,
        signal_id=row.id,
    )
    await signals.quarantine_signal(tx.db, row.id, apart, now=tx.now)


def _finding(tx: Tx, rule: RuleCard, row: UnjudgedRow, event: Event) -> Finding:
    return Finding(
        id=FindingId(tx.ids.fresh()),
        rule=rule,
        signal=SignalId(row.id),
        at=event.time,
        account=event.account,
        region=event.region,
        kind=event.kind,
        who=event.who,
        assets=event.assets,
    )
