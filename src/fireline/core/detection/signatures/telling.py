"""How functions of signatures say that they have no answer, and reason with what has none."""

from collections.abc import Callable, Iterable
from functools import partial


class CannotTell(Exception):  # noqa: N818 - it says what is so, and CEL turns it into *unknown*
    """Nobody can tell, and the text says why.

    The asset's verdict is unknown, unless the rest of the condition decides without it.
    """


def any_of(questions: Iterable[Callable[[], bool]]) -> bool:
    """Ask until one says yes. What cannot be told stands only if none does."""
    doubt: CannotTell | None = None
    for ask in questions:
        try:
            if ask():
                return True
        except CannotTell as told:
            doubt = doubt or told
    if doubt is not None:
        raise doubt
    return False


def every_of(questions: Iterable[Callable[[], bool]]) -> bool:
    """Ask until one says no. What cannot be told stands only if none does."""
    return not any_of([partial(_not, ask) for ask in questions])


def _not(ask: Callable[[], bool]) -> bool:
    return not ask()


def all_of(*questions: Callable[[], str | bool]) -> str:
    """Ask until one says no, and return nothing then; else the first words answered.

    What cannot be told stands only if none says no.
    """
    doubt: CannotTell | None = None
    words = ""
    for ask in questions:
        try:
            answer = ask()
        except CannotTell as told:
            doubt = doubt or told
            continue
        if not answer:
            return ""
        if isinstance(answer, str):
            words = words or answer
    if doubt is not None:
        raise doubt
    return words
