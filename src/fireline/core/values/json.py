"""JSON as a type, and its one canonical text: what is hashed, compared and signed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from typing_extensions import TypeAliasType

if TYPE_CHECKING:
    JsonValue = bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None
else:
    # The same under a name of its own: pydantic can only follow a recursion that has one.
    JsonValue = TypeAliasType(
        "JsonValue",
        bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"] | None,
    )
JsonObject = Mapping[str, JsonValue]


def canonical(value: JsonValue) -> str:
    """Write JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: JsonValue) -> str:
    """Return the SHA-256, in hex, of the canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
