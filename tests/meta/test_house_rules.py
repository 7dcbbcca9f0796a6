"""Rules of the house that no linter knows."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted(
    path
    for folder in ("src", "tests", "bench")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".sql", ".js", ".css", ".html"} and "vendor" not in path.parts
)
_TODO = re.compile(r"\b(TODO|FIXME|XXX)\b(?!: #\d+)")
_NOQA = re.compile(r"#\s*noqa(?!: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S)", re.IGNORECASE)
_IGNORE = re.compile(r"#\s*(type:\s*ignore|pyright:\s*ignore(?!\[\w+(, ?\w+)*\] - \S))")


def found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in CODE
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize(
    ("pattern", "bad", "good"),
    [
        (_TODO, "# TODO: later", "# TODO: #12 later"),
        (_TODO, "# FIXME", "todo list"),
        (_NOQA, "x  # noqa", "x  # noqa: S603 - no shell"),
        (_NOQA, "x  # noqa: S603", "x  # noqa: S603, S607 - fixed words"),
        (_IGNORE, "x  # type: ignore[x]", "x  # pyright: ignore[reportAny] - no types"),
        (_IGNORE, "x  # pyright: ignore[reportAny]", "the type: it is ignored"),
    ],
)
def test_the_rules_catch_what_they_are_for(pattern: re.Pattern[str], bad: str, good: str):
    assert pattern.search(bad)
    assert not pattern.search(good)


def test_a_todo_names_an_issue():
    assert found(_TODO) == []


def test_a_suppression_names_its_rule_and_gives_a_reason():
    assert found(_NOQA) == []
    assert found(_IGNORE) == []


def test_every_room_of_the_store_has_its_queries_beside_it():
    store = ROOT / "src/fireline/store"
    rooms = {path.stem for path in store.glob("*.sql")} - {"schema"}
    assert rooms <= {path.stem for path in store.glob("*.py")}


def test_the_locks_name_no_place_but_the_usual_one():
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json"):
        text = (ROOT / name).read_text()
        assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", text), name
