"""Refusals: things fireline will not do, said so that people and programs can act on them."""

from enum import Enum, auto


class Kind(Enum):
    """What sort of refusal; each door turns it into its own manners."""

    NOT_FOUND = auto()
    CONFLICT = auto()
    INVALID = auto()
    FORBIDDEN = auto()
    UNAUTHENTICATED = auto()
    UNAVAILABLE = auto()


class Refusal(Exception):  # noqa: N818 - it is not a fault
    """Something fireline will not do.

    `code` is stable and for programs (`alert.not_found`); the message is for people; `hint` says
    what to do instead. A room declares its own refusals as subclasses.
    """

    kind: Kind
    code: str

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Unavailable(Refusal):
    """Something fireline needs does not answer; the same request may work later."""

    kind = Kind.UNAVAILABLE
    code = "unavailable"
