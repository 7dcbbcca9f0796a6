"""Words that blame. They are pointed out, never refused: people explain what happened better."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fireline.core.reviews.review import Draft

_BLAME = re.compile(
    r"\b(?:blame[ds]?|careless(?:ly|ness)?|fault of|forgot|human error|incompeten\w+|lazy"
    r"|mistake of|negligen\w+|operator error|reckless\w*|should have|should not have|stupid\w*"
    r"|user error|failed to|could have|obvious(?:ly)?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Warned:
    """A word worth another thought: in which field, which entry of it, and why."""

    field: str
    entry: int
    word: str
    why: str


def warnings(draft: Draft, names: Iterable[str]) -> tuple[Warned, ...]:
    """Point out blame anywhere, and the names of people where causes are told."""
    known = sorted({name for name in names if name.strip()}, key=len, reverse=True)
    people = _any_of(known)
    return tuple(_warnings(draft, people))


def _warnings(draft: Draft, people: re.Pattern[str] | None) -> Iterator[Warned]:
    causes = {"whys": draft.whys, "factors": draft.factors}
    texts = {
        "summary": (draft.summary,),
        "impact": (draft.impact,),
        "detection": (draft.detection,),
        **causes,
        "surprises": draft.surprises,
    }
    for field, entries in texts.items():
        for entry, text in enumerate(entries):
            for found in _BLAME.finditer(text):
                yield Warned(field, entry, found[0], "it judges; say what made sense at the time")
            if people is not None and field in causes:
                for found in people.finditer(text):
                    yield Warned(field, entry, found[0], "name the role or the condition instead")


def _any_of(names: list[str]) -> re.Pattern[str] | None:
    if not names:
        return None
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b", re.IGNORECASE)
