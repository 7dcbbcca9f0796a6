"""Findings open, alert and resolve with their assets; a first look pages nobody."""

import asyncio
from dataclasses import replace

from fireline.app.house import House
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.posture import GONE, NOT_JUDGED, State, Turn
from fireline.core.detection.signatures.choice import Choice
from fireline.core.detection.signatures.verdict import Verdict
from fireline.core.values.priority import Level, Priority
from fireline.usecases.posture import judge_account, judge_assets
from fireline.usecases.posture_shapes import FindingView
from fireline.usecases.posture_views import Since, summarise, tell_drift, tell_story
from fireline.usecases.transaction import Tx
from tests.usecases.posture_world import (
    ACCOUNT,
    GUARDED,
    JUDGED,
    LOGGED,
    PUBLIC,
    alerts,
    brief,
    bucket,
    called,
    changed,
    covered,
    findings,
    group,
    later,
    linked,
    looked,
    lost,
    planned,
    saved,
)
from tests.usecases.signals_world import a_drill


async def test_a_change_that_makes_an_asset_dangerous_opens_a_finding_and_alerts(tx: Tx):
    assert await changed(tx, bucket("site")) == []
    (found,) = await changed(later(tx, minutes=1), bucket("site", open_=True), cause=called())
    assert (found.signature, found.state, found.verdict) == (PUBLIC.id, State.OPEN, Verdict.FAIL)
    assert found.evidence == {"open": True}
    assert found.alerting
    (alert,) = await alerts(later(tx, minutes=1))
    assert alert.title == "bucket-public title: site"
    assert alert.priority is Priority.P2
    assert alert.runbook == "leaked-key"
    assert "First: Block public access." in alert.description
    assert "Last changed by arn:aws:iam::111122223333:user/shop-ci with PutBucketAcl" in (
        alert.description
    )


async def test_the_finding_and_its_alert_resolve_with_the_asset(tx: Tx):
    await changed(tx, bucket("site", open_=True))
    await alerts(tx)
    (found,) = await changed(later(tx, minutes=9), bucket("site"))
    assert (found.state, found.resolution, found.alerting) == (
        State.RESOLVED,
        "the asset passes",
        False,
    )
    (alert,) = await alerts(later(tx, minutes=9))
    assert alert.state == "resolved"


async def test_what_fails_again_is_a_regression_and_alerts_again(tx: Tx):
    for minute, open_ in enumerate((True, False, True)):
        found = await changed(later(tx, minutes=minute), bucket("site", open_=open_))
    assert [one.reopened for one in found] == [1]
    assert found[0].number
    story = await tell_story(tx, JUDGED.signatures, found[0].number)
    assert [turn.turn for turn in story.history] == [Turn.REOPENED, Turn.RESOLVED, Turn.OPENED]
    assert story.signature is not None
    assert story.signature.fix == "Block public access."


async def test_not_knowing_keeps_a_finding_open_and_says_why(tx: Tx):
    await changed(tx, bucket("site", logged=False))
    (found,) = await changed(later(tx, minutes=1), bucket("site", logged=None))
    assert (found.signature, found.state, found.verdict) == (LOGGED.id, State.OPEN, Verdict.UNKNOWN)
    assert "denied" in found.unsure
    (again,) = await changed(later(tx, minutes=2), bucket("site", logged=False))
    assert (again.unsure, again.reopened) == ("", 0)


async def test_an_asset_that_is_gone_resolves_its_findings(tx: Tx):
    await changed(tx, bucket("site", open_=True))
    ref = bucket("site").ref
    await lost(tx, ref)
    now = later(tx, minutes=1)
    await judge_assets(now, JUDGED, [ref], drill=None, first_look=False)
    (found,) = await findings(now)
    assert (found.state, found.resolution) == (State.RESOLVED, GONE)
    (alert,) = await alerts(now)
    assert alert.state == "resolved"
    never = AssetRef("aws.s3.bucket", ACCOUNT, "never-seen")
    await judge_assets(now, JUDGED, [never], drill=None, first_look=False)


