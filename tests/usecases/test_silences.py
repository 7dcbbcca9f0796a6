"""What a silence holds is told to nobody, and told again once nothing holds it."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fireline.core.alerting.matching import BadMatcher, Matcher, matcher_from
from fireline.core.alerting.windows import Weekly
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, PersonId, SilenceId
from fireline.core.values.priority import Priority
from fireline.store import due, ladders
from fireline.usecases import silences
from fireline.usecases.alert_hands import snooze_alert
from fireline.usecases.alert_views import AlertView
from fireline.usecases.alerts import acknowledge_alert, find_alert, resolve_alert
from fireline.usecases.escalations import take_step
from fireline.usecases.silences import (
    SilenceNotFound,
    SilenceOver,
    SilenceTooBroad,
    SilenceUnclear,
    SilenceView,
    Wanted,
    active_silences,
    end_silence,
    find_silence,
    lift,
    list_silences,
    place_silence,
    preview_silence,
    turn_silence,
)
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import PLAN
from tests.usecases.sorting_world import everything, firing, heard, later, over

ANA = Human(PersonId("ana"))
HOST = Matcher("host", "web-1")


def wanted(*matchers: Matcher, **said: Any) -> Wanted:
    terms = {"comment": "a new disk is coming", **said}
    return Wanted(matchers or (HOST,), **terms)


async def placed(tx: Tx, *matchers: Matcher, hours: float = 2, **said: Any) -> SilenceView:
    if "window" not in said and not said.get("until_resolved"):
        said = {"ends_at": tx.now + timedelta(hours=hours), **said}
    return await place_silence(tx, wanted(*matchers, **said), by=ANA)


async def an_alert(tx: Tx, key: str = "disk", **said: Any) -> AlertView:
    labels = said.pop("labels", {"host": "web-1"})
    return (await heard(tx, firing(key, said.pop("title", key), labels=labels, **said)))[-1]


async def told(tx: Tx, alert: AlertView) -> list[str]:
    """Return who has been told of an alert, with every message still on its way or out."""
    view = await find_alert(tx, alert.number)
    return [page.person for page in view.pages if page.state in ("wished", "sent")]


async def climb(tx: Tx, alert: AlertView) -> list[str]:
    await take_step(tx, PLAN, AlertId(alert.id))
    return await told(tx, alert)


async def row_of(tx: Tx, alert: AlertView) -> Any:
    found = await tx.db.execute(
        "select suppressed_by, suppressed_until, untold_why, state from alert where id = %s",
        (alert.id,),
    )
    return await found.fetchone()


async def is_due(tx: Tx, alert: AlertView) -> bool:
    found = await tx.db.execute("select 1 from due where kind = 'ladder' and id = %s", (alert.id,))
    return await found.fetchone() is not None


async def settle(tx: Tx) -> None:
    while await lift(tx):
        pass


async def kinds(tx: Tx, alert: AlertView) -> list[str]:
    return [fact.kind for fact in (await find_alert(tx, alert.number)).timeline]


async def test_a_new_alert_that_fits_is_kept_and_told_to_nobody(tx: Tx):
    silence = await placed(tx)
    alert = await an_alert(tx)
    by, until, why, state = await row_of(tx, alert)
    assert (by, until, state) == (silence.id, silence.ends_at, "firing")
    assert "silence by ana" in why
    assert "a new disk is coming" in why
    assert not await is_due(tx, alert)


async def test_one_that_does_not_fit_is_told_as_ever(tx: Tx):
    await placed(tx)
    alert = await an_alert(tx, labels={"host": "web-2"})
    assert (await row_of(tx, alert))[0] is None
    assert await climb(tx, alert) == ["ana"]


async def test_placing_a_silence_stops_the_telling_of_what_fires_already(tx: Tx):
    alert = await an_alert(tx)
    assert await climb(tx, alert) == ["ana"]
    silence = await placed(tx)
    assert (await row_of(tx, alert))[:2] == (silence.id, silence.ends_at)
    assert await told(tx, alert) == []
    assert not await is_due(tx, alert)
    assert "alert.suppressed" in await kinds(tx, alert)
    assert (await find_silence(tx, silence.id)).holds == 1


async def test_when_a_silence_is_over_people_are_told_of_what_still_fires(tx: Tx):
    alert = await an_alert(tx)
    assert await climb(tx, alert) == ["ana"]
    silence = await placed(tx, hours=1)
    at_end = later(tx, hours=1)
    await turn_silence(at_end, silence.id)
    await settle(at_end)
    assert (await row_of(tx, alert))[:3] == (None, None, None)
    assert await is_due(tx, alert)
    assert await climb(at_end, alert) == ["ana"]
    assert "alert.restored" in await kinds(tx, alert)
    ended = await find_silence(at_end, silence.id)
    assert (ended.status, ended.ended_by) == ("expired", "fireline:silences")


async def test_a_moment_before_its_end_it_holds_still(tx: Tx):
    alert = await an_alert(tx)
    silence = await placed(tx, hours=1)
    before = later(tx, minutes=59, seconds=59)
    await turn_silence(before, silence.id)
    await settle(before)
    assert (await row_of(tx, alert))[0] == silence.id


async def test_people_are_told_even_if_the_turn_never_came(tx: Tx):
    """What looks after held alerts does not depend on the silence's own clock."""
    alert = await an_alert(tx)
    await placed(tx, hours=1)
    await settle(later(tx, hours=1, seconds=1))
    assert await is_due(tx, alert)


