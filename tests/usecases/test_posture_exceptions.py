"""Somebody answers for what fails, until a day: it still fails, and then it is open again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.app.house import House
from fireline.content.starter_plan import starter_files
from fireline.core.detection.posture import State
from fireline.core.detection.posture_exceptions import MANY, WARN_BEFORE, Judged, Scope
from fireline.core.detection.signatures.verdict import Verdict
from fireline.core.values.ids import PersonId
from fireline.store import facts
from fireline.store.posture_exceptions import EXCEPTION, ExceptionRow
from fireline.usecases import plans
from fireline.usecases.facts import house_stream
from fireline.usecases.posture import judge_account
from fireline.usecases.posture_covering import Standing, covering
from fireline.usecases.posture_exceptions import (
    ExceptionNotFound,
    ExceptionOver,
    ExceptionTooBroad,
    ExceptionUnclear,
    ExceptionView,
    NewException,
    NoSuchSignature,
    Wanted,
    end_exception,
    except_findings,
    list_exceptions,
    turn_exception,
)
from fireline.usecases.posture_views import summarise
from fireline.usecases.transaction import Tx
from fireline.workers.posture import turn_exceptions
from tests.usecases.posture_world import (
    ACCOUNT,
    ANA,
    BY,
    JUDGED,
    PUBLIC,
    alerts,
    bucket,
    changed,
    findings,
    later,
    looked,
)

MONTH = timedelta(days=30)


def wanted(tx: Tx, **said: Any) -> NewException:
    scope = Scope(PUBLIC.id, asset="site*")
    told: dict[str, Any] = {"scope": scope, "owner": ANA, "reason": "It is our public site."}
    return NewException(**(told | {"expires_at": tx.now + MONTH} | said))


async def excepted(tx: Tx, **said: Any) -> ExceptionView:
    return await except_findings(tx, JUDGED, wanted(tx, **said), drill=None, by=BY)


async def id_of(tx: Tx, number: int) -> Any:
    row = await (
        await tx.db.execute("select id from posture_exception where number = %s", (number,))
    ).fetchone()
    assert row is not None
    return row[0]


async def test_an_excepted_finding_still_fails_and_its_alert_ends(tx: Tx):
    await changed(tx, bucket("site", open_=True))
    await alerts(tx)
    made = await excepted(tx, ticket="SEC-12")
    assert (made.holds, made.stands) == (1, True)
    (found,) = await findings(tx)
    assert (found.state, found.verdict) == (State.OPEN, Verdict.FAIL)
    assert found.excepted is not None
    assert (found.excepted.owner, found.excepted.ticket) == (ANA, "SEC-12")
    assert not found.alerting
    (alert,) = await alerts(tx)
    assert alert.state == "resolved"
    summary = await summarise(tx)
    assert (summary.counts.total, summary.counts.excepted) == (0, 1)
    told = {fact.kind: fact for fact in await facts.timeline(tx.db, [house_stream().id])}
    assert told["posture.exception_made"].body["ticket"] == "SEC-12"


async def test_what_opens_under_an_exception_alerts_nobody(tx: Tx):
    await excepted(tx)
    found = await changed(tx, bucket("site-2", open_=True), bucket("other", open_=True))
    assert {one.asset.name: one.excepted is not None for one in found} == {
        "site-2": True,
        "other": False,
    }
    assert [alert.title for alert in await alerts(tx)] == ["bucket-public title: other"]


async def test_when_it_ends_early_the_finding_is_open_again_and_alerts(tx: Tx):
    await changed(tx, bucket("site", open_=True))
    made = await excepted(tx)
    now = later(tx, hours=2)
    ended = await end_exception(now, JUDGED, made.number, by=BY)
    assert (ended.stands, ended.ended_by, ended.holds) == (False, ANA, 0)
    (found,) = await findings(now)
    assert found.excepted is None
    assert found.alerting
    with pytest.raises(ExceptionOver):
        await end_exception(now, JUDGED, made.number, by=BY)
    with pytest.raises(ExceptionNotFound):
        await end_exception(now, JUDGED, 999_999_999, by=BY)


async def test_after_its_day_it_holds_nothing_even_before_anybody_looks(tx: Tx):
    await looked(tx, bucket("site", open_=True), first=True)
    made = await excepted(tx)
    now = later(tx, days=31)
    (found,) = await findings(now)
    assert found.excepted is None
    assert await list_exceptions(now, Wanted(), drill=None) == ()
    await turn_exception(now, JUDGED, await id_of(tx, made.number))
    (found,) = await findings(now)
    assert found.alerting
    (over,) = await list_exceptions(now, Wanted(ended=True), drill=None)
    assert over.ended_by == "fireline:posture"


async def test_its_owner_is_warned_once_before_it_ends(tx: Tx):
    made = await excepted(tx)
    id_ = await id_of(tx, made.number)
    now = replace(tx, now=made.expires_at - WARN_BEFORE)
    await turn_exception(now, JUDGED, id_)
    (wish,) = await outbox_of(tx)
    assert "ends on" in wish
    await turn_exception(replace(now, now=now.now + timedelta(days=1)), JUDGED, id_)
    assert len(await outbox_of(tx)) == 1
    due = await (
        await tx.db.execute("select due_at from due where kind = %s", (EXCEPTION,))
    ).fetchone()
    assert due is not None
    assert due[0] == made.expires_at


async def outbox_of(tx: Tx) -> list[str]:
    rows = await (await tx.db.execute("select subject from outbox")).fetchall()
    return [row[0] for row in rows]


async def test_an_exception_that_covers_very_much_needs_a_reason(tx: Tx):
    await looked(tx, *(bucket(f"site-{n}", open_=True) for n in range(MANY + 1)), first=True)
    with pytest.raises(ExceptionTooBroad, match=f"covers {MANY + 1} assets"):
        await excepted(tx)
    with pytest.raises(ExceptionTooBroad, match="every asset of account"):
        await excepted(tx, scope=Scope(PUBLIC.id, account=ACCOUNT))
    with pytest.raises(ExceptionTooBroad, match="every account"):
        await excepted(tx, scope=Scope(PUBLIC.id))
    made = await excepted(tx, broad="All of them are sites.")
    assert made.holds == MANY + 1


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"scope": Scope("nothing", asset="a")}, NoSuchSignature),
        ({"owner": PersonId("nobody")}, ExceptionUnclear),
        ({"reason": " "}, ExceptionUnclear),
        ({"reason": "x" * 3000}, ExceptionUnclear),
        ({"scope": Scope(PUBLIC.id, asset="a\x00")}, ExceptionUnclear),
    ],
)
async def test_an_exception_needs_an_owner_a_reason_and_a_signature(
    tx: Tx, said: dict[str, Any], refusal: type[Exception]
):
    with pytest.raises(refusal):
        await excepted(tx, **said)


@pytest.mark.parametrize("days", [0, -1, 400])
async def test_an_exception_ends_within_a_year(tx: Tx, days: int):
    with pytest.raises(ExceptionUnclear):
        await excepted(tx, expires_at=tx.now + timedelta(days=days))


async def test_an_asset_that_loses_its_tag_loses_its_exception(tx: Tx):
    await excepted(tx, scope=Scope(PUBLIC.id, tag="public=yes"))
    (found,) = await changed(tx, bucket("site", open_=True, tags={"public": "yes"}))
    assert found.excepted is not None
    (found,) = await changed(later(tx, hours=1), bucket("site", open_=True))
    assert found.excepted is None
    assert found.alerting


async def test_of_several_exceptions_the_one_that_lasts_longest_holds(tx: Tx):
    await changed(tx, bucket("site", open_=True))
    await excepted(tx)
    longer = await excepted(tx, expires_at=tx.now + 2 * MONTH)
    (found,) = await findings(tx)
    assert found.excepted is not None
    assert found.excepted.number == longer.number


async def test_what_is_mended_under_an_exception_and_fails_again_is_still_under_it(tx: Tx):
    await excepted(tx)
    for hour, open_ in enumerate((True, False, True)):
        found = await changed(later(tx, hours=hour), bucket("site", open_=open_))
    assert found[0].excepted is not None
    assert (found[0].reopened, found[0].alerting) == (1, False)
    await judge_account(later(tx, hours=9), JUDGED, ACCOUNT, drill=None, first_look=False)
    assert await alerts(later(tx, hours=9)) == []


async def test_the_worker_ends_what_is_over(house: House, clock: Any):
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=BY, note="")
        plan = await plans.current(tx)
        signature, owner = next(iter(plan.signatures)), next(iter(plan.people))
        scope = Scope(signature, asset="site")
        asked = NewException(scope, owner, "for now", tx.now + timedelta(days=20))
        await except_findings(tx, plan, asked, drill=None, by=BY)
    clock.wait(minutes=14 * 24 * 60)
    assert await turn_exceptions(house.transaction)
    clock.wait(minutes=7 * 24 * 60)
    assert await turn_exceptions(house.transaction)
    async with house.transaction() as tx:
        (found,) = await list_exceptions(tx, Wanted(ended=True), drill=None)
    assert found.ended_by == "fireline:posture"


judged = st.builds(
    Judged,
    st.sampled_from([bucket("a").ref, bucket("b").ref]),
    st.just(""),
    st.dictionaries(st.sampled_from(["t", "u"]), st.sampled_from(["1", "2"])),
)


@given(st.lists(judged, max_size=4), st.booleans(), st.booleans())
def test_law_without_exceptions_nothing_is_excepted_and_only_news_alerts(
    assets: list[Judged], fresh: bool, asks: bool
):
    open_ = [
        Standing(number, PUBLIC.id, asset, None, asks, None, fresh)  # pyright: ignore[reportArgumentType] - any id
        for number, asset in enumerate(assets)
    ]
    found = covering(open_, list[ExceptionRow]())
    assert found.moved == ()
    assert found.end == ()
    assert len(found.begin) == (len(assets) if fresh and asks else 0)
