"""Lay an import into a plan's folder: nothing different is overwritten unasked, all is checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from pathlib import Path

from fireline.content.signatures import shipped_signatures
from fireline.content.starter_plan import starter_files
from fireline.core.plan.compiling import compile_plan
from fireline.core.plan.document import Document, read_document
from fireline.core.plan.importing.found import Imported, StandIn, Thing
from fireline.core.plan.importing.layers import moment_text
from fireline.core.plan.importing.merging import Laid, Verdict, laid_beside
from fireline.core.plan.importing.people import PEOPLE, known_people
from fireline.core.plan.importing.saved import Taken
from fireline.core.plan.importing.writing import yaml_text
from fireline.core.plan.mistakes import Mistake
from fireline.core.plan.plan import Plan
from fireline.core.values.json import JsonObject
from fireline.doors.cli.client import REFUSED
from fireline.doors.cli.import_reading import as_json
from fireline.doors.cli.plan import read_folder
from fireline.doors.cli.terminal import give_up, remark

PLAN = "plan.yaml"
# What an account brings itself; the rest of a plan comes from the starter plan.
_OWN = ("people.yaml", "routes.yaml", PLAN)
_OWN_FOLDERS = ("teams/", "schedules/", "escalation/", "services/")


@dataclass(frozen=True, slots=True)
class Blamed:
    """A mistake of the written plan, and what of the other system it came from."""

    mistake: Mistake
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the folder."""

    files: tuple[Laid, ...]
    overrides: Path
    stand_ins: int
    mistakes: tuple[Blamed, ...]


def texts_of(folder: Path) -> Mapping[str, str]:
    """Return the texts of a plan's folder; of one that is not there yet, none."""
    return read_folder(folder)[0] if folder.is_dir() else {}


def people_of(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Return the ids a plan's people have, by mail address."""
    read = read_document(PEOPLE, texts.get(PEOPLE, ""))
    return known_people({PEOPLE: read.value}) if isinstance(read, Document) else {}


def lay(
    found: Imported, taken: Taken, folder: Path, overrides: Path, *, now: datetime, force: bool
) -> Written:
    """Write the files, unless something different is there and `force` was not said."""
    there = texts_of(folder)
    laid = laid_beside(found.files, there)
    base = _base(found, there)
    coming = [one for one in found.overrides if one.end > taken.at]
    text = as_json(
        {"source": found.source, "overrides": [_override(one) for one in _in_order(coming)]}
    )
    left = overrides.read_text("utf-8") if overrides.is_file() else text
    _refuse_different(laid, (overrides, left, text), force=force)
    for path, content in base.items():
        _write(folder / path, content)
    for one in laid:
        if one.verdict is not Verdict.SAME:
            _write(folder / one.path, one.after)
    _write(overrides, text)
    whole = {**there, **base, **{one.path: one.after for one in laid}}
    compiled = compile_plan(whole, now=now, shipped=shipped_signatures())
    mistakes = () if isinstance(compiled, Plan) else compiled
    blamed = tuple(Blamed(mistake, _things(mistake, found)) for mistake in mistakes)
    return Written(laid, overrides, len(coming), blamed)


def _base(found: Imported, there: Mapping[str, str]) -> Mapping[str, str]:
    """Return what a plan needs besides what was imported, where the folder has none yet."""
    if PLAN in there:
        return {}
    starter = {
        path: content
        for path, content in starter_files().items()
        if path not in _OWN and not path.startswith(_OWN_FOLDERS) and path not in there
    }
    own: JsonObject = {
        "organisation": found.organisation[:200].strip() or "Our organisation",
        "catch_all": list(found.catch_all),
    }
    return {**starter, PLAN: yaml_text(own)}


def _refuse_different(
    laid: Sequence[Laid], overrides: tuple[Path, str, str], *, force: bool
) -> None:
    different = [one for one in laid if one.verdict is Verdict.DIFFERS]
    path, before, after = overrides
    if before != after:
        different.append(Laid(str(path), Verdict.DIFFERS, before, after))
    if not different or force:
        return
    for one in different:
        remark("".join(_diff(one)).rstrip("\n"))
    count = len(different)
    files = "file is" if count == 1 else "files are"
    message = f"{count} {files} there and different, as shown above. Nothing was written."
    give_up(message, "Import into another folder, or overwrite them with --force.", code=REFUSED)


def _diff(one: Laid) -> Iterator[str]:
    before, after = one.before.splitlines(keepends=True), one.after.splitlines(keepends=True)
    yield from unified_diff(before, after, f"{one.path} (there)", f"{one.path} (imported)")


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    except OSError as error:
        hint = "What was written before it stays; run the same command again."
        give_up(f"{file}: {error.strerror}.", hint, code=REFUSED)


def _things(mistake: Mistake, found: Imported) -> tuple[Thing, ...]:
    """Say which things of the other system a file, or a person in it, came from."""
    things = [note.thing for note in found.notes if note.path == mistake.file]
    if mistake.file == PEOPLE:
        slugs = {id_: slug for id_, slug in found.people.items() if slug in mistake.says}
        things = [thing for thing in things if thing.kind == "user" and thing.id in slugs]
    return tuple(dict.fromkeys(things))


def _in_order(overrides: Sequence[StandIn]) -> list[StandIn]:
    return sorted(overrides, key=lambda one: (one.schedule, one.start, one.person or ""))


def _override(one: StandIn) -> Mapping[str, object]:
    words: dict[str, object] = {
        "schedule": one.schedule,
        "kind": one.kind,
        "start": moment_text(one.start),
        "end": moment_text(one.end),
        "person": one.person,
    }
    if one.instead_of is not None:
        words["instead_of"] = one.instead_of
    if one.layers:
        words["layers"] = list(one.layers)
    return words
