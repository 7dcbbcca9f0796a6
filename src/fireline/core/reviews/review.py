"""The review of an incident: what was learnt, and what it lacks before it may close.

It has no single root cause. Zero follow-ups is a result; zero insights is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fireline.core.values.ids import FollowUpId, PersonId

WHYS = 5


class ReviewState(StrEnum):
    """Where a review stands."""

    DRAFT = "draft"
    CLOSED = "closed"


class FollowUpKind(StrEnum):
    """What a follow-up is for."""

    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"
    LEARN = "learn"
    PLAN_CHANGE = "plan_change"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something to do because of what was learnt. A new one has no `id` yet."""

    kind: FollowUpKind
    text: str
    owner: PersonId | None = None
    due: date | None = None
    id: FollowUpId | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What people write in a review, all of it optional until it closes."""

    summary: str = ""
    impact: str = ""
    detection: str = ""
    whys: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    went_well: tuple[str, ...] = ()
    surprises: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    insights: tuple[str, ...] = ()
    owner: PersonId | None = None
    facilitator: PersonId | None = None
    follow_ups: tuple[FollowUp, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing a review lacks. `code` never changes; `text` says what to do."""

    code: str
    text: str


def missing(draft: Draft, *, timeline: int, lead: PersonId | None) -> tuple[Missing, ...]:
    """List everything a review lacks before it may close. `timeline` counts its entries."""
    return tuple(_missing(draft, timeline, lead))


def _missing(draft: Draft, timeline: int, lead: PersonId | None) -> Iterator[Missing]:
    if timeline == 0:
        yield Missing("timeline", "the timeline is empty")
    whys = sum(bool(why.strip()) for why in draft.whys)
    if whys < WHYS:
        yield Missing("whys", f"ask why {WHYS} times: {whys} of {WHYS} are answered")
    if not any(insight.strip() for insight in draft.insights):
        yield Missing("insights", "write down at least one insight")
    if draft.facilitator is not None and draft.facilitator == lead:
        yield Missing("facilitator", "the lead of the incident does not facilitate its review")
    for follow_up in draft.follow_ups:
        if follow_up.owner is None:
            yield Missing("follow_up_owner", f"“{follow_up.text}” has no owner")
        if follow_up.due is None:
            yield Missing("follow_up_due", f"“{follow_up.text}” has no date")
