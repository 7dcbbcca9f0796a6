"""Assets and cloud accounts as a person meets them: pages without script."""

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.house import House
from fireline.app.http import build
from fireline.content.starter_plan import starter_files
from fireline.core.access.roles import Role
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.doors.web.asset_graph import MAX_IN_COLUMN, graph, hidden_in
from fireline.doors.web.asset_tree import MAX_BELOW, MAX_NODES, MAX_TEXT, tree_of, value_text
from fireline.doors.web.shell import Desk
from fireline.ports.inventory import CouldNotLook, Why
from fireline.store.hub import Hub
from fireline.usecases import plans
from fireline.usecases.assets import show_relations
from fireline.workers.accounts import probe_accounts
from tests.doors.assets_world import DENIED, Told, tell_cloud
from tests.doors.sessions import session_of
from tests.doors.test_pages import BASE, Reader
from tests.usecases.clouds_world import (
    ACCOUNT,
    GROUP,
    INSTANCE,
    PARTS,
    Link,
    World,
    WrittenCloud,
    a_world,
    asset,
    ref,
)

ANA, VI = Human(PersonId("ana")), Human(PersonId("vi"))


@dataclass
class Pages:
    """Two people with browsers before one house."""

    ana: Reader
    vi: Reader


@pytest.fixture
async def pages(house: House) -> AsyncIterator[Pages]:
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=ANA, note="begin")
        ana = await session_of(tx, ANA.person, Role.ADMIN)
        vi = await session_of(tx, VI.person, Role.VIEWER)
    app = build(Desk(house.transaction, Hub()))
    async with AsyncClient(transport=ASGITransport(app=app), base_url=BASE) as client:
        yield Pages(Reader(client, ana), Reader(client, vi))


@pytest.fixture
async def told(pages: Pages, house: House) -> Told:
    return await tell_cloud(house)


async def test_assets_are_found_filtered_and_counted(pages: Pages, told: Told):
    said = await pages.vi.opens("/assets")
    assert "7 assets in 1 account." in said
    assert "1 of 5 listings could not be looked at." in said
    assert "12.50 USD" in said
    found = await pages.vi.opens("/assets?q=shop&kind=ec2.instance")
    assert "shop-web" in found
    assert "shop-uploads" not in found
    assert "shop-uploads" in await pages.vi.opens("/assets?kind=s3")
    assert "No asset fits." in await pages.vi.opens("/assets?q=nothing-like-it&unowned=yes")
    assert "No asset fits." in await pages.vi.opens("/assets?gone=yes&account=%00")


async def test_a_long_list_has_more(pages: Pages, house: House):
    groups = (asset(GROUP, f"sg-{number:03}") for number in range(60))
    world = await a_world(house, *groups)
    await world.look()
    await pages.vi.opens(f"/assets?account={ACCOUNT}")
    (more,) = re.findall(r'href="(/assets\?[^"]*after=[^"]*)"', pages.vi.html)
    said = await pages.vi.opens(more.replace("&amp;", "&"))
    assert "sg-059" in said
    assert "sg-001" not in said
    assert "More assets" not in said


async def test_an_asset_says_what_it_is_whose_and_what_it_was(pages: Pages, told: Told):
    said = await pages.vi.opens(f"/assets/{told.group}")
    assert "Security" not in said
    assert "On call now" in said
    assert "0.0.0.0/0" in said
    assert "No log says who" in said
    assert "version 2" in said
    assert '<a href="/assets/' in pages.vi.html
    assert "runs as" in said
    assert "iam:aws:policy/X" not in said
    deeper = await pages.vi.opens(f"/assets/{told.group}?depth=3")
    assert "arn:aws:iam::aws:policy/X not in the inventory" in deeper
    first = await pages.vi.opens(f"/assets/{told.group}?before=2")
    assert "version 1" in first
    assert "The latest" in first
    await pages.vi.opens("/assets/ffffffff-0000-4000-8000-000000000000", status=404)
    await pages.vi.opens("/assets/not-an-id", status=404)


async def test_what_could_not_be_read_of_an_asset_is_said(pages: Pages, told: Told):
    said = await pages.vi.opens(f"/assets/{told.bucket}")
    assert "Not all of it could be read." in said
    assert "Logging: denied" in said
    assert "Principal" in said
    assert "12.50 USD" in said
    assert re.search(r"critical |high |medium |low ", said), said


async def test_lists_are_downloaded_as_files(pages: Pages, told: Told):
    await pages.vi.opens("/assets/export.csv?kind=iam")
    rows = list(csv.DictReader(io.StringIO(pages.vi.html)))
    assert sorted(one["asset"] for one in rows) == ["'=cmd()", "deploy"]
    assert '"asset": "i-1"' in await pages.vi.opens("/assets/export.json")


