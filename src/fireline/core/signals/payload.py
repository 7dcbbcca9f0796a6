"""One body an outside system posted, and what could be read in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fireline.core.signals.notice import Said


@dataclass(frozen=True, slots=True)
class Payload:
    """The raw form of a signal: a body exactly as it came, and which call brought it.

    `format` names the reader (`opsgenie`); `call` which of the format's calls it was (`create`,
    `close`), empty where there is only one. `meta` holds the few headers, query and path values the
    reader needs, never a credential. `mapping` is the source's own mapping (generic JSON).
    """

    format: str
    call: str
    body: bytes
    received_at: datetime
    meta: Mapping[str, str] = field(default_factory=dict[str, str])
    mapping: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a payload that could not be read: quarantined with the reason, never dropped.

    `code` never changes (`pagerduty.bad_severity`), `field` is the path in the body
    (`payload.severity`, `alerts[3].labels`), `why` is for a person. `position` counts members of a
    batch from 0.
    """

    code: str
    field: str
    why: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """All a payload says, in order, and what of it could not be read."""

    said: tuple[Said, ...] = ()
    unread: tuple[Unread, ...] = ()


# Pure, total and deterministic: any bytes give a reading, and the same payload the same reading,
# so that what was kept can be read again with a better mapping.
Reader = Callable[[Payload], Reading]
