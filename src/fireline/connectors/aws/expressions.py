"""What the rows of the table write: JMESPath, and texts with JMESPath in braces.

A row is data, and what it is read against was written by strangers: an expression that finds
nothing gives nothing, and none raises for what it is read against.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

import jmespath
from jmespath.exceptions import JMESPathError

Known = Mapping[str, str]
_parse = cast("Any", jmespath.compile)


def search(expression: str, value: Any) -> Any:
    """Return what a JMESPath expression finds in a value; `None` when it fits it nowhere."""
    try:
        return _compiled(expression).search(value)
    except JMESPathError:
        return None


def each(expression: str, value: Any) -> list[Any]:
    """Return what an expression finds, as a list: nothing is an empty one, one thing a list of it.

    Without an expression it is the value itself.
    """
    found: Any = search(expression, value) if expression else value
    if found is None:
        return []
    return list(cast("list[Any]", found)) if isinstance(found, list) else [found]


def written(text: str, row: Any, known: Known) -> Any:
    """Fill the braces of a text from a row and what is known; one lone brace keeps its type.

    A text of which a part is not there is `None`: half an ARN names nothing.
    """
    pieces = _pieces(text)
    if len(pieces) == 1 and pieces[0][0]:
        return _found(pieces[0][1], row, known)
    out: list[str] = []
    for is_expression, piece in pieces:
        value = _found(piece, row, known) if is_expression else piece
        if value is None:
            return None
        out.append(str(value))
    return "".join(out)


def filled(parameters: Any, row: Any, known: Known) -> Any:
    """Fill every text in a call's parameters, however deep; a parameter without a value goes."""
    if isinstance(parameters, str):
        return written(parameters, row, known)
    if isinstance(parameters, Mapping):
        pairs = cast("Mapping[str, Any]", parameters).items()
        values = {name: filled(value, row, known) for name, value in pairs}
        return {name: value for name, value in values.items() if value is not None}
    if isinstance(parameters, Sequence) and not isinstance(parameters, bytes):
        return [filled(value, row, known) for value in cast("Sequence[Any]", parameters)]
    return parameters


def _found(expression: str, row: Any, known: Known) -> Any:
    if expression in known:
        return known[expression]
    if not expression.endswith("/"):
        return search(expression, row)
    whole = search(expression[:-1], row)
    return whole.rpartition("/")[2] if isinstance(whole, str) else None


@cache
def _compiled(expression: str) -> Any:
    return _parse(expression)


@cache
def _pieces(text: str) -> tuple[tuple[bool, str], ...]:
    """Cut a text into plain pieces and expressions. JMESPath has braces too: they are counted."""
    return tuple(_cut(text))


def _cut(text: str) -> Iterator[tuple[bool, str]]:
    depth = begin = 0
    for at, character in enumerate(text):
        if character == "{":
            if depth == 0:
                if at > begin:
                    yield False, text[begin:at]
                begin = at + 1
            depth += 1
        elif character == "}" and depth:
            depth -= 1
            if depth == 0:
                yield True, text[begin:at]
                begin = at + 1
    # A brace that is never closed is a brace.
    if begin < len(text) or depth or not text:
        yield False, text[begin - 1 if depth else begin :]
