"""A runbook must be able to run: known actions, steps in order, evidence before change, a drill."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from fireline.core.plan.files import (
    ActWords,
    DrillFile,
    EvidenceWords,
    RunbookFile,
    StepWords,
    WatchWords,
)
from fireline.core.plan.mistakes import Code, Mistake, nearest
from fireline.core.plan.reading import Draft, Read
from fireline.core.runbooks.actions import REGISTERED
from fireline.core.runbooks.conditions import why_not_a_condition
from fireline.core.runbooks.runbook import CHECKS

Steps = Mapping[str, StepWords]


def runbook_mistakes(draft: Draft) -> Iterator[Mistake]:
    """Find what would stop a run, in every runbook."""
    drilled = {drill.words.expected.runbook for drill in draft.every(DrillFile)}
    # A drill that cannot be read may be the one that is missed.
    readable = {drill.id for drill in draft.every(DrillFile)}
    unsure = draft.named.get("drills", frozenset()) - readable
    for read in draft.every(RunbookFile):
        if read.id not in drilled and not unsure:
            says = f"no drill expects the runbook `{read.id}`: nobody has seen it work"
            fix = f"add drills/ID.yaml with `expected: {{runbook: {read.id}}}`"
            yield read.wrong(("title",), Code.RUNBOOK_NO_DRILL, says, fix)
        yield from _of_steps(read)


def _of_steps(read: Read[RunbookFile]) -> Iterator[Mistake]:
    steps: dict[str, StepWords] = {}
    for place, step in enumerate(read.words.steps):
        if step.id in steps:
            says = f"a step `{step.id}` stands above already"
            yield read.wrong(("steps", place), Code.DUPLICATE_ENTRY, says, "give it its own id")
        steps.setdefault(step.id, step)
    for place, step in enumerate(read.words.steps):
        yield from _unknown_needs(read, place, step, steps)
        match step:
            case EvidenceWords():
                yield from _unknown_input(read, place, "evidence", step.evidence)
            case ActWords():
                yield from _unknown_input(read, place, "each", step.each)
                yield from _of_act(read, place, step, steps)
            case WatchWords(watch=watch) if watch not in CHECKS:
                says, loc = f"there is no check `{watch}`", ("steps", place, "watch")
                yield read.wrong(loc, Code.REFERENCE_UNKNOWN, says, nearest(watch, CHECKS))
            case _:
                pass
    yield from _cycle(read, steps)


def _unknown_needs(
    read: Read[RunbookFile], place: int, step: StepWords, steps: Steps
) -> Iterator[Mistake]:
    for at, need in enumerate(step.needs):
        if need not in steps:
            fix = nearest(need, set(steps) - {step.id})
            says = f"there is no step `{need}`"
            yield read.wrong(("steps", place, "needs", at), Code.REFERENCE_UNKNOWN, says, fix)


def _unknown_input(read: Read[RunbookFile], place: int, field: str, name: str) -> Iterator[Mistake]:
    if name not in read.words.inputs:
        says, fix = f"there is no input `{name}`", nearest(name, read.words.inputs)
        yield read.wrong(("steps", place, field), Code.REFERENCE_UNKNOWN, says, fix)


def _of_act(read: Read[RunbookFile], place: int, step: ActWords, steps: Steps) -> Iterator[Mistake]:
    kind, said = REGISTERED.get(step.act), read.words.inputs.get(step.each)
    if kind is None:
        says = f"there is no action `{step.act}`"
        loc = ("steps", place, "act")
        yield read.wrong(loc, Code.REFERENCE_UNKNOWN, says, nearest(step.act, REGISTERED))
    elif said is not None and said.kind != kind.asset_kind:
        says = f"`{step.act}` acts on {kind.asset_kind}, and `{step.each}` are {said.kind}"
        yield read.wrong(("steps", place, "each"), Code.FIELD_WRONG, says, "name another input")
    if not _evidence_before(step, steps):
        says = f"`{step.id}` changes `{step.each}` before any evidence of them is collected"
        fix = f"let it need a step with `evidence: {step.each}`"
        yield read.wrong(("steps", place), Code.RUNBOOK_NO_EVIDENCE, says, fix)
    broken = None if step.when is None else why_not_a_condition(step.when)
    if broken is not None:
        fix = "write CEL over action, asset, before and after"
        loc = ("steps", place, "when")
        yield read.wrong(loc, Code.CONDITION_BROKEN, f"the condition does not read: {broken}", fix)


def _evidence_before(step: ActWords, steps: Steps) -> bool:
    """Say whether evidence of the same input is among all that must be done before."""
    waiting, seen = list(step.needs), set[str]()
    while waiting:
        before = steps.get(waiting.pop())
        if before is None or before.id in seen:
            continue
        if isinstance(before, EvidenceWords) and before.evidence == step.each:
            return True
        seen.add(before.id)
        waiting.extend(before.needs)
    return False


def _cycle(read: Read[RunbookFile], steps: Steps) -> Iterator[Mistake]:
    needs = {id_: [need for need in step.needs if need in steps] for id_, step in steps.items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        # graphlib lists what is needed before what needs it; people read it the other way round.
        ring: list[str] = [*reversed(error.args[1])]
        place = next(at for at, step in enumerate(read.words.steps) if step.id in ring)
        says = f"steps wait for each other: {' needs '.join(ring)}"
        yield read.wrong(("steps", place, "needs"), Code.RUNBOOK_CYCLE, says, "take one need out")
