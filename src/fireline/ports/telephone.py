"""What fireline and a phone company say to each other apart from sending: its calls to our door.

Two bodies: Twilio and Plivo. Each knows how its requests are signed, what its words mean, and in
which XML it wants to be answered. Nothing here touches the network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fireline.core.escalation.receipts import State
from fireline.ports.channel import Refused


class Ask(StrEnum):
    """What a company calls our door for; part of the address it is told to call."""

    TEXT = "text"  # somebody wrote to our number
    RECEIPT = "receipt"  # what became of a text
    CALL = "call"  # what became of a call
    SPEAK = "speak"  # a call was answered: what shall be said?
    KEYS = "keys"  # a key was pressed during a call


@dataclass(frozen=True, slots=True)
class NotServed(Refused):
    """This company will not do it, for this account or at all. Another company may."""


@dataclass(frozen=True, slots=True)
class Knock:
    """One request at our door, as signatures see it: the public address, headers and form."""

    ask: Ask
    url: str
    headers: Mapping[str, str]
    form: Sequence[tuple[str, str]]

    def first(self, name: str) -> str:
        """Return a field of the form as it can be kept; empty when it is not there."""
        return next((value for key, value in self.form if key == name), "").replace("\0", "")


@dataclass(frozen=True, slots=True)
class Forged:
    """The company did not send this, or it cannot be proven."""

    why: str


@dataclass(frozen=True, slots=True)
class Proven:
    """The company sent this. `nonce` is there when the signature leaves the form out."""

    nonce: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text somebody wrote to our number. `sender` begins with `+` and the country."""

    message_id: str
    sender: str
    words: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a text or a call, as far as it is known now."""

    message_id: str
    state: State
    reason: str = ""


class Telephone(Protocol):
    """A phone company's manners."""

    name: str

    def prove(self, knock: Knock) -> Proven | Forged:
        """Say whether the company sent this, by its signature."""
        ...

    def text(self, knock: Knock) -> Text | None:
        """Read a text somebody wrote; `None` when it is none."""
        ...

    def receipt(self, knock: Knock) -> Receipt | None:
        """Read what became of a text or a call; `None`: nothing fireline keeps."""
        ...

    def keys(self, knock: Knock) -> str:
        """Read the keys that were pressed."""
        ...

    def write_back(self, words: str, knock: Knock) -> str:
        """Return the answer that makes the company write to the sender; no words, no text."""
        ...

    def say(self, words: str, *, keys_to: str | None) -> str:
        """Return the answer that makes the company speak, and listen for one key at an address."""
        ...
