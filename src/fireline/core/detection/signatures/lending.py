"""Empty what CEL hands a function, which CEL itself never lets go of.

cel-expr-python 0.1.3 makes new lists and maps of a function's arguments, and keeps them for ever:
judging a thousand assets would leave 40 MB behind. Emptied, they are next to nothing. Texts cannot
be emptied; those stay.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast


def lent(function: Callable[..., object]) -> Callable[..., object]:
    """Return a function for CEL to call, whose lists and maps are empty when it has answered.

    They are CEL's copies, made for this call alone.
    """

    @wraps(function)
    def answered(*given: Any) -> object:
        answer: object = None
        try:
            answer = function(*given)
        finally:
            for each in given:
                if isinstance(each, list | dict) and each is not answer:
                    cast("list[Any] | dict[Any, Any]", each).clear()
        return answer

    return answered
