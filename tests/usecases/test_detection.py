import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from fireline.app.house import House
from fireline.core.detection.finding import RuleCard
from fireline.core.plan.plan import Plan, RuleText
from fireline.core.values.ids import RevisionId, RuleId
from fireline.core.values.priority import Level, Priority
from fireline.usecases import detection
from fireline.usecases.detection import judge, matcher_for
from fireline.usecases.signals import keep, list_quarantined, list_signals, register_source
from fireline.usecases.transaction import Tx
from tests.usecases.runs_world import plan_with, runbook
from tests.usecases.signals_world import a_drill, by_trail, record

RULE = """
title: Key made for another user
id: 6f1d2c1e-0000-4000-8000-000000000001
logsource: {product: aws, service: cloudtrail}
detection:
  sel: {eventName: CreateAccessKey}
  condition: sel
level: high
fireline: {dedup: access_key, runbook: leaked-key}
tags: [attack.persistence]
"""


def card(rule: str = "6f1d2c1e-0000-4000-8000-000000000001") -> RuleCard:
    return RuleCard(
        id=RuleId(rule),
        title="Key made for another user",
        description="",
        level=Level.HIGH,
        priority=Priority.P2,
        dedup="access_key",
        runbook=None,
        tactics=("attack.persistence",),
        file=f"rules/{rule}/rule.yml",
    )


def plan(revision: str = "one") -> Plan:
    return replace(
        plan_with(runbook()),
        revision=RevisionId(revision),
        rules={card().id: RuleText(card(), RULE)},
    )


class Tripping:
    """A matcher with a rule that fails on some records."""

    def __init__(self, trips_on: str) -> None:
        self._trips_on = trips_on

    def match(self, event: Mapping[str, object]) -> list[RuleId]:
        if event["eventID"] == self._trips_on:
            raise RecursionError
        return [card().id]


async def test_rules_find_what_they_look_for_in_the_order_it_arrived(tx: Tx):
    source = await register_source(tx, "changes")
    other = record("e-2", eventName="ListUsers", readOnly=True)
    await keep(tx, source, [by_trail(record("e-1"), other, record("e-3"))])
    judged = await judge(tx, plan(), matcher_for(plan()))
    assert (judged.signals, judged.parked) == (3, 0)
    (group,) = judged.groups
    assert (group.drill, group.pace) == (None, 1)
    signals = {each.id: each.external_id for each in (await list_signals(tx)).items}
    assert [signals[each.signal] for each in group.findings] == ["e-1", "e-3"]
    finding = group.findings[0]
    assert finding.rule.title == "Key made for another user"
    assert finding.who.access_key == "AKIALEAKED"
    assert finding.kind == "iam.CreateAccessKey"


async def test_a_signal_is_judged_once(tx: Tx):
    source = await register_source(tx, "changes")
    await keep(tx, source, [by_trail(record())])
    assert len((await judge(tx, plan(), matcher_for(plan()))).findings) == 1
    assert (await judge(tx, plan(), matcher_for(plan()))).signals == 0
    assert (await list_signals(tx)).items[0].judged_at == tx.now


async def test_a_rule_finds_something_in_a_signal_once_even_when_it_is_judged_again(tx: Tx):
    source = await register_source(tx, "changes")
    await keep(tx, source, [by_trail(record())])
    await judge(tx, plan(), matcher_for(plan()))
    await tx.db.execute("update signal set judged_at = null")
    assert (await judge(tx, plan(), matcher_for(plan()))).findings == ()


async def test_findings_of_a_drill_come_with_its_pace_and_apart_from_the_real_ones(tx: Tx):
    drill = await a_drill(tx, pace=30)
    for source in (
        await register_source(tx, "changes"),
        await register_source(tx, "changes", drill=drill),
    ):
        await keep(tx, source, [by_trail(record())])
    judged = await judge(tx, plan(), matcher_for(plan()))
    assert {(each.drill, each.pace, len(each.findings)) for each in judged.groups} == {
        (None, 1, 1),
        (drill, 30, 1),
    }


async def test_a_rule_that_fails_on_a_record_sets_that_one_apart_and_goes_on(tx: Tx):
    source = await register_source(tx, "changes")
    await keep(tx, source, [by_trail(*(record(f"e-{n}") for n in range(3)))])
    judged = await judge(tx, plan(), Tripping("e-1"))
    assert (judged.signals, judged.parked, len(judged.findings)) == (3, 1, 2)
    (apart,) = (await list_quarantined(tx)).items
    assert apart.code == detection.RULE_FAILED
    assert apart.origin == "e-1"
    assert apart.signal is not None
    assert (await judge(tx, plan(), Tripping("e-1"))).signals == 0


async def test_no_more_is_judged_at_once_than_asked_for(tx: Tx):
    source = await register_source(tx, "changes")
    await keep(tx, source, [by_trail(*(record(f"e-{n}") for n in range(5)))])
    taken = [(await judge(tx, plan(), Tripping(""), limit=2)).signals for _ in range(4)]
    assert taken == [2, 2, 1, 0]


async def test_judges_on_several_nodes_share_the_work(house: House):
    async with house.transaction() as tx:
        source = await register_source(tx, "changes")
        await keep(tx, source, [by_trail(*(record(f"e-{n}") for n in range(30)))])

    async def one_node() -> int:
        async with house.transaction() as tx:
            return len((await judge(tx, plan(), Tripping(""), limit=10)).findings)

    found = await asyncio.gather(*(one_node() for _ in range(3)))
    async with house.transaction() as tx:
        rest = len((await judge(tx, plan(), Tripping(""))).findings)
    assert sum(found) + rest == 30


def test_a_matcher_is_compiled_once_for_each_revision():
    assert matcher_for(plan("a")) is matcher_for(plan("a"))
    assert matcher_for(plan("a")) is not matcher_for(plan("b"))


@pytest.mark.parametrize("strange", ["a\x00b", "\ud800"])
async def test_strange_text_does_not_hide_a_call_from_the_rules(tx: Tx, strange: str):
    source = await register_source(tx, "changes")
    await keep(tx, source, [by_trail(record(userAgent=strange))])
    assert len((await judge(tx, plan(), matcher_for(plan()))).findings) == 1
