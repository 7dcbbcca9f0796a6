"""JSON as a type, and its one canonical text: what is hashed, compared and signed."""

import hashlib
import json
from collections.abc import Mapping, Sequence

JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
JsonObject = Mapping[str, JsonValue]


def canonical(value: JsonValue) -> str:
    """Write JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: JsonValue) -> str:
    """Return the SHA-256, in hex, of the canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
