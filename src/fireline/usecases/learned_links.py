"""Remember for the next time what a person said of two kinds of symptom, and only if they ask."""

from dataclasses import dataclass
from datetime import datetime

from fireline.core.alerting.learned import Example, pair_of
from fireline.core.alerting.wishes import Wishes
from fireline.core.signals.entity import Entity
from fireline.core.values.actor import Actor
from fireline.core.values.ids import AlertId, SymptomId
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import alert_groups, learned_links, symptoms
from fireline.store.alert_groups import ChosenRow
from fireline.store.learned_links import LearnedRow
from fireline.usecases.alert_desk import lock_alert, tell_fact
from fireline.usecases.facts import house_stream, record
from fireline.usecases.transaction import Tx


class NothingToLearn(Refusal):
    """A rule is about two kinds of symptom, and there are not two."""

    kind = Kind.INVALID
    code = "learned_link.nothing_to_learn"


class LearnedLinkNotFound(Refusal):
    """There is no such rule, or it was withdrawn."""

    kind = Kind.NOT_FOUND
    code = "learned_link.not_found"


@dataclass(frozen=True, slots=True)
class LearnedView:
    """A rule people taught grouping; `alert` is the number of the one they taught it on."""

    number: int
    together: bool
    name: str
    alert: int
    made_by: str
    made_at: datetime


async def learn_link(
    tx: Tx, alert: AlertId, symptom: SymptomId, *, together: bool, by: Actor
) -> int:
    """Learn that symptoms like this one and like the alert's others belong together, or never do.

    Return the rule's number. Saying it twice is saying it once; saying the opposite replaces it.
    The symptom may have left the alert by now: it is compared with what stays there.
    """
    row = await lock_alert(tx, alert)
    if row.drill_id is not None:
        msg = "A drill teaches nothing to the real world."
        raise NothingToLearn(msg, hint="Teach it on a real alert.")
    one = await alert_groups.symptom(tx.db, symptom)
    first = await alert_groups.first(
        tx.db, alert, other_than=symptom, rather=one.linked_to if one else None
    )
    if one is None or first is None:
        msg = f"Alert #{row.number} has no other symptom to compare this one with."
        raise NothingToLearn(msg, hint="Choose a symptom of an alert that has several.")
    pair = pair_of(_example(one), _example(first), together=together)
    if pair.one == pair.other and not together:
        msg = "These two symptoms are of the same kind, so the rule would keep it from itself."
        raise NothingToLearn(msg, hint="Split it off without a rule.")
    known = await learned_links.same(tx.db, pair)
    if known is not None and known.together == together:
        return known.id
    if known is not None:
        await learned_links.withdraw(tx.db, known.id, by=by.name, now=tx.now)
    new = learned_links.New(pair, together, alert, by.name)
    number = await learned_links.add(tx.db, new, now=tx.now)
    await _tell_sorter(tx)
    word = "keep together" if together else "keep apart"
    text = f"{by.name} taught: {word} {pair.name}"
    await tell_fact(tx, row, "alert.link_learned", by=by, text=text, said={"link": number})
    return number


async def forget_link(tx: Tx, number: int, *, by: Actor) -> None:
    """Withdraw a rule. What it grouped stays as it is."""
    if not await learned_links.withdraw(tx.db, number, by=by.name, now=tx.now):
        msg = f"There is no learned link {number}."
        raise LearnedLinkNotFound(msg, hint="List them: fireline alert learned")
    await _tell_sorter(tx)
    text = f"{by.name} withdrew the learned link {number}"
    body = {"link": number, "text": text}
    await record(tx, house_stream(), "learned_link.withdrawn", by=by, body=body)


async def list_links(tx: Tx) -> tuple[LearnedView, ...]:
    """List the rules in force, the newest first."""
    return tuple(_view(row) for row in await learned_links.listed(tx.db))


async def wishes(tx: Tx) -> Wishes:
    """Return the rules in force as grouping reads them, the oldest first."""
    found = sorted(await learned_links.listed(tx.db), key=lambda row: row.id)
    return Wishes(
        together=tuple(row.value for row in found if row.together),
        apart=tuple(row.value for row in found if not row.together),
    )


async def _tell_sorter(tx: Tx) -> None:
    news = symptoms.News("wishes")
    await symptoms.tell(tx.db, news, drill=None, now=tx.now)


def _example(row: ChosenRow) -> Example:
    return Example(
        service=row.service or "",
        title=row.kind or row.title,
        source=row.source,
        entities=tuple(Entity(kind, value) for kind, value in row.entities),
    )


def _view(row: LearnedRow) -> LearnedView:
    return LearnedView(row.id, row.together, row.name, row.alert, row.made_by, row.made_at)
