"""Who is who in a world: read from the scenario, the lab's word on it, and the keys that were made.

The lab says which key is whose (`keys`) and under which identities fireline acts (`fireline`). The
scenario says who attacks, from where, and which programs are legitimate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fireline.core.drills.facts import LEAKED, MINTED, Cast
from fireline.core.drills.scenario import Scenario
from fireline.core.signals.event import Who
from fireline.core.values.json import JsonObject, JsonValue

_LONG_TERM = "AKIA"
_MAX_GENERATIONS = 8


@dataclass(frozen=True, slots=True)
class KeyMade:
    """Somebody was given a credential: an access key of a user, or a session's."""

    by: Who
    key: str


def cast_of(scenario: Scenario, world: JsonObject, made: Iterable[KeyMade]) -> Cast:
    """Name everybody in a drill's world, as far as it is known by now."""
    keys = {name: _texts(each) for name, each in _object(world.get("keys")).items()}
    attack = _object(scenario.world.get("attack"))
    user = attack.get("user")
    keys.setdefault(LEAKED, keys.get(user, frozenset()) if isinstance(user, str) else frozenset())
    programs = _workload_users(scenario.world)
    cast = Cast(
        keys=keys,
        addresses=_texts(_object(attack.get("origin")).get("address")),
        workloads=frozenset(key for name in programs for key in keys.get(name, ())),
        fireline=_texts(world.get("fireline")),
    )
    return _with_taken(cast, tuple(made))


def _with_taken(cast: Cast, made: Sequence[KeyMade]) -> Cast:
    """Follow what the attacker made, and what was made with that, until nothing is added."""
    known = cast
    for _ in range(_MAX_GENERATIONS):
        taken = frozenset(each.key for each in made if known.is_attacker(each.by))
        if taken <= known.taken:
            break
        minted = frozenset(key for key in taken if key.startswith(_LONG_TERM))
        known = Cast(
            keys={**known.keys, MINTED: minted},
            taken=known.taken | taken,
            addresses=cast.addresses,
            workloads=cast.workloads,
            fireline=cast.fireline,
        )
    return known


def _workload_users(world: JsonObject) -> tuple[str, ...]:
    listed = world.get("workloads")
    each = listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ()
    users = [_object(workload).get("user") for workload in each]
    return tuple(user for user in users if isinstance(user, str))


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, Mapping) else {}


def _texts(value: JsonValue) -> frozenset[str]:
    """Read one text or a list of them; a mapping's values count too."""
    match value:
        case str():
            return frozenset({value} - {""})
        case Mapping():
            return frozenset(text for each in value.values() for text in _texts(each))
        case Sequence():
            return frozenset(text for each in value for text in _texts(each))
        case _:
            return frozenset()
