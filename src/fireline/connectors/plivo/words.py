"""Plivo XML: what Plivo shall say, write and listen for.

Docs: https://www.plivo.com/docs/voice/xml/getdigits and
https://www.plivo.com/docs/messaging/xml/message.
"""

from xml.sax.saxutils import escape, quoteattr

from fireline.core.escalation.answers import KEY_WORDS, NO_KEY

KEY_SECONDS = 8
ROUNDS = 2
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def spoken(words: str, *, keys_to: str | None) -> str:
    """Return XML that reads words out, twice where a key is waited for."""
    if keys_to is None:
        return _document(f"{_speak(words)}<Hangup/>")
    # No key ends the input: the star is one of the answers.
    digits = (
        f'<GetDigits action={quoteattr(keys_to)} method="POST" numDigits="1" finishOnKey="none"'
        f' timeout="{KEY_SECONDS}" validDigits="456*">{_speak(f"{words} {KEY_WORDS}")}</GetDigits>'
    )
    return _document(digits * ROUNDS + _speak(NO_KEY))


def written(words: str, *, sender: str, to: str) -> str:
    """Return XML that answers a text with a text, or with none."""
    if not words:
        return _document("")
    numbers = f"src={quoteattr(sender)} dst={quoteattr(to)}"
    return _document(f'<Message {numbers} type="sms">{_safe(words)}</Message>')


def _document(inside: str) -> str:
    return f"{_HEAD}<Response>{inside}</Response>"


def _speak(words: str) -> str:
    return f"<Speak>{_safe(words)}</Speak>"


def _safe(words: str) -> str:
    """Escape words, and leave out what no XML document may hold."""
    kept = (one for one in words if one.isprintable() or one in "\n\t")
    return escape("".join(kept).encode("utf-8", "ignore").decode())
