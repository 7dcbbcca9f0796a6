"""How incidents went, as distributions: a mean of such times says nothing, so none is offered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fireline.core.reviews.assembly import Milestone, Reached


@dataclass(frozen=True, slots=True)
class Distribution:
    """The times of several incidents: each of them, in order, and where the middle lies."""

    values: tuple[timedelta, ...]
    smallest: timedelta
    median: timedelta
    ninetieth: timedelta
    largest: timedelta


def distribution(values: Iterable[timedelta]) -> Distribution | None:
    """Order the values and name its quantiles, each a value that occurred; `None` of nothing."""
    ordered = tuple(sorted(values))
    if not ordered:
        return None
    return Distribution(
        ordered, ordered[0], _quantile(ordered, 50), _quantile(ordered, 90), ordered[-1]
    )


def times_to(
    incidents: Iterable[Iterable[Reached]],
) -> dict[Milestone, Distribution]:
    """Gather the clocks of many incidents; a milestone nobody reached is not in the answer."""
    found: dict[Milestone, list[timedelta]] = {}
    for clocks in incidents:
        for reached in clocks:
            found.setdefault(reached.milestone, []).append(reached.after)
    return {
        milestone: spread
        for milestone in Milestone
        if (spread := distribution(found.get(milestone, ()))) is not None
    }


def _quantile(ordered: Sequence[timedelta], percent: int) -> timedelta:
    # The smallest value that at least so many per cent do not exceed: no value is made up.
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
