"""`fireline assets` and `fireline cloud`, and the API beneath them."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from httpx2 import AsyncClient
from typer.testing import Result

from fireline.app.house import House
from fireline.ports.inventory import CouldNotLook, Probed, Why
from fireline.workers.accounts import probe_accounts
from tests.doors.assets_world import ARN, DENIED, Told, tell_cloud
from tests.doors.cli_world import Desk, open_desk
from tests.usecases.clouds_world import ACCOUNT, World, WrittenCloud

NOBODY = "ffffffff-0000-4000-8000-000000000000"


@dataclass
class Seen:
    desk: Desk
    told: Told


@pytest.fixture
async def seen(house: House) -> AsyncIterator[Seen]:
    async with open_desk(house) as desk:
        yield Seen(desk, await tell_cloud(house))


async def test_assets_are_found_by_words_kind_tag_and_place(seen: Seen):
    desk = seen.desk
    found = await desk.json("assets", "find", "shop")
    assert [one["ref"]["id"] for one in found["items"]] == ["i-1", "shop-uploads"]
    said = await desk.read("assets", "find", "shop", "--kind", "s3.bucket")
    assert "shop-uploads" in said
    assert "12.50 USD" in said
    assert "i-1" not in said
    by_tag = await desk.json("assets", "list", "--tag", "env=prod", "--kind", "ec2")
    assert [one["name"] for one in by_tag["items"]] == ["shop-web"]
    assert "No asset fits." in await desk.read("assets", "list", "--region", "mars-east-1")
    assert "7 assets, 1 of them nobody's." in await desk.read("assets", "count")
    assert await desk.json("assets", "list", "--gone") == {"items": [], "next": None}
    wrong = await desk.run("assets", "list", "--tag", "=prod")
    assert wrong.exit_code == 2
    assert "A tag is a name, or NAME=VALUE." in wrong.stderr


async def test_a_long_list_leads_on(seen: Seen):
    first = await seen.desk.json("assets", "list", "--limit", 4)
    rest = await seen.desk.json("assets", "list", "--limit", 4, "--after", first["next"])
    assert len({one["id"] for one in [*first["items"], *rest["items"]]}) == 7
    assert rest["next"] is None
    assert f"--after {first['next']}" in await seen.desk.read("assets", "list", "--limit", 4)


async def test_an_asset_is_shown_by_its_id_its_arn_or_fireline_s_own_id(seen: Seen):
    desk = seen.desk
    by_id = await desk.json("assets", "show", "shop-uploads")
    assert await desk.json("assets", "show", ARN) == by_id
    assert await desk.json("assets", "show", seen.told.bucket) == by_id
    said = await desk.read("assets", "show", ARN)
    assert "Could not be read" in said
    assert "Logging: denied" in said
    assert '"Name": "shop-uploads"' in said
    shown = await desk.read("assets", "show", "i-1")
    assert "env=prod" in shown
    assert "group -> ec2.security_group sg-1 web" in shown
    assert "owner: shop, team platform" in shown


async def test_a_name_of_several_is_refused_with_those_it_may_be(seen: Seen):
    unclear = await seen.desk.run("assets", "show", "web")
    assert unclear.exit_code == 4
    assert "Several assets" in unclear.stderr
    whole = f"aws.ec2.security_group/{ACCOUNT}/eu-central-1/sg-1"
    assert whole in unclear.stderr.replace("\n", " ")
    assert (await seen.desk.json("assets", "show", whole))["line"]["id"] == seen.told.group
    for unknown in ("sg-9", NOBODY, f"aws.s3.bucket/{ACCOUNT}/global/none"):
        missing = await seen.desk.run("assets", "show", unknown)
        assert missing.exit_code == 4, unknown
        assert "Nobody has seen" in missing.stderr or "no such asset" in missing.stderr


async def test_history_says_what_changed_and_that_no_log_says_who(seen: Seen):
    said = await seen.desk.read("assets", "history", "sg-1")
    assert "2. changed" in said
    assert "not known who" in said
    assert "0.0.0.0/0" in said
    page = await seen.desk.json("assets", "history", "sg-1", "--limit", 1)
    assert page["next"] == 2
    assert "--before 2" in await seen.desk.read("assets", "history", "sg-1", "--limit", 1)
    earlier = await seen.desk.json("assets", "history", "sg-1", "--before", 2)
    assert [one["happened"] for one in earlier["items"]] == ["seen"]


async def test_related_is_a_tree_and_says_what_is_not_in_the_inventory(seen: Seen):
    said = await seen.desk.read("assets", "related", "sg-1")
    assert "<- group ec2.instance i-1 shop-web" in said
    assert "runs as -> iam.role deploy" in said
    assert "iam.policy" not in said
    deeper = await seen.desk.read("assets", "related", "sg-1", "--depth", 3)
    assert "iam.policy arn:aws:iam::aws:policy/X (not in the inventory)" in deeper
    assert "linked with nothing" in await seen.desk.read("assets", "related", "sg-2")


async def test_owner_says_why_and_who_is_told_first(seen: Seen):
    said = await seen.desk.read("assets", "owner", "sg-1")
    assert "service: shop (Web shop)" in said
    assert "why: Web shop has the account 111122223333" in said
    assert "on call now: Dee Novak (on call)" in said
    nobodys = await seen.desk.read("assets", "owner", "stray")
    assert nobodys.startswith("It is nobody's:")
    assert "A service in the plan claims it" in nobodys
    unowned = await seen.desk.json("assets", "list", "--unowned")
    assert [one["ref"]["id"] for one in unowned["items"]] == ["stray"]


async def test_what_could_not_be_looked_at_is_said_and_never_nothing(seen: Seen):
    said = await seen.desk.read("assets", "coverage")
    assert said.startswith("1 of 5 listings could not be looked at.")
    assert "could not look: denied" in said
    assert DENIED.said in said
    assert "iam" not in said
    assert "looked" in await seen.desk.read("assets", "coverage", "--all")
    troubled = await seen.desk.json("assets", "coverage", "--account", ACCOUNT)
    assert sum(not one["looked"] for one in troubled) == 1


async def test_an_export_is_whole_safe_for_spreadsheets_and_never_half(seen: Seen, tmp_path: Path):
    file = tmp_path / "assets.csv"
    result = await seen.desk.run("assets", "export", "--format", "csv", "-o", file)
    assert result.exit_code == 0
    assert f"7 assets written to {file}" in result.stderr.replace("\n", "")
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    assert len(rows) == 7
    assert {one["asset"] for one in rows if one["kind"] == "aws.iam.user"} == {"'=cmd()"}
    assert [one["cost"] for one in rows if one["arn"] == ARN] == ["12.5"]
    everything = json.loads(await seen.desk.read("assets", "export"))
    assert {one["asset"] for one in everything} >= {"i-1", "sg-1", "=cmd()"}
    assert json.loads(await seen.desk.read("assets", "export", "--kind", "rds")) == []
    nowhere = await seen.desk.run("assets", "export", "-o", tmp_path / "no" / "assets.json")
    assert nowhere.exit_code == 2
    assert "cannot be written" in nowhere.stderr


async def test_a_look_is_begun_followed_to_its_end_and_says_what_it_could_not(seen: Seen):
    desk, world = seen.desk, seen.told.world
    begun = await desk.json("assets", "look", "--no-wait")
    assert (begun["reason"], begun["ended_at"]) == ("asked", None)
    assert "It goes on" in await desk.read("assets", "look", "--no-wait")
    said = (await beside(desk, working(world), "assets", "look")).stdout
    assert "5 of 5 listings" in said
    assert f"1 denied: {DENIED.said}" in said
    assert "of 5" in await desk.read("assets", "looks")


async def test_an_account_nobody_can_look_into_ends_a_look_with_one(seen: Seen):
    world = seen.told.world
    world.cloud.parts_are = CouldNotLook(Why.CREDENTIALS, "The role cannot be assumed.")
    result = await beside(seen.desk, working(world), "assets", "look", "--account", ACCOUNT)
    assert "The role cannot be assumed." in result.stdout
    assert result.exit_code == 1
    unknown = await seen.desk.run("assets", "look", "--account", "999999999999")
    assert unknown.exit_code == 4
    assert "`fireline cloud list` shows them." in unknown.stderr.replace("\n", " ")


async def test_with_no_account_everything_says_what_to_do(house: House):
    async with open_desk(house) as desk:
        assert "fireline cloud add ACCOUNT" in await desk.read("assets", "count")
        assert "fireline cloud list" in await desk.read("assets", "list")
        assert "fireline cloud add ACCOUNT" in await desk.read("assets", "coverage")
        assert "fireline cloud add ACCOUNT" in await desk.read("cloud", "list")
        assert "fireline assets look" in await desk.read("assets", "looks")
        nothing = await desk.run("assets", "look")
        assert nothing.exit_code == 4
        assert "fireline cloud add" in nothing.stderr


async def test_an_account_is_added_its_role_installed_tried_changed_and_removed(house: House):
    async with open_desk(house) as desk:
        me = "arn:aws:iam::444455556666:role/fireline"
        said = await desk.read(
            "cloud", "add", ACCOUNT, "--name", "shop", "--region", "eu-central-1",
            "--fireline-arn", me,
        )  # fmt: skip
        assert me in said
        assert "sts:ExternalId" in said
        assert "ec2:DescribeInstances" in said
        assert f"fireline cloud probe {ACCOUNT}" in said
        role = await desk.json("cloud", "policy", ACCOUNT)
        assert "FIRELINES-ACCOUNT" in role["trust_policy"]
        assert role["external_id"] in said
        assert role["external_id"] in await desk.read("cloud", "show", ACCOUNT)
        known = await desk.run("cloud", "add", ACCOUNT)
        assert known.exit_code == 4
        world = World(house, WrittenCloud(probed=Probed("arn:x", "It takes any external id.")))
        assert await probed(desk, world) == (1, "refused")
        world.cloud.probed = Probed("arn:aws:sts::111122223333:assumed-role/fireline-monitor/x")
        assert await probed(desk, world) == (0, "good")
        assert "good" in await desk.read("cloud", "list")
        changed = await desk.json("cloud", "change", ACCOUNT, "--region", "all")
        assert (changed["regions"], changed["name"]) == ([], "shop")
        assert (await desk.run("cloud", "change", ACCOUNT)).exit_code == 2
        kept = await desk.run("cloud", "remove", ACCOUNT, said="n\n")
        assert kept.exit_code == 1
        assert "looked at no more" in await desk.read("cloud", "remove", ACCOUNT, "--yes")
        assert await desk.json("cloud", "list") == []


async def probed(desk: Desk, world: World) -> tuple[int, str]:
    """Try a role, with the worker that does it beside."""

    async def work() -> None:
        world.wait(1)
        await probe_accounts(world.lookout)

    result = await beside(desk, work, "cloud", "probe", ACCOUNT, "--json")
    return result.exit_code, json.loads(result.stdout)["probe"]


def working(world: World) -> Callable[[], Awaitable[None]]:
    """Let the workers that look do what is due, a while later each time."""

    async def work() -> None:
        world.wait(30)
        await world.work()

    return work


async def beside(desk: Desk, work: Callable[[], Awaitable[None]], *words: object) -> Result:
    """Run a command that waits for workers, and let them work until it ends."""
    command = asyncio.create_task(desk.run(*words))
    while not command.done():
        await work()
        await asyncio.wait([command], timeout=0.1)
    return await command


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cloud", "add", "12"), "twelve digits"),
        (("cloud", "add", ACCOUNT, "--provider", "azure"), 'no provider "azure"'),
        (("cloud", "add", "prod", "--provider", "kubernetes"), "FIRELINE_KUBERNETES_CLUSTERS"),
        (("cloud", "add", ACCOUNT, "--region", "Frankfurt"), "is no region"),
        (("cloud", "add", ACCOUNT, "--role-arn", "arn:aws:iam::1:user/x"), "no ARN of a role"),
    ],
)
async def test_an_account_that_cannot_be_is_refused_with_the_fix(
    house: House, words: tuple[str, ...], said: str
):
    async with open_desk(house) as desk:
        result = await desk.run(*words)
        assert result.exit_code == 2
        assert said in result.stderr
        assert await desk.json("cloud", "list") == []


async def test_who_fireline_is_must_be_an_identity(seen: Seen):
    result = await seen.desk.run("cloud", "policy", ACCOUNT, "--fireline-arn", "me")
    assert result.exit_code == 2
    assert "aws sts get-caller-identity" in result.stderr.replace("\n", " ")


async def test_a_viewer_sees_assets_but_no_external_id_and_begins_nothing(seen: Seen):
    desk = seen.desk
    (account,) = await desk.json("cloud", "list", by="viewer")
    assert account["external_id"] is None
    assert (await desk.json("cloud", "list"))[0]["external_id"]
    for words in (
        ("cloud", "policy", ACCOUNT),
        ("cloud", "probe", ACCOUNT),
        ("cloud", "remove", ACCOUNT, "--yes"),
        ("cloud", "add", "444455556666"),
        ("assets", "look"),
    ):
        refused = await desk.run(*words, by="viewer")
        assert refused.exit_code == 4, words
    operator = await desk.run("cloud", "policy", ACCOUNT, by="bo")
    assert operator.exit_code == 4


async def test_the_api_says_what_changed_lately_and_answers_bad_words_in_its_way(seen: Seen):
    headers = {"Authorization": f"Bearer {seen.desk.tokens['ana']}"}
    async with AsyncClient(base_url=f"{seen.desk.url}/api/v1", headers=headers) as client:
        (first, *_) = (await client.get("/assets/changes")).json()
        assert (first["ref"]["id"], first["happened"]) == ("sg-1", "changed")
        looked = (await client.get("/looks/1")).json()
        assert looked["could_not"] == 1
        assert (await client.get("/looks/99")).json()["code"] == "look.not_found"
        assert (await client.get("/assets/not-an-id")).status_code == 422
        nul = await client.get("/assets", params={"q": "a\x00b", "kind": "\x00", "tag": "\x00=b"})
        assert nul.status_code == 200
        assert (await client.get("/assets/named", params={"name": "\x00"})).status_code == 404
        assert (await client.get("/clouds/%00")).status_code == 404
        either = (await client.get("/assets", params={"any": True, "limit": 200})).json()
        assert len(either["items"]) == 7
