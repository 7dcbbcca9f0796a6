"""TwiML: what Twilio shall say, write and listen for.

Docs: https://www.twilio.com/docs/voice/twiml/gather and
https://www.twilio.com/docs/messaging/twiml/message.
"""

from xml.sax.saxutils import escape, quoteattr

from fireline.core.escalation.answers import KEY_WORDS, NO_KEY

KEY_SECONDS = 8
ROUNDS = 2
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def spoken(words: str, *, keys_to: str | None) -> str:
    """Return TwiML that reads words out, twice where a key is waited for."""
    if keys_to is None:
        return _document(f"{_say(words)}<Hangup/>")
    # No key ends the input: the star is one of the answers.
    gather = (
        f'<Gather action={quoteattr(keys_to)} method="POST" input="dtmf" numDigits="1"'
        f' finishOnKey="" timeout="{KEY_SECONDS}">{_say(f"{words} {KEY_WORDS}")}</Gather>'
    )
    return _document(gather * ROUNDS + _say(NO_KEY))


def written(words: str) -> str:
    """Return TwiML that answers a text with a text, or with none."""
    return _document(f"<Message>{_safe(words)}</Message>" if words else "")


def _document(inside: str) -> str:
    return f"{_HEAD}<Response>{inside}</Response>"


def _say(words: str) -> str:
    return f"<Say>{_safe(words)}</Say>"


def _safe(words: str) -> str:
    """Escape words, and leave out what no XML document may hold."""
    kept = (one for one in words if one.isprintable() or one in "\n\t")
    return escape("".join(kept).encode("utf-8", "ignore").decode())
