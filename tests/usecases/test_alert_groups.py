"""Several alerts made one, symptoms split off, and what people asked to be learned of it."""

from datetime import timedelta

import pytest

from fireline.app.house import House
from fireline.content.starter_plan import starter_files
from fireline.core.signals.entity import HOST, PRINCIPAL, Entity
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, CategoryId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Refusal
from fireline.ports.channel import Delivered
from fireline.store import alerts, ladders, symptoms
from fireline.usecases import incidents, links, plans
from fireline.usecases.alert_groups import (
    MAX_MERGED,
    MergeImpossible,
    SplitImpossible,
    merge_alerts,
    split_alert,
    symptoms_numbered,
)
from fireline.usecases.alert_hands import snooze_alert
from fireline.usecases.alerts import (
    AlertNotFound,
    AlertResolved,
    acknowledge_alert,
    resolve_alert,
)
from fireline.usecases.learned_links import (
    LearnedLinkNotFound,
    NothingToLearn,
    forget_link,
    learn_link,
    list_links,
    wishes,
)
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import ANA, BO, DRILL, climb, send, token_in, told
from tests.usecases.symptoms_world import Said, raised

BO_HUMAN, ANA_HUMAN = Human(BO), Human(ANA)
HOST_1, HOST_2 = Entity(HOST, "web-1"), Entity(HOST, "web-2")
SLOW, FULL = Said("Slow on web-1", entities=(HOST_1,)), Said("Disk full", entities=(HOST_2,))


async def standing(tx: Tx, alert: AlertId) -> alerts.AlertRow:
    row = await alerts.get(tx.db, alert)
    assert row is not None
    return row


async def homes(tx: Tx, *alerts_: AlertId) -> list[int]:
    """Count the symptoms of each alert."""
    found = await tx.db.execute("select alert_id from symptom")
    rows = [row[0] for row in await found.fetchall()]
    return [rows.count(alert) for alert in alerts_]


async def kinds(tx: Tx, alert: AlertId) -> list[str]:
    found = await tx.db.execute("select kind from fact where stream_id = %s order by seq", (alert,))
    return [str(row[0]) for row in await found.fetchall()]


async def due_of(tx: Tx, alert: AlertId) -> list[str]:
    found = await tx.db.execute("select kind from due where id = %s", (alert,))
    return [str(row[0]) for row in await found.fetchall()]


async def test_merging_moves_symptoms_ends_the_others_and_says_where_they_went(tx: Tx):
    into, other, third = await raised(tx, SLOW), await raised(tx, FULL), await raised(tx)
    await snooze_alert(tx, third.id, until=tx.now + timedelta(hours=1), by=ANA_HUMAN)
    await merge_alerts(tx, into.id, [other.id, third.id, other.id, into.id], by=BO_HUMAN)
    assert await homes(tx, into.id, other.id, third.id) == [3, 0, 0]
    row = await standing(tx, into.id)
    assert (row.symptoms, row.live_symptoms, row.state) == (3, 3, "firing")
    for gone in (other, third):
        ended = await standing(tx, gone.id)
        assert (ended.state, ended.merged_into, ended.resolved_by) == ("resolved", into.id, "bo")
        assert (ended.symptoms, ended.live_symptoms, ended.snoozed_until) == (0, 0, None)
        assert await due_of(tx, gone.id) == []
    assert (await kinds(tx, into.id))[-1] == "alert.merged"
    assert await kinds(tx, other.id) == ["alert.merged_away"]
    entities = {one.value for one in await alerts.entities(tx.db, into.id)}
    assert entities == {"web-1", "web-2"}
    news = await symptoms.news(tx.db, drill=None)
    assert [(one.kind, one.alert_id, one.other_id) for one in news] == [
        ("merged", other.id, into.id),
        ("merged", third.id, into.id),
    ]


async def test_merging_twice_is_merging_once(tx: Tx):
    into, other = await raised(tx), await raised(tx)
    await merge_alerts(tx, into.id, [other.id], by=BO_HUMAN)
    await merge_alerts(tx, into.id, [other.id], by=ANA_HUMAN)
    assert await homes(tx, into.id) == [2]
    assert (await kinds(tx, into.id)).count("alert.merged") == 1


