"""Say to people what a finding is: through the house's own intake, and only when it matters.

A finding alerts when its signature asks for it, it was not there when first looked for, and no
exception holds it. Its end ends the alert.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.alerting.one_line import one_line
from fireline.core.detection.posture import LEVELS
from fireline.core.detection.signatures.signature import Signature
from fireline.core.signals.aws_names import Place
from fireline.core.signals.entity import PRINCIPAL, Entity
from fireline.core.signals.formats.aws_event import about
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.ids import DrillId
from fireline.core.values.priority import Priority
from fireline.store import posture_exceptions, posture_findings
from fireline.store.posture_findings import ToTellRow, WhomRow
from fireline.usecases import intake
from fireline.usecases.posture_signatures import Book
from fireline.usecases.transaction import Tx

SOURCE = "signatures"
_SUMMARY_LASTS = timedelta(days=7)
_MOST_EVIDENCE = 400


async def tell(
    tx: Tx,
    book: Book,
    *,
    begin: Collection[UUID],
    end: Collection[UUID],
    drill: UUID | None,
) -> None:
    """Begin the alerts of some findings, and end those of others."""
    world = DrillId(drill) if drill else None
    beginning = await posture_findings.to_tell(tx.db, begin) if begin else []
    ending = await posture_findings.to_tell(tx.db, end) if end else []
    whom = await posture_findings.whom(tx.db, {row.asset for row in beginning})
    held = await _held(tx, ending)
    said = [_begun(row, book, whom.get(row.asset), tx.now) for row in beginning]
    said += [_ended(row, book, held.get(row.exception_id), tx.now) for row in ending]
    await intake.say_all(tx, said, source=SOURCE, drill=world)
    if beginning:
        await posture_findings.raised(tx.db, [row.id for row in beginning], now=tx.now)
    if ending:
        await posture_findings.quiet(tx.db, [row.id for row in ending])


async def tell_baseline(
    tx: Tx, account: str, counts: Mapping[int, int], *, drill: UUID | None, first: bool
) -> None:
    """Say in one low alert what was found where nobody, or no such signature, looked before."""
    total = sum(counts.values())
    if not total:
        return
    by_level = ", ".join(f"{counts[n]} {level}" for n, level in enumerate(LEVELS, 1) if n in counts)
    what = "The first look at" if first else "New signatures' first look at"
    notice = Notice(
        key=f"baseline/{account}/{'' if first else tx.now.isoformat()}",
        status=Status.FIRING,
        title=f"{what} account {account} found {total} things to mend: {by_level}",
        priority=Priority.P4,
        at=tx.now,
        kind="posture.baseline",
        description=(
            "They stood before anybody looked, so they page nobody. "
            f"See them: fireline posture list --account {account}"
        ),
        tags=("posture",),
        labels={"account": account},
        ends_at=tx.now + _SUMMARY_LASTS,
    )
    await intake.say(tx, notice, source=SOURCE, drill=DrillId(drill) if drill else None)


def _begun(row: ToTellRow, book: Book, whom: WhomRow | None, now: datetime) -> Notice:
    ref, card = row.ref, book.cards.get(row.signature)
    place = Place(ref.account, ref.region)
    return Notice(
        key=key_of(row),
        status=Status.FIRING,
        title=_title(row),
        priority=book.priority_of(LEVELS[row.level - 1]),
        at=now,
        kind=row.signature,
        description=_description(row, card, whom),
        service=row.service or "",
        runbook=(card.runbook or "") if card else "",
        entities=(*about([ref], place), *([Entity(PRINCIPAL, whom.who)] if whom else [])),
        assets=(ref,),
        tactics=card.attack if card else (),
        tags=("posture",),
        labels=_labels(row, whom),
    )


def _ended(
    row: ToTellRow, book: Book, exception: posture_exceptions.ExceptionRow | None, now: datetime
) -> Notice:
    note, by = row.resolution, SOURCE
    if exception is not None and row.state == "open":
        note = f"excepted until {exception.expires_at:%Y-%m-%d}: {exception.reason}"
        by = exception.made_by
    return Notice(
        key=key_of(row),
        status=Status.RESOLVED,
        title=_title(row),
        priority=book.priority_of(LEVELS[row.level - 1]),
        at=now,
        kind=row.signature,
        service=row.service or "",
        assets=(row.ref,),
        by=by,
        note=note,
    )


def key_of(row: ToTellRow) -> str:
    """Name the problem a finding is: the same as long as it is the same signature and asset."""
    return f"{row.signature}/{row.ref}"


def _title(row: ToTellRow) -> str:
    name = row.name if row.name in ("", row.asset_id) else f"{row.name} ({row.asset_id})"
    return one_line(f"{row.title}: {name or row.asset_id}")


def _description(row: ToTellRow, card: Signature | None, whom: WhomRow | None) -> str:
    seen = "; ".join(
        f"{name}: {str(value)[:_MOST_EVIDENCE]}" for name, value in row.evidence.items()
    )
    again = f"It was mended before, and came back ({row.reopened}x)." if row.reopened else ""
    parts = (
        row.reason,
        f"Seen: {seen}" if seen else "",
        _changed(whom),
        again,
        f"Why it matters: {card.why.strip()}" if card else "",
        f"First: {card.fix.strip()}" if card else "",
        f"More: fireline posture show {row.number}",
    )
    return "\n".join(part for part in parts if part)


def _changed(whom: WhomRow | None) -> str:
    if whom is None:
        return ""
    when = f" at {whom.called_at:%Y-%m-%d %H:%M:%S} UTC" if whom.called_at else ""
    return f"Last changed by {whom.who}{f' with {whom.call}' if whom.call else ''}{when}"


def _labels(row: ToTellRow, whom: WhomRow | None) -> dict[str, str]:
    said = {
        "signature": row.signature,
        "severity": LEVELS[row.level - 1].value,
        "finding": str(row.number),
        "account": row.account,
        "region": row.region,
        "asset_kind": row.kind,
        "changed_by": whom.who if whom else "",
        "call": (whom.call or "") if whom else "",
    }
    tags = {f"tag.{name}": str(value) for name, value in list(row.tags.items())[:50]}
    return {name: value for name, value in (said | tags).items() if value}


async def _held(
    tx: Tx, ending: Sequence[ToTellRow]
) -> dict[UUID | None, posture_exceptions.ExceptionRow]:
    wanted = {row.exception_id for row in ending if row.exception_id is not None}
    found = await posture_exceptions.some(tx.db, wanted) if wanted else []
    return {row.id: row for row in found}
