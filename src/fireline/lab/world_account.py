"""An account of a world: what is set in it, and the resources it holds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from fireline.lab.aws.settings import OPT_IN
from fireline.lab.resources.buckets import Blocked
from fireline.lab.resources.kinds import AnyResource
from fireline.lab.resources.resource import GLOBAL, Resource
from fireline.lab.world_part import AccountId, Blanks, Days, Part, RegionName, references


class RootKey(Part):
    """An access key of the root user."""

    age_days: Days = 400
    last_used_days: Days | None = None
    active: bool = True


class RootUser(Part):
    """The root user: its second factor, its keys, and when it last signed in."""

    mfa: Literal["virtual", "hardware"] | None = "virtual"
    keys: Annotated[Sequence[RootKey], Field(max_length=2)] = ()
    age_days: Days = 1500
    last_used_days: Days | None = None


class PasswordPolicy(Part):
    """What the account asks of passwords."""

    minimum_length: Annotated[int, Field(ge=6, le=128)] = 14
    symbols: bool = True
    numbers: bool = True
    uppercase: bool = True
    lowercase: bool = True
    expires_days: Annotated[int, Field(ge=1, le=1095)] | None = None
    remembered: Annotated[int, Field(ge=1, le=24)] | None = 24


class RegionDefaults(Part):
    """What is set once for a region."""

    encrypt_volumes: bool = False
    block_shared_snapshots: bool = False
    block_shared_images: bool = False
    serial_console: bool = False
    metadata_tokens: Literal["required", "optional"] | None = None


class Account(Part):
    """An account, the region it is at home in, what is set, and what it holds.

    `regions_on` are those of the regions an account must opt in to that it has; a call to any
    other of them is refused.
    """

    id: AccountId
    alias: str = ""
    region: RegionName = "eu-central-1"
    regions_on: Sequence[RegionName] = ()
    root: RootUser = RootUser()
    password_policy: PasswordPolicy | None = None
    public_access_block: Blocked | None = None
    security_contact: str | None = None
    defaults: Mapping[RegionName, RegionDefaults] = {}
    resources: Sequence[AnyResource] = ()

    def places(self, wish: Resource) -> tuple[str, ...]:
        """List the regions a resource is made in."""
        return tuple(wish.regions) or (self.region,)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        lost = [
            *self._regions_that_are_off(),
            *self._names_taken_twice(),
            *self._names_nobody_has(),
        ]
        if lost:
            raise ValueError("\n".join(lost))
        return self

    def _regions_that_are_off(self) -> Iterator[str]:
        closed = {*OPT_IN} - {*self.regions_on}
        for index, wish in enumerate(self.resources):
            off = [region for region in self.places(wish) if region in closed]
            if off:
                yield f"resources.{index}.regions: {off[0]} is off; name it in regions_on"

    def _names_taken_twice(self) -> Iterator[str]:
        taken: dict[tuple[str, str, str], int] = {}
        for index, wish in enumerate(self.resources):
            for key in self._keys(wish):
                if key in taken:
                    first = taken[key]
                    yield (
                        f"resources.{index}.name: there is another {wish.kind} named {key[2]!r}"
                        f" (resources.{first}); number many with {{n}}"
                    )
                    break
                taken[key] = index

    def _names_nobody_has(self) -> Iterator[str]:
        known = {key for wish in self.resources for key in self._keys(wish)}
        for index, wish in enumerate(self.resources):
            for path, kind, name in references(wish):
                lost = next(self._lost(wish, kind, name, known), None)
                if lost is not None:
                    where = ".".join(str(one) for one in (index, *path))
                    yield f"resources.{where}: no {kind} named {lost!r} in this account and region"

    def _keys(self, wish: Resource) -> Iterator[tuple[str, str, str]]:
        for region in self.places(wish):
            kept = GLOBAL if wish.is_global else region
            for name in wish.names(self.id, region):
                yield wish.kind, kept, name

    def _lost(
        self, wish: Resource, kind: str, name: str, known: set[tuple[str, str, str]]
    ) -> Iterator[str]:
        for place in self.places(wish):
            # The last of many is the likeliest to name what is not there.
            for n in (1, wish.count):
                filled = Blanks(n, self.id, place).fill(name)
                if not {(kind, place, filled), (kind, GLOBAL, filled)} & known:
                    yield filled
