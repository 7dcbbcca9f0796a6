"""What changes in behaviour from one plan to another: kinds, ids and fields, not lines of text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fireline.core.plan.contents import things_of, words_of
from fireline.core.plan.plan import Plan


class How(StrEnum):
    """What became of a thing."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, as it reads before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of the plan that is not as it was. `fields` say how, when it was changed."""

    kind: str
    id: str
    how: How
    fields: tuple[FieldChange, ...] = ()

    def __str__(self) -> str:
        said = "; ".join(f"{each.field}: {each.before} -> {each.after}" for each in self.fields)
        return f"{self.how} {self.kind} {self.id}{': ' if said else ''}{said}"


def difference(before: Plan, after: Plan) -> tuple[Change, ...]:
    """List what a change of plan changes, by kind and id. Equal plans have no difference."""
    old, new = things_of(before), things_of(after)
    return tuple(change for kind in old for change in _of_kind(kind, old[kind], new.get(kind, {})))


def _of_kind(kind: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    for id_ in sorted({*old, *new}):
        if id_ not in old:
            yield Change(kind, id_, How.ADDED)
        elif id_ not in new:
            yield Change(kind, id_, How.REMOVED)
        elif old[id_] != new[id_]:
            yield Change(kind, id_, How.CHANGED, tuple(_fields(old[id_], new[id_])))


def _fields(old: object, new: object) -> Iterator[FieldChange]:
    before, after = words_of(old), words_of(new)
    for field, said in before.items():
        # Long values are cut where they are written, so the values themselves are compared.
        if getattr(old, field) != getattr(new, field):
            yield FieldChange(field, said, after[field])
