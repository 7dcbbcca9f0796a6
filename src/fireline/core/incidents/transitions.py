"""Whether an incident may move to another state, and everything that is still missing for it.

Every guard is asked, so that people see the whole list at once instead of one thing at a time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fireline.core.incidents.containment import NOTHING_DONE, Containment
from fireline.core.incidents.states import State
from fireline.core.incidents.updates import PublicWord
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing in the way. `code` never changes; `text` says what to do about it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the guards look at. `dismissal_by` is who proposed to dismiss the incident."""

    state: State
    priority: Priority
    category: str | None
    operational: bool
    lead: PersonId | None
    last_word: PublicWord | None
    review_closed: bool
    loose_follow_ups: tuple[str, ...] = ()
    dismissal_by: PersonId | None = None
    containment: Containment = field(default=NOTHING_DONE)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nothing is in the way. `reopens`: an incident that had moved on begins a new episode."""

    reopens: bool = False


@dataclass(frozen=True, slots=True)
class Blocked:
    """Everything that is in the way."""

    reasons: tuple[Reason, ...]


Verdict = Allowed | Blocked

NEXT = {
    State.SUSPECTED: State.DECLARED,
    State.DECLARED: State.CONTAINED,
    State.CONTAINED: State.ERADICATED,
    State.ERADICATED: State.RECOVERED,
    State.RECOVERED: State.IN_REVIEW,
    State.IN_REVIEW: State.CLOSED,
}
_DISMISSIBLE = frozenset({State.SUSPECTED, State.DECLARED})
_REOPENABLE = frozenset(State) - {State.SUSPECTED, State.DECLARED, State.MERGED}
_NO_CATEGORY = Reason("no_category", "choose what kind of incident this is")
_TWO_PEOPLE = frozenset({Priority.P1, Priority.P2})


def may_move(now: Situation, to: State, *, by: PersonId, note: str) -> Verdict:
    """Judge one move. `note` is what the person says about it; several guards need one."""
    note = note.strip()
    reopens = to is State.DECLARED and now.state in _REOPENABLE
    reasons = _reopen(now, note) if reopens else _forward(now, to, by=by, note=note)
    return Blocked(reasons) if reasons else Allowed(reopens)


def may_merge(now: Situation, *, by: PersonId) -> Verdict:
    """Judge folding an incident into another: its lead decides, and only while it is open."""
    reasons: list[Reason] = []
    if not now.state.is_open:
        reasons.append(_no_way(now.state, State.MERGED))
    if now.lead is not None and now.lead != by:
        reasons.append(Reason("not_lead", f"the lead, {now.lead}, decides about merging"))
    return Blocked(tuple(reasons)) if reasons else Allowed()


def _forward(now: Situation, to: State, *, by: PersonId, note: str) -> tuple[Reason, ...]:
    if to is State.DISMISSED and now.state in _DISMISSIBLE:
        return _dismiss(now, by, note)
    if NEXT.get(now.state) is not to:
        return (_no_way(now.state, to),)
    return _GUARDS[to](now, note)


def _no_way(state: State, to: State) -> Reason:
    onward = NEXT.get(state)
    hint = f"; from there it goes to {onward.value}" if onward else ""
    return Reason("no_such_move", f"a {state.value} incident does not become {to.value}{hint}")


def _reopen(now: Situation, note: str) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if not note:
        reasons.append(Reason("no_evidence", "say what new evidence reopens it"))
    if now.category is None:
        reasons.append(_NO_CATEGORY)
    return tuple(reasons)


def _dismiss(now: Situation, by: PersonId, note: str) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if not note:
        reasons.append(Reason("no_reason", "say why this is no incident"))
    if now.priority in _TWO_PEOPLE and now.dismissal_by in {None, by}:
        text = f"a {now.priority.name} is dismissed by two people: one proposes, another confirms"
        reasons.append(Reason("second_person", text))
    return tuple(reasons)


def _declare(now: Situation, _note: str) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if now.category is None:
        reasons.append(_NO_CATEGORY)
    if now.lead is None:
        reasons.append(Reason("no_lead", "name a lead"))
    return tuple(reasons)


def _contain(now: Situation, note: str) -> tuple[Reason, ...]:
    reasons = [
        Reason(
            "vector_open", f"{vector.asset} is still open: shut it, or accept the risk in writing"
        )
        for vector in now.containment.open
    ]
    if not now.containment.vectors and not note:
        reasons.append(Reason("no_vector", "no way in is known: say what contained it"))
    return tuple(reasons)


def _eradicate(now: Situation, note: str) -> tuple[Reason, ...]:
    reasons = [
        Reason("unanswered", f"unanswered: {question.text}")
        for question in now.containment.questions
        if not (question.answer or "").strip() and not now.operational
    ]
    if not note and now.operational:
        reasons.append(Reason("no_reason", "say why eradication does not apply to this fault"))
    elif not note:
        text = "say what was looked for and found of the attacker's persistence"
        reasons.append(Reason("no_persistence_check", text))
    return tuple(reasons)


def _recover(now: Situation, note: str) -> tuple[Reason, ...]:
    reasons = [
        Reason("not_green", f"the check {watched.check} is not green yet. {watched.said}".rstrip())
        for watched in now.containment.watched
        if not watched.green
    ]
    if not note:
        text = "say what known-good state was restored and how that was verified, or why none was"
        reasons.append(Reason("no_verification", text))
    return tuple(reasons)


def _review(now: Situation, _note: str) -> tuple[Reason, ...]:
    reasons = [
        Reason("still_standing", f"{action} is still in force: undo it or make it permanent")
        for action in now.containment.standing
    ]
    if now.last_word is not PublicWord.RESOLVED:
        reasons.append(Reason("not_resolved", "the last update must say resolved"))
    return tuple(reasons)


def _close(now: Situation, _note: str) -> tuple[Reason, ...]:
    reasons = [
        Reason("loose_follow_up", f"the follow-up “{text}” needs an owner and a date")
        for text in now.loose_follow_ups
    ]
    if not now.review_closed:
        reasons.append(Reason("no_review", "close its review first"))
    return tuple(reasons)


_GUARDS: Mapping[State, Callable[[Situation, str], tuple[Reason, ...]]] = {
    State.DECLARED: _declare,
    State.CONTAINED: _contain,
    State.ERADICATED: _eradicate,
    State.RECOVERED: _recover,
    State.IN_REVIEW: _review,
    State.CLOSED: _close,
}
