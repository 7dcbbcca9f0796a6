from pathlib import Path

import pytest

from fireline.core.plan.layout import FOLDERS, SINGLE
from fireline.core.plan.mistakes import Code

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "plan.md").read_text("utf-8")


@pytest.mark.parametrize("code", list(Code))
def test_every_code_is_explained_on_the_reference_page(code: Code) -> None:
    assert f"| `{code}` |" in PAGE


@pytest.mark.parametrize("path", [*SINGLE, *(f"{folder}/ID.yaml" for folder in FOLDERS)])
def test_every_kind_of_file_is_listed_on_the_reference_page(path: str) -> None:
    assert f"| `{path}` |" in PAGE