async def test_ending_a_silence_early_tells_people_at_once(tx: Tx):
    silence = await placed(tx)
    alert = await an_alert(tx)
    await end_silence(tx, silence.id, by=ANA)
    assert (await row_of(tx, alert))[0] is None
    assert await climb(tx, alert) == ["ana"]
    with pytest.raises(SilenceOver):
        await end_silence(tx, silence.id, by=ANA)


async def test_an_alert_held_by_a_book_that_was_too_old_is_told_all_the_same(tx: Tx):
    """A sorter may hold an alert in the moment the silence is ended elsewhere."""
    silence = await placed(tx)
    await end_silence(tx, silence.id, by=ANA)
    alert = await an_alert(tx)
    await tx.db.execute(
        "update alert set suppressed_by = %s, suppressed_until = %s, untold_why = 'held'"
        " where id = %s",
        (silence.id, silence.ends_at, alert.id),
    )
    await due.cancel(tx.db, ladders.LADDER, alert.id)
    await settle(tx)
    assert await climb(tx, alert) == ["ana"]


async def test_what_another_silence_holds_stays_held(tx: Tx):
    alert = await an_alert(tx)
    first = await placed(tx)
    second = await placed(tx, Matcher("alertname", ""), HOST, comment="the other reason")
    await end_silence(tx, first.id, by=ANA)
    assert (await row_of(tx, alert))[0] == second.id
    assert not await is_due(tx, alert)
    await end_silence(tx, second.id, by=ANA)
    assert await is_due(tx, alert)


async def test_an_answered_alert_stays_answered_and_a_resolved_one_resolved(tx: Tx):
    answered = await an_alert(tx, "a")
    gone = await an_alert(later(tx, hours=1), "b", title="Other thing")
    await acknowledge_alert(tx, AlertId(answered.id), by=ANA)
    silence = await placed(tx)
    await resolve_alert(tx, AlertId(gone.id), by=ANA)
    await end_silence(tx, silence.id, by=ANA)
    assert not await is_due(tx, answered)
    assert not await is_due(tx, gone)
    assert (await row_of(tx, answered))[3] == "acknowledged"


async def test_a_snoozed_alert_waits_for_its_snooze(tx: Tx):
    alert = await an_alert(tx)
    await snooze_alert(tx, AlertId(alert.id), until=tx.now + timedelta(hours=3), by=ANA)
    silence = await placed(tx)
    await end_silence(tx, silence.id, by=ANA)
    assert (await row_of(tx, alert))[0] is None
    assert not await is_due(tx, alert)