async def test_a_link_sent_for_a_merged_alert_acknowledges_the_one_it_became(house: House):
    async with house.transaction() as tx:
        into, other = await raised(tx), await raised(tx, Said("Down", Priority.P1))
    await climb(house)
    sent = await send(house, Delivered("ok"))
    token = next(token_in(one) for one in sent if "#2" in one.subject)
    async with house.transaction() as tx:
        await merge_alerts(tx, into.id, [other.id], by=BO_HUMAN)
        answer = await links.press(tx, token)
        assert (answer.alert, answer.by) == (into.id, ANA)
        assert (await standing(tx, into.id)).state == "acknowledged"


async def test_a_merge_lets_nobody_sleep_who_would_have_been_woken(house: House):
    async with house.transaction() as tx:
        calm = await raised(tx, Said("Slow", Priority.P4))
        urgent = await raised(tx, Said("Down", Priority.P1))
        quiet = await raised(tx, ladder=False, untold_why="flapping")
        loud = await raised(tx)
        await merge_alerts(tx, calm.id, [urgent.id], by=BO_HUMAN)
        assert (await standing(tx, calm.id)).priority == Priority.P1
        await merge_alerts(tx, quiet.id, [loud.id], by=BO_HUMAN)
        assert (await standing(tx, quiet.id)).untold_why is None
    assert await climb(house) == 2
    sent = await send(house, Delivered("ok"))
    assert told(sent) == [("ana", "webhook"), ("ana", "email")]


async def test_what_somebody_has_stays_theirs_with_what_is_merged_into_it(tx: Tx):
    into, other = await raised(tx), await raised(tx, Said("Down", Priority.P1))
    await acknowledge_alert(tx, into.id, by=ANA_HUMAN)
    await merge_alerts(tx, into.id, [other.id], by=BO_HUMAN)
    assert (await standing(tx, into.id)).acknowledged_by == "ana"
    assert await due_of(tx, into.id) == []


async def test_the_incident_of_a_merged_alert_keeps_it(house: House):
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=BO_HUMAN, note="")
        plan = await plans.current(tx)
        into, other = await raised(tx), await raised(tx)
        declared = await incidents.declare(
            tx,
            plan,
            alerts=[other.id],
            title="Down",
            priority=Priority.P2,
            category=CategoryId("slow"),
            lead=BO,
            by=BO_HUMAN,
        )
        await merge_alerts(tx, into.id, [other.id], by=BO_HUMAN)
        found = await tx.db.execute("select alert_id from incident_alert order by joined_at")
        assert {row[0] for row in await found.fetchall()} == {into.id, other.id}
        assert declared


async def test_alerts_that_cannot_become_one_are_refused(tx: Tx):
    one, over, drilled = await raised(tx), await raised(tx), await raised(tx, drill=DRILL)
    await resolve_alert(tx, over.id, by=BO_HUMAN)
    missing = AlertId(tx.ids.fresh())
    cases: list[tuple[AlertId, list[AlertId], type[Refusal]]] = [
        (one.id, [], MergeImpossible),
        (one.id, [one.id], MergeImpossible),
        (one.id, [AlertId(tx.ids.fresh()) for _ in range(MAX_MERGED + 1)], MergeImpossible),
        (one.id, [drilled.id], MergeImpossible),
        (one.id, [over.id], AlertResolved),
        (over.id, [one.id], AlertResolved),
        (one.id, [missing], AlertNotFound),
        (missing, [one.id], AlertNotFound),
    ]
    for into, others, refusal in cases:
        with pytest.raises(refusal):
            await merge_alerts(tx, into, others, by=BO_HUMAN)


