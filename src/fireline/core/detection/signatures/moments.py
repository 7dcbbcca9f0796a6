"""Small questions every signature asks: how long ago, what stands at a path, and which one.

Moments are kept as inventories keep them, ISO 8601 texts.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from fireline.core.detection.signatures.telling import CannotTell


def older_than(moment: object, days: int, now: datetime) -> bool:
    """Say whether a moment is more than so many days ago. Unknown when there is none."""
    return now - _moment(moment) > timedelta(days=days)


def days_since(moment: object, now: datetime) -> int:
    """Count the whole days since a moment; less than nothing when it is still to come."""
    return (now - _moment(moment)).days


def _moment(said: object) -> datetime:
    if isinstance(said, datetime):
        return said
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        msg = f"{said!r} is not a moment"
        raise CannotTell(msg) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def at(value: object, path: str, default: object = None) -> Any:
    """Follow a path of names such as `VpcConfig.VpcId`; null, or `default`, where one is missing.

    A detail that could not be read is not missing: a signature that asks for it by `at(config, …)`
    is unknown.
    """
    found: Any = value
    for name in path.split("."):
        if not isinstance(found, dict) or name not in found:
            return default
        found = cast("dict[str, Any]", found)[name]
    return default if found is None else found


def the_one(among: Sequence[Mapping[str, Any]], identifier: str) -> Mapping[str, Any]:
    """Return the one of some related assets that has an id.

    Unknown when it is not among them: what an asset names and nobody saw is not nothing.
    """
    for each in among:
        if each["id"] == identifier:
            return each
    msg = f"{identifier} was not looked at"
    raise CannotTell(msg)
