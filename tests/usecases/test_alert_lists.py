"""The inbox: which alerts it lists, in which order, and page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.core.signals.entity import HOST, Entity
from fireline.core.values.actor import Human
from fireline.core.values.priority import Priority
from fireline.usecases.alert_hands import snooze_alert
from fireline.usecases.alert_lists import AlertFilter, count, listed, storms
from fireline.usecases.alerts import acknowledge_alert, resolve_alert
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import ANA, BO, DRILL
from tests.usecases.symptoms_world import Raised, Said, raised

BO_HUMAN = Human(BO)
EVERY = ("firing", "acknowledged", "resolved")


async def numbers(tx: Tx, wanted: AlertFilter) -> list[int]:
    return [line.number for line in await listed(tx, wanted)]


@pytest.fixture
async def five(tx: Tx) -> list[Raised]:
    """Raise five alerts, a minute apart: P1 P2 P3 P3 P5."""
    priorities = (Priority.P1, Priority.P2, Priority.P3, Priority.P3, Priority.P5)
    made: list[Raised] = []
    for minute, priority in enumerate(priorities):
        later = replace(tx, now=tx.now + timedelta(minutes=minute))
        said = Said(f"Problem 100%_{minute}", priority, entities=(Entity(HOST, f"web-{minute}"),))
        made.append(await raised(later, said))
    return made


async def test_the_most_urgent_come_first_then_the_newest_page_by_page(tx: Tx, five: list[Raised]):
    a, b, c, d, e = (one.number for one in five)
    assert await numbers(tx, AlertFilter()) == [a, b, d, c, e]
    assert await numbers(tx, AlertFilter(limit=2)) == [a, b]
    assert await numbers(tx, AlertFilter(limit=2, after=b)) == [d, c]
    assert await numbers(tx, AlertFilter(limit=2, after=c)) == [e]
    assert await numbers(tx, AlertFilter(limit=2, offset=3)) == [c, e]
    assert await count(tx, AlertFilter(limit=1)) == 5
    assert await count(tx, AlertFilter(), most=3) == 3


async def test_what_is_over_comes_last_the_latest_first(tx: Tx, five: list[Raised]):
    a, b, c, d, e = (one.number for one in five)
    for minute, one in enumerate((five[1], five[4])):
        await resolve_alert(
            replace(tx, now=tx.now + timedelta(hours=1 + minute)), one.id, by=BO_HUMAN
        )
    assert await numbers(tx, AlertFilter(states=("resolved",))) == [e, b]
    assert await numbers(tx, AlertFilter(states=("resolved",), after=e)) == [b]
    assert await numbers(tx, AlertFilter(states=EVERY)) == [a, d, c, e, b]
    assert await numbers(tx, AlertFilter(states=EVERY, limit=2, offset=2)) == [c, e]
    assert await numbers(tx, AlertFilter(states=EVERY, limit=2, offset=4)) == [b]
    assert await numbers(tx, AlertFilter(states=EVERY, limit=3, after=c)) == [e, b]


FILTERS: list[tuple[AlertFilter, list[int]]] = [
    (AlertFilter(priorities=(Priority.P2, Priority.P5)), [1, 4]),
    (AlertFilter(least=Priority.P2), [0, 1]),
    (AlertFilter(teams=("web",)), [0, 1, 3, 2, 4]),
    (AlertFilter(teams=("nobody",)), []),
    (AlertFilter(services=("shop",), least=Priority.P1), [0]),
    (AlertFilter(text="problem 100%_2"), [2]),
    (AlertFilter(text="100x"), []),
    (AlertFilter(text="web-3"), [3]),
    (AlertFilter(text="SHOP"), [0, 1, 3, 2, 4]),
    (AlertFilter(text="a\0b"), []),
    (AlertFilter(snoozed=True), []),
    (AlertFilter(snoozed=False, least=Priority.P1), [0]),
    (AlertFilter(suppressed=True), []),
    (AlertFilter(unrouted=True), []),
    (AlertFilter(drill=DRILL), []),
    (AlertFilter(states=("acknowledged",)), []),
    (AlertFilter(limit=0), []),
]


@pytest.mark.parametrize(("wanted", "places"), FILTERS)
async def test_filters_let_through_what_they_say(
    tx: Tx, five: list[Raised], wanted: AlertFilter, places: list[int]
):
    assert await numbers(tx, wanted) == [five[place].number for place in places]
    assert await count(tx, wanted) == len(places) or wanted.limit == 0


async def test_a_line_says_what_keeps_an_alert_quiet_and_whose_it_is(tx: Tx, five: list[Raised]):
    storm, held, again = five[0], five[1], five[2]
    silence = tx.ids.fresh()
    await tx.db.execute("update alert set told_by = %s where id = %s", (storm.id, five[3].id))
    await tx.db.execute("update alert set suppressed_by = %s where id = %s", (silence, held.id))
    await tx.db.execute(
        "update alert set again_of = %s, flaps = 4, service = null where id = %s",
        (storm.id, again.id),
    )
    await snooze_alert(tx, five[4].id, until=tx.now + timedelta(hours=1), by=BO_HUMAN)
    await acknowledge_alert(tx, storm.id, by=Human(ANA))
    lines = {line.number: line for line in await listed(tx, AlertFilter())}
    assert lines[five[3].number].told_by == storm.number
    assert lines[held.number].suppressed
    assert (lines[again.number].again_of, lines[again.number].flaps) == (storm.number, 4)
    assert lines[five[4].number].snoozed_until == tx.now + timedelta(hours=1)
    assert lines[storm.number].acknowledged_by == "ana"
    assert lines[storm.number].symptoms == 1
    assert await numbers(tx, AlertFilter(snoozed=True)) == [five[4].number]
    assert await numbers(tx, AlertFilter(suppressed=True)) == [held.number]
    assert await numbers(tx, AlertFilter(unrouted=True)) == [again.number]
    (speaking,) = await storms(tx, drill=None)
    assert (speaking.number, speaking.speaks_for) == (storm.number, 1)


async def test_a_drill_is_listed_alone_or_left_out(tx: Tx):
    real, drilled = await raised(tx), await raised(tx, drill=DRILL)
    assert await numbers(tx, AlertFilter(drill=DRILL)) == [drilled.number]
    assert await numbers(tx, AlertFilter(drills=False)) == [real.number]
