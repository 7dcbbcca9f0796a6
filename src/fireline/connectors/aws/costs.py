"""What resources cost: from Cost Explorer, or from a Cost and Usage Report somebody put in a file.

Both are somebody's to allow; where neither is, nothing is said. Cost Explorer tells of single
resources for 14 days back and where it was switched on (Cost Management User Guide, "Enabling
hourly and resource-level data"); each of its calls costs a cent.
"""

import csv
import gzip
import io
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from fireline.connectors.aws.asking import Ask, Asking
from fireline.connectors.aws.looking_outcomes import RAISED
from fireline.connectors.aws.plain_json import clean
from fireline.ports.inventory import Cost

MAX_COST_PAGES = 50
MAX_RESOURCES = 200_000
_DAYS = 14
_PAGE = 1_000
_NONE = frozenset({"", "NoResourceId"})
# Legacy reports and exports of 2.0 name their columns differently (Data Exports User Guide).
_COLUMNS = {
    "account": ("lineItem/UsageAccountId", "line_item_usage_account_id"),
    "resource": ("lineItem/ResourceId", "line_item_resource_id"),
    "amount": ("lineItem/UnblendedCost", "line_item_unblended_cost"),
    "currency": ("lineItem/CurrencyCode", "line_item_currency_code"),
    "start": ("lineItem/UsageStartDate", "line_item_usage_start_date"),
}
_COST_EXPLORER_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class CostSource:
    """Where costs come from: a report's file goes before Cost Explorer; by default nowhere."""

    cost_explorer: bool = False
    report: Path | None = None

    def pages(self, asking: Asking) -> Iterator[list[Cost]]:
        """Give the costs of an account, some at a time. What cannot be read gives none."""
        if self.report is not None:
            return _of_file(self.report, asking.account)
        if self.cost_explorer:
            return _of_cost_explorer(asking)
        return iter(())


def _of_cost_explorer(asking: Asking) -> Iterator[list[Cost]]:
    today = datetime.now(UTC).date()  # noqa: TID251 - AWS answers by its own days
    month = today.replace(day=1)
    since = max(month, today - timedelta(days=_DAYS - 1))
    parameters = _question(asking.account, since, today + timedelta(days=1))
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for _ in range(MAX_COST_PAGES):
        ask = Ask("ce", "GetCostAndUsageWithResources", parameters, _COST_EXPLORER_REGION)
        try:
            answer = asking.ask(ask)
        except RAISED:
            # Half a month's costs are worse than none: they look like savings.
            return
        for day in answer.get("ResultsByTime", []):
            _add(sums, cast("Mapping[str, Any]", day))
        if not answer.get("NextPageToken"):
            break
        parameters = {**parameters, "NextPageToken": answer["NextPageToken"]}
    yield from _given(asking.account, sums, since)


def _question(account: str, since: date, until: date) -> dict[str, Any]:
    return {
        "TimePeriod": {"Start": since.isoformat(), "End": until.isoformat()},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
        "Filter": {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [account]}},
        "GroupBy": [{"Type": "DIMENSION", "Key": "RESOURCE_ID"}],
    }


def _add(sums: dict[tuple[str, str], Decimal], day: Mapping[str, Any]) -> None:
    for group in day.get("Groups", []):
        resource = str((group.get("Keys") or [""])[0])
        cost = group.get("Metrics", {}).get("UnblendedCost", {})
        amount = _amount(cost.get("Amount"))
        if resource not in _NONE and amount is not None:
            sums[resource, str(cost.get("Unit") or "USD")] += amount


def _of_file(path: Path, account: str) -> Iterator[list[Cost]]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    first: date | None = None
    try:
        for row in _rows(path):
            if row["account"] != account or row["resource"] in _NONE:
                continue
            amount, day = _amount(row["amount"]), _day(row["start"])
            key = (row["resource"], row["currency"] or "USD")
            if amount is None or day is None or (key not in sums and len(sums) >= MAX_RESOURCES):
                continue
            first = min(first or day, day)
            sums[key] += amount
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeError):
        return
    if first is not None:
        yield from _given(account, sums, first)


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        opened = cast("io.BufferedIOBase", gzip.GzipFile(fileobj=raw)) if packed else raw
        with io.TextIOWrapper(cast("Any", opened), "utf-8-sig", newline="") as text:
            reader = csv.DictReader(text)
            names = set(reader.fieldnames or ())
            known = {
                what: next((one for one in written if one in names), None)
                for what, written in _COLUMNS.items()
            }
            for row in reader:
                yield {what: (name and row.get(name)) or "" for what, name in known.items()}


def _given(
    account: str, sums: Mapping[tuple[str, str], Decimal], since: date
) -> Iterator[list[Cost]]:
    begun = datetime(since.year, since.month, since.day, tzinfo=UTC)
    costs = [
        Cost(account, clean(resource), amount, clean(currency), begun)
        for (resource, currency), amount in sorted(sums.items())
    ]
    for at in range(0, len(costs), _PAGE):
        yield costs[at : at + _PAGE]


def _amount(text: Any) -> Decimal | None:
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