async def test_an_account_is_added_tried_looked_at_changed_and_removed(pages: Pages, house: House):
    ana = pages.ana
    assert "No account is looked at yet." in await ana.opens("/assets")
    assert "fireline cloud add" in await ana.opens("/clouds")
    wrong = await ana.sends("/clouds", fields={"account": "12", "name": "shop"}, status=422)
    assert "twelve digits" in wrong
    assert ana.field("name") == "shop"
    dashed = {"account": "1111-2222-3333", "name": "shop", "regions": "eu-central-1, eu-west-1"}
    said = await ana.sends("/clouds", fields=dashed)
    assert "Install its role" in said
    assert "sts:ExternalId" in said
    assert "FIRELINES-ACCOUNT" in said
    path = f"/clouds/{ACCOUNT}"
    mine = await ana.opens(f"{path}?fireline_arn=arn:aws:iam::444455556666:role/fireline")
    assert "444455556666" in mine
    assert "aws sts get-caller-identity" in await ana.opens(f"{path}?fireline_arn=me")
    world = World(house, WrittenCloud())
    assert "being tried" in await ana.sends(f"{path}/probe", fields={})
    await probe_accounts(world.lookout)
    assert "good" in await ana.opens(path)
    assert "has begun" in await ana.sends("/looks", fields={"account": ACCOUNT})
    assert "<progress" in ana.html
    world.cloud.troubles[PARTS[0]] = DENIED
    await world.work()
    said = await ana.opens(path)
    assert "1 of 4 listings. What they hold is not known; it is not nothing." in said
    assert DENIED.said in said
    wrong = await ana.sends(path, fields={"role_arn": "arn:x"}, status=422)
    assert "no ARN of a role" in wrong
    changed = await ana.sends(path, fields={"name": "store", "regions": ""})
    assert "Changed." in changed
    assert "all that are on" in changed
    assert "looked at no more" in await ana.sends(f"{path}/remove", fields={})
    assert "No account is looked at yet." in await ana.opens("/clouds")
    await ana.opens(path, status=404)


async def test_an_account_nobody_can_look_into_says_why(pages: Pages, house: House):
    world = await a_world(house)
    world.cloud.parts_are = CouldNotLook(Why.CREDENTIALS, "The role cannot be assumed.")
    await world.look()
    said = await pages.ana.opens("/clouds")
    assert f"{ACCOUNT} could not be looked into (credentials): The role cannot be assumed." in said
    assert "never" in said


async def test_a_viewer_sees_no_external_id_and_changes_nothing(pages: Pages, told: Told):
    vi = pages.vi
    said = await vi.opens(f"/clouds/{ACCOUNT}")
    assert "External id" not in said
    assert "sts:ExternalId" not in said
    assert 'method="post"' not in vi.html.replace('action="/sign-out" method="post"', "")
    assert "Adding an account takes an admin." in await vi.opens("/clouds")
    for path in ("/clouds", f"/clouds/{ACCOUNT}/remove", f"/clouds/{ACCOUNT}/probe", "/looks"):
        await vi.sends(path, fields={"account": ACCOUNT}, status=403)


async def test_a_picture_of_many_links_has_bounds_and_the_list_has_them_all(house: House):
    many = [asset(INSTANCE, f"i-{n}", Link("group", ref(GROUP, "sg-1"))) for n in range(20)]
    world = await a_world(house, asset(GROUP, "sg-1"), *many)
    await world.look()
    line = await world.the("sg-1")
    async with house.transaction() as tx:
        view = await show_relations(tx, line.id, depth=1)
    drawn = str(graph(view))
    assert drawn.count("<rect") == MAX_IN_COLUMN + 1
    assert drawn.count("<path class=") == MAX_IN_COLUMN
    assert hidden_in(view) == 20 - MAX_IN_COLUMN


def test_a_configuration_is_a_tree_with_policies_read_and_too_much_counted():
    policy, many, long, nothing, bad = tree_of(
        {
            "Policy": '{"Statement": [{"Effect": "Allow"}]}',
            "Rules": [{"Port": number} for number in range(MAX_BELOW + 5)],
            "Long": "x" * (MAX_TEXT + 1),
            "Nothing": None,
            "Bad": "{not json",
        }
    ).below
    assert policy.below[0].below[0].below[0].text == "Allow"
    assert (many.size, many.more, many.is_open) == ("105 items", 5, False)
    assert long.text == "x" * MAX_TEXT + "…"
    assert (nothing.text, bad.text) == ("null", "{not json")
    deep = tree_of({f"n{n}": {f"m{m}": m for m in range(99)} for n in range(99)})
    assert sum(1 + len(node.below) for node in deep.below) == MAX_NODES
    assert len(deep.below) + deep.more == 99
    shown = [value_text(each) for each in (True, None, 7, "", [1])]
    assert shown == ["true", "null", "7", '""', "[1]"]
