"""A signature must read, compile, and give each of its cases the verdict it is named for."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from fireline.core.assets.aws.table import TABLE as AWS
from fireline.core.assets.kubernetes import TABLE as KUBERNETES
from fireline.core.detection.signatures.cases import EXPECTED, CaseBroken, judge_case
from fireline.core.detection.signatures.judging import (
    VARIABLES,
    Signatures,
    environment,
    related_kinds,
)
from fireline.core.detection.signatures.signature import Automatic, Signature
from fireline.core.detection.signatures.verdict import Verdict
from fireline.core.plan.document import Document, Loc, read_document
from fireline.core.plan.mistakes import Code, Mistake, nearest
from fireline.core.plan.signature_words import SignatureFile
from fireline.core.plan.wording import is_echo, mistake_from
from fireline.core.values.conditions import said_plainly, why_not_true_or_false
from fireline.core.values.ids import RunbookId

FILE = "signature.yaml"
KINDS = frozenset({*AWS, *KUBERNETES})
# As `related` names them.
_SHORT = frozenset(kind.removeprefix("aws.") for kind in KINDS)
# Nobody knows a signature to work that has found nothing, or let nothing pass.
_MUST = {"hit": "finds anything", "miss": "lets anything pass"}


@dataclass(frozen=True, slots=True)
class SignatureFolder:
    """A signature and the texts of its cases, by path; `cases` are kept by how they begin."""

    id: str
    path: str
    text: str | None
    cases: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])


@dataclass(frozen=True, slots=True)
class ReadSignature:
    """A signature that reads well, and where each thing in its file stands."""

    signature: Signature
    document: Document

    def wrong(self, loc: Loc, code: Code, says: str, fix: str = "") -> Mistake:
        """Point at a mistake in its file."""
        return Mistake(self.document.path, self.document.line(loc), code, says, fix)


def folders_of(texts: Mapping[str, str]) -> tuple[SignatureFolder, ...]:
    """Sort the files of signatures, named `ID/FILE`, into folders; other files are passed over."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    texts_of: dict[str, str] = {}
    for path, text in sorted(texts.items()):
        *_, id_, name = ("", *path.split("/"))
        found.setdefault(id_, {})
        begins = name.split("_", 1)[0]
        if name == FILE:
            texts_of[id_] = text
        elif begins in EXPECTED and name.endswith(".json"):
            found[id_].setdefault(begins, {})[path] = text
    place = {path.split("/")[-2]: path.rsplit("/", 1)[0] for path in texts if "/" in path}
    return tuple(
        SignatureFolder(id_, f"{place.get(id_, id_)}/{FILE}", texts_of.get(id_), cases)
        for id_, cases in found.items()
    )


def read_signatures(
    folders: Iterable[SignatureFolder], *, judged: bool = True
) -> tuple[Mapping[str, ReadSignature], Sequence[Mistake]]:
    """Read the signature of each folder, by id, and find every mistake in them and their cases.

    Unless `judged`, conditions and cases are taken for good.
    """
    read: dict[str, ReadSignature] = {}
    mistakes: list[Mistake] = []
    for folder in folders:
        found = _read(folder)
        if isinstance(found, ReadSignature):
            read[folder.id] = found
            if judged:
                mistakes.extend(_judged(folder, found))
        else:
            mistakes.extend(found)
    return read, mistakes


def _judged(folder: SignatureFolder, read: ReadSignature) -> Iterator[Mistake]:
    broken = [*_conditions(read), *_kinds(read)]
    yield from broken
    yield from _form(folder)
    if not broken:
        yield from _cases(folder, read)


def signature_from(id_: str, said: SignatureFile) -> Signature:
    """Build a signature from words that read well."""
    automatic = said.automatic
    return Signature(
        id=id_,
        title=said.title,
        severity=said.severity,
        kind=said.kind,
        why=said.why,
        fix=said.fix,
        fails=said.fails,
        applies=said.applies or "",
        needs=said.needs,
        evidence=said.evidence,
        alert=said.alert,
        runbook=None if said.runbook is None else RunbookId(said.runbook),
        automatic=None if automatic is None else Automatic(automatic.when, automatic.because),
        cis=said.cis,
        attack=said.attack,
        prowler=said.prowler,
    )


