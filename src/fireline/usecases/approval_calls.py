"""Tell the people who could approve that something waits for them.

One message to each for a turn of a run, however many approvals it asks for; what waits, they see on
the page, exactly as it will be done.
"""

from fireline.core.escalation.channels import form_of
from fireline.core.escalation.rules import Telling, tellings
from fireline.core.escalation.wording import Note, note_for
from fireline.core.oncall.people import Person
from fireline.core.values.ids import PersonId
from fireline.core.values.json import JsonValue
from fireline.core.values.priority import Priority
from fireline.store import outbox, response
from fireline.store.runs import RunRow
from fireline.usecases.contacts import laid_over
from fireline.usecases.run_hold import Stand
from fireline.usecases.transaction import Tx


async def call_approvers(tx: Tx, stand: Stand, turn: int) -> None:
    """Call everybody in a role but whoever asked; with nobody there, the people of last resort."""
    for person in await _others(tx, stand):
        # Something is being contained: their urgent rules count, and the soonest of them.
        known = await laid_over(tx, person, in_drill=stand.run.drill_id is not None)
        told = tellings(known, Priority.P1, now=tx.now, pace=stand.run.pace)
        if told:
            wish = _wish(stand.run, stand.runbook.title, person, told[0], turn)
            await outbox.wish(tx.db, tx.ids.fresh(), wish, now=tx.now, due_at=tx.now)


async def _others(tx: Tx, stand: Stand) -> list[Person]:
    roles = await response.roles_of(tx.db, stand.run.incident_id)
    here = {PersonId(row.person) for row in roles if row.until is None}
    asker = PersonId(stand.run.requested_by)
    called = sorted(here - {asker}) or [one for one in stand.plan.catch_all if one != asker]
    return [stand.plan.people[name] for name in called if name in stand.plan.people]


def _wish(run: RunRow, runbook: str, person: Person, telling: Telling, turn: int) -> outbox.Wish:
    subject = f"{run.incident_name}: {run.requested_by} asks for approval"
    said: dict[str, JsonValue] = {
        "incident": run.incident_name,
        "run": run.number,
        "runbook": runbook,
        "requester": run.requested_by,
    }
    note = Note("approval", subject, _letter(run, runbook), said, drill=run.drill_id is not None)
    return outbox.Wish(
        key=f"approval:{run.id}:{turn}:{person.id}",
        channel=telling.channel,
        recipient=telling.address,
        person=person.id,
        subject=subject,
        body=note_for(form_of(telling.channel), note),
        about_kind="incident",
        about_id=run.incident_id,
        drill_id=run.drill_id,
    )


def _letter(run: RunRow, runbook: str) -> str:
    drill = "This is a drill.\n\n" if run.drill_id is not None else ""
    return (
        f"{drill}{run.requested_by} started the runbook {runbook} for {run.incident_name}"
        f" (run {run.number}).\nIt changes nothing before somebody else approves.\n\n"
        "See exactly what it would do, and decide: the Approvals page, or `fireline approval list`."
        "\n"
    )
