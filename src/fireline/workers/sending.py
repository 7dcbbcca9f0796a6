"""Send the messages that are due, each over the channel of its own world."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from fireline.core.values.ids import DrillId
from fireline.ports.channel import Channel, Delivered, Message, Outcome, Refused
from fireline.store.due import Claim
from fireline.store.outbox import SEND
from fireline.usecases import sending
from fireline.usecases.receipts import catch_up
from fireline.usecases.transaction import Transactions
from fireline.workers.claims import take_due

# Sending is mostly waiting for the other side, and a slow mail server is slow for all it is sent.
# A transaction is open only before and after.
AT_ONCE = 24
# Longer than any channel tries, or what merely hangs would be sent twice.
LEASE = timedelta(seconds=40)

# The channel of this name in this world; `None`: that world has no such channel.
ChannelOf = Callable[[str, DrillId | None], Awaitable[Channel | None]]


async def send_messages(
    transactions: Transactions, channel_of: ChannelOf, *, base_url: str
) -> bool:
    """Send what is due. Between its transactions a message is on its way, at least once."""
    sender = _Sender(transactions, channel_of, base_url)
    return await take_due(
        transactions, SEND, sender.send, at_once=AT_ONCE, lease=LEASE, worst_first=True
    )


@dataclass(frozen=True, slots=True)
class _Sender:
    """Sends one message: look whether it should go, carry it, write down what became of it."""

    transactions: Transactions
    channel_of: ChannelOf
    base_url: str

    async def send(self, claim: Claim) -> None:
        ready = await self._ready(claim)
        if ready is None:
            return
        outcome = await self._carry(ready, claim) if isinstance(ready, Message) else ready
        async with self.transactions() as tx:
            await sending.settle(tx, claim, outcome)
            if isinstance(outcome, Delivered):
                await catch_up(tx, claim.id)

    async def _ready(self, claim: Claim) -> Message | Delivered | None:
        """Return the message to send; or that it arrived, and its sender died right after."""
        async with self.transactions() as tx:
            if claim.attempts > 1 and (arrived := await sending.took_before(tx, claim.id)):
                return arrived
            return await sending.prepare(tx, claim.id, base_url=self.base_url, fence=claim.fence)

    async def _carry(self, message: Message, claim: Claim) -> Outcome:
        channel = await self.channel_of(message.channel, message.drill)
        if channel is None:
            return Refused(f"no channel {message.channel} is set up")
        outcome = await channel.send(message)
        if isinstance(outcome, Delivered):
            # Settling takes a while. Whoever dies in it must not have the message sent again.
            async with self.transactions() as tx:
                await sending.took(tx, claim.id, outcome.receipt)
        return outcome
