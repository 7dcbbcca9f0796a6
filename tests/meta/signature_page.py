"""The reference of what conditions of signatures may call, made of the functions themselves."""

import inspect
from collections.abc import Iterator
from textwrap import dedent

from fireline.core.detection.signatures.functions import FUNCTIONS, Function
from fireline.core.detection.signatures.judging import VARIABLES

_HEAD = """# Functions of signatures

{written}

A signature's conditions are [CEL](https://github.com/google/cel-spec/blob/master/doc/langdef.md)
with its `has`, `exists`, `all`, `filter`, `map`, `size`, `matches` and `in`, the string functions
`split`, `join`, `lowerAscii`, `replace`, and those below. They speak of:

| name | what it is |
|---|---|
{variables}

What has no answer, such as a key that is not there, a policy that is not JSON or a list that was
not read, makes the verdict *unknown*, with the reason. With `a || b` one answer that is true is
enough, and with `a && b` one that is false, whatever becomes of the other. `has(config.X)`,
`at(config, "X")` and `"X" in config` make the verdict unknown where `X` could not be read.
"""


def page(written: str) -> str:
    """Return the page."""
    variables = "\n".join(f"| `{name}` | {says} |" for name, (_, says) in VARIABLES.items())
    groups = list(dict.fromkeys(one.group for one in FUNCTIONS))
    parts = [_HEAD.format(written=written, variables=variables)]
    for group in groups:
        parts.append(f"\n## {group}\n")
        parts += [_entry(one) for one in FUNCTIONS if one.group == group]
    return "".join(parts)


def _entry(one: Function) -> str:
    ways = ", ".join(f"`{one.name}({', '.join(names)})`" for names in _ways(one))
    says = dedent(f"    {one.says}").strip()
    example = f"```cel\n{one.example}\n```"
    return f"\n### {one.name}\n\n{ways} → {one.answers.name()}\n\n{says}\n\n{example}\n"


def _ways(one: Function) -> Iterator[list[str]]:
    names = list(inspect.signature(one.by).parameters)
    for way in one.ways:
        yield names[: len(way)]