async def test_an_alert_is_told_when_something_joins_it_that_is_not_silenced(tx: Tx):
    await placed(tx)
    alert = await an_alert(tx, "disk", title="Disk full", group="g")
    both = await heard(tx, firing("net", "Net down", labels={"host": "web-2"}, group="g"))
    assert len(both) == 1
    await settle(tx)
    assert (await row_of(tx, alert))[0] is None
    assert await climb(tx, alert) == ["ana"]


async def test_a_p1_is_held_only_by_a_silence_that_says_why(tx: Tx):
    await placed(tx)
    urgent = await an_alert(tx, "u", priority=Priority.P1)
    assert (await row_of(tx, urgent))[0] is None
    broad = await placed(tx, broad="the whole rack is off until ten")
    assert (await row_of(tx, urgent))[0] == broad.id


async def test_an_alert_that_becomes_a_p1_while_it_is_held_is_told(tx: Tx):
    await placed(tx)
    alert = await an_alert(tx, "d", priority=Priority.P3)
    await heard(tx, firing("d", labels={"host": "web-1"}, priority=Priority.P1))
    await settle(tx)
    assert (await row_of(tx, alert))[0] is None
    assert await climb(tx, alert) == ["ana"]


async def test_until_resolved_ends_with_what_it_holds(tx: Tx):
    alert = await an_alert(tx)
    silence = await placed(tx, until_resolved=True)
    await turn_silence(tx, silence.id)
    much_later = later(tx, days=2)
    await settle(much_later)
    assert (await find_silence(much_later, silence.id)).status == "active"
    assert (await row_of(tx, alert))[1] is None
    await heard(much_later, over("disk"))
    await settle(much_later)
    assert (await find_silence(much_later, silence.id)).status == "expired"
    again = await an_alert(later(much_later, hours=2))
    assert again.number != alert.number
    assert await is_due(tx, again)


async def test_until_resolved_needs_something_that_fires_and_does_not_wait_for_ever(tx: Tx):
    with pytest.raises(SilenceUnclear, match="nothing that could be resolved"):
        await placed(tx, until_resolved=True)
    alert = await an_alert(tx)
    silence = await placed(tx, until_resolved=True)
    assert silence.ends_at == tx.now + timedelta(days=30)
    late = later(tx, days=30)
    await turn_silence(late, silence.id)
    await settle(late)
    assert await is_due(tx, alert)


async def test_a_maintenance_window_holds_each_time_and_lets_go_between(tx: Tx):
    start = tx.now + timedelta(hours=1)
    nightly = Weekly(ZoneInfo("UTC"), frozenset(range(7)), start.time(), timedelta(hours=2))
    silence = await placed(tx, window=nightly)
    assert silence.status == "pending"
    alert = await an_alert(tx)
    assert await is_due(tx, alert)
    for day in (0, 1, 2):
        begins = replace(tx, now=start + timedelta(days=day))
        await turn_silence(begins, silence.id)
        await settle(begins)
        assert (await row_of(tx, alert))[:2] == (silence.id, begins.now + timedelta(hours=2))
        ends = later(begins, hours=2)
        await turn_silence(ends, silence.id)
        await settle(ends)
        assert (await row_of(tx, alert))[0] is None
        assert await is_due(tx, alert)


async def test_the_next_turn_of_a_silence_waits_in_the_table_of_what_is_due(tx: Tx):
    silence = await placed(tx, starts_at=tx.now + timedelta(hours=1))
    assert await _due_at(tx, silence.id) == silence.starts_at
    at_start = later(tx, hours=1)
    alert = await an_alert(at_start, labels={"host": "web-1"})
    await turn_silence(at_start, silence.id)
    assert await _due_at(tx, silence.id) == silence.ends_at
    assert (await row_of(tx, alert))[0] == silence.id


