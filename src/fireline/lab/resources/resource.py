"""What every kind of resource in a world has: a name, a count, places, tags, an age."""

import json
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from fireline.lab.aws.settings import AccountSettings
from fireline.lab.hand import Hand
from fireline.lab.world_part import (
    Age,
    Blanks,
    Part,
    Policy,
    RegionName,
    Tags,
    age_of,
)

GLOBAL = ""
MOST_OF_ONE_ENTRY = 20_000

Known = dict[tuple[str, str, str], str]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one resource is made: an account, a region, a moment, and what was made before."""

    hand: Hand
    account: str
    region: str
    now: datetime
    age_days: float
    known: Known
    settings: AccountSettings

    def client(self, service: str) -> Any:
        """Return the service's client here."""
        return self.hand.client(service, self.account, self.region)

    def id_of(self, kind: str, name: str) -> str:
        """Return the id of a resource made before: of this region, or of the whole account."""
        found = self.known.get((kind, self.region, name)) or self.known.get((kind, GLOBAL, name))
        if found is None:
            msg = f"no {kind} named {name!r} was made here"
            raise LookupError(msg)
        return found

    def ids_of(self, kind: str, names: Sequence[str]) -> list[str]:
        """Return the ids of several."""
        return [self.id_of(kind, name) for name in names]

    @property
    def born(self) -> datetime:
        """When the resource was made, as moto keeps moments: naive, in UTC."""
        return self.ago(self.age_days)

    def ago(self, days: float) -> datetime:
        """Return the moment so many days ago: as moto keeps them, in whole seconds as AWS does."""
        return (self.now - timedelta(days=days)).replace(tzinfo=None, microsecond=0)


class Resource(Part):
    """One entry of a world's `resources`: `count` of a kind, in each of `regions`.

    Texts may have blanks: `{n}`, `{n:03}`, `{n|red,green}`, `{account}` and `{region}`.
    Without `regions`, the resource is made in the account's home region.
    """

    # Whether AWS keeps the kind once for the whole account.
    is_global: ClassVar[bool] = False
    # A literal in each kind.
    kind: Any
    name: Annotated[str, Field(min_length=1, max_length=255)]
    count: Annotated[int, Field(ge=1, le=MOST_OF_ONE_ENTRY)] = 1
    regions: Sequence[RegionName] = ()
    tags: Tags = Field(default_factory=dict[str, str])
    age_days: Age = 0

    @abstractmethod
    def make(self, at: Spot) -> str:
        """Make it; return the id by which others of the world are given it."""

    def names(self, account: str, region: str) -> list[str]:
        """List the names of all it stands for, in one region."""
        return [Blanks(n, account, region).fill(self.name) for n in range(1, self.count + 1)]

    def nth(self, n: int, account: str, region: str) -> Self:
        """Return the nth, with every blank filled."""
        written = self.model_dump(exclude_unset=True)
        filled = Blanks(n, account, region).fill_all(written)
        return self.model_validate({**filled, "kind": self.kind})

    def age_of_nth(self, n: int) -> float:
        """Return the age of the nth, in days."""
        return age_of(self.age_days, n, self.count)

    @property
    def tag_list(self) -> list[dict[str, str]]:
        """The tags as most services want them."""
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]


def text_of(policy: Policy) -> str:
    """Return a policy as AWS takes it: its text."""
    return policy if isinstance(policy, str) else json.dumps(policy)


def given(**parameters: Any) -> dict[str, Any]:
    """Keep the parameters that say something: AWS tells left out from empty."""
    return {name: value for name, value in parameters.items() if value not in (None, "", (), [])}


def zone(region: str, letter: str = "a") -> str:
    """Name an availability zone."""
    return f"{region}{letter}"


def spread_over(letters: str, name: str) -> str:
    """Choose a zone's letter by a name: the same one in every run."""
    return letters[sum(name.encode()) % len(letters)]
