"""The starter plan, read from the package: what `fireline plan init` writes and drills run on."""

from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable


def starter_files() -> Mapping[str, str]:
    """Return the starter plan's files by path."""
    return dict(_files(resources.files("fireline.content").joinpath("starter"), ""))


def _files(folder: Traversable, under: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _files(entry, f"{under}{entry.name}/")
        else:
            yield f"{under}{entry.name}", entry.read_text("utf-8")
