from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings

from fireline.core.oncall.coverage import shifts
from fireline.core.oncall.duty import Because
from fireline.core.oncall.fairness import Share, shares
from fireline.core.oncall.schedule import Absence, Layer, Override, Schedule
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span
from tests.core.oncall.scenes import (
    ANA,
    BO,
    CY,
    DAILY,
    RIGA,
    WEEKLY,
    always,
    between,
    local,
    ring,
    scenes,
    schedule,
)

HOUR, NONE = timedelta(hours=1), timedelta()
AUCKLAND = ZoneInfo("Pacific/Auckland")
FORTNIGHT = between("2026-01-05T09:00", "2026-01-19T09:00")
ZONES = {ANA: RIGA, BO: RIGA, CY: RIGA}


def test_everybodys_hours_nights_and_weekends_are_counted():
    told = shifts(schedule(Layer("base", replace(WEEKLY, turns=ring(ANA, BO)))), (), FORTNIGHT)
    woken = [(ANA, local("2026-01-06T03:00")), (ANA, local("2026-01-06T12:00"))]
    found = shares(told, FORTNIGHT, ZONES, woken)
    week = Share(ANA, 168 * HOUR, 7, 56 * HOUR, 1, 48 * HOUR, 2, 1)
    none = Share(CY, NONE, 0, NONE, 0, NONE, 0, 0)
    assert found == (week, replace(week, person=BO, pages=0, pages_at_night=0), none)


def test_nights_are_where_the_person_lives():
    day = between("2026-01-06T09:00", "2026-01-06T17:00")
    told = shifts(schedule(always(ANA)), (), day)
    (there,) = shares(told, day, {ANA: AUCKLAND})
    # 09:00 in Riga is 20:00 in Auckland: from 22 on it is night there.
    assert (there.nights, there.at_night) == (1, 6 * HOUR)
    (here,) = shares(told, day, {ANA: RIGA})
    assert (here.nights, here.at_night) == (0, NONE)


def test_an_hour_with_two_pagers_is_one_hour_and_shadows_have_none():
    one = shifts(schedule(always(ANA)), (), FORTNIGHT)
    shadow = replace(always(BO, name="learning"), shadow=True)
    other = shifts(schedule(always(ANA), shadow), (), FORTNIGHT)
    found = shares([*one, *other], FORTNIGHT, ZONES)
    assert [(each.person, each.on_call) for each in found] == [
        (ANA, FORTNIGHT.length),
        (BO, NONE),
        (CY, NONE),
    ]


def test_the_hour_the_clocks_skip_is_nobodys():
    # Riga springs forward at three in the night to Sunday 29 March 2026.
    weekend = between("2026-03-28T00:00", "2026-03-30T00:00")
    (share,) = shares(shifts(schedule(always(ANA)), (), weekend), weekend, {ANA: RIGA})
    assert share.on_weekends == share.on_call == 47 * HOUR


def test_pages_outside_the_span_and_of_strangers_are_not_counted():
    woken = [(ANA, FORTNIGHT.end), (PersonId("stranger"), FORTNIGHT.start)]
    told = shifts(schedule(Layer("base", DAILY)), (), FORTNIGHT)
    assert sum(share.pages for share in shares(told, FORTNIGHT, ZONES, woken)) == 0


@settings(deadline=None)
@given(scenes())
def test_hours_add_up_to_those_somebody_carried(
    scene: tuple[Schedule, tuple[Override, ...], Span, tuple[Absence, ...]],
):
    told, overrides, span, away = scene
    found = shifts(told, overrides, span, away)
    real = [shift for shift in found if shift.duty.because is not Because.SHADOW]
    counted = shares(found, span, ZONES)
    assert sum((share.on_call for share in counted), NONE) == sum(
        (shift.span.length for shift in real), NONE
    )
    assert all(NONE <= share.at_night <= share.on_call for share in counted)
