"""The shape of a runbook as the plan writes it."""

from dataclasses import dataclass
from datetime import timedelta

from fireline.core.values.ids import RunbookId


@dataclass(frozen=True, slots=True)
class Input:
    """A list of names the run is started with, such as `access_keys`; found in the alert's assets.

    `kind` is the asset kind whose ids fill it.
    """

    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """Collect what there is about each asset of an input, before anything is changed."""

    id: str
    each: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """Take one registered action on each asset of an input, with so many approvals of others.

    `when` is a CEL condition over the planned action; an unmet one skips that asset.
    """

    id: str
    action: str
    each: str
    needs: tuple[str, ...]
    approvals: int
    when: str | None


# The checks a watch may hold on to.
NO_CALLS_FROM = "no_calls_from"
CHECKS = frozenset({NO_CALLS_FROM})


@dataclass(frozen=True, slots=True)
class Watch:
    """Hold until a check has stayed true for so long."""

    id: str
    check: str
    lasting: timedelta
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the people a question and wait for the answer."""

    id: str
    question: str
    needs: tuple[str, ...]


Step = Evidence | Act | Watch | Ask


@dataclass(frozen=True, slots=True)
class Runbook:
    """Ordered steps; a step waits for those it `needs`.

    `max_blast` caps what one action touches before it takes two people to approve it.
    """

    id: RunbookId
    title: str
    purpose: str
    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    max_blast: int
