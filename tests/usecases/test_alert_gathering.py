"""Every alert answers: what happened, whose it is, how sure, what first, who is told."""

from datetime import timedelta

from fireline.content.starter_plan import starter_files
from fireline.core.signals.entity import HOST, Entity
from fireline.core.signals.notice import Weblink
from fireline.core.values.actor import Human
from fireline.core.values.priority import Priority
from fireline.usecases import plans
from fireline.usecases.alert_groups import merge_alerts
from fireline.usecases.alert_hands import snooze_alert
from fireline.usecases.alerts import acknowledge_alert, find_alert
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import BO
from tests.usecases.symptoms_world import Said, raised

BO_HUMAN = Human(BO)


async def test_an_alert_says_what_happened_and_why_each_is_in_it(tx: Tx):
    links = [{"href": "https://grafana.example.com/d/1", "text": "Graph"}]
    links += [{"href": "javascript:alert(1)", "text": "Trap"}]
    first = Said("Slow", times=3, ago=timedelta(minutes=5), more={"links": links})
    over = Said("Was full", Priority.P1, state="resolved")
    second = Said(
        "Disk full",
        Priority.P2,
        entities=(Entity(HOST, "web-1"),),
        confidence=0.85,
        because="same host web-1, 2 minutes apart",
    )
    made = await raised(tx, first, over, second, confidence=90)
    await tx.db.execute(
        "update symptom set linked_to = %s where id = %s", (made.symptoms[0], made.symptoms[2])
    )
    view = await find_alert(tx, made.number)
    assert [one.title for one in view.symptoms] == ["Disk full", "Slow", "Was full"]
    assert (view.symptom_count, view.live_symptoms, view.sources) == (3, 2, ("prometheus",))
    full, slow, gone = view.symptoms
    assert (full.because, full.linked_to) == ("same host web-1, 2 minutes apart", slow.number)
    assert (slow.times, slow.first_at) == (3, tx.now - timedelta(minutes=5))
    assert slow.links == (Weblink("https://grafana.example.com/d/1", "Graph"),)
    assert (gone.state, gone.resolved_by) == ("resolved", "prometheus")
    assert view.entities == (("host", "web-1"),)
    assert (view.sure, view.confidence) == ("Very sure", 90)
    assert "85 of 100" in view.because
    assert view.told == "Nobody yet; the next step is due now."
    assert view.description == "What the source wrote."


async def test_it_says_what_to_do_first_or_how_to_say_it(tx: Tx):
    await plans.push(tx, starter_files(), by=BO_HUMAN, note="")
    plan = await plans.current(tx)
    known = await raised(tx, runbook="leaked-key", plan_revision=plan.revision)
    unknown = await raised(tx, runbook="no-such", plan_revision=plan.revision)
    other_plan = await raised(tx, runbook="leaked-key")
    page = await raised(tx, runbook="https://wiki.example.com/slow")
    none = await raised(tx)
    step = plan.runbooks[next(iter(plan.runbooks))].steps[0]
    first = (await find_alert(tx, known.number)).first_step
    assert first.known
    assert first.text.startswith(f"{step.id}: ")
    for one in (unknown, other_plan):
        said = (await find_alert(tx, one.number)).first_step
        assert (said.known, said.text.startswith("The plan has no runbook")) == (False, True)
    linked = (await find_alert(tx, page.number)).first_step
    assert (linked.link, linked.known) == ("https://wiki.example.com/slow", True)
    assert (await find_alert(tx, none.number)).first_step.text.startswith("No runbook")


async def test_it_says_why_nobody_is_told_and_what_it_belongs_with(tx: Tx):
    earlier, storm, made, other = [await raised(tx) for _ in range(4)]
    await tx.db.execute(
        "update alert set again_of = %s, told_by = %s where id = %s",
        (earlier.id, storm.id, made.id),
    )
    await merge_alerts(tx, made.id, [other.id], by=BO_HUMAN)
    view = await find_alert(tx, made.number)
    assert (view.again_of, view.told_by, view.swallowed) == (
        earlier.number,
        storm.number,
        (other.number,),
    )
    assert view.told == f"Nobody of this one: storm #{storm.number} speaks for it."
    assert (await find_alert(tx, storm.number)).speaks_for == (made.number,)
    gone = await find_alert(tx, other.number)
    assert (gone.merged_into, gone.told) == (
        made.number,
        f"Nobody: it is part of alert #{made.number} now.",
    )
    await snooze_alert(tx, earlier.id, until=tx.now + timedelta(hours=1), by=BO_HUMAN)
    assert (await find_alert(tx, earlier.number)).told == "Nobody until 10:00 UTC: it is snoozed."
    await acknowledge_alert(tx, earlier.id, by=BO_HUMAN)
    assert (await find_alert(tx, earlier.number)).told == "Nobody else: bo acknowledged it."


async def test_it_says_since_when_a_key_flaps(tx: Tx):
    for minutes in (90, 50, 30):
        ago = timedelta(minutes=minutes)
        await raised(tx, Said("Slow", ago=ago, state="resolved", key="api/slow"))
    made = await raised(tx, Said("Slow", key="api/slow"), flaps=3)
    assert (await find_alert(tx, made.number)).flapping == "3rd time since 08:10 UTC"
