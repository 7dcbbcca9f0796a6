"""Another incident system, read from the outside so that its plan can be brought in.

Three bodies: Opsgenie, PagerDuty and Grafana OnCall. All only ever read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fireline.core.values.refusals import Kind, Refusal, Unavailable
from fireline.core.values.time import Span


class ForeignSilent(Unavailable):
    """The other system does not answer, or not with what it should."""

    code = "foreign.silent"


class ForeignRefuses(Refusal):
    """The other system does not let this key in, or not there."""

    kind = Kind.FORBIDDEN
    code = "foreign.refuses"


class ForeignAbsent(Refusal):
    """The other system knows nothing at an address."""

    kind = Kind.NOT_FOUND
    code = "foreign.absent"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read: overrides that touch `span` or come later, and if asked its timelines."""

    span: Span
    timelines: bool


Tell = Callable[[str, int, int | None], None]
"""Called with what is being read, how many of it were, and of how many, where that is known."""


Query = Mapping[str, str | int | Sequence[str]]


class Fetch(Protocol):
    """Asks one system for JSON over HTTP, as slowly as it wants to be asked."""

    def get(self, path: str, query: Query | None = None) -> Mapping[str, object]:
        """Return the object at a path. Raises ForeignSilent, ForeignRefuses or ForeignAbsent."""
        ...


class Foreign(Protocol):
    """One account of another system."""

    def read(self, wanted: Wanted, tell: Tell) -> Mapping[str, object]:
        """Return everything a plan could be made of; parts that may not be read under `unread`.

        Raises ForeignSilent, ForeignRefuses or ForeignAbsent.
        """
        ...
