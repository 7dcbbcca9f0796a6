"""The table of AWS resource types, gathered from this folder.

Every module here that has `TYPES` is in it, so that a new service is a new file and nothing else.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import cast

from fireline.core.assets import aws
from fireline.core.assets.resource_type import ResourceType

# Parts of assets that calls name alone. They are nowhere listed: the assets that link to one are
# the ones it is a part of.
PART_KINDS = frozenset({"aws.ec2.association", "aws.cloudwatch.metric"})


def _rows() -> Iterator[ResourceType]:
    for found in iter_modules(aws.__path__):
        module = import_module(f"{aws.__name__}.{found.name}")
        yield from cast("tuple[ResourceType, ...]", getattr(module, "TYPES", ()))


TABLE: Mapping[str, ResourceType] = MappingProxyType({row.kind: row for row in _rows()})
