"""What every piece of a world file is made of: strict parts, templates, references, ages."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w+=,.@-]+$")]
BucketName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Days = Annotated[float, Field(ge=0, le=10_000)]
AccountId = Annotated[str, Field(pattern=r"^\d{12}$")]
RegionName = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
# A policy as a mapping; as text, it is sent as it stands, so that a broken one can be had.
Policy = Mapping[str, Any] | str
Tags = Mapping[Annotated[str, Field(min_length=1, max_length=128)], str]

_BLANK = re.compile(r"\{(?:(account|region)|n(?::(\d{1,2}))?|n\|([^{}]+))\}")


class Part(BaseModel):
    """A piece of a world; a word it does not know is a mistake in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a field that names another resource of the same account by its kind and name."""

    kind: str


@dataclass(frozen=True, slots=True)
class Blanks:
    """What the blanks of a template stand for: which one of many, and where."""

    n: int
    account: str
    region: str

    def fill(self, text: str) -> str:
        """Fill `{n}`, `{n:03}`, `{n|red,green}` (each in turn), `{account}` and `{region}`."""
        return _BLANK.sub(self._blank, text) if "{" in text else text

    def fill_all(self, value: Any) -> Any:
        """Fill every text in a value made of mappings and sequences."""
        if isinstance(value, str):
            return self.fill(value)
        if isinstance(value, Mapping):
            pairs = cast("Mapping[str, Any]", value).items()
            return {self.fill(key): self.fill_all(one) for key, one in pairs}
        if isinstance(value, list | tuple):
            return [self.fill_all(one) for one in cast("list[Any]", value)]
        return value

    def _blank(self, found: re.Match[str]) -> str:
        place, width, choices = found.groups()
        if place:
            return self.account if place == "account" else self.region
        if choices:
            each = choices.split(",")
            return each[(self.n - 1) % len(each)]
        return str(self.n).zfill(int(width or 1))


class Spread(Part):
    """Ages spread evenly over the many of one entry: the first is the youngest."""

    least: Days
    most: Days

    def of(self, n: int, count: int) -> float:
        """Return the age of the nth of so many."""
        return self.least + (self.most - self.least) * (n - 1) / max(1, count - 1)


Age = Days | Spread


def age_of(age: Age, n: int, count: int) -> float:
    """Return the age, in days, of the nth of so many."""
    return age.of(n, count) if isinstance(age, Spread) else age


def references(model: BaseModel) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """List a part's references to others: where each stands, the kind it wants, and the name."""
    for field, kind in _fields(type(model)):
        value: Any = getattr(model, field)
        if kind is not None and value is not None:
            yield from _named((field,), kind, value)
        elif kind is None:
            yield from _inside((field,), value)


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, str | None], ...]:
    return tuple(
        (name, next(_marks((*field.metadata, field.annotation)), None))
        for name, field in model.model_fields.items()
    )


def _marks(written: Iterable[Any]) -> Iterator[str]:
    # Beside `None`, the mark stands inside the union, where pydantic leaves it.
    for one in written:
        if isinstance(one, Refers):
            yield one.kind
        elif get_origin(one) in {Union, UnionType, Annotated}:
            yield from _marks(get_args(one))


def _named(
    path: tuple[str | int, ...], kind: str, value: Any
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if isinstance(value, str):
        yield path, kind, value
        return
    for index, one in enumerate(value):
        yield (*path, index), kind, one


def _inside(
    path: tuple[str | int, ...], value: Any
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if isinstance(value, BaseModel):
        for inner, kind, name in references(value):
            yield (*path, *inner), kind, name
    elif isinstance(value, list | tuple):
        for index, one in enumerate(cast("list[Any]", value)):
            yield from _inside((*path, index), one)
