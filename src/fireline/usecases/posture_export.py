"""Export what signatures said, a page in a transaction: however much it is, memory stays flat."""

import csv
import importlib.metadata
import io
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from enum import StrEnum

from fireline.core.detection.posture import LEVELS
from fireline.core.detection.posture_asff import MAX_IN_BATCH, as_asff
from fireline.core.detection.posture_export import COLUMNS, Excepted, Exported, as_object, as_row
from fireline.core.detection.posture_ocsf import as_ocsf
from fireline.core.detection.signatures.signature import Signature
from fireline.core.detection.signatures.verdict import Verdict
from fireline.core.values.ids import DrillId
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Level
from fireline.store import posture_views
from fireline.store.posture_views import Exported as Wanted
from fireline.store.posture_views import JudgementRow
from fireline.usecases.transaction import Transactions

__all__ = ["Wanted"]


class Format(StrEnum):
    """How findings are written for others."""

    OCSF = "ocsf"
    ASFF = "asff"
    CSV = "csv"
    JSON = "json"


TYPES: Mapping[Format, str] = {
    Format.OCSF: "application/json",
    Format.ASFF: "application/x-ndjson",
    Format.CSV: "text/csv",
    Format.JSON: "application/json",
}


async def export(
    transactions: Transactions,
    cards: Mapping[str, Signature],
    wanted: Wanted,
    *,
    drill: DrillId | None,
    format: Format,  # noqa: A002 - the house's word for how something speaks
) -> AsyncIterator[str]:
    """Yield the text of an export, a part at a time.

    OCSF and JSON are one array, a finding on a line; ASFF is one request for BatchImportFindings on
    each line; CSV has a header.
    """
    version = importlib.metadata.version("fireline")
    write = _writer(format, version)
    after = None
    while True:
        async with transactions() as tx:
            rows = await posture_views.judgements(
                tx.db, wanted, drill=drill, after=after, now=tx.now
            )
        for part in write([_exported(row, cards.get(row.signature)) for row in rows]):
            yield part
        if not rows:
            return
        after = rows[-1].asset, rows[-1].signature


Write = Callable[[list[Exported]], Iterator[str]]


def _writer(format_: Format, version: str) -> Write:
    """Return what writes pages of an export; an empty page ends it."""
    match format_:
        case Format.CSV:
            return _Table().write
        case Format.ASFF:
            return lambda page: _batches(page, version)
        case Format.OCSF:
            return _Array(lambda one: as_ocsf(one, product=version)).write
        case Format.JSON:
            return _Array(as_object).write


class _Array:
    """Writes one JSON array, an object on a line."""

    def __init__(self, said: Callable[[Exported], JsonObject]) -> None:
        self._said = said
        self._begun = False

    def write(self, page: list[Exported]) -> Iterator[str]:
        """Write a page, or the end."""
        lines: list[str] = []
        for one in page:
            lines.append(f"{',' if self._begun else '['}\n{json.dumps(self._said(one))}")
            self._begun = True
        if not page:
            lines.append("\n]\n" if self._begun else "[]\n")
        yield "".join(lines)


class _Table:
    """Writes comma-separated rows under a header."""

    def __init__(self) -> None:
        self._rows: Iterable[tuple[str, ...]] = [COLUMNS]

    def write(self, page: list[Exported]) -> Iterator[str]:
        """Write a page; the header comes before the first."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows(self._rows)
        self._rows = ()
        writer.writerows(as_row(one) for one in page)
        yield text.getvalue()


def _batches(page: list[Exported], version: str) -> Iterator[str]:
    found = [one for each in page if (one := as_asff(each, product=version)) is not None]
    for start in range(0, len(found), MAX_IN_BATCH):
        yield json.dumps({"Findings": found[start : start + MAX_IN_BATCH]}) + "\n"


def _exported(row: JudgementRow, card: Signature | None) -> Exported:
    excepted = None
    if row.exception is not None and row.excepted_until is not None:
        excepted = Excepted(
            row.exception, row.excepted_by or "", row.excepted_why or "", row.excepted_until
        )
    return Exported(
        signature=row.signature,
        title=card.title if card else row.signature,
        severity=card.severity if card else _least(),
        why=card.why if card else "",
        fix=card.fix if card else "",
        cis=card.cis if card else (),
        attack=card.attack if card else (),
        asset=row.ref,
        name=row.name,
        arn=row.arn,
        tags={name: str(value) for name, value in row.tags.items()},
        service=row.service,
        verdict=Verdict(row.verdict),
        reason=row.reason,
        since=row.since,
        judged_at=row.judged_at,
        is_open=row.state == "open",
        finding=row.number,
        first_failed_at=row.first_failed_at,
        resolved_at=row.resolved_at,
        reopened=row.reopened or 0,
        evidence=row.evidence or {},
        excepted=excepted,
    )


def _least() -> Level:
    return LEVELS[-1]
