"""Changes are kept once, given to their service, and blamed for problems."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from fireline.content.starter_plan import starter_files
from fireline.core.alerting.unplanned import Watch
from fireline.core.assets.ref import AssetRef
from fireline.core.plan.plan import Plan
from fireline.core.signals.entity import PRINCIPAL, Entity
from fireline.core.signals.notice import ChangeNotice, Kind, Weblink
from fireline.core.signals.payload import Payload
from fireline.core.signals.readers import read
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, DrillId, IncidentId, PersonId, ServiceId
from fireline.store import changes as store
from fireline.store import payloads, signals
from fireline.store.sources import cards
from fireline.usecases import changes, plans, sources
from fireline.usecases.calls import keep_calls
from fireline.usecases.changes import (
    ChangeNotFound,
    ChangeView,
    NoSuchService,
    Source,
    Wanted,
    find_change,
    keep_changes,
    list_changes,
    record_change,
    suspects_of_alert,
    suspects_of_incident,
)
from fireline.usecases.signals import keep, register_source
from fireline.usecases.sources import default_terms
from fireline.usecases.transaction import Tx
from tests.usecases.signals_world import a_drill, by_trail, record

ANA = Human(PersonId("ana"))
SHOP = ServiceId("shop")


async def a_plan(tx: Tx, files: Mapping[str, str] | None = None) -> Plan:
    await plans.push(tx, {**starter_files(), **(files or {})}, by=ANA, note="")
    return await plans.current(tx)


async def a_source(tx: Tx, *, service: str | None = None) -> Source:
    terms = replace(default_terms(), service=service)
    made = await sources.connect_source(tx, "pipeline", format="deploy", terms=terms, by=ANA)
    (card,) = await cards(tx.db, [made.id])
    return card


def deployed(key: str = "d-1", **said: Any) -> ChangeNotice:
    told = ChangeNotice(key=key, title="Deploy of shop", service="shop", actor="bo", planned=True)
    return replace(told, **said)


async def all_of(tx: Tx, **wanted: Any) -> list[ChangeView]:
    page = await list_changes(tx, Wanted(**wanted))
    return [one for one in page.items if one.kind is not Kind.PLAN]


async def test_a_change_told_anew_is_the_same_change(tx: Tx):
    await a_plan(tx)
    source = await a_source(tx)
    begun = tx.now - timedelta(minutes=9)
    await keep_changes(
        tx, source, [deployed(at=begun, labels={"progress": "running"})], payload=None
    )
    done = deployed(title="Deploy done", at=tx.now, labels={"progress": "succeeded"})
    await keep_changes(tx, source, [done, done], payload=None)
    (kept,) = await all_of(tx)
    assert (kept.title, kept.at, kept.times) == ("Deploy done", begun, 3)
    assert kept.labels == {"progress": "succeeded"}


async def test_a_deploy_that_waited_began_when_it_went_on(tx: Tx):
    await a_plan(tx)
    source = await a_source(tx)
    asked = tx.now - timedelta(hours=9)
    waits = deployed(at=asked, labels={"progress": "waiting"})
    await keep_changes(tx, source, [waits], payload=None)
    await keep_changes(
        tx, source, [deployed(at=tx.now, labels={"progress": "running"})], payload=None
    )
    (kept,) = await all_of(tx)
    assert kept.at == tx.now


async def test_changes_without_a_key_are_each_their_own(tx: Tx):
    await a_plan(tx)
    source = await a_source(tx)
    await keep_changes(tx, source, [deployed(""), deployed("")], payload=None)
    assert len(await all_of(tx)) == 2


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ({"service": "shop"}, "shop"),
        ({"service": "WEB SHOP"}, "shop"),
        ({"service": "other", "assets": (AssetRef("aws.s3.bucket", "", "shop-images"),)}, "shop"),
        ({"service": "other"}, None),
    ],
)
async def test_a_change_belongs_to_the_service_named_or_that_claims_what_it_altered(
    tx: Tx, said: dict[str, Any], service: str | None
):
    await a_plan(tx)
    await keep_changes(tx, await a_source(tx), [deployed(**said)], payload=None)
    (kept,) = await all_of(tx)
    assert (kept.service, kept.hint) == (service, said["service"])


async def test_what_names_no_service_is_its_sources(tx: Tx):
    await a_plan(tx)
    source = await a_source(tx, service="shop")
    await keep_changes(tx, source, [deployed(service="")], payload=None)
    (kept,) = await all_of(tx)
    assert kept.service == "shop"


async def test_without_a_plan_a_change_is_kept_and_is_nobodys(tx: Tx):
    await keep_changes(tx, await a_source(tx), [deployed()], payload=None)
    (kept,) = await all_of(tx)
    assert (kept.service, kept.hint) == (None, "shop")


async def test_whatever_a_source_writes_can_be_kept(tx: Tx):
    await a_plan(tx)
    odd = "\x00\ud800" + "x" * 30_000
    said = deployed(
        odd,
        title=odd,
        actor=odd,
        description=odd,
        revision=odd,
        labels={odd: odd},
        entities=(Entity(PRINCIPAL, odd),),
        assets=(AssetRef(odd, odd, odd),),
        links=(Weblink(odd), Weblink("javascript:alert(1)"), Weblink("https://example.com")),
        at=tx.now + timedelta(days=900),
    )
    await keep_changes(tx, await a_source(tx), [said], payload=None)
    (kept,) = await all_of(tx)
    assert kept.at == tx.now
    assert kept.links == ("https://example.com",)


async def test_a_person_records_a_change(tx: Tx):
    plan = await a_plan(tx)
    made = await record_change(tx, plan, deployed("told:7"), by=ANA)
    assert await find_change(tx, made.number) == made
    assert made.service == "shop"
    with pytest.raises(NoSuchService) as refused:
        await record_change(tx, plan, deployed(service="nowhere"), by=ANA)
    assert "shop" in refused.value.hint
    with pytest.raises(ChangeNotFound):
        await find_change(tx, made.number + 99)


async def test_changes_are_listed_the_latest_first_page_by_page(tx: Tx):
    plan = await a_plan(tx)
    for minutes in (1, 3, 2):
        await record_change(tx, plan, deployed("", at=tx.now - timedelta(minutes=minutes)), by=ANA)
    first = await list_changes(tx, Wanted(kind="deploy"), limit=2)
    assert [(tx.now - one.at).seconds for one in first.items] == [60, 120]
    rest = await list_changes(tx, Wanted(kind="deploy", before=first.next), limit=2)
    assert [(tx.now - one.at).seconds for one in rest.items] == [180]
    assert rest.next is None


async def test_changes_are_found_by_service_kind_time_and_plan(tx: Tx):
    plan = await a_plan(tx)
    hour = timedelta(hours=1)
    await record_change(tx, plan, deployed("a", at=tx.now - hour), by=ANA)
    await record_change(tx, plan, deployed("b", kind=Kind.FLAG, planned=False), by=ANA)
    assert [one.kind for one in await all_of(tx, kind="flag")] == [Kind.FLAG]
    assert [one.kind for one in await all_of(tx, unplanned=True)] == [Kind.FLAG]
    assert [one.kind for one in await all_of(tx, until=tx.now)] == [Kind.DEPLOY]
    assert [one.kind for one in await all_of(tx, since=tx.now)] == [Kind.FLAG]
    assert await all_of(tx, service="mail") == []
    assert len(await all_of(tx, service="shop")) == 2


async def test_a_push_of_the_plan_is_a_change(tx: Tx):
    plan = await a_plan(tx)
    page = await list_changes(tx, Wanted(kind="plan"))
    assert [(one.revision, one.actor) for one in page.items] == [(plan.revision, "ana")]


async def test_pushing_what_already_runs_changes_nothing(tx: Tx):
    await a_plan(tx)
    await a_plan(tx)
    assert len((await list_changes(tx, Wanted(kind="plan"))).items) == 1


async def an_alert(
    tx: Tx, *, service: str | None = "shop", first_at: datetime, drill: DrillId | None = None
) -> AlertId:
    """Write an alert with one symptom, as sorting does."""
    alert, source = tx.ids.fresh(), await register_source(tx, "monitor", drill=drill)
    await tx.db.execute(
        "insert into alert (id, key, title, priority, service, owner_reason, plan_revision,"
        " findings, first_at, last_at, raised_at, drill_id) values"
        " (%s, 'k', 'Slow', 2, %s, '', 'r', 1, %s, %s, %s, %s)",
        (alert, service, first_at, first_at, tx.now, drill),
    )
    await tx.db.execute(
        "insert into symptom (id, alert_id, source_id, drill_id, key, kind, title, description,"
        " priority, service, grouped, entities, tactics, tags, labels, links, first_at, last_at,"
        " raised_at, reason, because) values"
        " (%s, %s, %s, %s, %s, '', 'Slow', '', 2, %s, '', %s, '{}', '{}', '{}', '[]', %s, %s, %s,"
        " 'first', '')",
        (
            tx.ids.fresh(),
            alert,
            source.id,
            drill,
            str(alert),
            service,
            '[["principal", "arn:aws:iam::111122223333:user/shop-ci"]]',
            first_at,
            first_at,
            tx.now,
        ),
    )
    return AlertId(alert)


async def test_an_alert_blames_the_change_of_its_service_and_says_why(tx: Tx):
    plan = await a_plan(tx)
    source = await a_source(tx)
    told = [
        deployed("near", title="Near", at=tx.now - timedelta(minutes=23)),
        deployed("far", title="Far", at=tx.now - timedelta(hours=30)),
        deployed("other", service="nobody", at=tx.now - timedelta(minutes=2)),
        deployed("too-late", at=tx.now),
        deployed("waits", at=tx.now - timedelta(minutes=8), labels={"progress": "waiting"}),
    ]
    await keep_changes(tx, source, told, payload=None)
    alert = await an_alert(tx, first_at=tx.now - timedelta(minutes=5))
    found = await suspects_of_alert(tx, plan, alert)
    assert [one.change.title for one in found] == ["Near", "Far"]
    assert found[0].reasons == ("same service (shop)", "18 minutes before")
    assert found[0].score > found[1].score


async def test_an_alert_nobody_owns_blames_what_the_same_identity_changed(tx: Tx):
    plan = await a_plan(tx)
    thief = Entity(PRINCIPAL, "arn:aws:iam::111122223333:user/shop-ci")
    told = [deployed(service="?", entities=(thief,), at=tx.now - timedelta(minutes=9))]
    await keep_changes(tx, await a_source(tx), told, payload=None)
    alert = await an_alert(tx, service=None, first_at=tx.now)
    (found,) = await suspects_of_alert(tx, plan, alert)
    assert found.reasons[0].startswith("same principal")


async def test_an_alert_of_a_drill_blames_nothing_of_the_real_world(tx: Tx):
    plan = await a_plan(tx)
    await record_change(tx, plan, deployed(at=tx.now - timedelta(minutes=9)), by=ANA)
    alert = await an_alert(tx, first_at=tx.now, drill=await a_drill(tx))
    assert await suspects_of_alert(tx, plan, alert) == ()


async def test_an_incident_blames_by_all_its_alerts(tx: Tx):
    plan = await a_plan(tx)
    await record_change(tx, plan, deployed(at=tx.now - timedelta(minutes=9)), by=ANA)
    nothing = await suspects_of_incident(tx, plan, IncidentId(tx.ids.fresh()))
    assert nothing == ()


async def judged(tx: Tx, plan: Plan, *records: object, drill: DrillId | None = None) -> None:
    source = await register_source(tx, "trail", drill=drill)
    await keep(tx, source, [by_trail(*records)])
    rows = await signals.unjudged(tx.db, limit=100)
    await keep_calls(tx, plan, rows)
    await signals.mark_judged(tx.db, [row.id for row in rows], now=tx.now)


async def test_what_one_identity_does_to_a_service_in_a_minute_is_one_change(tx: Tx):
    plan = await a_plan(tx)
    await judged(
        tx,
        plan,
        record("e-1"),
        record("e-2", eventName="DeleteAccessKey"),
        record("e-3", eventName="ListUsers", readOnly=True),
        record("e-4", errorCode="AccessDenied"),
    )
    await judged(tx, plan, record("e-5", eventName="TagUser"))
    (kept,) = await all_of(tx)
    assert (kept.kind, kept.service, kept.times) == (Kind.CALL, "shop", 3)
    assert kept.title == "iam.CreateAccessKey by shop-ci"
    assert kept.description == "iam.CreateAccessKey, iam.DeleteAccessKey, iam.TagUser"
    assert kept.planned is None
    assert kept.assets


async def test_calls_a_minute_apart_are_changes_of_their_own(tx: Tx):
    plan = await a_plan(tx)
    await judged(tx, plan, record("e-1", ago=3), record("e-2", ago=200))
    assert len(await all_of(tx)) == 2


async def said(tx: Tx) -> list[str]:
    """Read what fireline said in its own name."""
    waiting = await payloads.unsorted(tx.db, drill=None, limit=50)
    return [str(row.body) for row in waiting if row.format == "fireline"]


CHANGES_FILE = """
pipelines: ["arn:aws:iam::*:role/deployer", "arn:aws:iam::*:user/release"]
watch: ["iam.*"]
window: 20m
priority: P3
"""


async def test_a_call_nobody_planned_is_said_once_for_each_thing_it_altered(tx: Tx):
    plan = await a_plan(tx, {"changes.yaml": CHANGES_FILE})
    assert plan.changes.window == timedelta(minutes=20)
    await judged(tx, plan, record("e-1"), record("e-2"))
    (kept,) = await all_of(tx, unplanned=True)
    assert kept.planned is False
    (told,) = await said(tx)
    assert "Unplanned change: iam.CreateAccessKey by shop-ci" in told
    assert '"P3"' in told


async def test_without_a_plan_of_pipelines_nothing_is_said(tx: Tx):
    plan = await a_plan(tx)
    assert plan.changes == Watch()
    await judged(tx, plan, record("e-1"))
    assert await said(tx) == []


async def test_what_a_pipeline_does_or_a_change_explains_is_planned(tx: Tx):
    plan = await a_plan(tx, {"changes.yaml": CHANGES_FILE})
    release = {
        "type": "IAMUser",
        "userName": "release",
        "arn": "arn:aws:iam::111122223333:user/release",
        "accountId": "111122223333",
        "accessKeyId": "AKIARELEASE",
    }
    await judged(tx, plan, record("e-1", userIdentity=release))
    await record_change(tx, plan, deployed(at=tx.now - timedelta(minutes=9)), by=ANA)
    await judged(tx, plan, record("e-2"))
    assert [one.planned for one in await all_of(tx, kind="call")] == [True, True]
    assert await said(tx) == []


async def test_calls_in_a_drill_stay_in_its_world(tx: Tx):
    plan = await a_plan(tx, {"changes.yaml": CHANGES_FILE})
    drill = await a_drill(tx)
    await judged(tx, plan, record("e-1"), drill=drill)
    assert await all_of(tx) == []
    page = await list_changes(tx, Wanted(), drill=drill)
    assert [one.drill for one in page.items] == [drill]
    (row,) = await payloads.unsorted(tx.db, drill=drill, limit=5)
    assert row.drill_id == drill


async def test_whatever_time_a_record_claims_the_judge_goes_on(tx: Tx):
    plan = await a_plan(tx, {"changes.yaml": CHANGES_FILE})
    await judged(
        tx,
        plan,
        record("e-1", eventTime="0001-01-01T00:00:00Z"),
        record("e-2", eventTime="9999-12-31T23:59:59Z"),
    )
    assert [one.at for one in await all_of(tx)] == [tx.now]


async def test_a_kept_change_names_the_payload_it_came_in(tx: Tx):
    await a_plan(tx)
    source = await a_source(tx)
    payload = tx.ids.fresh()
    body = b'{"service": "shop", "version": "1.4.2"}'
    new = payloads.New(payload, source.id, None, "deploy", "", "{}", body)
    await payloads.keep(tx.db, [new], now=tx.now)
    (row,) = await payloads.unsorted(tx.db, drill=None, limit=5)
    reading = read_payload(row)
    await keep_changes(tx, source, reading, payload=row.id)
    found = await tx.db.execute("select payload_id from change where kind = 'deploy'")
    assert [one[0] for one in await found.fetchall()] == [payload]


def read_payload(row: payloads.UnsortedRow) -> list[ChangeNotice]:
    reading = read(Payload(row.format, row.call, row.body, row.received_at, row.meta))
    return [one for one in reading.said if isinstance(one, ChangeNotice)]


async def test_the_search_looks_at_thousands_of_changes(tx: Tx):
    plan = await a_plan(tx)
    source = await a_source(tx)
    many = [
        deployed(f"m-{number}", at=tx.now - timedelta(seconds=20 * number)) for number in range(900)
    ]
    await keep_changes(tx, source, many, payload=None)
    alert = await an_alert(tx, first_at=tx.now)
    found = await suspects_of_alert(tx, plan, alert)
    assert len(found) == 20
    assert isinstance(found[0].change.id, UUID)
    assert timedelta(hours=30) < changes.HORIZON
    assert store.MAX_NEAR == 5_000
