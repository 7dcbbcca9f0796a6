"""The worlds that come with fireline's lab, read from the package."""

from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable

_ENDING = ".yaml"


def world_files() -> Mapping[str, bytes]:
    """Return the shipped worlds by name, each as its file has it."""
    return {
        entry.name.removesuffix(_ENDING): entry.read_bytes()
        for entry in sorted(_folder().iterdir(), key=lambda each: each.name)
        if entry.name.endswith(_ENDING)
    }


def _folder() -> Traversable:
    return resources.files("fireline.content").joinpath("worlds")
