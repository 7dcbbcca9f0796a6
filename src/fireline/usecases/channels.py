"""The ways out of the house: which there are, which are set up, and whether one works."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never
from uuid import UUID, uuid5

from fireline.core.escalation.wording import Note, note_for
from fireline.core.oncall.addresses import is_reference
from fireline.core.timeline.fact import Stream
from fireline.core.values.actor import Actor
from fireline.core.values.refusals import Kind, Refusal
from fireline.ports.channel import (
    Channel,
    Delivered,
    Description,
    Message,
    Outcome,
    Refused,
    TryAgain,
    Unknown,
)
from fireline.usecases.facts import record
from fireline.usecases.transaction import Transactions, Tx

_CHANNELS = UUID("8f4e5a4b-2f0c-4c4e-9c55-6f9d3f1a7c10")


@dataclass(frozen=True, slots=True)
class Line:
    """One channel of this house; `None` where it is not set up, for want of `missing`."""

    description: Description
    channel: Channel | None = field(repr=False)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Switchboard:
    """Every channel by name, and the public half of the key that pushes are signed with."""

    lines: Mapping[str, Line] = field(default_factory=dict[str, Line])
    push_key: str = ""

    def channel(self, name: str) -> Channel | None:
        """Return a channel that is set up."""
        line = self.lines.get(name)
        return line.channel if line else None


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel as people are shown it."""

    name: str
    title: str
    set_up: bool
    needs: tuple[str, ...]
    missing: tuple[str, ...]
    form: str
    address_words: str
    example: str
    answers: bool
    receipts: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a test, `delivered` or not, and what the other side said."""

    channel: str
    outcome: str
    detail: str


class ChannelNotFound(Refusal):
    """There is no such channel."""

    kind = Kind.NOT_FOUND
    code = "channel.not_found"


class NotSetUp(Refusal):
    """The channel lacks a setting."""

    kind = Kind.CONFLICT
    code = "channel.lacks_settings"


class AddressUnclear(Refusal):
    """What was given is no address of the channel."""

    kind = Kind.INVALID
    code = "channel.address_unclear"


def list_channels(board: Switchboard) -> tuple[ChannelView, ...]:
    """List every channel: those set up first, then by name."""
    views = (_view(line) for line in board.lines.values())
    return tuple(sorted(views, key=lambda view: (not view.set_up, view.name)))


async def try_out(
    transactions: Transactions, board: Switchboard, name: str, address: str, *, by: Actor
) -> Tried:
    """Send a test to an address at once, and tell what became of it."""
    channel = _ready(board, name, address)
    async with transactions() as tx:
        message = await _test(tx, board.lines[name].description, address, by=by)
    outcome, detail = _spoken(await channel.send(message))
    return Tried(name, outcome, detail)


def _ready(board: Switchboard, name: str, address: str) -> Channel:
    line = board.lines.get(name)
    if line is None:
        msg = f"There is no channel {name}."
        raise ChannelNotFound(msg, hint=f"There are: {', '.join(sorted(board.lines))}.")
    if line.channel is None:
        msg = f"{line.description.title} is not set up."
        raise NotSetUp(msg, hint=f"Set {', '.join(line.missing)} and start fireline again.")
    if not is_reference(address) and not line.description.is_address(address):
        msg = f"address: that is not {line.description.address_words}."
        raise AddressUnclear(msg, hint=f"One looks like {line.description.example}")
    return line.channel


async def _test(tx: Tx, description: Description, address: str, *, by: Actor) -> Message:
    letter = f"{by.name} sends this to see that it arrives. There is nothing to do.\n"
    note = Note("test", f"Test from fireline by {by.name}", letter)
    # Who tried what is written down; where it went is somebody's own.
    text = f"{by.name} tried {description.title}"
    stream = Stream("channel", uuid5(_CHANNELS, description.name))
    await record(tx, stream, "channel.tried", by=by, body={"text": text})
    return Message(
        key=f"test:{tx.ids.fresh()}",
        channel=description.name,
        person=by.name,
        to=address,
        subject=note.subject,
        body=note_for(description.form, note),
        at=tx.now,
    )


def _view(line: Line) -> ChannelView:
    said = line.description
    return ChannelView(
        name=said.name,
        title=said.title,
        set_up=line.channel is not None,
        needs=said.needs,
        missing=line.missing,
        form=said.form.value,
        address_words=said.address_words,
        example=said.example,
        answers=said.answers,
        receipts=said.receipts,
    )


def _spoken(outcome: Outcome) -> tuple[str, str]:
    match outcome:
        case Delivered(receipt=receipt):
            return "delivered", receipt
        case TryAgain(why=why):
            return "try_again", why
        case Refused(why=why):
            return "refused", why
        case Unknown(why=why):
            return "unknown", why
        case _:
            assert_never(outcome)
