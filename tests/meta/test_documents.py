"""The documents say what is so: links lead somewhere, commands exist, made pages are current."""

import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import typer
import yaml
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from fireline.app.settings import _ELSEWHERE, PREFIX, Settings
from fireline.core.detection.rules import load_rules
from tests.doors.cli_world import Composed
from tests.meta import reference_pages

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "bench/README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
# What every mistake in the words derives from; typer gives the subclass a public name alone.
_USAGE = typer.BadParameter.__bases__[0]
_SETTING = re.compile(r"\bFIRELINE_[A-Z_]+")


@dataclass(frozen=True)
class Said:
    """A piece of a page, and where it stands."""

    page: Path
    text: str
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {self.text}"


def _blocks(page: Path) -> Iterator[Said]:
    """Give each block of code: fenced ones with their language, then indented ones."""
    text = page.read_text("utf-8")
    for found in _FENCE.finditer(text):
        body = re.sub(rf"^{found[1]}", "", found[3], flags=re.MULTILINE)
        yield Said(page, body, found[2])
    for line in _FENCE.sub("", text).splitlines():
        if line.startswith("    "):
            yield Said(page, line.strip(), "console")


def _lines(program: str) -> list[Said]:
    """List the lines of code, in all pages, that call a program."""
    return [
        Said(block.page, line)
        for page in PAGES
        for block in _blocks(page)
        if block.kind in {"console", "sh", ""}
        for raw in block.text.splitlines()
        if (line := raw.strip().removeprefix("$ ")).split(" ")[0] == program
    ]


def _inline(program: str) -> list[Said]:
    found = [
        Said(page, said[1])
        for page in PAGES
        for said in _INLINE.finditer(_FENCE.sub("", page.read_text("utf-8")))
    ]
    return [said for said in found if said.text.startswith(f"{program} ")]


@cache
def _cli() -> object:
    return get_command(Composed().cli)


def _walk(words: list[str]) -> tuple[TyperCommand | TyperGroup, list[str]]:
    """Follow the words to the command they name; return it with what is left."""
    command = _cli()
    while isinstance(command, TyperGroup) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    assert isinstance(command, TyperCommand | TyperGroup)
    return command, words


def _words(said: Said) -> list[str]:
    return shlex.split(said.text, comments=True)[1:]


def broken_links(page: Path) -> list[str]:
    """List the relative links of a page that lead nowhere."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    ways = [way.split("#")[0] for way in _LINK.findall(text) if "://" not in way]
    return [way for way in ways if way and not (page.parent / way).exists()]


def wrong_command(said: Said) -> str:
    """Say what is wrong with a whole command as somebody would type it; nothing if it is right."""
    command, words = _walk(_words(said))
    if isinstance(command, TyperGroup) and "--help" not in words and "--version" not in words:
        if not any(word.startswith("--") and word.endswith("-completion") for word in words):
            return f"{said} is not a command"
        return ""
    try:
        # Parses and checks every word, and runs nothing.
        command.make_context(command.name, list(words))
    except typer.Exit:
        return ""
    except _USAGE as wrong:
        return f"{said}: {wrong.format_message()}"
    return ""


def wrong_mention(said: Said) -> str:
    """Say what is wrong with a command that is only mentioned, perhaps in part."""
    command, words = _walk(_words(said))
    # What stands for an argument is written in capitals; a small word must be a command.
    if isinstance(command, TyperGroup) and words and words[0].islower() and words[0][0] != "-":
        return f"{said}: there is no {words[0]}"
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    known |= {"--help", "--install-completion"}
    unknown = [word for word in words if word.startswith("-") and word.split("=")[0] not in known]
    return f"{said}: {unknown}" if unknown else ""


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand where a reader would, with a plan."""
    (tmp_path / "my-plan").mkdir()
    monkeypatch.chdir(tmp_path)


def test_the_checks_catch_what_they_are_for(typed: None, tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("[a](my-plan) [b](nowhere.md#x) [c](https://example.com)")
    assert broken_links(page) == ["nowhere.md"]
    here = PAGES[0]
    for wrong in (
        "fireline alrt list",
        "fireline alert list --al",
        "fireline undo",
        "fireline run",
    ):
        assert wrong_command(Said(here, wrong)), wrong
    for right in ("fireline alert list --limit 5", "fireline undo 8  # back", "fireline --version"):
        assert not wrong_command(Said(here, right)), right
    assert wrong_mention(Said(here, "fireline alert shw N"))
    assert wrong_mention(Said(here, "fireline alert show N --loud"))
    assert not wrong_mention(Said(here, "fireline alert show N --json"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path):
    assert broken_links(page) == []


def test_every_command_in_a_document_is_one_fireline_has(typed: None):
    lines = _lines("fireline")
    assert len(lines) > 30
    assert [wrong for said in lines if (wrong := wrong_command(said))] == []


def test_every_command_a_document_mentions_is_one_fireline_has():
    mentions = _inline("fireline")
    assert len(mentions) > 30
    assert [wrong for said in mentions if (wrong := wrong_mention(said))] == []


def test_every_make_target_exists():
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text("utf-8")))
    named = [*_lines("make"), *_inline("make")]
    assert named
    assert [str(said) for said in named if said.text.split()[1] not in targets] == []


def test_every_setting_a_document_names_is_one():
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | set(_ELSEWHERE)
    for page in PAGES:
        named = set(_SETTING.findall(page.read_text("utf-8"))) - {PREFIX}
        assert {name for name in named if not name.startswith(tuple(known))} == set(), page


@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_every_example_reads(kind: str):
    read: Callable[[str], object] = json.loads if kind == "json" else yaml.safe_load
    blocks = [block for page in PAGES for block in _blocks(page) if block.kind == kind]
    assert blocks
    for block in blocks:
        assert read(block.text), block


def test_the_rule_in_the_how_to_is_sound():
    page = ROOT / "docs/how-to/write-a-rule.md"
    (rule,) = [block.text for block in _blocks(page) if block.kind == "yaml"]
    loaded = load_rules({"rule.yml": rule})
    assert (len(loaded.rules), loaded.mistakes) == (1, ())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_document_speaks_of_the_machine_it_was_written_on(page: Path):
    assert not re.findall(r"(?<!\w)/(?:work|root|home|tmp)/", page.read_text("utf-8"))


@pytest.mark.parametrize(
    ("page", "write"),
    [
        (reference_pages.SETTINGS, reference_pages.settings),
        (reference_pages.API, reference_pages.api),
        (reference_pages.ASSETS, reference_pages.assets),
        (reference_pages.SIGNATURES, reference_pages.signatures),
    ],
    ids=["settings", "api", "assets", "signatures"],
)
def test_the_reference_pages_are_current(page: Path, write: Callable[[], str]):
    current = page.read_text("utf-8") == write()
    assert current, "write them anew: python -m tests.meta.reference_pages"


def test_every_setting_has_a_sentence():
    for name, field in Settings.model_fields.items():
        assert (field.description or "").endswith("."), name
