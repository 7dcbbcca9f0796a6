"""Find assets, show one, see what it is linked with, and whose it is."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from fireline.app.house import House
from fireline.core.assets.asset import Link
from fireline.core.assets.ref import AssetRef
from fireline.ports.inventory import Cost, CouldNotLook, Part, Why
from fireline.usecases import plans
from fireline.usecases.asset_saving import holdable, mended, words_of
from fireline.usecases.assets import (
    AssetNotFound,
    AssetUnclear,
    count_assets,
    find_assets,
    known_assets,
    name_asset,
    recent_changes,
    show_asset,
    show_history,
    show_owner,
    show_relations,
    wanted,
)
from fireline.usecases.cloud_accounts import remove_account
from fireline.usecases.subjects import (
    NEVER,
    each_of_account,
    subjects,
    subjects_of_account,
)
from fireline.workers.accounts import ask_costs, own_assets
from tests.core.plan.breaking import STARTER
from tests.usecases.clouds_world import (
    ACCOUNT,
    ANA,
    BUCKET,
    GROUP,
    HOME,
    INSTANCE,
    PARTS,
    ROLE,
    World,
    a_world,
    asset,
    ref,
)

PROFILE = "aws.iam.instance_profile"


async def a_shop(house: House) -> World:
    """Return a world with a web server, its group and role, and two buckets, looked at once."""
    world = await a_world(
        house,
        asset(
            INSTANCE,
            "i-0a1",
            Link("group", ref(GROUP, "sg-1")),
            Link("profile", ref(PROFILE, "web")),
            name="shop-web-1",
            arn=f"arn:aws:ec2:{HOME}:{ACCOUNT}:instance/i-0a1",
            tags={"service": "shop", "env": "prod"},
        ),
        asset(INSTANCE, "i-0b2", Link("group", ref(GROUP, "sg-1")), name="batch", tags={"env": ""}),
        asset(GROUP, "sg-1", name="web"),
        asset(BUCKET, "shop-logs", arn="arn:aws:s3:::shop-logs", tags={"env": "prod"}),
        asset(BUCKET, "web", arn="arn:aws:s3:::web"),
        asset(ROLE, "deploy"),
    )
    await world.look()
    return world


async def test_assets_are_found_by_the_beginnings_of_words_of_whatever_they_have(house: House):
    world = await a_shop(house)

    assert await world.names(text="shop") == ["i-0a1", "shop-logs"]
    assert await world.names(text="SHOP-we") == ["i-0a1"]
    assert await world.names(text="i-0a1") == ["i-0a1"]
    assert await world.names(text="arn:aws:s3:::shop-l") == ["shop-logs"]
    assert await world.names(text="prod shop log") == ["shop-logs"]
    assert await world.names(text="hop") == []
    assert await world.names(text="'); drop table asset; --") == []


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"kind": "aws.s3.bucket"}, ["shop-logs", "web"]),
        ({"kind": "s3.bucket", "text": "web"}, ["web"]),
        ({"kind": "ec2"}, ["i-0a1", "i-0b2", "sg-1"]),
        ({"kind": "ec2.%"}, []),
        ({"tag": "env"}, ["i-0a1", "i-0b2", "shop-logs"]),
        ({"tag": "env=prod"}, ["i-0a1", "shop-logs"]),
        ({"tag": "env="}, ["i-0b2"]),
        ({"region": HOME, "text": "web"}, ["i-0a1", "sg-1"]),
        ({"account": "999900009999"}, []),
        ({"service": "shop"}, []),
        ({"unowned": True, "kind": "iam"}, ["deploy"]),
    ],
)
async def test_lists_are_narrowed_by_what_people_ask(
    house: House, filters: dict[str, object], names: list[str]
):
    world = await a_shop(house)

    assert await world.names(**filters) == names


async def test_pages_follow_one_another_and_are_all_of_them(house: House):
    await a_shop(house)
    async with house.transaction() as tx:
        first = await find_assets(tx, wanted(), limit=4)
        second = await find_assets(tx, wanted(), after=first.next, limit=4)
        whole = await find_assets(tx, wanted(), limit=100)

    listed = [line.ref for line in (*first.items, *second.items)]
    assert (len(first.items), len(second.items), second.next) == (4, 2, None)
    assert listed == [line.ref for line in whole.items]
    assert len(set(listed)) == 6


async def test_assets_are_counted_by_kind_and_place(house: House):
    await a_shop(house)

    async with house.transaction() as tx:
        counts = {one.kind: (one.region, one.assets, one.unowned) for one in await count_assets(tx)}

    assert counts[INSTANCE] == (HOME, 2, 2)
    assert counts[BUCKET] == ("", 2, 2)


async def test_an_asset_is_shown_with_what_it_is_linked_with_either_way(house: House):
    world = await a_shop(house)
    group = await world.the("sg-1")
    web = await world.the("i-0a1")

    async with house.transaction() as tx:
        of_group = await show_asset(tx, None, group.id)
        of_web = await show_asset(tx, None, web.id)

    assert {(one.relation, one.outward, one.title) for one in of_group.related} == {
        ("group", False, "shop-web-1"),
        ("group", False, "batch"),
    }
    assert {(one.relation, one.outward, one.title, one.id is None) for one in of_web.related} == {
        ("group", True, "web", False),
        ("profile", True, "web", True),
    }
    assert of_web.config == {"State": "on"}
    assert [one.happened for one in of_web.history] == ["seen"]


async def test_relations_are_followed_up_to_three_links_away(house: House):
    world = await a_shop(house)
    web = await world.the("i-0a1")

    async with house.transaction() as tx:
        near = await show_relations(tx, web.id)
        far = await show_relations(tx, web.id, depth=99)

    assert {node.ref.id: node.depth for node in near.nodes} == {"i-0a1": 0, "sg-1": 1, "web": 1}
    assert {node.ref.id: node.depth for node in far.nodes}["i-0b2"] == 2
    ends = {(edge.start.rpartition("/")[2], edge.end.rpartition("/")[2]) for edge in far.edges}
    assert ends == {("i-0a1", "sg-1"), ("i-0a1", "web"), ("i-0b2", "sg-1")}
    assert not far.cut


async def test_an_asset_goes_by_its_id_its_arn_or_its_name(house: House):
    await a_shop(house)

    async with house.transaction() as tx:
        for name in ("i-0a1", f"arn:aws:ec2:{HOME}:{ACCOUNT}:instance/i-0a1", "shop-web-1"):
            assert (await name_asset(tx, name)).ref.id == "i-0a1"
        with pytest.raises(AssetUnclear, match="Several assets"):
            await name_asset(tx, "web")
        for name in ("nobody", "'", ""):
            with pytest.raises(AssetNotFound):
                await name_asset(tx, name)
        with pytest.raises(AssetNotFound):
            await show_asset(tx, None, UUID(int=1))


async def test_the_owner_comes_from_the_plan_and_follows_it(house: House):
    world = await a_shop(house)
    async with house.transaction() as tx:
        await plans.push(tx, STARTER, by=ANA, note="")
        plan = await plans.current(tx)
        service = next(iter(plan.services.values()))
    world.cloud.put(asset(INSTANCE, "i-0a1", tags={"fireline:service": service.id}))
    await world.look()
    line = await world.the("i-0a1")

    async with house.transaction() as tx:
        owner = await show_owner(tx, plan, line.id)
    assert (owner.service, owner.team) == (service.id, service.owner)
    assert owner.reason == f"its tag fireline:service says {service.name}"
    said = f"name: {service.name}"
    file = next(file for file, text in STARTER.items() if said in text)
    renamed = {**STARTER, file: STARTER[file].replace(said, "name: Something else")}
    async with house.transaction() as tx:
        await plans.push(tx, renamed, by=ANA, note="")
    assert await own_assets(world.lookout)
    assert not await own_assets(world.lookout)
    assert (await world.the("i-0a1")).owner_reason.endswith("says Something else")


async def test_costs_are_blank_until_somebody_says_them(house: House):
    world = await a_shop(house)
    assert (await world.the("shop-logs")).cost is None
    month = datetime(2026, 11, 1, tzinfo=UTC)
    arn = (await world.the("shop-logs")).arn
    world.cloud.bill = (
        Cost(ACCOUNT, arn, Decimal("12.34"), "USD", month),
        Cost(ACCOUNT, "i-0b2", Decimal("0.5"), "USD", month),
        Cost(ACCOUNT, "unheard-of", Decimal(7), "USD", month),
    )

    await ask_costs(world.lookout)

    logs, batch = (await world.the("shop-logs")).cost, (await world.the("i-0b2")).cost
    assert logs is not None
    assert batch is not None
    assert (logs.amount, logs.currency, batch.amount) == (Decimal("12.34"), "USD", Decimal("0.5"))
    assert (await world.the("i-0a1")).cost is None


async def test_a_detail_that_cannot_be_read_is_no_change_and_what_it_said_is_kept(house: House):
    world = await a_world(house, asset(BUCKET, "logs", config={"Policy": "p1", "Acl": 1}))
    await world.look()
    denied = {"Policy": "not allowed"}
    world.cloud.put(asset(BUCKET, "logs", config={"Acl": 1}, unread=denied))
    await world.look()
    line = await world.the("logs")
    async with house.transaction() as tx:
        view = await show_asset(tx, None, line.id)
    assert (line.version, dict(line.unread)) == (1, denied)
    assert (view.config, view.kept) == ({"Acl": 1}, {"Policy": "p1"})

    world.cloud.put(asset(BUCKET, "logs", config={"Policy": "p2", "Acl": 1}))
    await world.look()

    async with house.transaction() as tx:
        last = (await show_history(tx, line.id)).items[0]
        view = await show_asset(tx, None, line.id)
    (change,) = last.differences
    assert (change.path, change.before, change.after) == ("Policy", "p1", "p2")
    assert view.kept == {}


async def test_a_detail_read_for_the_first_time_is_no_change(house: House):
    world = await a_world(
        house, asset(BUCKET, "logs", config={"Acl": 1}, unread={"Policy": "not allowed"})
    )
    await world.look()
    world.cloud.put(asset(BUCKET, "logs", config={"Policy": "p", "Acl": 1}))

    await world.look()

    assert (await world.the("logs")).version == 1


async def test_what_changed_lately_is_listed_over_all_assets(house: House):
    world = await a_shop(house)
    world.cloud.put(asset(GROUP, "sg-1", name="web", config={"State": "off"}))
    del world.cloud.assets[ref(ROLE, "deploy")]
    await world.look()

    async with house.transaction() as tx:
        recent = await recent_changes(tx)

    assert {(one.ref.id, one.happened) for one in recent} == {
        ("sg-1", "changed"),
        ("deploy", "gone"),
    }


async def test_what_an_alert_names_is_found_even_without_its_region(house: House):
    await a_shop(house)
    bare = AssetRef(INSTANCE, ACCOUNT, "i-0a1")
    unheard = AssetRef(INSTANCE, ACCOUNT, "i-9")

    async with house.transaction() as tx:
        found = await known_assets(tx, [bare, unheard, ref(BUCKET, "web")], drill=None)
        nothing = await known_assets(tx, [], drill=None)

    assert {one.id: line.title for one, line in found.items()} == {
        "i-0a1": "shop-web-1",
        "web": "web",
    }
    assert nothing == {}


async def test_assets_of_a_removed_account_are_in_no_list(house: House):
    world = await a_shop(house)

    async with house.transaction() as tx:
        await remove_account(tx, ACCOUNT, by=ANA)
        counts = await count_assets(tx)

    assert await world.names() == []
    assert counts == ()


async def test_a_subject_has_all_that_is_linked_and_its_account_and_region(house: House):
    world = await a_shop(house)
    world.cloud.put(
        asset("aws.account", ACCOUNT, region="", config={"Aliases": ["shop"]}),
        asset("aws.region", HOME, config={"SerialConsoleAccess": False}),
    )
    world.cloud.parts_are = (
        *PARTS,
        Part(ACCOUNT, "", "aws.account"),
        Part(ACCOUNT, HOME, "aws.region"),
    )
    await world.look()

    async with house.transaction() as tx:
        both = await subjects(
            tx, [ref(GROUP, "sg-1"), ref(INSTANCE, "i-0a1"), ref(BUCKET, "gone")], drill=None
        )
        some = await subjects(
            tx, [ref(INSTANCE, "i-0a1")], drill=None, rests_on=lambda _: ["aws.s3.bucket"]
        )

    group, web = sorted(both, key=lambda one: one.asset.ref.kind, reverse=True)
    assert (web.asset.ref.id, group.asset.ref.id) == ("i-0a1", "sg-1")
    assert [one.ref.id for one in web.related["ec2.security_group"]] == ["sg-1"]
    assert {one.name for one in group.related["ec2.instance"]} == {"shop-web-1", "batch"}
    assert web.account is not None
    assert web.account.config == {"Aliases": ["shop"]}
    assert web.region is not None
    assert web.region.config == {"SerialConsoleAccess": False}
    assert some[0].related == {}


async def test_a_subject_says_which_kinds_nobody_could_look_at(house: House):
    world = await a_shop(house)
    world.cloud.troubles[PARTS[2]] = CouldNotLook(Why.DENIED, "not allowed")
    await world.look()

    async with house.transaction() as tx:
        (web,) = await subjects(tx, [ref(INSTANCE, "i-0a1")], drill=None)
        (bucket,) = await subjects(tx, [ref(BUCKET, "web")], drill=None)

    assert web.unlooked["ec2.security_group"] == f"could not be looked at in {HOME}: not allowed"
    assert bucket.unlooked["ec2.security_group"] == web.unlooked["ec2.security_group"]
    assert web.unlooked["rds.instance"] == NEVER
    assert not {"ec2.instance", "s3.bucket", "iam.role", "iam.user"} & web.unlooked.keys()


async def test_all_subjects_of_an_account_come_kind_by_kind_and_page_by_page(house: House):
    world = await a_shop(house)
    world.cloud.put(*(asset(BUCKET, f"b-{n:03}") for n in range(450)))
    await world.look()

    async with house.transaction() as tx:
        pages = [page async for page in each_of_account(tx, ACCOUNT, [BUCKET, ROLE], drill=None)]
        first = await subjects_of_account(tx, ACCOUNT, [BUCKET], drill=None, limit=5)

    names = [subject.asset.ref for page in pages for subject in page]
    assert len(names) == len(set(names)) == 453
    assert max(len(page) for page in pages) == 200
    assert names[0].kind == ROLE
    assert len(first.items) == 5
    assert first.next is not None


async def test_a_drill_sees_its_own_assets_and_the_world_none_of_them(house: House):
    await a_shop(house)
    drill = UUID(int=7)

    async with house.transaction() as tx:
        await tx.db.execute("update asset set drill_id = %s where asset_id = 'sg-1'", [drill])
        (web,) = await subjects(tx, [ref(INSTANCE, "i-0a1")], drill=None)
        listed = await find_assets(tx, wanted(), limit=50)

    assert web.related == {}
    assert "sg-1" not in [line.ref.id for line in listed.items]


def test_words_are_what_people_search_for():
    assert words_of("Shop-Web_1", "arn:aws:s3:::logs/a.b") == [
        "shop",
        "web",
        "1",
        "arn",
        "aws",
        "s3",
        "logs",
        "a",
        "b",
    ]


def test_what_the_database_cannot_hold_is_replaced_and_nothing_else():
    assert holdable({"a": [1, "ü", None, True, 1.5]}) == '{"a":[1,"ü",null,true,1.5]}'
    assert holdable({"a": "x\x00y"}) == '{"a":"x\ufffdy"}'
    assert holdable({"a": "\\u0000"}) == '{"a":"\\\\u0000"}'
    assert mended({"\ud800": 2**64}) == {"?": str(2**64)}
