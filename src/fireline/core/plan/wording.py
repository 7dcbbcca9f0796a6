"""Say what a validator found in fireline's own words, with the field that was probably meant."""

import json
from collections.abc import Sized
from typing import cast, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from fireline.core.plan.document import Document, Loc
from fireline.core.plan.files import STEPS, PeopleFile, PersonWords, RunbookFile, StepWords
from fireline.core.plan.mistakes import Code, Mistake, nearest
from fireline.core.plan.words import fields_of

MAX_SHOWN = 80
# Validators mark a mapping's key so; people do not.
_KEY = "[key]"


def is_echo(error: ErrorDetails) -> bool:
    """Say whether an error only repeats others: a list is called too short when items are wrong."""
    if error["type"] != "too_short":
        return False
    given, least = cast("object", error["input"]), error.get("ctx", {}).get("min_length", 0)
    return isinstance(given, Sized) and len(given) >= least


def mistake_from(document: Document, words: type[BaseModel], error: ErrorDetails) -> Mistake:
    """Turn one of pydantic's errors about a document into a mistake of the plan."""
    loc: Loc = tuple(error["loc"])
    written = _as_written(words, loc)
    line, at = document.line(written), ".".join(str(part) for part in written)
    match error["type"]:
        case "missing":
            return Mistake(document.path, line, Code.FIELD_MISSING, f"`{at}` is missing", "add it")
        case "extra_forbidden":
            fix = nearest(str(loc[-1]), fields_of(_model_at(words, loc)))
            return Mistake(document.path, line, Code.FIELD_UNKNOWN, f"`{at}` means nothing", fix)
        case "too_short":
            least = error.get("ctx", {}).get("min_length", 1)
            says = f"`{at}` needs at least {least}"
            return Mistake(document.path, line, Code.FIELD_WRONG, says, "add one")
        case _:
            says = f"`{at or document.path}`: {error['msg'].removeprefix('Value error, ')}"
            return Mistake(document.path, line, Code.FIELD_WRONG, says, _shown(error))


def _as_written(words: type[BaseModel], loc: Loc) -> Loc:
    """Leave out what validators add: the mark of a mapping's key, and the kind of a step."""
    parts = [part for part in loc if part != _KEY]
    if words is RunbookFile and len(parts) > 2 and parts[2] in STEPS:
        del parts[2]
    return tuple(parts)


def _shown(error: ErrorDetails) -> str:
    value = cast("object", error["input"])
    if error["type"] == "value_error" or not isinstance(value, str | int | float):
        # Our own sentences show the value already.
        return ""
    text = json.dumps(value)
    return f"it says {text}" if len(text) <= MAX_SHOWN else ""


def _model_at(words: type[BaseModel], loc: Loc) -> type[BaseModel]:
    """Find the model a place belongs to, following the fields that lead there."""
    model = words
    for part in loc[:-1]:
        model = _within(model, part)
    return model


def _within(model: type[BaseModel], part: int | str) -> type[BaseModel]:
    """Step into a field. Parts that lead into lists, mappings and unions stay where they are."""
    if model is PeopleFile:
        return PersonWords
    if part in STEPS and issubclass(model, StepWords):
        return STEPS[str(part)]
    for name, info in model.model_fields.items():
        if part in (name, info.alias):
            return _model_in(info.annotation) or model
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Find the model inside `tuple[Model, ...]`, `Mapping[str, Model]`, `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
