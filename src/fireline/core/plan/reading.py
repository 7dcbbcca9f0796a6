"""Read a plan's files into their words, with the place of each, and every mistake of form."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from fireline.core.plan.document import Document, Loc, read_document
from fireline.core.plan.layout import FOLDERS, OPTIONAL, SINGLE, Sort, place_of
from fireline.core.plan.mistakes import Code, Mistake
from fireline.core.plan.signature_checks import SignatureFolder, folders_of
from fireline.core.plan.wording import is_echo, mistake_from

MAX_FILES = 20_000
MAX_FILE_CHARACTERS = 1_000_000

# Where the ids stand that are not file names.
_NAMED_IN: Mapping[str, tuple[str, ...]] = {
    "people": ("people.yaml",),
    "categories": ("definitions.yaml", "categories"),
}

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Read(Generic[Model]):
    """A file that reads well: what it says, and where."""

    document: Document
    id: str
    words: Model

    @property
    def path(self) -> str:
        """The file."""
        return self.document.path

    def wrong(self, loc: Loc, code: Code, says: str, fix: str = "") -> Mistake:
        """Point at a mistake in this file."""
        return Mistake(self.path, self.document.line(loc), code, says, fix)


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """A rule and the texts of its cases, by path."""

    id: str
    path: str
    text: str | None
    hits: Mapping[str, str]
    misses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """All a plan's files say. `named` holds every id a file claims, even of files that read badly.

    A reference to something whose own file is broken is not itself a mistake.
    """

    read: Mapping[str, Read[Any]]
    named: Mapping[str, frozenset[str]]
    rules: tuple[RuleFolder, ...]
    documents: tuple[Document, ...]
    signatures: tuple[SignatureFolder, ...] = ()

    def one(self, path: str, words: type[Model]) -> Read[Model] | None:
        """Return one file, if it reads well."""
        found = self.read.get(path)
        return found if found is not None and isinstance(found.words, words) else None

    def ids(self, kind: str) -> frozenset[str] | None:
        """Return what may be referred to; `None` when the file that would say is unreadable."""
        if kind in FOLDERS:
            return self.named.get(kind, frozenset())
        path, *keys = _NAMED_IN[kind]
        value = next((each.value for each in self.documents if each.path == path), None)
        for key in keys:
            inner = None if value is None else value.get(key)
            value = inner if isinstance(inner, Mapping) else None
        return None if value is None else frozenset(value)

    def every(self, words: type[Model]) -> Iterator[Read[Model]]:
        """Walk over the files of a kind that read well, by path."""
        for found in self.read.values():
            if isinstance(found.words, words):
                yield found


@dataclass(slots=True)
class _Pile:
    read: dict[str, Read[Any]] = field(default_factory=dict[str, Read[Any]])
    named: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    rules: dict[str, dict[Sort, dict[str, str]]] = field(
        default_factory=dict[str, dict[Sort, dict[str, str]]]
    )
    signatures: dict[str, str] = field(default_factory=dict[str, str])
    documents: list[Document] = field(default_factory=list[Document])
    mistakes: list[Mistake] = field(default_factory=list[Mistake])


def read_files(files: Mapping[str, str]) -> tuple[Draft, tuple[Mistake, ...]]:
    """Read every file; a broken one costs its mistakes and nothing else."""
    pile = _Pile()
    if len(files) > MAX_FILES:
        says = f"a plan has at most {MAX_FILES} files, this has {len(files)}"
        pile.mistakes.append(Mistake("plan.yaml", 1, Code.FILE_UNKNOWN, says))
    for path in sorted(files)[:MAX_FILES]:
        _sort_in(pile, path, files[path])
    pile.mistakes.extend(
        Mistake(path, 1, Code.FILE_MISSING, f"there is no {path}", "`fireline plan init` shows one")
        for path in SINGLE
        if path not in files and path not in OPTIONAL
    )
    named = {folder: frozenset(ids) for folder, ids in pile.named.items()}
    rules = tuple(_folder(rule, sorts) for rule, sorts in pile.rules.items())
    signatures = folders_of(pile.signatures)
    draft = Draft(pile.read, named, rules, tuple(pile.documents), signatures)
    return draft, tuple(pile.mistakes)


def _sort_in(pile: _Pile, path: str, text: str) -> None:
    place = place_of(path)
    if isinstance(place, str):
        says = "a plan has no such file"
        pile.mistakes.append(Mistake(path, 1, Code.FILE_UNKNOWN, says, place))
        return
    pile.named.setdefault(place.folder, set()).add(place.id)
    if (unreadable := _unreadable(text)) is not None:
        pile.mistakes.append(Mistake(path, 1, Code.FILE_UNREADABLE, unreadable))
    elif place.folder == "signatures":
        pile.signatures[path] = text
    elif place.words is None:
        sorts = pile.rules.setdefault(place.id, {sort: {} for sort in Sort})
        sorts[place.sort][path] = text
    else:
        _read_words(pile, place.words, place.id, read_document(path, text))


def _unreadable(text: str) -> str | None:
    if len(text) > MAX_FILE_CHARACTERS:
        return f"the file has more than {MAX_FILE_CHARACTERS} characters"
    # Neither can be kept in the database, and no text anyone writes holds them.
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        return "the file is not plain UTF-8 text"
    return None


def _folder(rule: str, sorts: Mapping[Sort, Mapping[str, str]]) -> RuleFolder:
    path = next(iter(sorts[Sort.RULE]), f"rules/{rule}/rule.yml")
    return RuleFolder(rule, path, sorts[Sort.RULE].get(path), sorts[Sort.HIT], sorts[Sort.MISS])


def _read_words(
    pile: _Pile, words: type[BaseModel], named: str, document: Document | tuple[Mistake, ...]
) -> None:
    if not isinstance(document, Document):
        pile.mistakes.extend(document)
        return
    pile.documents.append(document)
    try:
        # By way of JSON: there, strict still lets text be a date and a list a tuple.
        said = words.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
        pile.mistakes.extend(
            mistake_from(document, words, each) for each in found if not is_echo(each)
        )
        return
    pile.read[document.path] = Read(document, named, said)
