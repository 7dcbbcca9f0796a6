"""Loose text made presentable: one line, no empty words, everything once.

What a format says is tidied here. How much of it is kept at the most is `bounds`' to say.
"""

from collections.abc import Iterable
from dataclasses import replace

from fireline.core.signals.bounds import is_page
from fireline.core.signals.notice import MAX_DESCRIPTION, MAX_LABELS, MAX_TITLE, Notice

_MAX_LABEL = 1000
_MAX_LABEL_NAME = 200


def tidied(notice: Notice) -> Notice:
    """Return a notice with a title on one line, and without what is empty or said twice."""
    return replace(
        notice,
        title=one_line(notice.title) or "Something is wrong",
        entities=tuple(dict.fromkeys(each for each in notice.entities if each.value)),
        assets=tuple(dict.fromkeys(each for each in notice.assets if each.id)),
        tags=tuple(dict.fromkeys(each for each in notice.tags if each)),
        labels=labels_of(notice.labels.items()),
        links=tuple(each for each in notice.links if is_page(each.href)),
    )


def clean(value: str, most: int = MAX_DESCRIPTION) -> str:
    """Cut a text, and replace the one character of JSON that no database stores."""
    cut = value[:most]
    return cut.replace("\x00", "\N{REPLACEMENT CHARACTER}") if "\x00" in cut else cut


def one_line(title: str, most: int = MAX_TITLE) -> str:
    """Put a text on one line and cut it."""
    line = " ".join(title[: most * 4].split()) if not title.isprintable() else title.strip()
    return line[:most]


def labels_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the labels that say something, cut, as many as are kept."""
    labels: dict[str, str] = {}
    for name, value in pairs:
        if value and len(labels) < MAX_LABELS:
            labels[clean(name, _MAX_LABEL_NAME)] = value[:_MAX_LABEL]
    return labels
