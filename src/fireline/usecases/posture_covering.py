"""Which findings are under an exception, and whose alerts follow from that."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fireline.core.detection.posture_exceptions import Judged, covers
from fireline.store import posture_exceptions
from fireline.store.posture_exceptions import ExceptionRow
from fireline.usecases.transaction import Tx


@dataclass(frozen=True, slots=True)
class Standing:
    """An open finding as exceptions see it. `fresh`: it opened now, and was not there before."""

    finding: UUID
    signature: str
    asset: Judged
    exception: UUID | None
    alerts: bool
    alerted_at: datetime | None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Covering:
    """What came under an exception or out of one, and whose alerts begin and end by that."""

    moved: tuple[tuple[UUID, UUID | None], ...]
    begin: tuple[UUID, ...]
    end: tuple[UUID, ...]


def covering(findings: Sequence[Standing], standing: Sequence[ExceptionRow]) -> Covering:
    """Say what exceptions make of open findings.

    Of several the one that lasts longest holds. What is excepted alerts nobody; what comes out of
    an exception does, as if it had just begun.
    """
    by_signature: defaultdict[str, list[ExceptionRow]] = defaultdict(list)
    for row in sorted(standing, key=lambda row: row.expires_at, reverse=True):
        by_signature[row.signature].append(row)
    moved: list[tuple[UUID, UUID | None]] = []
    begin: list[UUID] = []
    end: list[UUID] = []
    for one in findings:
        fitting = (
            row.id
            for row in by_signature[one.signature]
            if covers(row.scope, one.signature, one.asset)
        )
        now = next(fitting, None)
        if now != one.exception:
            moved.append((one.finding, now))
        if now is not None and one.alerted_at is not None:
            end.append(one.finding)
        out = now is None and (one.fresh or one.exception is not None)
        if out and one.alerts and one.alerted_at is None:
            begin.append(one.finding)
    return Covering(tuple(moved), tuple(begin), tuple(end))


async def cover(tx: Tx, findings: Sequence[Standing], *, drill: UUID | None) -> Covering:
    """Let the exceptions that stand hold what they cover, and let go of the rest."""
    if not findings:
        return Covering((), (), ())
    signatures = {one.signature for one in findings}
    standing = await posture_exceptions.standing(tx.db, signatures, drill=drill, now=tx.now)
    found = covering(findings, standing)
    if found.moved:
        await posture_exceptions.cover(tx.db, found.moved)
    return found