async def test_a_signature_that_is_switched_off_lets_go_of_its_findings(tx: Tx):
    await looked(tx, bucket("site", open_=True, logged=False), first=True)
    now = later(tx, hours=1)
    await judge_account(now, planned(LOGGED, revision="b"), ACCOUNT, drill=None, first_look=False)
    found = {one.signature: one for one in await findings(now)}
    assert found[PUBLIC.id].resolution == NOT_JUDGED
    assert found[LOGGED.id].state is State.OPEN


async def test_a_whole_kind_nobody_judges_any_more_is_let_go_of(tx: Tx):
    await looked(tx, bucket("site", open_=True), first=True)
    other = replace(PUBLIC, id="other", kind="aws.ec2.security_group")
    now = later(tx, hours=1)
    await judge_account(now, planned(other, revision="c"), ACCOUNT, drill=None, first_look=False)
    (found,) = await findings(now)
    assert found.resolution == NOT_JUDGED


async def test_a_first_look_pages_nobody_and_says_once_what_it_found(tx: Tx):
    found = await looked(tx, *(bucket(f"b-{n}", open_=True) for n in range(5)), first=True)
    assert len(found) == 5
    assert all(one.baseline and not one.alerting for one in found)
    (alert,) = await alerts(tx)
    assert alert.priority is Priority.P4
    assert alert.title == f"The first look at account {ACCOUNT} found 5 things to mend: 5 critical"


async def test_a_first_look_that_finds_nothing_says_nothing(tx: Tx):
    await looked(tx, bucket("site"), first=True)
    assert await alerts(tx) == []


async def test_after_the_first_look_new_ones_alert_and_old_ones_do_not(tx: Tx):
    await looked(tx, bucket("old", open_=True), first=True)
    assert len(await alerts(tx)) == 1
    now = later(tx, hours=1)
    await looked(now, bucket("old", open_=True), bucket("new", open_=True))
    titles = [alert.title for alert in await alerts(now)]
    assert titles[1:] == ["bucket-public title: new"]


async def test_a_new_signature_begins_with_a_look_that_pages_nobody(tx: Tx):
    await looked(tx, bucket("site", logged=False), plan=planned(LOGGED), first=True)
    other = replace(PUBLIC, id="bucket-unlogged", fails="!config.Logged")
    now = later(tx, hours=1)
    found = await looked(
        now, bucket("site", logged=False), plan=planned(LOGGED, other, revision="d")
    )
    assert all(one.baseline for one in found)
    titles = [alert.title for alert in await alerts(now)]
    assert titles[1:] == [
        f"New signatures' first look at account {ACCOUNT} found 1 things to mend: 1 critical"
    ]


async def test_what_the_plan_gives_no_priority_alerts_nobody(tx: Tx):
    quiet = planned(revision="e", posture=Choice(priorities={Level.CRITICAL: None}))
    (found,) = await changed(tx, bucket("site", open_=True), plan=quiet)
    assert not found.alerting
    assert await alerts(tx, quiet) == []


async def test_a_change_of_one_asset_judges_those_linked_to_it(tx: Tx):
    plan = planned(GUARDED, revision="f")
    await covered(tx, "aws.ec2.security_group")
    await saved(tx, group("sg-1", bad=False))
    assert await changed(tx, linked(bucket("site"), group("sg-1", bad=False)), plan=plan) == []
    found = await changed(later(tx, minutes=1), group("sg-1", bad=True), plan=plan)
    assert brief(found) == [(GUARDED.id, "site", "open")]


