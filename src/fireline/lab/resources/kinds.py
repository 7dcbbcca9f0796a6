"""All kinds of resources, in the order they are made in: what others name comes first."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Union, get_args

from pydantic import Field

from fireline.lab.resources import (
    buckets,
    fronts,
    identities,
    machines,
    network,
    organizations,
    programs,
    stores,
    watching,
)
from fireline.lab.resources.resource import Resource

IN_ORDER: tuple[type[Resource], ...] = (
    *organizations.KINDS,
    *stores.FIRST_KINDS,
    *identities.KINDS,
    *buckets.KINDS,
    *watching.FIRST_KINDS,
    *fronts.FIRST_KINDS,
    *network.KINDS,
    *machines.KINDS,
    *network.LATER_KINDS,
    *stores.KINDS,
    *fronts.KINDS,
    *machines.LATER_KINDS,
    *programs.KINDS,
    *watching.KINDS,
)


def kind_of(resource: type[Resource]) -> str:
    """Return the word a kind is written with."""
    return str(get_args(resource.model_fields["kind"].annotation)[0])


RANK: Mapping[str, int] = {kind_of(one): rank for rank, one in enumerate(IN_ORDER)}

if TYPE_CHECKING:
    AnyResource = Resource
else:
    AnyResource = Annotated[Union[IN_ORDER], Field(discriminator="kind")]  # noqa: UP007 - made of a tuple
