"""Post a message to the address the plan names, signed, and read the answer by its status alone."""

from collections.abc import Callable

from fireline.connectors.webhook.signature import HEADER, sign
from fireline.core.values.secret import Secret
from fireline.ports.channel import Description, Form, Message, Outcome
from fireline.wire.addresses import INTERNET, Reach
from fireline.wire.caller import WHOLE_SECONDS, Answer, Caller, Request, Resolve, by_the_system
from fireline.wire.verdict import verdict

DESCRIPTION = Description(
    name="webhook",
    title="Signed webhook",
    form=Form.NOTICE,
    address_words="the address to post to",
    example="https://hooks.example.com/dana",
    address_pattern=r"https?://[^\s@]+",
    answers=True,
    receipts=True,
    needs=("FIRELINE_WEBHOOK_SECRET",),
)

AddressOf = Callable[[Message], str]


class WebhookChannel:
    """Posts messages, to the internet only or, for drills, to this machine only.

    `address_of` says where a message goes; the plan's address unless a drill's lab knows better.
    """

    name = "webhook"

    def __init__(
        self,
        secret: Secret,
        *,
        reach: Reach = INTERNET,
        address_of: AddressOf = lambda message: message.to,
        resolve: Resolve = by_the_system,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._secret = secret
        self._address_of = address_of
        # The body is never read: the status says all, and nobody can make it long.
        self._caller = Caller(reach, resolve=resolve, whole_seconds=whole_seconds, read_bytes=0)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._caller.aclose()

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        body = message.body.encode("utf-8", "replace")
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            HEADER: sign(self._secret, int(message.at.timestamp()), body),
        }
        heard = await self._caller.call(Request(self._address_of(message), body, headers))
        if not isinstance(heard, Answer):
            return heard
        return verdict(heard, message.at, receipt=heard.headers.get("x-request-id", ""))
