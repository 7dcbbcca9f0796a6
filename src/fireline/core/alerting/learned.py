"""What a person's one split or merge says of symptoms like these: a rule for the next time.

Nothing is learned unless a person asks for it. The rule is about kinds of symptom, so what differs
from one occurrence to the next (the host, the pod, the key) is left open.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fireline.core.alerting.one_line import one_line
from fireline.core.alerting.wishes import Matcher, Pair
from fireline.core.signals.entity import Entity

MAX_TITLE = 200
# A shorter value stands in too many words by chance.
_SHORTEST_VALUE = 3
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Example:
    """A symptom somebody pointed at: `title` is what its source calls this kind of thing."""

    service: str
    title: str
    source: str
    entities: tuple[Entity, ...]


def matcher_of(example: Example) -> Matcher:
    """Return what symptoms of the same kind have in common with one of them."""
    return Matcher(
        service=_literal(example.service),
        title=_title(example.title, example.entities),
        source=_literal(example.source),
    )


def pair_of(one: Example, other: Example, *, together: bool) -> Pair:
    """Return a rule about two kinds of symptom; of equal examples, always the same one."""
    first, second = sorted((matcher_of(one), matcher_of(other)), key=_order)
    word = "and" if together else "apart from"
    return Pair(f"{_told(first)} {word} {_told(second)}", first, second)


def _title(title: str, entities: Iterable[Entity]) -> str:
    values = sorted({e.value for e in entities if len(e.value) >= _SHORTEST_VALUE}, key=len)
    if not values:
        return _literal(title)
    # Longest first, and only as a word: what a title says of its own things varies.
    anywhere = "|".join(re.escape(value) for value in reversed(values))
    parts = re.split(rf"(?<!\w)(?:{anywhere})(?!\w)", title)
    return "*".join(_literal(part) for part in parts)


def _literal(text: str) -> str:
    """Return a pattern that fits this text and nothing else."""
    return _GLOB.sub(r"[\g<0>]", text)


def _told(matcher: Matcher) -> str:
    title = one_line(_plain(matcher.title), MAX_TITLE)
    return f"“{title}”" + (f" of {_plain(matcher.service)}" if matcher.service else "")


def _plain(pattern: str) -> str:
    return re.sub(r"\[([\[*?])\]", r"\1", pattern)


def _order(matcher: Matcher) -> tuple[str, str, str]:
    return (matcher.title, matcher.service, matcher.source)
