"""The how-to page on schedules says what works: its files compile, and it shows every word."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fireline.content.starter_plan import starter_files
from fireline.core.plan.compiling import compile_plan
from fireline.core.plan.plan import Plan
from fireline.core.plan.schedule_words import (
    HoursWords,
    LayerWords,
    RotationWords,
    ScheduleFile,
    WeekSpanWords,
)
from fireline.core.plan.words import Words, fields_of

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "how-to" / "schedules.md").read_text("utf-8")
REFERENCE = (DOCS / "reference" / "plan.md").read_text("utf-8")
FILES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
MODELS = (ScheduleFile, LayerWords, RotationWords, HoursWords, WeekSpanWords)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize("text", FILES)
def test_every_file_on_the_page_is_a_schedule_without_gaps(text: str) -> None:
    plan = compile_plan({**starter_files(), "schedules/platform.yaml": text}, now=NOW)
    assert isinstance(plan, Plan), plan


@pytest.mark.parametrize("model", MODELS)
def test_every_word_of_a_schedule_is_shown_and_listed(model: type[Words]) -> None:
    examples = "".join(FILES)
    for word in fields_of(model):
        assert f"{word}:" in examples
        assert any(f"{said}{word}" in REFERENCE for said in ("`", "rotation."))
