"""How people are told: contacts, the codes that verify them, rules, quiet hours; who is reachable.

Everybody sees and changes their own; `person` names somebody else, for who administers.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from fireline.core.access.roles import Permission
from fireline.core.escalation.rules import Urgency
from fireline.core.values.ids import PersonId
from fireline.doors.api.visit import Needs, Visit
from fireline.doors.whose import whose
from fireline.usecases import contact_checks, contacts, notifications, own_rules, plans
from fireline.usecases.contacts import Wanted
from fireline.usecases.notifications import NotificationsView
from fireline.usecases.own_rules import WantedQuiet, rule_from
from fireline.usecases.readiness import ReadinessView, readiness

router = APIRouter(tags=["notifications"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Whose = Annotated[str | None, Query(alias="person", max_length=64, description="Not yourself.")]


class WantedContact(BaseModel, extra="forbid"):
    """A contact to add: `phone`, `push`, `email`, `slack`, `matrix`, `ntfy`, `teams`, `webhook`."""

    channel: Annotated[str, Field(max_length=40)]
    address: Annotated[str, Field(max_length=4_000)]
    label: Annotated[str, Field(max_length=200)] = ""


class AddedContact(BaseModel):
    """The contact. `code_by` is the channel its code comes by; empty where it needs none."""

    id: UUID
    channel: str
    code_by: str


class NewLabel(BaseModel, extra="forbid"):
    """Another name for a contact."""

    label: Annotated[str, Field(max_length=200)]


class ByChannel(BaseModel, extra="forbid"):
    """The channel to use, for a contact that has several; empty leaves it to fireline."""

    channel: Annotated[str, Field(max_length=40)] = ""


class SentBy(BaseModel):
    """The channel a message goes by. Whether it arrives shows in `GET /notifications`."""

    channel: str


class TypedCode(BaseModel, extra="forbid"):
    """The code that was sent to the contact."""

    code: Annotated[str, Field(max_length=40)]


class WantedRule(BaseModel, extra="forbid"):
    """Tell me by a channel so long after a page begins, as plans write it: `0s`, `2m`."""

    channel: Annotated[str, Field(max_length=40)]
    after: Annotated[str, Field(max_length=40)] = "0s"


class WantedRules(BaseModel, extra="forbid"):
    """The rules of one urgency."""

    rules: Annotated[list[WantedRule], Field(min_length=1, max_length=20)]


class WantedHours(BaseModel, extra="forbid"):
    """Quiet hours, `22:00` to `07:00`, in a zone; your own zone where none is named."""

    start: Annotated[str, Field(max_length=40)]
    end: Annotated[str, Field(max_length=40)]
    zone: Annotated[str, Field(max_length=100)] = ""


@router.get("/notifications")
async def look(visit: Seeing, person: Whose = None) -> NotificationsView:
    """Say how you are told: contacts, rules, quiet hours, and what is wrong with them."""
    async with visit.transaction() as tx:
        return await notifications.look(tx, await plans.current(tx), _whose(visit, person))


@router.post("/contacts", status_code=201)
async def add(wanted: WantedContact, visit: Responding, person: Whose = None) -> AddedContact:
    """Add a contact, and send it a code at once."""
    mine = _whose(visit, person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        new = Wanted(wanted.channel, wanted.address, wanted.label)
        row = await contacts.add_contact(tx, plan, mine, new, by=visit.by)
        code_by = ""
        if row.verified_at is None:
            code_by = await contact_checks.send_code(tx, plan, mine, row.id, by=visit.by)
    return AddedContact(id=row.id, channel=row.channel, code_by=code_by)


@router.patch("/contacts/{contact_id}", status_code=204)
async def rename(
    contact_id: UUID, wanted: NewLabel, visit: Responding, person: Whose = None
) -> None:
    """Give a contact another name."""
    mine = _whose(visit, person)
    async with visit.transaction() as tx:
        await contacts.rename_contact(tx, mine, contact_id, wanted.label, by=visit.by)


@router.delete("/contacts/{contact_id}", status_code=204)
async def remove(
    contact_id: UUID, visit: Responding, *, anyway: bool = False, person: Whose = None
) -> None:
    """Take a contact away; the last one of your urgent rules only with `anyway`."""
    mine = _whose(visit, person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        await contacts.remove_contact(tx, plan, mine, contact_id, anyway=anyway, by=visit.by)


@router.post("/contacts/{contact_id}/code", status_code=202)
async def send_code(
    contact_id: UUID, wanted: ByChannel, visit: Responding, person: Whose = None
) -> SentBy:
    """Send a contact a new code; the ones before it no longer count."""
    mine = _whose(visit, person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        used = await contact_checks.send_code(
            tx, plan, mine, contact_id, channel=wanted.channel, by=visit.by
        )
    return SentBy(channel=used)


@router.post("/contacts/{contact_id}/verify", status_code=204)
async def verify(
    contact_id: UUID, typed: TypedCode, visit: Responding, person: Whose = None
) -> None:
    """Verify a contact by the code that was sent there."""
    mine = _whose(visit, person)
    async with visit.transaction() as tx:
        refused = await contact_checks.verify_contact(tx, mine, contact_id, typed.code, by=visit.by)
    if refused is not None:
        # Only now: the try was to be counted.
        raise refused


@router.post("/contacts/{contact_id}/test", status_code=202)
async def send_test(
    contact_id: UUID, wanted: ByChannel, visit: Responding, person: Whose = None
) -> SentBy:
    """Send a test to one contact, of the plan or your own."""
    mine = _whose(visit, person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        used = await contact_checks.send_test(
            tx, plan, mine, contact_id, channel=wanted.channel, by=visit.by
        )
    return SentBy(channel=used)


@router.put("/notifications/rules/{urgency}", status_code=204)
async def set_rules(
    urgency: Urgency, wanted: WantedRules, visit: Responding, person: Whose = None
) -> None:
    """Set your own rules of one urgency; they replace the plan's."""
    mine = _whose(visit, person)
    rules = [rule_from(rule.channel, rule.after) for rule in wanted.rules]
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        await own_rules.set_rules(tx, plan, mine, (urgency, rules), by=visit.by)


