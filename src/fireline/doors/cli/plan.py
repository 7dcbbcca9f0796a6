"""`fireline plan`: write a starter plan, check it, look at it, compare it, make it run."""

import json
import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn, cast

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fireline.content.signatures import shipped_signatures
from fireline.content.starter_plan import starter_files
from fireline.core.plan.compiling import compile_plan, reopen_plan
from fireline.core.plan.contents import things_of, words_of
from fireline.core.plan.diff import Change, difference
from fireline.core.plan.mistakes import Code, Mistake
from fireline.core.plan.plan import Plan
from fireline.core.plan.reading import MAX_FILE_CHARACTERS, MAX_FILES
from fireline.core.values.json import JsonValue
from fireline.doors.cli.client import USAGE, Client, ClientFailed

plan_app = typer.Typer(no_args_is_help=True, help="The incident response plan: files you own.")

_MAX_FILE_BYTES = 4 * MAX_FILE_CHARACTERS

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder with plan.yaml in it.")]
MaybeFolder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="A plan's folder; the running plan if none.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@plan_app.command()
def init(folder: Folder) -> None:
    """Write the starter plan into a folder. It overwrites nothing."""
    files = starter_files()
    taken = [path for path in files if os.path.lexists(folder / path)]
    if taken:
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        _give_up(f"{folder / taken[0]}{more} would be overwritten.", "Name an empty folder.")
    with _weather_of_files():
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
    _say(f"Wrote the starter plan, {len(files)} files, to {folder}.")
    _say(f"Make it yours, then: fireline plan check {folder}")


@plan_app.command()
def check(folder: Folder, *, as_json: AsJson = False) -> None:
    """Find every mistake in a plan. Ends with 0 when there is none, with 2 otherwise."""
    files, unreadable = read_folder(folder)
    compiled = compile_plan(files, now=_now(), shipped=shipped_signatures())
    mistakes = (*unreadable, *(() if isinstance(compiled, Plan) else compiled))
    if as_json:
        revision = compiled.revision if isinstance(compiled, Plan) and not mistakes else None
        _print_json({"revision": revision, "mistakes": [asdict(each) for each in mistakes]})
        raise typer.Exit(USAGE if mistakes else 0)
    if isinstance(compiled, Plan) and not mistakes:
        _say(f"No mistakes in {len(files)} files. Revision {compiled.revision[:12]}.")
        return
    _tell(mistakes)


