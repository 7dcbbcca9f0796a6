"""What a cloud says about an asset, and the calls that change one: plain values, no client."""

from collections.abc import Mapping
from dataclasses import dataclass

from fireline.core.values.json import JsonObject


@dataclass(frozen=True, slots=True)
class Present:
    """The asset as it stands now. Each kind of action compares the part of it that it changes."""

    state: JsonObject


@dataclass(frozen=True, slots=True)
class Absent:
    """The cloud says there is no such asset."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Could not tell: denied, throttled, unsupported, timed out. Never the same as absent."""

    why: str


Reading = Present | Absent | Unreadable


@dataclass(frozen=True, slots=True)
class Call:
    """One API call, exactly as it will be made: what a dry run shows and an approval binds to.

    `resource` is the ARN it touches; the credentials it is made with are good for nothing else.
    """

    service: str
    operation: str
    resource: str
    parameters: Mapping[str, str]

    @property
    def json(self) -> JsonObject:
        """The call as it is hashed, stored and shown."""
        return {
            "service": self.service,
            "operation": self.operation,
            "resource": self.resource,
            "parameters": dict(self.parameters),
        }