async def _due_at(tx: Tx, silence: SilenceId) -> datetime | None:
    found = await tx.db.execute(
        "select due_at from due where kind = 'silence_turn' and id = %s", (silence,)
    )
    row = await found.fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ends_at": None}, "needs an end"),
        ({"ends_at": timedelta(hours=-1)}, "ends after it begins"),
        ({"ends_at": timedelta(days=400)}, "366 days at most"),
        ({"comment": "  "}, "comment that says why"),
        ({"comment": "x" * 2_001}, "2000 characters"),
        ({"matchers": (HOST,) * 51}, "50 matchers"),
    ],
)
async def test_a_silence_that_cannot_be_kept_is_refused_with_the_reason(
    tx: Tx, change: dict[str, Any], says: str
):
    terms: dict[str, Any] = {"ends_at": timedelta(hours=1), **change}
    if terms["ends_at"] is not None:
        terms["ends_at"] = tx.now + terms["ends_at"]
    matchers = terms.pop("matchers", (HOST,))
    with pytest.raises(SilenceUnclear, match=says):
        await place_silence(tx, wanted(*matchers, **terms), by=ANA)
    assert await list_silences(tx, ended=True) == ()


async def test_a_matcher_that_does_not_read_is_refused(tx: Tx):
    with pytest.raises(BadMatcher, match="not a regular expression"):
        await placed(tx, Matcher("host", "(", is_regex=True))


async def test_a_silence_that_would_hold_much_needs_a_reason(tx: Tx):
    for n in range(6):
        labels = {"host": f"h{n}", "job": "node"}
        await an_alert(later(tx, hours=n), f"k{n}", title=f"Title {n}", labels=labels)
    with pytest.raises(SilenceTooBroad, match="6 of 6 live alerts"):
        await placed(tx, Matcher("job", "node"))
    with pytest.raises(SilenceTooBroad, match="no matcher says what it is about"):
        await placed(tx, Matcher("host", "h9", is_equal=False))
    with pytest.raises(SilenceTooBroad, match="without a matcher"):
        await place_silence(tx, Wanted((), "why", ends_at=tx.now + timedelta(hours=1)), by=ANA)
    kept = await placed(tx, Matcher("job", "node"), broad="we replace every node")
    assert kept.holds == 6


async def test_a_silence_over_p1_alerts_needs_a_reason(tx: Tx):
    await an_alert(tx, priority=Priority.P1)
    with pytest.raises(SilenceTooBroad, match="1 P1 alert"):
        await placed(tx)


async def test_a_preview_says_what_would_be_held_and_places_nothing(tx: Tx):
    alert = await an_alert(tx)
    await an_alert(later(tx, hours=1), "b", title="Other", labels={"host": "web-2"})
    old = replace(tx, now=tx.now + timedelta(days=1))
    seen = await preview_silence(old, wanted(ends_at=old.now + timedelta(hours=1)))
    assert (seen.live, seen.held, seen.past, seen.past_held) == (2, 1, 2, 1)
    assert [one.number for one in seen.shown] == [alert.number]
    assert seen.broad == ()
    assert await list_silences(tx) == ()


async def test_a_silence_is_changed_in_place_where_it_matches_the_same(tx: Tx):
    first = await placed(tx, hours=1)
    longer = wanted(ends_at=tx.now + timedelta(hours=5), comment="it takes longer")
    second = await place_silence(later(tx, minutes=10), longer, by=ANA, replaces=first.id)
    assert (second.id, second.starts_at) == (first.id, first.starts_at)
    assert second.comment == "it takes longer"
    assert second.ends_at == tx.now + timedelta(hours=5)


async def test_a_silence_that_matches_something_else_is_another_one(tx: Tx):
    first = await placed(tx)
    other = wanted(Matcher("host", "web-2"), ends_at=tx.now + timedelta(hours=1))
    second = await place_silence(tx, other, by=ANA, replaces=first.id)
    assert second.id != first.id
    assert (await find_silence(tx, first.id)).status == "expired"
    with pytest.raises(SilenceNotFound):
        await place_silence(tx, other, by=ANA, replaces=SilenceId(tx.ids.fresh()))


async def test_history_is_kept_and_told(tx: Tx):
    silence = await placed(tx)
    await end_silence(tx, silence.id, by=ANA)
    assert await list_silences(tx) == ()
    (kept,) = await list_silences(tx, ended=True)
    assert (kept.number, kept.ended_by) == (silence.number, "ana")
    found = await tx.db.execute("select kind from fact where kind like 'silence.%%' order by seq")
    assert [row[0] for row in await found.fetchall()] == ["silence.placed", "silence.ended"]