async def test_splitting_makes_an_alert_of_its_own_that_is_told_to_its_owner(tx: Tx):
    await plans.push(tx, starter_files(), by=BO_HUMAN, note="")
    plan = await plans.current(tx)
    service = next(iter(plan.services.values()))
    theirs = Said("Disk full", Priority.P2, service=service.id, entities=(HOST_2,))
    parent = await raised(tx, SLOW, theirs, Said("Slower still", Priority.P4))
    fresh = await split_alert(tx, parent.id, [parent.symptoms[1]], by=BO_HUMAN)
    assert await homes(tx, parent.id, fresh) == [2, 1]
    row, left = await standing(tx, fresh), await standing(tx, parent.id)
    assert (row.title, row.priority, row.state) == ("Disk full", Priority.P2, "firing")
    assert (row.service, row.team, row.policy) == (service.id, service.owner, service.policy)
    assert (row.symptoms, row.live_symptoms, left.symptoms, left.live_symptoms) == (1, 1, 2, 2)
    assert [one.value for one in await alerts.entities(tx.db, fresh)] == ["web-2"]
    assert await due_of(tx, fresh) == [ladders.LADDER]
    assert await kinds(tx, fresh) == ["alert.raised"]
    assert await kinds(tx, parent.id) == ["alert.split"]
    found = await tx.db.execute(
        "select apart_from, reason, because from symptom where alert_id = %s", (fresh,)
    )
    assert await found.fetchone() == (
        parent.id,
        "split",
        f"bo split it off alert #{parent.number}",
    )
    (news,) = await symptoms.news(tx.db, drill=None)
    assert (news.kind, news.alert_id, news.other_id) == ("split", parent.id, fresh)
    assert news.symptoms == [parent.symptoms[1]]


async def test_what_no_service_owns_stays_with_the_owner_it_had(tx: Tx):
    parent = await raised(tx, SLOW, Said("Disk full", service=None))
    fresh = await split_alert(tx, parent.id, [parent.symptoms[1]], by=BO_HUMAN)
    row = await standing(tx, fresh)
    assert (row.service, row.team, row.policy) == ("shop", "web", "web")
    assert row.owner_reason.startswith(f"split off alert #{parent.number}")


async def test_assets_the_symptoms_name_go_with_them(tx: Tx):
    principal = Entity(PRINCIPAL, "arn:aws:iam::111122223333:user/shop-ci")
    parent = await raised(tx, SLOW, Said("Key used", entities=(principal,)))
    await tx.db.execute(
        "insert into alert_asset (alert_id, kind, account, region, asset) values"
        " (%s, 'aws.iam.user', '', '', 'shop-ci'), (%s, 'aws.iam.user', '', '', 'ci')",
        (parent.id, parent.id),
    )
    fresh = await split_alert(tx, parent.id, [parent.symptoms[1]], by=BO_HUMAN)
    assert [asset.id for asset in await alerts.assets(tx.db, fresh)] == ["shop-ci"]


async def test_what_stays_behind_is_over_when_nothing_in_it_fires(tx: Tx):
    parent = await raised(tx, Said("Was slow", state="resolved"), FULL)
    await split_alert(tx, parent.id, [parent.symptoms[1]], by=BO_HUMAN)
    assert (await standing(tx, parent.id)).state == "resolved"


async def test_what_a_silence_holds_is_split_quietly(tx: Tx):
    parent = await raised(tx, SLOW, FULL, suppressed_by=str(tx.ids.fresh()))
    fresh = await split_alert(tx, parent.id, [parent.symptoms[1]], by=BO_HUMAN)
    assert await due_of(tx, fresh) == []
    assert (await standing(tx, fresh)).suppressed_by is not None


async def test_symptoms_that_cannot_leave_are_refused(tx: Tx):
    over = Said("Was slow", state="resolved")
    parent, other = await raised(tx, SLOW, FULL, over), await raised(tx)
    for wrong in (
        [],
        list(parent.symptoms),
        [parent.symptoms[2]],
        [other.symptoms[0]],
        [parent.symptoms[0], other.symptoms[0]],
    ):
        with pytest.raises(SplitImpossible):
            await split_alert(tx, parent.id, wrong, by=BO_HUMAN)
    await resolve_alert(tx, parent.id, by=BO_HUMAN)
    with pytest.raises(AlertResolved):
        await split_alert(tx, parent.id, [parent.symptoms[0]], by=BO_HUMAN)
    with pytest.raises(AlertNotFound):
        await split_alert(tx, AlertId(tx.ids.fresh()), [parent.symptoms[0]], by=BO_HUMAN)


