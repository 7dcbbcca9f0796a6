"""The ways a person can be told, and the form of words each way takes.

Decided here, because a message is worded when it is wished for, long before anybody knows which
connector will carry it. The start compares this table with what the connectors say of themselves.
"""

from enum import StrEnum


class Form(StrEnum):
    """How a message is worded for the one who reads, hears or parses it."""

    LETTER = "letter"
    NOTICE = "notice"
    SHORT = "short"
    SPOKEN = "spoken"


CHANNELS: dict[str, Form] = {
    "email": Form.LETTER,
    "webhook": Form.NOTICE,
    "push": Form.NOTICE,
    "sms": Form.SHORT,
    "voice": Form.SPOKEN,
    "slack": Form.NOTICE,
    "matrix": Form.NOTICE,
    "teams": Form.NOTICE,
    "ntfy": Form.NOTICE,
    "pagerduty": Form.NOTICE,
    "splunk": Form.NOTICE,
    "apprise": Form.LETTER,
}
# Pagers of others, which go on by themselves until they are told that it is over.
ONWARD = ("pagerduty", "splunk")


def form_of(channel: str) -> Form:
    """Return the form of a channel's messages. A letter, where nobody knows the channel."""
    return CHANNELS.get(channel, Form.LETTER)
