"""Standing in, as the Opsgenie API has it: https://docs.opsgenie.com/docs/schedule-override-api.

An override there puts one user in the place of whoever is on call, in all rotations or in some. It
is shown, and not made here: whoever may post alerts must not be able to move a pager.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fireline.core.oncall.schedule import OverrideKind, Schedule
from fireline.core.plan.plan import Plan
from fireline.core.values.time import Span
from fireline.doors.intake.opsgenie_config import running_plan
from fireline.doors.intake.opsgenie_schedules import (
    named_schedule,
    parent,
    participant,
    rotation_id,
)
from fireline.doors.intake.opsgenie_shapes import moment
from fireline.doors.intake.opsgenie_wire import (
    Answer,
    Call,
    Way,
    not_found,
    shown,
)
from fireline.usecases import oncall
from fireline.usecases.oncall import OverrideView
from fireline.usecases.transaction import Tx

AHEAD = timedelta(days=365)
_BY = "scheduleIdentifierType"


async def overrides(call: Call) -> Answer:
    """List who stands in from now on."""
    plan = await running_plan(call)
    found = named_schedule(call, plan, _BY)
    async with call.desk.transaction() as tx:
        return shown([_shape(plan, found, one) for one in await _standing(tx, plan, found)])


async def override(call: Call) -> Answer:
    """Show one time somebody stands in."""
    plan = await running_plan(call)
    found = named_schedule(call, plan, _BY)
    async with call.desk.transaction() as tx:
        return shown(_shape(plan, found, await _called(tx, plan, found, call)))


async def _standing(tx: Tx, plan: Plan, found: Schedule) -> tuple[OverrideView, ...]:
    view = await oncall.shifts(tx, plan, found.id, Span(tx.now, tx.now + AHEAD))
    # What joins or takes off has no shape there.
    return tuple(one for one in view.overrides if one.person and one.kind is OverrideKind.REPLACE)


async def _called(tx: Tx, plan: Plan, found: Schedule, call: Call) -> OverrideView:
    for one in await _standing(tx, plan, found):
        if call.names["alias"] == str(one.id):
            return one
    msg = "Override does not exist"
    raise not_found(msg)


def _shape(plan: Plan, found: Schedule, one: OverrideView) -> Mapping[str, Any]:
    return {
        "_parent": parent(found),
        "alias": str(one.id),
        "user": participant(plan, one.person) if one.person else None,
        "startDate": moment(one.span.start),
        "endDate": moment(one.span.end),
        "rotations": [
            {"id": rotation_id(found, number), "name": layer.name}
            for number, layer in enumerate(found.layers)
            if not one.layers or layer.name in one.layers
        ],
    }


WAYS = (
    Way("GET", "/v2/schedules/{id}/overrides", overrides),
    Way("GET", "/v2/schedules/{id}/overrides/{alias}", override),
)
