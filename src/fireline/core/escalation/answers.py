"""What people answer from a phone: a few letters in a text, or one key during a call.

Each page sent to a phone has a short number of that phone's own: `7a` answers page 7 whichever
alert that is. Letters may be upper or lower, with or without a space; anything else is no answer,
because a guess here would silence somebody's pager.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_READ = 40


class Verb(StrEnum):
    """What an answer does."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class ByCode:
    """An answer to the page of this short number; `whole_service`: to all its service's alerts."""

    verb: Verb
    code: int
    whole_service: bool = False


@dataclass(frozen=True, slots=True)
class ByNumber:
    """An answer to the alert people call by this number."""

    verb: Verb
    number: int


@dataclass(frozen=True, slots=True)
class ToTheLast:
    """An answer to whatever this phone was told last."""

    verb: Verb


Answer = ByCode | ByNumber | ToTheLast

_LETTERS = {"a": Verb.ACKNOWLEDGE, "r": Verb.RESOLVE, "e": Verb.ESCALATE}
_WORDS = {
    **_LETTERS,
    "ack": Verb.ACKNOWLEDGE,
    "acknowledge": Verb.ACKNOWLEDGE,
    "acked": Verb.ACKNOWLEDGE,
    "resolve": Verb.RESOLVE,
    "resolved": Verb.RESOLVE,
    "close": Verb.RESOLVE,
    "escalate": Verb.ESCALATE,
    "esc": Verb.ESCALATE,
}
# The keys of a call, which people also send as text.
KEYS = {"4": Verb.ACKNOWLEDGE, "6": Verb.RESOLVE, "5": Verb.ESCALATE}
AGAIN = "*"
KEY_WORDS = "Press 4 to acknowledge, 6 to resolve, 5 to escalate, or star to hear this again."
NO_KEY = "No key was pressed. Goodbye."
# What a phone company takes as "never write to me again": it answers these itself.
_OPT_OUT = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "start", "unstop", "yes"}
)

_CODE = re.compile(r"(\d{1,2}) ?(a|r|e|aa|ack|resolve|escalate)")
_NUMBER = re.compile(r"([a-z]+) ?#? ?(\d{1,12})")


def read(text: str) -> Answer | None:
    """Return what a text asks for; `None` when that is not clear."""
    if len(text.strip()) > MAX_READ:
        return None
    said = " ".join(text.lower().strip(" .!\t\r\n\"'").split())
    alone = _WORDS.get(said) or KEYS.get(said)
    if alone is not None:
        return ToTheLast(alone)
    if found := _CODE.fullmatch(said):
        return _by_code(int(found[1]), found[2])
    found = _NUMBER.fullmatch(said)
    return ByNumber(_WORDS[found[1]], int(found[2])) if found and found[1] in _WORDS else None


def _by_code(code: int, letters: str) -> ByCode:
    if letters == "aa":
        return ByCode(Verb.ACKNOWLEDGE, code, whole_service=True)
    return ByCode(_WORDS[letters], code)


def is_for_the_company(text: str) -> bool:
    """Say whether a text is one that the phone company acts on and answers, such as STOP."""
    return text.strip().lower() in _OPT_OUT
