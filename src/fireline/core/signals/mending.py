"""Mend JSON that is almost right, so that one strange character hides nothing.

JSON may escape half a surrogate pair, which is no character; strict readers refuse the whole text
for it. Whoever can write one into a parameter could silence a whole delivery.
"""

import re

_MAY_BE_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
# Every escape is read in turn, so that an escaped backslash before a "u" is not taken for one.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_REPLACEMENT = rb"\ufffd"


def mended(text: bytes) -> bytes:
    """Put the replacement character where JSON escapes half a surrogate pair."""
    if _MAY_BE_HALF.search(text) is None:
        return text
    return _ESCAPE.sub(lambda found: _REPLACEMENT if found[1] else found[0], text)