@router.delete("/notifications/rules/{urgency}", status_code=204)
async def rules_of_the_plan(urgency: Urgency, visit: Responding, person: Whose = None) -> None:
    """Go back to the plan's rules of one urgency."""
    mine = _whose(visit, person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        await own_rules.set_rules(tx, plan, mine, (urgency, ()), by=visit.by)


@router.put("/notifications/quiet", status_code=204)
async def set_quiet(
    visit: Responding, wanted: WantedHours | None = None, person: Whose = None
) -> None:
    """Set your own quiet hours; without a body, none at all, whatever the plan says."""
    mine = _whose(visit, person)
    hours = WantedQuiet(wanted.start, wanted.end, wanted.zone) if wanted else None
    async with visit.transaction() as tx:
        await own_rules.set_quiet(tx, await plans.current(tx), mine, hours, by=visit.by)


@router.delete("/notifications/quiet", status_code=204)
async def quiet_of_the_plan(visit: Responding, person: Whose = None) -> None:
    """Go back to the plan's quiet hours."""
    mine = _whose(visit, person)
    async with visit.transaction() as tx:
        await own_rules.quiet_of_the_plan(tx, await plans.current(tx), mine, by=visit.by)


@router.get("/readiness")
async def look_at_readiness(visit: Seeing) -> ReadinessView:
    """Say of everybody who may be paged in the days ahead whether a page would reach them."""
    async with visit.transaction() as tx:
        return await readiness(tx, await plans.current(tx))


def _whose(visit: Visit, person: str | None) -> PersonId:
    visit.reach(None)
    return whose(visit.principal, person)
