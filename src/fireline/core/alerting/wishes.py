"""What people said grouping should learn: these belong together, those never."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from fireline.core.alerting.occurrence import Occurrence


@dataclass(frozen=True, slots=True)
class Matcher:
    """Symptoms of a service, title and source (with `*` and `?`), and with an entity of a kind."""

    service: str = "*"
    title: str = "*"
    source: str = "*"
    entity: str = ""

    def fits(self, one: Occurrence) -> bool:
        """Say whether a symptom is meant."""
        return (
            fnmatchcase(one.service or "", self.service)
            and fnmatchcase(one.title, self.title)
            and fnmatchcase(one.source, self.source)
            and (not self.entity or any(each.kind == self.entity for each in one.entities))
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two kinds of symptom, in either order; `name` is what people are shown as the reason."""

    name: str
    one: Matcher
    other: Matcher

    def joins(self, a: Occurrence, b: Occurrence) -> bool:
        """Say whether two symptoms are such a pair."""
        return (self.one.fits(a) and self.other.fits(b)) or (
            self.one.fits(b) and self.other.fits(a)
        )


@dataclass(frozen=True, slots=True)
class Wishes:
    """Rules a person asked to be learned. Being kept apart is stronger than being together."""

    together: tuple[Pair, ...] = ()
    apart: tuple[Pair, ...] = ()

    def parts(self, a: Occurrence, b: Occurrence) -> bool:
        """Say whether two symptoms are never one problem."""
        return any(pair.joins(a, b) for pair in self.apart)