async def test_what_changed_is_told_as_drift_and_the_first_look_is_not(tx: Tx):
    await looked(tx, bucket("old", open_=True), bucket("site"), first=True)
    begun = tx.now
    await changed(later(tx, minutes=1), bucket("site", open_=True), cause=called())
    await changed(later(tx, minutes=2), bucket("old"))
    await changed(later(tx, minutes=3), bucket("site"))
    await changed(later(tx, minutes=4), bucket("site", open_=True))
    await changed(later(tx, minutes=5), bucket("site", open_=True, logged=None))
    drift = await tell_drift(tx, Since(begun))
    assert [(one.turn.value, one.asset) for one in drift.items] == [
        ("unsure", "site"),
        ("reopened", "site"),
        ("resolved", "site"),
        ("resolved", "old"),
        ("opened", "site"),
    ]
    assert drift.items[-1].call == "PutBucketAcl"
    (counted,) = drift.counts
    assert (counted.opened, counted.reopened, counted.resolved, counted.unsure) == (1, 1, 2, 1)
    page = await tell_drift(tx, Since(begun), limit=2)
    rest = await tell_drift(tx, Since(begun, before=page.next), limit=10)
    assert len(rest.items) == 3


async def test_the_summary_says_what_is_open_and_how_much_is_known(tx: Tx):
    await looked(
        tx,
        bucket("a", open_=True),
        bucket("b", logged=None),
        bucket("c"),
        group("sg-1", bad=False),
        first=True,
    )
    summary = await summarise(tx)
    (account,) = summary.accounts
    assert (summary.counts.critical, summary.counts.total) == (1, 1)
    assert (account.assets, account.judged) == (4, 3)
    assert (account.failing, account.passing, account.unknown) == (1, 4, 1)
    (unknown,) = summary.unknowns
    assert (unknown.signature, unknown.total) == (LOGGED.id, 1)


async def test_judging_again_what_has_not_changed_writes_nothing(tx: Tx):
    await looked(tx, bucket("site", open_=True), first=True)
    before = await findings(tx)
    (again,) = await looked(later(tx, hours=6), bucket("site", open_=True))
    assert replace(again, judged_at=before[0].judged_at) == before[0]
    assert again.judged_at == later(tx, hours=6).now
    assert (await tell_drift(tx, Since(tx.now))).items == ()


async def test_words_no_database_holds_are_kept_all_the_same(tx: Tx):
    odd = replace(PUBLIC, evidence={"name": "'\\x00' + config.Name"})
    (found,) = await changed(tx, bucket("site", open_=True), plan=planned(odd, revision="g"))
    assert found.evidence == {"name": "\N{REPLACEMENT CHARACTER}site"}


async def test_nothing_alerts_in_a_first_look_also_what_came_back(tx: Tx):
    for minute, open_ in enumerate((True, False, True)):
        now = later(tx, minutes=minute)
        (found,) = await changed(now, bucket("site", open_=open_), first=True)
    assert (found.reopened, found.alerting) == (1, False)
    assert await alerts(now) == []


async def test_a_drills_findings_are_in_its_own_world(tx: Tx):
    drill = await a_drill(tx)
    found = await changed(tx, bucket("site", open_=True), drill=drill)
    assert [one.drill for one in found] == [drill]
    assert await findings(tx) == []
    assert (await summarise(tx)).counts.total == 0
    assert (await summarise(tx, drill=drill)).counts.total == 1


async def test_who_judges_later_has_read_later(house: House):
    """A whole look must not write over what a change meanwhile made of an asset."""
    async with house.transaction() as tx:
        await looked(tx, bucket("site"), first=True)
    async with house.transaction() as changing:
        await changed(changing, bucket("site", open_=True))

        async def look() -> list[FindingView]:
            async with house.transaction() as tx:
                await judge_account(tx, JUDGED, ACCOUNT, drill=None, first_look=False)
                return await findings(tx)

        looking = asyncio.create_task(look())
        await asyncio.sleep(0.1)
        assert not looking.done()
    (found,) = await looking
    assert (found.state, found.verdict) == (State.OPEN, Verdict.FAIL)
