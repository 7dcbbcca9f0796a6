"""Changing how much an incident matters: it rises freely, and falls with a person and a reason."""

from enum import StrEnum

from fireline.core.values.actor import Actor, Machine
from fireline.core.values.priority import Priority


class WhyNotLower(StrEnum):
    """Why a priority stays."""

    MACHINE = "only a person lowers a priority"
    NO_REASON = "say why it matters less than was thought"


def why_not_priority(
    present: Priority, wanted: Priority, *, by: Actor, reason: str
) -> WhyNotLower | None:
    """Say why a priority may not be changed; `None` when it may. Raising needs nothing."""
    if wanted <= present:
        return None
    if isinstance(by, Machine):
        return WhyNotLower.MACHINE
    return None if reason.strip() else WhyNotLower.NO_REASON
