"""Text that fits one SMS: the characters of the GSM alphabet, and no more of them than fit.

One character outside the alphabet halves what a message holds, and several messages arrive in any
order. So letters are written as their nearest kin, and what has none as a question mark.
"""

import unicodedata

MAX_SHORT = 160
# 3GPP TS 23.038, the basic table alone: the characters of its extension count for two.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_KIN = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b`\u00b4\u2032^", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212~", "-"),
    **dict.fromkeys("[{", "("),
    **dict.fromkeys("]}", ")"),
    **dict.fromkeys("|\\", "/"),
    "\u2022": "*",
    "\u20ac": "EUR",
    "\u2192": "->",
    "\u2190": "<-",
    "\u00d7": "x",
    "\t": " ",
}


def in_gsm(text: str) -> str:
    """Return text in the GSM alphabet alone, every letter kept or written as its nearest kin."""
    return "".join(_kin(character) for character in text)


def cut(text: str, longest: int) -> str:
    """Return text no longer than this; dots show where it was cut."""
    return text if len(text) <= longest else text[: max(longest - 3, 0)].rstrip() + "..."


def with_tail(text: str, tail: str) -> str:
    """Return a short text that ends with `tail`, such as how to answer, within one SMS."""
    ending = f" {in_gsm(tail)}"
    return cut(text, MAX_SHORT - len(ending)) + ending


def _kin(character: str) -> str:
    if character in _BASIC:
        return character
    if character in _KIN:
        return _KIN[character]
    plain = unicodedata.normalize("NFKD", character)
    kept = "".join(one for one in plain if one in _BASIC)
    # An accent alone leaves nothing, and loses nothing.
    return kept or ("" if unicodedata.combining(character) else "?")
