"""The words of a message that is plain text, as any vendor takes them."""

from fireline.ports.channel import Message
from fireline.wire.notices import clean


def said_in(message: Message) -> str:
    """Return what a message says; never nothing, which vendors refuse."""
    return clean(message.body).strip() or clean(message.subject).strip() or "fireline"