def _read(folder: SignatureFolder) -> ReadSignature | tuple[Mistake, ...]:
    if folder.text is None:
        says = f"the folder has no {FILE}"
        fix = "add the signature, or remove its cases"
        return (Mistake(folder.path, 1, Code.FILE_MISSING, says, fix),)
    document = read_document(folder.path, folder.text)
    if not isinstance(document, Document):
        return document
    try:
        said = SignatureFile.model_validate_json(_json(document.value))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
        return tuple(
            mistake_from(document, SignatureFile, each) for each in found if not is_echo(each)
        )
    return ReadSignature(signature_from(folder.id, said), document)


def _json(value: Any) -> str:
    return json.dumps(value)


def _conditions(read: ReadSignature) -> Iterator[Mistake]:
    for place, text in read.signature.conditions.items():
        loc: Loc = tuple(place.split("."))
        broken = _why_not(text, condition=not place.startswith("evidence."))
        if broken is not None:
            says = f"`{place}` does not read: {broken}"
            fix = f"write CEL over {', '.join(VARIABLES)}"
            yield read.wrong(loc, Code.CONDITION_BROKEN, says, fix)


def _why_not(text: str, *, condition: bool) -> str | None:
    if condition:
        return why_not_true_or_false(environment(), text)
    try:
        environment().compile(text)
    except RuntimeError as error:
        return said_plainly(error)
    return None


def _kinds(read: ReadSignature) -> Iterator[Mistake]:
    said = read.signature
    if said.kind not in KINDS:
        says = f"there is no kind of asset `{said.kind}`"
        yield read.wrong(("kind",), Code.REFERENCE_UNKNOWN, says, nearest(said.kind, KINDS))
    for related in sorted(related_kinds(said) - _SHORT):
        says = f"there is no kind of asset `{related}` to be related to"
        loc = next(
            (tuple(place.split(".")) for place, text in said.conditions.items() if related in text),
            ("needs",),
        )
        yield read.wrong(loc, Code.REFERENCE_UNKNOWN, says, nearest(related, _SHORT))


def _form(folder: SignatureFolder) -> Iterator[Mistake]:
    for word, use in _MUST.items():
        if not folder.cases.get(word):
            code = Code.SIGNATURE_NO_HIT if word == "hit" else Code.SIGNATURE_NO_MISS
            says = f"the signature has no {word} case: nobody knows that it {use}"
            fix = f"add an asset as {folder.path.removesuffix(FILE)}{word}_NAME.json"
            yield Mistake(folder.path, 1, code, says, fix)


def _cases(folder: SignatureFolder, read: ReadSignature) -> Iterator[Mistake]:
    alone = Signatures([read.signature])
    for begins, cases in folder.cases.items():
        for path, text in cases.items():
            yield from _case(path, text, alone, EXPECTED[begins])


def _case(path: str, text: str, alone: Signatures, wanted: Verdict) -> Iterator[Mistake]:
    try:
        found = judge_case(alone, text)
    except CaseBroken as broken:
        fix = 'write {"asset": {"config": {…}}}'
        yield Mistake(path, 1, Code.CASE_BROKEN, str(broken), fix)
        return
    if found.verdict is not wanted:
        why = f" ({found.reason})" if found.verdict is Verdict.UNKNOWN else ""
        says = f"the verdict is {found.verdict}{why}, and the case is named for {wanted}"
        fix = "change the signature's condition, or the case"
        yield Mistake(path, 1, Code.SIGNATURE_WRONG_VERDICT, says, fix)
    if found.verdict is Verdict.FAIL:
        for name in sorted(alone.all[0].evidence.keys() - found.evidence.keys()):
            says = f"the evidence `{name}` has no answer here"
            yield Mistake(path, 1, Code.SIGNATURE_NO_EVIDENCE, says, "guard it with has() or at()")
