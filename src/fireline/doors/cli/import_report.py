"""Tell what an import came to: for each thing of the other system, and for each file."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from fireline.core.plan.importing.bringing import TITLES
from fireline.core.plan.importing.found import Imported, Note, Outcome, worst_of
from fireline.core.plan.importing.merging import Verdict
from fireline.doors.cli.import_writing import Blamed, Written
from fireline.doors.cli.terminal import harmless, say, say_section, say_table


def told(found: Imported, written: Written | None) -> Mapping[str, object]:
    """Return the report for programs."""
    return {
        "source": found.source,
        "things": [
            {
                "kind": note.thing.kind,
                "id": note.thing.id,
                "name": note.thing.name,
                "outcome": note.outcome.value,
                "path": note.path,
                "why": note.why,
                "do": note.do,
            }
            for note in found.notes
        ],
        "counts": {outcome.value: found.count(outcome) for outcome in Outcome},
        "files": [
            {"path": one.path, "is": one.verdict.value}
            for one in (written.files if written else ())
        ],
        "overrides": written.stand_ins if written else len(found.overrides),
        "mistakes": [_mistake(one) for one in (written.mistakes if written else ())],
    }


def draw(found: Imported, written: Written | None, folder: Path | None) -> None:
    """Print the report for people."""
    worst = worst_of(found.notes)
    by_kind = Counter((thing.kind, outcome) for thing, outcome in worst.items())
    kinds = list(dict.fromkeys(thing.kind for thing in worst))
    columns = (TITLES[found.source], *(outcome.value for outcome in Outcome))
    rows = [(kind, *(by_kind[kind, outcome] for outcome in Outcome)) for kind in kinds]
    say_table(columns, rows, empty="The account holds nothing.")
    for outcome, title in (
        (Outcome.CHANGED, "Here in another shape:"),
        (Outcome.LEFT_OUT, "Not imported:"),
    ):
        say_section(title, [_line(note) for note in found.notes if note.outcome is outcome])
    if written is None or folder is None:
        say()
        say("Nothing was written. Name a folder with --into to write the plan.")
        return
    _draw_files(written, folder)
    _draw_mistakes(written.mistakes, folder)


def _draw_files(written: Written, folder: Path) -> None:
    counts = Counter(one.verdict for one in written.files)
    said = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict])
    say()
    say(f"Files in {folder}: {said}.")
    if written.stand_ins:
        count = written.stand_ins
        how = f"fireline import overrides {written.overrides}"
        say(f"Overrides in {written.overrides}: {count}. After the plan is pushed: {how}")


def _draw_mistakes(mistakes: tuple[Blamed, ...], folder: Path) -> None:
    say()
    if not mistakes:
        say(f"The plan has no mistakes. Make it yours, then: fireline plan push {folder}")
        return
    for one in mistakes:
        say(str(one.mistake))
        for thing in one.things[:3]:
            say(f"  it comes from the {thing.kind} {thing.name} ({thing.id})")


def _line(note: Note) -> str:
    where = f" [{note.path}]" if note.path else ""
    name = " ".join(harmless(note.thing.name or note.thing.id).split())
    return f"{note.thing.kind} {name}: {note.why}{where}. To do: {note.do}."


def _mistake(one: Blamed) -> Mapping[str, object]:
    mistake = one.mistake
    return {
        "file": mistake.file,
        "line": mistake.line,
        "code": mistake.code.value,
        "says": mistake.says,
        "fix": mistake.fix,
        "from": [{"kind": thing.kind, "id": thing.id, "name": thing.name} for thing in one.things],
    }
