"""What to do now, in short imperative sentences, for somebody woken at three in the morning."""

from dataclasses import dataclass
from datetime import datetime

from fireline.core.incidents.states import State
from fireline.core.incidents.terms import Frame, Role
from fireline.core.values.ids import PersonId


@dataclass(frozen=True, slots=True)
class Position:
    """What is known of an incident when somebody opens its page.

    `runbook` is the one suggested and `started` says whether it was; `running` that one runs now.
    """

    state: State
    lead: PersonId | None
    next_update_due: datetime | None
    unanswered: int
    open_tasks: int
    runbook: str | None
    started: bool
    running: bool
    frame: Frame | None
    offers_declare: bool
    unassigned: tuple[Role, ...] = ()
    open_vectors: tuple[str, ...] = ()
    review_missing: tuple[str, ...] = ()


_ONWARD = {
    State.CONTAINED: ("Look for what the attacker left behind; then mark it eradicated.",),
    State.ERADICATED: ("Restore from known-good, verify it; then mark it recovered.",),
    State.RECOVERED: (
        "Undo each containment action or make it permanent.",
        "Post a last update that says resolved; then begin the review.",
    ),
}


def next_actions(at: Position, now: datetime) -> tuple[str, ...]:
    """List what to do next, the most urgent first."""
    if not at.state.is_open:
        return ()
    return (*_always_first(at, now), *_of_state(at), *_meanwhile(at))


def _always_first(at: Position, now: datetime) -> list[str]:
    said: list[str] = []
    if at.lead is None:
        said.append("Take the lead: nobody has it.")
    if at.next_update_due is not None and at.next_update_due <= now:
        said.append("Post an update: it is late.")
    return said


def _of_state(at: Position) -> list[str]:
    match at.state:
        case State.SUSPECTED:
            return _suspected(at)
        case State.DECLARED:
            return _declared(at)
        case State.IN_REVIEW:
            missing = [f"Review: {what}." for what in at.review_missing]
            return missing or ["Close the review; then close the incident."]
        case _:
            return list(_ONWARD.get(at.state, ()))


def _suspected(at: Position) -> list[str]:
    said = [_triage(at)] if at.unanswered else []
    declare = (
        "Declare it: the checklist says so." if at.offers_declare else "Declare or dismiss it."
    )
    return [*said, declare]


def _declared(at: Position) -> list[str]:
    said = [f"Shut {asset}, or accept the risk in writing." for asset in at.open_vectors]
    if at.runbook and not at.started:
        said.append(f"Start the runbook {at.runbook}.")
    if at.running:
        said.append("Follow the runbook: approve, verify, answer.")
    if at.frame is Frame.CHAOTIC:
        said.insert(0, "Contain first, understand later.")
    if at.unanswered:
        said.append(_triage(at))
    return [*said, "When every known way in is shut, mark it contained."]


def _meanwhile(at: Position) -> list[str]:
    said: list[str] = []
    if at.state is not State.IN_REVIEW and Role.COMMUNICATOR in at.unassigned:
        said.append("Ask somebody to communicate.")
    if at.open_tasks:
        said.append(f"Finish {at.open_tasks} open task{'s' if at.open_tasks > 1 else ''}.")
    return said


def _triage(at: Position) -> str:
    return f"Answer {at.unanswered} triage question{'s' if at.unanswered > 1 else ''}."
