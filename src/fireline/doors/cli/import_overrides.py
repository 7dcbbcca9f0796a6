"""`fireline import overrides`: make those who stand in elsewhere stand in here, each once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from fireline.core.signals.decoding import decoded, is_list, is_object
from fireline.doors.cli.client import REFUSED, USAGE, Client, ClientFailed
from fireline.doors.cli.import_reading import moment_now
from fireline.doors.cli.terminal import AsJson, give_up, say, show

# Farther ahead, nobody could tell which were made already.
FARTHEST = timedelta(days=360)
_FIELDS = ("person", "kind", "instead_of", "layers", "start", "end")


def overrides(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What an import wrote.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make the overrides of an import. Those that are there already are not made again."""
    answer = push(file)
    show(answer, lambda one: say(_sentence(one)), as_json=as_json)


def push(file: Path) -> Mapping[str, int]:
    """Post the overrides of a file that are still to come; return how many were made."""
    wanted = _read(file)
    client = Client.from_environment()
    now = moment_now()
    there = {name: _there(client, name) for name in sorted({one["schedule"] for one in wanted})}
    made = known = over = later = 0
    for one in wanted:
        if datetime.fromisoformat(one["end"]) <= now:
            over += 1
        elif datetime.fromisoformat(one["start"]) > now + FARTHEST:
            later += 1
        elif _key(one) in there[one["schedule"]]:
            known += 1
        else:
            body = {name: one[name] for name in _FIELDS if one.get(name) is not None}
            client.post(f"schedules/{one['schedule']}/overrides", body)
            made += 1
    return {"made": made, "there_already": known, "over": over, "later": later}


def _there(client: Client, schedule: str) -> set[tuple[object, ...]]:
    try:
        found = client.get(f"schedules/{schedule}/overrides")
    except ClientFailed as failed:
        if failed.exit_code != REFUSED:
            raise
        hint = "Push the plan that was imported first: fireline plan push DIR."
        raise ClientFailed(str(failed), REFUSED, hint=hint) from failed
    return {_key({**one, **one.get("span", {})}) for one in found}


def _key(one: Mapping[str, Any]) -> tuple[object, ...]:
    """Name an override by all that it says."""
    ends = (datetime.fromisoformat(one[name]) for name in ("start", "end"))
    layers = tuple(sorted(one.get("layers") or ()))
    return (one.get("kind", "replace"), one.get("person"), one.get("instead_of"), layers, *ends)


def _read(file: Path) -> list[Mapping[str, Any]]:
    try:
        said = decoded(file.read_bytes())
    except OSError as error:
        give_up(f"{file}: {error.strerror}.", code=USAGE)
    except ValueError as error:
        give_up(f"{file} is no JSON: {error}.", code=USAGE)
    listed = said.get("overrides") if is_object(said) else None
    if not is_list(listed) or not all(_is_override(one) for one in listed):
        hint = "An import writes one; each needs schedule, kind, start and end."
        give_up(f"{file} is no list of overrides.", hint, code=USAGE)
    return cast("list[Mapping[str, Any]]", list(listed))


def _is_override(one: object) -> bool:
    if not is_object(one):
        return False
    told = [one.get(name) for name in ("schedule", "kind", "start", "end")]
    if not all(isinstance(each, str) and each for each in told):
        return False
    try:
        ends = [datetime.fromisoformat(str(one[name])) for name in ("start", "end")]
    except ValueError:
        return False
    return all(end.tzinfo is not None for end in ends) and ends[0] < ends[1]


def _sentence(answer: Mapping[str, int]) -> str:
    parts = [f"{answer['made']} made"]
    if answer["there_already"]:
        parts.append(f"{answer['there_already']} were there already")
    if answer["over"]:
        parts.append(f"{answer['over']} are over")
    if answer["later"]:
        parts.append(f"{answer['later']} are over a year ahead: run this again nearer to them")
    return f"Overrides: {', '.join(parts)}."
