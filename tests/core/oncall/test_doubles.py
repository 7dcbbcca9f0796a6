from dataclasses import replace

from fireline.core.oncall.coverage import shifts
from fireline.core.oncall.doubles import Double, double_booked
from fireline.core.oncall.schedule import Layer
from fireline.core.values.ids import ScheduleId
from tests.core.oncall.scenes import ANA, BO, WEEKLY, always, between, ring, schedule

MONTH = between("2026-01-05T09:00", "2026-02-02T09:00")
SHOP, PLATFORM = ScheduleId("shop"), ScheduleId("platform")


def test_whoever_is_on_call_on_two_schedules_is_named_with_both_and_when():
    some = shifts(schedule(Layer("l", replace(WEEKLY, turns=ring(ANA, BO)))), (), MONTH)
    others = shifts(schedule(always(BO)), (), between("2026-01-10T00:00", "2026-01-20T00:00"))
    assert double_booked({SHOP: some, PLATFORM: others}) == (
        Double(BO, between("2026-01-12T09:00", "2026-01-19T09:00"), (PLATFORM, SHOP)),
    )


def test_shadows_and_other_people_are_not_doubled():
    shadow = replace(always(BO, name="learning"), shadow=True)
    some = shifts(schedule(always(ANA), shadow), (), MONTH)
    others = shifts(schedule(always(BO)), (), MONTH)
    assert double_booked({SHOP: some, PLATFORM: others}) == ()
    assert double_booked({SHOP: others, PLATFORM: some}) == ()
