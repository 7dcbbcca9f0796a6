"""Which signatures a plan runs: the shipped ones, less those it switches off, and its own.

A signature of the plan with a shipped one's id takes its place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from fireline.core.detection.signatures.choice import NOTHING_CHOSEN, Choice
from fireline.core.detection.signatures.signature import Signature
from fireline.core.plan.mistakes import Code, Mistake, nearest
from fireline.core.plan.reading import Draft
from fireline.core.plan.signature_checks import ReadSignature
from fireline.core.plan.signature_words import PostureFile

FILE = "posture.yaml"
Read = Mapping[str, ReadSignature]


def posture_mistakes(
    draft: Draft, own: Read, shipped: Mapping[str, Signature] | None
) -> Iterator[Mistake]:
    """Find what signatures refer to and the plan has not, and what `posture.yaml` says in vain.

    Without `shipped` nobody knows which there are, and any may be switched off.
    """
    runbooks = draft.ids("runbooks") or frozenset[str]()
    for read in own.values():
        named = read.signature.runbook
        if named is not None and named not in runbooks:
            says, fix = f"there is no runbook `{named}`", nearest(named, runbooks)
            yield read.wrong(("runbook",), Code.REFERENCE_UNKNOWN, says, fix)
    posture = draft.one(FILE, PostureFile)
    if posture is None:
        return
    seen: set[str] = set()
    # A folder whose file is broken claims its id all the same.
    claimed = draft.named.get("signatures", frozenset[str]())
    for place, off in enumerate(posture.words.off):
        loc = ("off", place, "signature")
        if off.signature in seen:
            says = f"`{off.signature}` is switched off above already"
            yield posture.wrong(loc, Code.DUPLICATE_ENTRY, says, "keep one")
        elif off.signature in claimed:
            says = f"`{off.signature}` is a signature of this plan"
            fix = f"remove signatures/{off.signature} instead, or name another"
            yield posture.wrong(loc, Code.FIELD_WRONG, says, fix)
        elif shipped is not None and off.signature not in shipped:
            says = f"there is no signature `{off.signature}`"
            fix = nearest(off.signature, shipped)
            yield posture.wrong(loc, Code.REFERENCE_UNKNOWN, says, fix)
        seen.add(off.signature)


def choice_from(draft: Draft) -> Choice:
    """Say what the plan chooses of signatures; without the file, nothing."""
    posture = draft.one(FILE, PostureFile)
    if posture is None:
        return NOTHING_CHOSEN
    said = posture.words
    return Choice({off.signature: off.reason for off in said.off}, said.priorities)


def signatures_from(
    draft: Draft, own: Read, shipped: Mapping[str, Signature] | None
) -> Mapping[str, Signature]:
    """Return the signatures that run, by id.

    A shipped one that names a runbook the plan does not have runs without it.
    """
    off, runbooks = choice_from(draft).off, draft.ids("runbooks") or frozenset[str]()
    found = {
        id_: one if one.runbook is None or one.runbook in runbooks else replace(one, runbook=None)
        for id_, one in (shipped or {}).items()
        if id_ not in off
    }
    return {**found, **{id_: read.signature for id_, read in own.items()}}
