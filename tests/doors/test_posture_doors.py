"""Posture on the command line, the API beneath it, and the pages."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.house import House
from fireline.app.http import build
from fireline.content.starter_plan import starter_files
from fireline.core.access.roles import Role
from fireline.core.assets.asset import Asset
from fireline.core.assets.ref import AssetRef
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.doors.web.shell import Desk as WebDesk
from fireline.store.hub import Hub
from fireline.usecases import plans
from fireline.usecases.asset_saving import Seen, prepare, save
from fireline.usecases.groupings import Groupings
from fireline.usecases.posture import judge_account
from fireline.usecases.sorting import sort_payloads
from fireline.workers.posture import assess
from tests.doors.cli_world import Desk, open_desk
from tests.doors.sessions import session_of
from tests.doors.test_pages import BASE, Reader
from tests.usecases.posture_world import ACCOUNT

BO, DEE, VI = (Human(PersonId(name)) for name in ("bo", "dee", "vi"))
LOST = "iam-key-long-unused"
USER = "aws.iam.user"


def public(name: str) -> Asset:
    """Make a bucket whose access control list lets everybody read it, which nothing blocks."""
    everybody = {
        "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
        "Permission": "READ",
    }
    config: dict[str, Any] = {
        "Name": name,
        "Policy": None,
        "Acl": {"Owner": {"ID": "me"}, "Grants": [everybody]},
        "PublicAccessBlock": None,
        "Ownership": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        "Versioning": {},
        "Encryption": None,
        "Logging": None,
    }
    return Asset(AssetRef("aws.s3.bucket", ACCOUNT, name), config, name, f"arn:aws:s3:::{name}")


def private(name: str) -> Asset:
    one = public(name)
    blocked = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    acl = {"Owner": {"ID": "me"}, "Grants": []}
    return replace(one, config={**one.config, "Acl": acl, "PublicAccessBlock": blocked})


def account() -> Asset:
    ref = AssetRef("aws.account", ACCOUNT, ACCOUNT)
    return Asset(ref, {"PublicAccessBlock": None, "Summary": {}})


async def look(house: House, *assets: Asset, first: bool = False) -> None:
    """Save an account as a look does, and judge it."""
    async with house.transaction() as tx:
        plan = await plans.current(tx)
        await save(tx, plan, prepare([account(), *assets]), Seen(None, tx.now))
        await judge_account(tx, plan, ACCOUNT, drill=None, first_look=first)


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with open_desk(house) as opened:
        yield opened


async def test_nothing_was_looked_at_yet_and_every_command_says_so(desk: Desk):
    assert "Open: nothing" in await desk.read("posture", "summary")
    assert "No findings." in await desk.read("posture", "list")
    assert "Nothing changed." in await desk.read("posture", "drift")
    assert "There are no exceptions." in await desk.read("posture", "exceptions")
    assert "Everything that was judged could be told." in await desk.read("posture", "unknown")
    assert json.loads(await desk.read("posture", "export")) == []


async def test_what_is_open_is_listed_shown_and_fails_a_pipeline(desk: Desk):
    await look(desk.house, public("site"), private("vault"), first=True)
    page = await desk.json("posture", "list", "--signature", "s3-bucket-public")
    (found,) = page["items"]
    assert (found["asset"]["name"], found["severity"], found["state"]) == (
        "site",
        "critical",
        "open",
    )
    shown = await desk.read("posture", "show", found["number"])
    for words in ("Why it matters", "The fix", "Seen", "What became of it", "at the first look"):
        assert words in shown
    bad = await desk.run("posture", "list", "--fail-on", "high")
    assert bad.exit_code == 1
    assert "severity high or worse" in bad.stderr
    good = await desk.run("posture", "list", "--fail-on", "high", "--service", "nobody-has-this")
    assert good.exit_code == 0
    summary = await desk.read("posture", "summary")
    assert "critical" in summary
    assert ACCOUNT in summary


async def test_the_list_is_chosen_from_and_goes_on(desk: Desk):
    await look(desk.house, public("one"), public("two"), public("three"), first=True)
    page = await desk.json("posture", "list", "--signature", "s3-bucket-public", "--limit", "2")
    assert len(page["items"]) == 2
    rest = await desk.json(
        "posture", "list", "--signature", "s3-bucket-public", "--after", page["next"]
    )
    assert len(rest["items"]) == 1
    text = await desk.json("posture", "list", "--text", "THREE", "--signature", "s3-bucket-public")
    assert [one["asset"]["name"] for one in text["items"]] == ["three"]
    for words in (("--severity", "low"), ("--kind", "aws.sqs.queue"), ("--account", "1")):
        found = await desk.json("posture", "list", "--signature", "s3-bucket-public", *words)
        assert found["items"] == []


async def test_signatures_are_listed_and_shown(desk: Desk):
    await look(desk.house, public("site"), first=True)
    listed = await desk.json("posture", "signatures")
    known = {one["id"]: one for one in listed}
    assert known["s3-bucket-public"]["failing"] == 1
    shown = await desk.read("posture", "signature", "s3-bucket-public")
    assert "It fails when" in shown
    missing = await desk.run("posture", "signature", "nothing")
    assert missing.exit_code == 4
    assert "There is no signature nothing." in missing.stderr


async def test_a_finding_is_excepted_and_the_exception_ended(desk: Desk):
    await look(desk.house, public("site"), first=True)
    made = await desk.json(
        "posture", "except", "s3-bucket-public", "--asset", "site", "--owner", "ana",
        "--reason", "It is our site.", "--for", "30d", "--ticket", "SEC-1", by="bo",
    )  # fmt: skip
    assert (made["holds"], made["made_by"], made["ticket"]) == (1, "bo", "SEC-1")
    page = await desk.json("posture", "list", "--excepted")
    assert [one["excepted"]["owner"] for one in page["items"]] == ["ana"]
    ok = await desk.run(
        "posture", "list", "--fail-on", "critical", "--signature", "s3-bucket-public"
    )
    assert ok.exit_code == 0
    assert "excepted by ana" in await desk.read("posture", "list", "--excepted")
    assert "SEC-1" in await desk.read("posture", "exceptions")
    ended = await desk.read("posture", "end-exception", made["number"])
    assert "is over" in ended
    assert (await desk.json("posture", "list", "--excepted"))["items"] == []
    assert "ended" in await desk.read("posture", "exceptions", "--ended")


async def test_what_cannot_be_is_told_in_a_sentence(desk: Desk):
    given = ("--owner", "ana", "--reason", "r", "--for", "30d")
    for words, code, said in (
        (("show", "99"), 4, "There is no posture finding 99."),
        (("except", "s3-bucket-public", *given), 2, "cover very much"),
        (("except", "nothing", *given), 4, "There is no signature nothing."),
        (("except", "s3-bucket-public", "--owner", "ana", "--reason", "r"), 2, "Say when it ends"),
        (("end-exception", "9"), 4, "There is no exception 9."),
        (("assess", "--account", "1"), 4, "holds nothing of an account 1"),
        (("import", "/nowhere.json"), 2, "cannot be read"),
    ):
        result = await desk.run("posture", *words)
        assert result.exit_code == code, result.output
        assert said in result.stderr


async def test_who_may_only_look_excepts_and_imports_nothing(desk: Desk, tmp_path: Path):
    file = tmp_path / "found.json"
    file.write_text("[{}]")
    given = ("--owner", "ana", "--reason", "r", "--for", "30d", "--asset", "a")
    for words in (
        ("except", "s3-bucket-public", *given),
        ("assess",),
        ("import", str(file)),
    ):
        result = await desk.run("posture", *words, by="viewer")
        assert result.exit_code == 4, result.output
    assert "No findings." in await desk.read("posture", "list", by="viewer")


async def test_assessing_again_is_followed_to_its_end_and_says_how_it_stands(desk: Desk):
    await look(desk.house, public("site"), first=True)

    async def work() -> None:
        while not await assess(desk.house.transaction):  # noqa: ASYNC110 - as a worker looks
            await asyncio.sleep(0.02)

    working = asyncio.create_task(work())
    assert ACCOUNT in await desk.read("posture", "assess", "--wait")
    await working
    begun = await desk.json("posture", "assess", ACCOUNT, "--no-wait", by="bo")
    assert (begun["account"], begun["judged"], begun["ended_at"]) == (ACCOUNT, 0, None)
    assert begun["assets"] == 2
    said = await desk.read("posture", "assess", "--account", ACCOUNT)
    assert f"Assessment {begun['number']} of account {ACCOUNT} has begun: 2 assets." in said
    await assess(desk.house.transaction)
    ended = await desk.json("posture", "assess", "--no-wait")
    assert ended["number"] > begun["number"]


@pytest.mark.parametrize("format_", ["ocsf", "asff", "json", "csv"])
async def test_what_is_exported_reads_again(desk: Desk, tmp_path: Path, format_: str):
    await look(desk.house, public("site"), private("vault"), first=True)
    out = tmp_path / f"posture.{format_}"
    result = await desk.run("posture", "export", "--format", format_, "--out", str(out), "--all")
    assert result.exit_code == 0, result.output
    text = out.read_text()
    assert not out.with_name(f"{out.name}.part").exists()
    if format_ == "csv":
        assert text.splitlines()[0].startswith("finding,signature,title")
        assert "s3-bucket-public" in text
        return
    if format_ == "json":
        assert {one["verdict"] for one in json.loads(text)} >= {"fail", "pass"}
        return
    said = await desk.json("posture", "import", str(out), "--source", "again")
    assert said["wrong"] == 0
    assert said["firing"] >= 1
    assert said["passing"] >= 1
    again = await desk.json("posture", "import", str(out), "--source", "again")
    assert again["firing"] == said["firing"]


PROWLER: dict[str, Any] = {
    "message": "Bucket site has public access.",
    "metadata": {
        "event_code": "s3_bucket_public_access",
        "product": {"name": "Prowler", "uid": "prowler", "vendor_name": "Prowler"},
        "version": "1.5.0",
    },
    "severity_id": 5,
    "severity": "Critical",
    "status": "New",
    "status_code": "FAIL",
    "status_detail": "Bucket site has public access.",
    "status_id": 1,
    "finding_info": {
        "title": "Ensure there are no S3 buckets open to Everyone",
        "uid": f"prowler-aws-s3_bucket_public_access-{ACCOUNT}-eu-west-1-site",
        "desc": "It may be read by anybody.",
    },
    "resources": [
        {
            "uid": "arn:aws:s3:::site",
            "name": "site",
            "type": "AwsS3Bucket",
            "region": "eu-west-1",
            "labels": ["service:shop"],
        }
    ],
    "cloud": {"account": {"uid": ACCOUNT}, "provider": "aws", "region": "eu-west-1"},
    "remediation": {"desc": "Block it.", "references": ["https://docs.example.com/s3"]},
    "time_dt": "2026-11-17T09:00:00+00:00",
    "class_uid": 2004,
}


def said(uid: str, status: str, **more: Any) -> dict[str, Any]:
    info = {**PROWLER["finding_info"], "uid": uid}
    return {**PROWLER, "finding_info": info, "status_code": status, **more}


async def sorted_out(house: House) -> None:
    more = True
    while more:
        async with house.transaction() as tx:
            plan = await plans.current(tx)
            more = (await sort_payloads(tx, plan, Groupings(tx.ids.fresh()))).more


async def test_prowlers_findings_become_one_alert_and_what_passes_ends_it(
    desk: Desk, tmp_path: Path
):
    file = tmp_path / "prowler.ocsf.json"
    many = [said(f"check-{n}", "FAIL") for n in range(250)]
    file.write_text(json.dumps([*many, said("manual", "MANUAL"), said("fine", "PASS")], indent=4))
    told = await desk.json("posture", "import", str(file), "--source", "prowler")
    assert (told["firing"], told["silent"], told["passing"], told["wrong"]) == (250, 1, 1, 0)
    await sorted_out(desk.house)
    alerts = await desk.json("alert", "list")
    assert len(alerts) <= 3, [one["title"] for one in alerts]
    assert {one["priority"] for one in alerts} <= {"P4", "P5", 4, 5}
    file.write_text("\n".join(json.dumps(said(f"check-{n}", "PASS")) for n in range(250)))
    told = await desk.json("posture", "import", str(file), "--source", "prowler")
    assert (told["firing"], told["resolved"], told["passing"]) == (0, 250, 0)
    await sorted_out(desk.house)
    left = await desk.json("alert", "list")
    assert left == []


async def test_bad_lines_are_named_and_the_rest_goes_on(desk: Desk, tmp_path: Path):
    file = tmp_path / "odd.json"
    lines = [
        json.dumps(said("one", "FAIL")),
        "{not json",
        json.dumps({"finding_info": {}, "status_code": "FAIL"}),
        json.dumps("a text"),
        json.dumps(said("two", "FAIL")),
    ]
    file.write_text("\n".join(lines))
    result = await desk.run("posture", "import", str(file))
    assert result.exit_code == 1
    assert "2 fail" in result.stdout
    assert "3 could not be read" in result.stdout
    assert "line 2: it is no JSON" in result.stdout
    assert "line 3: finding_info.uid:" in result.stdout


@dataclass
class World:
    """A public bucket, and who looks."""

    house: House
    client: AsyncClient
    sessions: dict[str, str]

    def reader(self, who: str = "bo") -> Reader:
        return Reader(self.client, self.sessions[who])


@pytest.fixture
async def world(house: House) -> AsyncIterator[World]:
    sessions: dict[str, str] = {}
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=DEE, note="")
        for who, role in ((BO, Role.OPERATOR), (VI, Role.VIEWER)):
            sessions[who.person] = await session_of(tx, who.person, role)
    app = build(WebDesk(house.transaction, Hub()))
    async with AsyncClient(transport=ASGITransport(app=app), base_url=BASE) as client:
        yield World(house, client, sessions)


async def test_the_pages_say_what_to_do_while_there_is_nothing(world: World):
    reader = world.reader()
    assert "No account has been looked at yet" in await reader.opens("/posture")
    assert "Nothing changed." in await reader.opens("/posture/drift")
    assert "Nothing is excepted." in await reader.opens("/posture/exceptions")
    assert "s3-bucket-public" in await reader.opens("/posture/signatures")
    await reader.opens("/posture/findings/99", status=404)
    await reader.opens("/posture/signatures/nothing", status=404)


async def test_a_finding_is_read_and_excepted_on_its_page(world: World):
    await look(world.house, private("site"), private("vault"), first=True)
    await look(world.house, public("site"), private("vault"))
    reader = world.reader()
    read = await reader.opens("/posture?severity=critical&q=site")
    assert "site" in read
    async with world.house.transaction() as tx:
        row = await (
            await tx.db.execute(
                "select number from posture_finding where signature = 's3-bucket-public'"
            )
        ).fetchone()
    assert row is not None
    number = row[0]
    page = await reader.opens(f"/posture/findings/{number}")
    for words in ("Why it matters", "What to do", "What became of it", "opened", "It alerts."):
        assert words in page
    at = f"/posture/findings/{number}/except"
    refused = await reader.sends(
        at, fields={"owner": "ana", "reason": " ", "days": "30"}, status=422
    )
    assert "An exception needs a reason." in refused
    fields = {"owner": "ana", "reason": "It is our site.", "days": "30", "ticket": "SEC-7"}
    page = await reader.sends(at, fields=fields)
    assert "holds 1 open finding." in page
    assert "excepted by ana until" in page
    assert "It is our site." in await reader.opens("/posture?shown=excepted&severity=critical") or (
        "excepted" in await reader.opens("/posture?shown=excepted")
    )
    exceptions = await reader.opens("/posture/exceptions")
    assert "SEC-7" in exceptions
    over = await reader.sends("/posture/exceptions/1/end", fields={})
    assert "Exception 1 is over." in over
    assert "Nothing is excepted." in over
    assert "worse" in await reader.opens("/posture/drift?days=30")
    signature = await reader.opens("/posture/signatures/s3-bucket-public")
    assert "1 fail" in signature


async def test_an_exception_is_made_on_its_page_or_refused_with_the_reason(world: World):
    reader = world.reader()
    fields = {"signature": "s3-bucket-public", "owner": "ana", "reason": "all", "days": "30"}
    refused = await reader.sends("/posture/exceptions", fields=fields, status=422)
    assert "would cover very much" in refused
    assert reader.field("reason") == "all"
    page = await reader.sends("/posture/exceptions", fields={**fields, "tag": "public=yes"})
    assert "holds 0 open findings." in page
    odd = await reader.sends(
        "/posture/exceptions", fields={**fields, "tag": "x", "until": "never"}, status=422
    )
    assert "is not a moment" in odd


async def test_who_may_only_look_sees_no_forms(world: World):
    await look(world.house, public("site"), first=True)
    reader = world.reader("vi")
    assert "Make an exception" not in await reader.opens("/posture/exceptions")
    await reader.sends("/posture/exceptions", fields={"signature": "x"}, status=403)