async def test_symptoms_are_found_by_their_numbers_in_their_alert_alone(tx: Tx):
    parent, other = await raised(tx, SLOW, FULL), await raised(tx)
    found = await tx.db.execute("select id, number from symptom")
    numbers = {row[0]: row[1] for row in await found.fetchall()}
    wanted = [numbers[one] for one in parent.symptoms]
    assert await symptoms_numbered(tx, parent.id, wanted) == list(parent.symptoms)
    with pytest.raises(SplitImpossible):
        await symptoms_numbered(tx, parent.id, [numbers[other.symptoms[0]]])


async def test_a_merge_heals_a_split(tx: Tx):
    parent = await raised(tx, SLOW, FULL)
    fresh = await split_alert(tx, parent.id, [parent.symptoms[1]], by=BO_HUMAN)
    await merge_alerts(tx, parent.id, [fresh], by=BO_HUMAN)
    found = await tx.db.execute("select apart_from from symptom where alert_id = %s", (parent.id,))
    assert await found.fetchall() == [(None,), (None,)]


async def test_what_was_split_off_stays_apart_from_what_its_alert_became(tx: Tx):
    parent, into = await raised(tx, SLOW, FULL), await raised(tx)
    fresh = await split_alert(tx, parent.id, [parent.symptoms[1]], by=BO_HUMAN)
    await merge_alerts(tx, into.id, [parent.id], by=BO_HUMAN)
    found = await tx.db.execute("select apart_from from symptom where alert_id = %s", (fresh,))
    assert await found.fetchall() == [(into.id,)]


async def test_a_link_is_learned_listed_replaced_and_withdrawn(tx: Tx):
    parent = await raised(tx, SLOW, FULL)
    number = await learn_link(tx, parent.id, parent.symptoms[1], together=False, by=BO_HUMAN)
    same = await learn_link(tx, parent.id, parent.symptoms[1], together=False, by=ANA_HUMAN)
    assert same == number
    (link,) = await list_links(tx)
    assert (link.number, link.together, link.alert, link.made_by) == (
        number,
        False,
        parent.number,
        "bo",
    )
    assert link.name == "“Disk full” of shop apart from “Slow on *” of shop"
    (pair,) = (await wishes(tx)).apart
    assert (pair.one.title, pair.other.title, pair.one.source) == (
        "Disk full",
        "Slow on *",
        "prometheus",
    )
    opposite = await learn_link(tx, parent.id, parent.symptoms[0], together=True, by=BO_HUMAN)
    assert [one.number for one in await list_links(tx)] == [opposite]
    assert (await wishes(tx)).apart == ()
    await forget_link(tx, opposite, by=ANA_HUMAN)
    assert await list_links(tx) == ()
    with pytest.raises(LearnedLinkNotFound):
        await forget_link(tx, opposite, by=ANA_HUMAN)
    news = await symptoms.news(tx.db, drill=None)
    assert {one.kind for one in news} == {"wishes"}


async def test_what_was_split_off_is_kept_apart_from_what_stayed(tx: Tx):
    parent = await raised(tx, SLOW, FULL)
    await split_alert(tx, parent.id, [parent.symptoms[1]], by=BO_HUMAN)
    await learn_link(tx, parent.id, parent.symptoms[1], together=False, by=BO_HUMAN)
    assert len((await wishes(tx)).apart) == 1


async def test_a_rule_needs_two_kinds_of_symptom_of_the_real_world(tx: Tx):
    alone, drilled = await raised(tx, SLOW), await raised(tx, SLOW, FULL, drill=DRILL)
    twins = await raised(tx, SLOW, Said("Slow on web-2", entities=(HOST_2,)))
    for alert, symptom in (
        (alone, alone.symptoms[0]),
        (drilled, drilled.symptoms[0]),
        (twins, twins.symptoms[0]),
    ):
        with pytest.raises(NothingToLearn):
            await learn_link(tx, alert.id, symptom, together=False, by=BO_HUMAN)
    await learn_link(tx, twins.id, twins.symptoms[0], together=True, by=BO_HUMAN)
