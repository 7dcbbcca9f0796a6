"""What the database itself promises about alerts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from fireline.core.assets.ref import AssetRef
from fireline.core.escalation.ladder import Answered, Exhausted, State, Waiting, Withdrawn
from fireline.core.signals.entity import Entity
from fireline.core.values.ids import PersonId
from fireline.store import alerts, ladders, links, pages
from fireline.usecases.transaction import Tx
from tests.hand_clock import BEGINS

ANA = PersonId("ana")


def new(tx: Tx, *, drill: UUID | None = None) -> dict[str, Any]:
    at = tx.now.isoformat()
    return {
        "id": str(tx.ids.fresh()),
        "key": "principal:x",
        "title": "Key made",
        "description": "",
        "priority": 2,
        "state": "firing",
        "owner_reason": "nobody's",
        "plan_revision": "1" * 64,
        "findings": 1,
        "symptoms": 1,
        "live_symptoms": 1,
        "first_at": at,
        "last_at": at,
        "raised_at": at,
        "pace": 1,
        "flaps": 0,
        "drill_id": str(drill) if drill else None,
    }


async def added(tx: Tx, **wanted: UUID) -> UUID:
    (number,) = await alerts.numbers(tx.db, 1)
    fresh = new(tx, **wanted)
    await alerts.add_many(tx.db, [{**fresh, "number": number}])
    return UUID(fresh["id"])


async def test_numbers_grow_and_find_their_alert(tx: Tx):
    one, two = await added(tx), await added(tx, drill=UUID(int=7))
    first, second = await alerts.get(tx.db, one), await alerts.get(tx.db, two)
    assert first is not None
    assert second is not None
    assert first.number < second.number
    assert await alerts.numbered(tx.db, second.number) == second


async def test_entities_are_remembered_once(tx: Tx):
    which = await added(tx)
    entity = Entity("access_key", "AKIA1")
    await alerts.add_entities(tx.db, [(which, entity), (which, Entity("principal", "p"))])
    await alerts.add_entities(tx.db, [(which, entity)])
    kept = await alerts.entities(tx.db, which)
    assert [(one.kind, one.value) for one in kept] == [("access_key", "AKIA1"), ("principal", "p")]


async def test_assets_stay_in_the_order_they_were_first_seen(tx: Tx):
    which = await added(tx)
    seen = [AssetRef("aws.iam.user", "1", name) for name in ("b", "a", "c")]
    await alerts.add_assets(tx.db, [(which, asset) for asset in seen[:2]])
    await alerts.add_assets(tx.db, [(which, seen[1]), (which, seen[2])])
    assert await alerts.assets(tx.db, which) == seen


@pytest.mark.parametrize(
    "state",
    [
        Waiting(1, BEGINS),
        Answered(2, ANA, BEGINS),
        Exhausted(3, BEGINS),
        Withdrawn(0, BEGINS),
    ],
    ids=lambda state: type(state).__name__,
)
async def test_a_ladder_comes_back_as_it_was_saved(tx: Tx, state: State):
    which = await added(tx)
    await ladders.begin(tx.db, which, due_at=tx.now)
    assert await ladders.get(tx.db, which) == Waiting(0, tx.now)
    await ladders.save(tx.db, which, state)
    assert await ladders.get(tx.db, which) == state


async def test_a_ladder_cannot_be_two_things_at_once(tx: Tx):
    which = await added(tx)
    await ladders.begin(tx.db, which, due_at=tx.now)
    with pytest.raises(psycopg.errors.CheckViolation):
        await tx.db.execute("update ladder set state = 'answered'")


def test_a_row_that_cannot_be_is_a_bug_not_a_state():
    row = ladders.LadderRow(UUID(int=1), "waiting", 0, None, None, None, [], None, 1)
    with pytest.raises(AssertionError, match="cannot be"):
        _ = row.value


async def test_a_step_pages_a_person_once(tx: Tx):
    page = pages.New(tx.ids.fresh(), await added(tx), "ana", 1, "on call")
    assert await pages.add(tx.db, page, now=tx.now)
    assert not await pages.add(tx.db, replace(page, id=tx.ids.fresh()), now=tx.now)
    assert await pages.add(tx.db, replace(page, id=tx.ids.fresh(), step=2), now=tx.now)


async def test_a_link_is_found_by_its_token_alone_and_used_once(tx: Tx):
    which = await added(tx)
    page = pages.New(tx.ids.fresh(), which, "ana", 1, "on call")
    await pages.add(tx.db, page, now=tx.now)
    link = links.New(tx.ids.fresh(), which, page.id, "ana")
    later = tx.now + timedelta(hours=24)
    await links.add(tx.db, link, "t0ken", now=tx.now, expires_at=later)
    kept = await links.get(tx.db, "t0ken")
    assert kept is not None
    assert (kept.id, kept.expires_at, kept.used_at) == (link.id, later, None)
    assert await links.get(tx.db, "other") is None
    assert await links.use(tx.db, link.id, now=tx.now)
    assert not await links.use(tx.db, link.id, now=tx.now)


async def test_an_alert_is_answered_once_and_resolved_once(tx: Tx):
    which = await added(tx)
    assert await alerts.acknowledge(tx.db, which, by="ana", now=tx.now)
    assert not await alerts.acknowledge(tx.db, which, by="bo", now=tx.now)
    assert await alerts.resolve(tx.db, which, by="bo", now=tx.now)
    assert not await alerts.resolve(tx.db, which, by="ana", now=tx.now)
