"""The triage checklist: is this an incident? A yes needs investigation, an unknown is a task."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fireline.core.incidents.terms import Category, ChecklistItem


class Answer(StrEnum):
    """What somebody found."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ticked:
    """An answer given before anybody asked, with the visible reason for it."""

    item: str
    answer: Answer
    reason: str


def pre_ticked(
    items: Sequence[ChecklistItem], category: Category, findings: Iterable[str]
) -> tuple[Ticked, ...]:
    """Tick what the detections already say: one question of each kind the category threatens.

    `findings` are the titles of the alerts. A person may untick any of them, with a reason.
    """
    titles = "; ".join(findings)
    if not titles:
        return ()
    first = {item.cia: item for item in reversed(items)}
    return tuple(
        Ticked(item.id, Answer.YES, f"{category.name}: {titles}")
        for item in items
        if item.cia in category.cia and first[item.cia] is item
    )


def offers_declare(answers: Iterable[Answer], declare_offer_at: int) -> bool:
    """Say whether the answers amount to an incident, by the plan's own count of yeses."""
    return sum(answer is Answer.YES for answer in answers) >= declare_offer_at


def triaged(items: Iterable[str], answers: Mapping[str, Answer]) -> bool:
    """Say whether every question has an answer. Unknown is one: it became a task."""
    return all(item in answers for item in items)


def needs_reason(before: Answer | None, *, machine_ticked: bool, answer: Answer) -> bool:
    """Say whether changing an answer needs a reason: taking back what a detection said does."""
    return machine_ticked and before is Answer.YES and answer is not Answer.YES


def task_for(text: str) -> str:
    """Word the task that an unknown becomes."""
    return f"Find out: {text}"
