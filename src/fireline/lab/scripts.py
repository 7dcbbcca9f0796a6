"""What the people of the lab do, as data: who, what, and how long after the step before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

# Parts, not names: who plays them follows from whom fireline paged. See `acts.Desk.cast`.
LEAD, SECOND, SCRIBE = "the lead", "the second", "the scribe"
# The first on call of the starter plan never answer; these do.
ANSWERERS = ("bo", "cy")
PARTS = {SCRIBE: "dee"}


class Act(StrEnum):
    """Something a person does."""

    ACKNOWLEDGE_BY_MAIL = "acknowledge_by_mail"
    DECLARE = "declare"
    ASSIGN = "assign"
    TRIAGE = "triage"
    POST_UPDATE = "post_update"
    REQUEST_RUN = "request_run"
    ANSWER_RUN = "answer_run"
    KEEP = "keep"
    GO_AROUND = "go_around"
    TRANSITION = "transition"
    REVIEW = "review"
    CLOSE_REVIEW = "close_review"


@dataclass(frozen=True, slots=True)
class Step:
    """One act of one person. `after_minutes` is plan time since the step before was done."""

    who: str
    act: Act
    after_minutes: float = 0.2
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Script:
    """Steps in order, and what goes on beside them.

    `approver` approves whatever waits; `reporter` posts an update when one is due. Empty is nobody.
    """

    steps: Sequence[Step]
    approver: str = SECOND
    approves_after_minutes: float = 0.2
    reporter: str = LEAD
    update_every_minutes: int = 30


REVIEW: Mapping[str, Any] = {
    "summary": (
        "The access key of shop-ci leaked. Somebody used it to look around, to take a session and "
        "to make a key for svc-backup, and read customer exports with that key."
    ),
    "impact": "Customer exports were read with the minted key; nothing was changed or deleted.",
    "whys": [
        "Why were exports read? A key made for svc-backup was used from outside.",
        "Why could it be made? The build user may do everything in IAM.",
        "Why may it? Its policy was written for the first build and never narrowed.",
        "Why was it never narrowed? Nobody reviews the rights of machine users.",
        "Why not? No schedule and no owner for such a review exist.",
    ],
    "insights": ["A build user with long-term keys is worth more to a thief than any person's."],
    "went_well": ["Evidence was kept before the first change.", "The report job never stopped."],
    "follow_ups": [
        {
            "text": "Replace the build user's keys with short-lived credentials",
            "kind": "prevent",
            "owner": LEAD,
            "due": "in 14 days",
        }
    ],
}

_CONTAIN: Sequence[Step] = (
    Step(LEAD, Act.REQUEST_RUN, 0.15),
    Step(LEAD, Act.TRANSITION, 0.15, {"to": "contained", "note": "keys off, sessions denied"}),
    Step(
        LEAD,
        Act.ANSWER_RUN,
        0.3,
        {
            "step": "persistence",
            "answer": "Looked for users, roles, keys and functions made since: none are left.",
        },
    ),
)

BY_THE_BOOK = Script(
    steps=(
        Step(LEAD, Act.ACKNOWLEDGE_BY_MAIL, 0.3),
        Step(LEAD, Act.DECLARE, 0.15, {"category": "credential"}),
        Step(LEAD, Act.ASSIGN, 0.1, {"role": "lead", "person": LEAD}),
        Step(LEAD, Act.ASSIGN, 0.1, {"role": "coordinator", "person": SECOND}),
        Step(LEAD, Act.ASSIGN, 0.1, {"role": "responder", "person": LEAD}),
        Step(LEAD, Act.ASSIGN, 0.1, {"role": "scribe", "person": SCRIBE}),
        Step(LEAD, Act.ASSIGN, 0.1, {"role": "communicator", "person": SCRIBE}),
        Step(LEAD, Act.TRIAGE, 0.15),
        Step(LEAD, Act.POST_UPDATE, 0.1, {"status": "investigating"}),
        *_CONTAIN,
        Step(LEAD, Act.POST_UPDATE, 0.1, {"status": "identified"}),
        Step(LEAD, Act.TRANSITION, 0.15, {"to": "eradicated", "note": "no persistence was found"}),
        Step(LEAD, Act.TRANSITION, 0.15, {"to": "recovered", "note": "the builds run on new keys"}),
        Step(LEAD, Act.POST_UPDATE, 0.1, {"status": "resolved"}),
        Step(LEAD, Act.KEEP, 0.1, {"reason": "the keys are replaced; the old ones stay off"}),
        Step(LEAD, Act.TRANSITION, 0.15, {"to": "in_review", "note": "over; now what it teaches"}),
        Step(LEAD, Act.REVIEW, 0.15),
        Step(LEAD, Act.CLOSE_REVIEW, 0.15),
        Step(LEAD, Act.TRANSITION, 0.1, {"to": "closed", "note": "reviewed"}),
    )
)


def _late(script: Script) -> Script:
    """Come too late to everything: each limit is over twice, and long, before its act.

    A drill is looked at each second, and people are there seconds before the attack: at a fast pace
    either is minutes of the plan.
    """
    waits = {Act.ACKNOWLEDGE_BY_MAIL: 20.0, Act.DECLARE: 60.0, Act.REQUEST_RUN: 90.0}
    steps = tuple(
        replace(step, after_minutes=waits.get(step.act, step.after_minutes))
        for step in script.steps
    )
    return replace(script, steps=steps, reporter="")


def _with_wrong_resource(script: Script) -> Script:
    """Contain the decoy too, whom nobody accused; everything else is by the book."""
    steps = tuple(
        replace(step, details={**step.details, "also": "decoy"})
        if step.act is Act.REQUEST_RUN
        else step
        for step in script.steps
    )
    return replace(script, steps=steps)


def _unapproved(script: Script) -> Script:
    """Go round fireline: change the cloud by hand, and ask nobody."""
    steps = tuple(
        Step(step.who, Act.GO_AROUND, step.after_minutes) if step.act is Act.REQUEST_RUN else step
        for step in script.steps
    )
    return replace(script, steps=steps)


SCRIPTS: Mapping[str, Script] = {
    "by-the-book": BY_THE_BOOK,
    "late": _late(BY_THE_BOOK),
    "wrong-resource": _with_wrong_resource(BY_THE_BOOK),
    "unapproved": _unapproved(BY_THE_BOOK),
}
