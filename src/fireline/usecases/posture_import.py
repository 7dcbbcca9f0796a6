"""Import findings of other tools: each is said again as a signal of a source, once.

What is wrong is named and left out, and costs the rest nothing. What passes only ends what fires.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fireline.core.signals import bounds
from fireline.core.signals.fields import Wrong
from fireline.core.signals.formats import findings
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.ids import DrillId
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import payloads, sources, symptoms
from fireline.usecases.transaction import Tx

MAX_FINDINGS = 1_000
MAX_NAMED = 50
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class ImportInvalid(Refusal):
    """An import cannot be like this."""

    kind = Kind.INVALID
    code = "posture.import_invalid"


@dataclass(frozen=True, slots=True)
class WrongFinding:
    """A finding that could not be read: its place from 0, the field, and why."""

    position: int
    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of some findings.

    `said` were taken in: `firing` and `resolved` of them. `passing` end nothing, as nothing of
    theirs fires; `silent` say neither; `repeated` came twice. Of `wrong` the first are named.
    `begun` says of the next part of the same file when its import began.
    """

    begun: UUID

    firing: int
    resolved: int
    passing: int
    silent: int
    repeated: int
    wrong: int
    named: tuple[WrongFinding, ...]

    @property
    def said(self) -> int:
        """How many were taken in."""
        return self.firing + self.resolved


async def import_findings(
    tx: Tx,
    source: str,
    found: Sequence[Any],
    *,
    drill: DrillId | None = None,
    begun: UUID | None = None,
) -> Imported:
    """Take in findings of other tools as signals of a source. Raises ImportInvalid.

    `begun` is what the first part of the same file was answered with.
    """
    begun = begun or tx.ids.fresh()
    if not _NAME.fullmatch(source):
        msg = f"{source[:80]!r} is no name for a source."
        raise ImportInvalid(msg, hint="Use small letters, digits, dots and dashes: prowler.")
    if len(found) > MAX_FINDINGS:
        msg = f"One import holds at most {MAX_FINDINGS} findings, and this one {len(found)}."
        raise ImportInvalid(msg, hint="Divide it; `fireline posture import` does so by itself.")
    read = _read(found)
    known = await sources.register(
        tx.db, tx.ids.fresh(), source, drill=drill, now=tx.now, format=findings.FORMAT
    )
    (card,) = await sources.cards(tx.db, [known.id])
    if card.format != findings.FORMAT:
        msg = f"The source {source} is {card.format}, not {findings.FORMAT}."
        raise ImportInvalid(msg, hint="Name another: --source NAME.")
    kept = await _worth_saying(tx, card, read.notices, begun=begun)
    if kept:
        await _keep(tx, card, [found[read.positions[key]] for key in kept])
    said = [read.notices[key] for key in kept]
    firing = sum(notice.status is Status.FIRING for notice in said)
    return Imported(
        begun=begun,
        firing=firing,
        resolved=len(said) - firing,
        passing=len(read.notices) - len(said),
        silent=read.silent,
        repeated=read.repeated,
        wrong=len(read.wrong),
        named=tuple(read.wrong[:MAX_NAMED]),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    notices: Mapping[str, Notice]
    positions: Mapping[str, int]
    wrong: Sequence[WrongFinding]
    silent: int
    repeated: int


def _read(found: Sequence[Any]) -> _Read:
    notices: dict[str, Notice] = {}
    positions: dict[str, int] = {}
    wrong: list[WrongFinding] = []
    silent = repeated = 0
    for position, each in enumerate(found):
        try:
            notice = findings.read_one(each)
        except Wrong as error:
            wrong.append(WrongFinding(position, error.field, error.why))
            continue
        if notice is None:
            silent += 1
            continue
        key = bounds.notice(notice).key
        # Told twice in one file, the last word counts.
        repeated += key in notices
        notices[key], positions[key] = notice, position
    return _Read(notices, positions, wrong, silent, repeated)


async def _worth_saying(
    tx: Tx, source: sources.CardRow, notices: Mapping[str, Notice], *, begun: UUID
) -> list[str]:
    """Return the keys that say something: what fails, and what ends something that fires.

    While findings of an earlier import wait to be sorted, nobody knows what fires.
    """
    passing = [key for key, notice in notices.items() if notice.status is Status.RESOLVED]
    waiting = await payloads.is_waiting(tx.db, source.id, up_to=begun)
    ending = set(passing)
    if passing and not waiting:
        live = await symptoms.live(tx.db, [(source.id, key) for key in passing])
        ending = {row.key for row in live}
    return [key for key, said in notices.items() if said.status is Status.FIRING or key in ending]


async def _keep(tx: Tx, source: sources.CardRow, found: Sequence[Any]) -> None:
    new = payloads.New(
        id=tx.ids.fresh(),
        source_id=source.id,
        drill_id=source.drill_id,
        format=findings.FORMAT,
        call="",
        meta="{}",
        body=json.dumps(found).encode(),
    )
    await payloads.keep(tx.db, [new], now=tx.now)