async def test_the_book_is_read_again_when_and_only_when_something_changed(tx: Tx):
    empty = await active_silences(tx)
    assert await active_silences(tx) is empty
    silence = await placed(tx)
    book = await active_silences(tx)
    assert [one.id for one in book.silences] == [silence.id]
    assert await active_silences(tx) is book
    await end_silence(tx, silence.id, by=ANA)
    assert (await active_silences(tx)).silences == ()


async def test_everything_that_fires_is_looked_at_page_by_page(
    tx: Tx, monkeypatch: pytest.MonkeyPatch
):
    for n in range(5):
        await an_alert(later(tx, hours=n), f"k{n}", title=f"Title {n}")
    monkeypatch.setattr("fireline.usecases.held_alerts.MAX_AT_ONCE", 2)
    monkeypatch.setattr("fireline.usecases.silences.MAX_AT_ONCE", 2)
    silence = await placed(tx, broad="all of it")
    after = None
    for _ in range(10):
        after = await turn_silence(tx, silence.id, after=after)
        if after is None:
            break
    assert len(await everything(tx)) == 5
    assert all([(await row_of(tx, one))[0] == silence.id for one in await everything(tx)])
    await silences.end_silence(tx, silence.id, by=ANA)
    await settle(tx)
    assert all([await is_due(tx, one) for one in await everything(tx)])


async def test_a_drill_knows_no_silences(tx: Tx):
    await placed(tx, matcher_from('host=~".+"'))
    assert (await active_silences(tx, drill=tx.ids.fresh())).silences == ()


@dataclass
class Evening:
    """Things that happen in any order, as the dice fall."""

    dice: Random
    placed: list[SilenceView] = field(default_factory=list)

    async def fires(self, tx: Tx) -> None:
        host, key = f"web-{self.dice.randrange(2)}", f"k{self.dice.randrange(5)}"
        level = self.dice.choice((Priority.P1, Priority.P3))
        await heard(tx, firing(key, key, labels={"host": host}, priority=level))

    async def is_over(self, tx: Tx) -> None:
        await heard(tx, over(f"k{self.dice.randrange(5)}"))

    async def is_silenced(self, tx: Tx) -> None:
        host = Matcher("host", f"web-{self.dice.randrange(2)}")
        ends = tx.now + timedelta(minutes=self.dice.choice((5, 30, 90)))
        broad = self.dice.choice(("", "all of it"))
        with suppress(SilenceTooBroad):
            asked = wanted(host, ends_at=ends, broad=broad)
            self.placed.append(await place_silence(tx, asked, by=ANA))

    async def is_told_again(self, tx: Tx) -> None:
        with suppress(SilenceOver):
            if self.placed:
                await end_silence(tx, self.dice.choice(self.placed).id, by=ANA)

    async def is_looked_at(self, tx: Tx) -> None:
        await settle(tx)


@pytest.mark.parametrize("seed", range(8))
async def test_nothing_stays_silent_once_every_silence_is_over(tx: Tx, seed: int):
    """A law: each alert that fires, unanswered and not asleep, is told in the end."""
    dice, at = Random(seed), tx  # noqa: S311 - dice, not secrets
    evening = Evening(dice)
    happens = (
        evening.fires,
        evening.fires,
        evening.is_over,
        evening.is_silenced,
        evening.is_told_again,
        evening.is_looked_at,
    )
    for _ in range(14):
        at = later(at, minutes=dice.choice((0, 5, 45)))
        await dice.choice(happens)(at)
    end = later(at, days=1)
    for silence in evening.placed if seed % 2 else ():
        await turn_silence(end, silence.id)
    await settle(end)
    for alert in await everything(end):
        by, _, why, state = await row_of(end, alert)
        assert by is None or state == "resolved"
        if state == "firing":
            assert why is None
            assert await is_due(end, alert)
