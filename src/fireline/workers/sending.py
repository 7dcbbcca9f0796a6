"""Send the messages that are due, each over the channel of its own world."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from fireline.core.values.ids import DrillId
from fireline.ports.channel import Channel, Delivered, Refused
from fireline.store.due import Claim
from fireline.store.outbox import SEND
from fireline.usecases import sending
from fireline.usecases.receipts import RECEIPTED, catch_up
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
    """Send what is due. Between the two transactions the message is on its way, at least once."""

    async def send(claim: Claim) -> None:
        async with transactions() as tx:
            message = await sending.prepare(tx, claim.id, base_url=base_url, fence=claim.fence)
        if message is None:
            return
        channel = await channel_of(message.channel, message.drill)
        if channel is None:
            outcome = Refused(f"no channel {message.channel} is set up")
        else:
            outcome = await channel.send(message)
        async with transactions() as tx:
            await sending.settle(tx, claim, outcome)
            if isinstance(outcome, Delivered) and message.channel in RECEIPTED:
                await catch_up(tx, claim.id)

    return await take_due(transactions, SEND, send, at_once=AT_ONCE, lease=LEASE, worst_first=True)
