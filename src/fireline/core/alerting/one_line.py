"""Text that outsiders wrote, made fit for a subject, a title or a row."""

import unicodedata

MAX_LINE = 200
_BREAKS_LINES_OR_HIDES = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def one_line(text: str, longest: int = MAX_LINE) -> str:
    """Return text without line breaks and invisible characters, cut to a length."""
    kept = "".join(" " if unicodedata.category(c) in _BREAKS_LINES_OR_HIDES else c for c in text)
    flat = " ".join(kept.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