@plan_app.command()
def show(
    folder: MaybeFolder = None,
    *,
    kind: Annotated[str | None, typer.Option(help="Only this kind, such as rule.")] = None,
    history: Annotated[bool, typer.Option(help="What was pushed, the newest first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a plan holds: of a folder, or the running one."""
    if history:
        _show_history(as_json=as_json)
        return
    plan = _plan(folder)
    things = things_of(plan)
    if kind is not None and kind not in things:
        _give_up(f"A plan has no kind {kind!r}.", f"It has {', '.join(things)}.")
    shown = things if kind is None else {kind: things[kind]}
    words = {
        name: {id_: words_of(each) for id_, each in ids.items()} for name, ids in shown.items()
    }
    if as_json:
        _print_json({"revision": plan.revision, "things": words})
        return
    _say(f"{plan.organisation}, revision {plan.revision[:12]}")
    table = Table("kind", "id", "what") if kind else Table("kind", "how many", "which")
    for name, ids in words.items():
        if kind:
            for id_, said in ids.items():
                what = "\n".join(f"{field}: {text}" for field, text in said.items())
                table.add_row(escape(name), escape(id_), escape(what))
        else:
            table.add_row(escape(name), str(len(ids)), escape(", ".join(ids)))
    Console().print(table)


@plan_app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="DIR", help="A plan's folder.")],
    after: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", help="Another; without it, DIR is compared with the running plan."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what changes in behaviour from one plan to another. Comments and order change nothing."""
    changes = (
        difference(_plan(None), _plan(before))
        if after is None
        else difference(_plan(before), _plan(after))
    )
    if as_json:
        _print_json({"changes": [asdict(change) for change in changes]})
        return
    if not changes:
        _say("Nothing changes in behaviour.")
    for change in changes:
        _say(_change_text(change))


@plan_app.command()
def push(
    folder: Folder,
    *,
    note: Annotated[str, typer.Option("--note", "-m", help="Why, for the history.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a folder's plan the running one. With a single mistake, the running plan stays."""
    files, plan = sound(folder)
    with _weather_of_network():
        answer = Client.from_environment().post(
            "plan/revisions", {"files": dict(files), "note": note}
        )
    if as_json:
        _print_json(answer)
        return
    _say(f"Revision {plan.revision[:12]} is the running plan.")
    for warning in answer.get("warnings", ()):
        _say(f"warning: {warning}")


def _plan(folder: Path | None) -> Plan:
    """Compile the plan of a folder, or fetch the running one."""
    if folder is not None:
        return sound(folder)[1]
    with _weather_of_network():
        answer = cast("Mapping[str, Mapping[str, str]]", Client.from_environment().get("plan"))
    opened = reopen_plan(answer["files"], shipped=shipped_signatures())
    if not isinstance(opened, Plan):
        _give_up("This command line cannot read the running plan.", "Use the server's version.")
    return opened


def sound(folder: Path) -> tuple[Mapping[str, str], Plan]:
    """Read and compile a folder's plan; one with mistakes ends the command."""
    files, unreadable = read_folder(folder)
    compiled = compile_plan(files, now=_now(), shipped=shipped_signatures())
    if unreadable or not isinstance(compiled, Plan):
        _tell((*unreadable, *(() if isinstance(compiled, Plan) else compiled)))
    return files, compiled


def read_folder(folder: Path) -> tuple[dict[str, str], tuple[Mistake, ...]]:
    """Read every file of a folder but hidden ones, which belong to other tools."""
    if not folder.is_dir():
        _give_up(f"{folder} is not a folder.", "Write a plan with `fireline plan init DIR`.")
    files: dict[str, str] = {}
    unreadable: list[Mistake] = []
    for path in _walk(folder):
        name = path.relative_to(folder).as_posix()
        text = _text(path)
        if text is None:
            says, fix = "the file cannot be read as UTF-8 text", "save it as UTF-8 or move it out"
            unreadable.append(Mistake(name, 1, Code.FILE_UNREADABLE, says, fix))
        else:
            files[name] = text
        if len(files) + len(unreadable) > MAX_FILES:
            _give_up(f"{folder} holds over {MAX_FILES} files.", "Is this the plan's folder?")
    return files, tuple(unreadable)


def _walk(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(at) / name for name in sorted(names) if not name.startswith("."))


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_FILE_BYTES + 1).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the terminal's own clock; a push is checked again with the house's


def _show_history(*, as_json: bool) -> None:
    with _weather_of_network():
        pushes = cast("list[dict[str, str]]", Client.from_environment().get("plan/revisions"))
    if as_json:
        _print_json(pushes)
        return
    table = Table("revision", "pushed", "by", "note")
    for each in pushes:
        note = escape(each["note"])
        table.add_row(each["revision"][:12], each["pushed_at"], escape(each["pushed_by"]), note)
    Console().print(table)


def _change_text(change: Change) -> str:
    lines = [f"{change.how} {change.kind} {change.id}"]
    lines += [f"  {each.field}: {each.before} -> {each.after}" for each in change.fields]
    return "\n".join(lines)


def _tell(mistakes: tuple[Mistake, ...]) -> NoReturn:
    for mistake in mistakes:
        _say(str(mistake))
    count = len(mistakes)
    _give_up(f"{count} mistake{'' if count == 1 else 's'}.", "")


def _say(text: str) -> None:
    # Plain print width: a path and line must stay on one line for editors to jump to.
    Console(soft_wrap=True, highlight=False, markup=False).print(text)


def _print_json(value: JsonValue | object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _give_up(message: str, hint: str, *, code: int = USAGE) -> NoReturn:
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    console.print(f"{message} {hint}".strip())
    raise typer.Exit(code)


@contextmanager
def _weather_of_network() -> Generator[None]:
    try:
        yield
    except ClientFailed as failed:
        _give_up(str(failed), failed.hint, code=failed.exit_code)


@contextmanager
def _weather_of_files() -> Generator[None]:
    try:
        yield
    except OSError as error:
        _give_up(f"{error.filename}: {error.strerror}.", "What was written before it stays.")
