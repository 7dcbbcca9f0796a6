"""The signatures fireline ships: what it knows must not be so, in any cloud it watches."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from fireline.core.detection.signatures.signature import Signature
from fireline.core.plan.signature_checks import FILE, folders_of, read_signatures

FOLDER: Traversable = resources.files("fireline.content").joinpath("signatures")


def signature_files() -> Mapping[str, str]:
    """Return the shipped signatures' files, each by `ID/FILE`."""
    return dict(_files())


@cache
def shipped_signatures() -> Mapping[str, Signature]:
    """Return the shipped signatures by id. That each reads and judges right, the tests say."""
    files = {path: text for path, text in _files() if path.endswith(f"/{FILE}")}
    read, _ = read_signatures(folders_of(files), judged=False)
    return {id_: each.signature for id_, each in read.items()}


def _files() -> Iterator[tuple[str, str]]:
    for folder in sorted(FOLDER.iterdir(), key=lambda each: each.name):
        if folder.is_dir():
            for entry in sorted(folder.iterdir(), key=lambda each: each.name):
                yield f"{folder.name}/{entry.name}", entry.read_text("utf-8")
