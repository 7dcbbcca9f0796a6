"""Which alert a finding belongs to: one that is live, or a new one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fireline.core.alerting.entities import CREDENTIAL, KEY, PRINCIPAL, Entity
from fireline.core.values.ids import AlertId


class Reason(StrEnum):
    """Why a finding is in its alert. Stored with it and shown to people."""

    NEW = "nothing live shares its key, credential or principal"
    SAME_KEY = "same alert key"
    SAME_CREDENTIAL = "same access key or session"
    SAME_PRINCIPAL = "same principal"


@dataclass(frozen=True, slots=True)
class Live:
    """An alert that is not resolved, and what its findings had."""

    alert: AlertId
    raised_at: datetime
    entities: frozenset[Entity]


@dataclass(frozen=True, slots=True)
class Joins:
    """The finding belongs to this alert, for this reason."""

    alert: AlertId
    reason: Reason


@dataclass(frozen=True, slots=True)
class Opens:
    """The finding is a problem of its own, so far."""

    reason: Reason = Reason.NEW


# From the strongest bond to the weakest.
_BONDS = (
    (KEY, Reason.SAME_KEY),
    (CREDENTIAL, Reason.SAME_CREDENTIAL),
    (PRINCIPAL, Reason.SAME_PRINCIPAL),
)


def join(entities: frozenset[Entity], live: Iterable[Live]) -> Joins | Opens:
    """Choose the live alert with the strongest bond; of several, the one raised first.

    `live` holds alerts of the same world only: a drill never joins what is real.
    """
    oldest_first = sorted(live, key=lambda one: (one.raised_at, one.alert))
    for kind, reason in _BONDS:
        wanted = frozenset(entity for entity in entities if entity.kind == kind)
        for one in oldest_first:
            if wanted & one.entities:
                return Joins(one.alert, reason)
    return Opens()
