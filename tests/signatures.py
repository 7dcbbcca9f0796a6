"""Try signatures while writing them: `python -m tests.signatures FOLDER…` (all, without one)."""

import sys
from pathlib import Path

from fireline.content.signatures import FOLDER
from fireline.core.plan.mistakes import Mistake
from fireline.core.plan.signature_checks import folders_of, read_signatures

SHIPPED = Path(str(FOLDER))


def mistakes_in(folders: list[Path]) -> tuple[list[Mistake], int]:
    """Find every mistake in the signatures of some folders, and count their cases."""
    texts = {
        f"{folder.name}/{path.name}": path.read_text("utf-8")
        for folder in folders
        for path in sorted(folder.iterdir())
        if path.is_file()
    }
    _, found = read_signatures(folders_of(texts))
    return [*found], sum(path.endswith(".json") for path in texts)


def main(names: list[str]) -> int:
    """Print the mistakes; return how a program ends."""
    folders = [Path(name) for name in names]
    folders = [each if each.is_dir() else SHIPPED / each.name for each in folders]
    folders = folders or sorted(each for each in SHIPPED.iterdir() if each.is_dir())
    found, cases = mistakes_in(folders)
    for mistake in found:
        print(mistake)  # noqa: T201 - a program for people at a terminal
    told = f"{len(folders)} signatures, {cases} cases, {len(found)} mistakes"
    print(told)  # noqa: T201 - a program for people at a terminal
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
