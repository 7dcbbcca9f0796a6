"""Read a world from its file, YAML or JSON; say every mistake with the place it stands in."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from fireline.core.values.refusals import Kind, Refusal
from fireline.lab.world import World

_MOST_BYTES = 4_000_000
_SHOWN = 30


class WorldMistakes(Refusal):
    """The file is no world; the message has one line for each mistake."""

    kind = Kind.INVALID
    code = "lab.world"

    def __init__(self, mistakes: Sequence[str]) -> None:
        shown = [*mistakes[:_SHOWN]]
        if len(mistakes) > _SHOWN:
            shown.append(f"and {len(mistakes) - _SHOWN} more")
        super().__init__("\n".join(shown), hint="docs/how-to/lab.md shows every word of a world.")
        self.mistakes = tuple(mistakes)


def read_world(path: Path) -> World:
    """Read a world from its file. Raises WorldMistakes with every one of them."""
    try:
        text = path.read_bytes()
    except OSError as failure:
        raise WorldMistakes([f"{path}: {failure.strerror or failure}"]) from failure
    return world_of(text, path.name)


def world_of(text: bytes, name: str) -> World:
    """Read a world from a file's text; `name` tells the file in mistakes."""
    if len(text) > _MOST_BYTES:
        raise WorldMistakes([f"{name}: more than {_MOST_BYTES:,} bytes"])
    try:
        # JSON is YAML; the fast reader makes the same of both.
        written: Any = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader's child
    except yaml.YAMLError as mistake:
        raise WorldMistakes([f"{name}: {_one_line(mistake)}"]) from mistake
    if not isinstance(written, dict):
        raise WorldMistakes([f"{name}: a world is a mapping that begins with account:"])
    try:
        return World.model_validate(written)
    except ValidationError as mistakes:
        raise WorldMistakes([f"{name}: {one}" for one in _sentences(mistakes)]) from mistakes


class _Loader(yaml.CSafeLoader):
    """YAML without dates: a policy's `Version: 2012-10-17` is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag != "tag:yaml.org,2002:timestamp"]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _sentences(mistakes: ValidationError) -> Iterator[str]:
    for one in mistakes.errors(include_url=False):
        path = _place(one["loc"])
        said = str(one["msg"]).removeprefix("Value error, ")
        # A validator of a whole part says several at once, each with its own path below.
        for line in said.split("\n"):
            yield f"{path}.{line}" if path and one["type"] == "value_error" else _say(path, line)


def _say(path: str, said: str) -> str:
    return f"{path}: {said[:1].lower()}{said[1:]}" if path else said


def _place(loc: tuple[int | str, ...]) -> str:
    # Among the parts of a place pydantic names the choice it tried; a kind has a dot in it.
    kept = [str(one) for one in loc if not (isinstance(one, str) and _is_choice(one))]
    return ".".join(kept)


def _is_choice(word: str) -> bool:
    return "." in word or "[" in word or word in {"str", "float", "constrained-str", "Spread"}


def _one_line(mistake: yaml.YAMLError) -> str:
    mark = getattr(mistake, "problem_mark", None)
    said = str(getattr(mistake, "problem", None) or "not YAML")
    return f"line {mark.line + 1}: {said}" if mark else said
