"""What signatures are asked with: linked assets, and what is linked to those between."""

from typing import Any

from fireline.core.assets.asset import Asset, Link
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.signatures.verdict import Subject
from fireline.usecases.subjects import subjects
from fireline.usecases.transaction import Tx
from tests.usecases.posture_world import (
    ACCOUNT,
    REGION,
    alerts,
    changed,
    covered,
    later,
    planned,
    saved,
    signature,
)

INSTANCE, VPC, TABLE = "aws.ec2.instance", "aws.ec2.vpc", "aws.ec2.route_table"
GROUP, LIST = "aws.ec2.security_group", "aws.ec2.managed_prefix_list"


def ref(kind: str, name: str) -> AssetRef:
    return AssetRef(kind, ACCOUNT, name, REGION)


def made(kind: str, name: str, *to: AssetRef, **config: Any) -> Asset:
    return Asset(ref(kind, name), config, name, links=tuple(Link("to", each) for each in to))


def names(subject: Subject, kind: str) -> list[str]:
    return sorted(one.ref.id for one in subject.related.get(kind, ()))


NET = (
    made(VPC, "vpc-1"),
    made(VPC, "vpc-2"),
    made(TABLE, "rtb-1", ref(VPC, "vpc-1")),
    made(TABLE, "rtb-2", ref(VPC, "vpc-1")),
    made(TABLE, "rtb-3", ref(VPC, "vpc-2")),
    made(LIST, "pl-1"),
    made(LIST, "pl-2"),
    made(GROUP, "sg-1", ref(LIST, "pl-1"), ref(VPC, "vpc-1")),
    made(GROUP, "sg-2", ref(LIST, "pl-2"), ref(GROUP, "sg-1")),
    made(INSTANCE, "i-1", ref(VPC, "vpc-1"), ref(GROUP, "sg-1")),
    made(INSTANCE, "i-2", ref(VPC, "vpc-2")),
)


async def test_an_instance_comes_with_its_networks_tables_and_its_groups_lists(tx: Tx):
    await saved(tx, *NET)
    one, two = await subjects(tx, [ref(INSTANCE, "i-1"), ref(INSTANCE, "i-2")], drill=None)
    assert names(one, "ec2.route_table") == ["rtb-1", "rtb-2"]
    assert names(one, "ec2.managed_prefix_list") == ["pl-1"]
    assert names(two, "ec2.route_table") == ["rtb-3"]
    assert names(two, "ec2.managed_prefix_list") == []


async def test_only_what_is_asked_for_is_brought_from_afar(tx: Tx):
    await saved(tx, *NET)
    (one,) = await subjects(tx, [ref(INSTANCE, "i-1")], drill=None, rests_on=lambda _: [LIST])
    assert names(one, "ec2.managed_prefix_list") == ["pl-1"]
    assert names(one, "ec2.route_table") == []


async def test_a_group_is_not_given_the_lists_of_groups_it_names(tx: Tx):
    await saved(tx, *NET)
    (group,) = await subjects(tx, [ref(GROUP, "sg-2")], drill=None)
    assert names(group, "ec2.managed_prefix_list") == ["pl-2"]


async def test_a_change_two_links_away_is_judged_at_once(tx: Tx):
    fails = 'related["ec2.route_table"].exists(each, each.config.Out)'
    plan = planned(signature("reachable", kind=INSTANCE, fails=fails, evidence={}), revision="7")
    await covered(tx, TABLE)
    table = made(TABLE, "rtb-1", ref(VPC, "vpc-1"), Out=False)
    instance = made(INSTANCE, "i-1", ref(VPC, "vpc-1"))
    assert await changed(tx, made(VPC, "vpc-1"), table, instance, plan=plan) == []
    opened = made(TABLE, "rtb-1", ref(VPC, "vpc-1"), Out=True)
    (found,) = await changed(later(tx, minutes=1), opened, plan=plan)
    assert (found.asset.known_as, found.state.value) == ("i-1", "open")
    assert [one.title for one in await alerts(later(tx, minutes=1), plan)] == [
        "reachable title: i-1"
    ]


async def test_the_mark_of_a_subject_changes_with_what_its_signatures_ask_about_alone(tx: Tx):
    def rests_on(kind: str) -> list[str]:
        return [GROUP] if kind == INSTANCE else []

    async def mark() -> str:
        found = await subjects(tx, [ref(INSTANCE, "i-1")], drill=None, rests_on=rests_on)
        return found[0].mark

    await saved(tx, *NET)
    first = await mark()
    # Read together with others, of which more is asked, it is the same.
    both = {ref(INSTANCE, "i-1"), ref(VPC, "vpc-1")}
    found = await subjects(
        tx, both, drill=None, rests_on=lambda kind: [TABLE] if kind == VPC else rests_on(kind)
    )
    assert {one.asset.ref.kind: one.mark for one in found}[INSTANCE] == first
    # Nobody could say before whether there are tables; nobody asks.
    await covered(tx, TABLE)
    await saved(tx, made("aws.account", ACCOUNT, Alias="shop"))
    await saved(tx, made(VPC, "vpc-1", Default=True))
    assert await mark() == first
    await covered(tx, GROUP)
    second = await mark()
    assert second != first
    await saved(tx, made(GROUP, "sg-1", ref(LIST, "pl-1"), ref(VPC, "vpc-1"), Open=True))
    assert await mark() not in {first, second}
