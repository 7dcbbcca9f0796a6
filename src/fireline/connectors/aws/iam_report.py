"""IAM's credential report, typed: who has a password, MFA and keys, and when they were used.

It is made for the whole account, at most every four hours (IAM User Guide, "Get credential reports
for your AWS account"), so what it says of keys is corrected by what is listed now.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

from fireline.connectors.aws.asking import Ask, Asking
from fireline.connectors.aws.looking_outcomes import RAISED, code_of
from fireline.connectors.aws.plain_json import moment
from fireline.ports.inventory import CouldNotLook, Why

ROOT_USER = "<root_account>"
# A report this old still says who had which keys while we looked.
FRESH_SECONDS = 60
_POLLS = 20
_POLL_SECONDS = 1.0
_NOTHING = frozenset({"N/A", "no_information", "not_supported", ""})
_TRUTH = {"true": True, "false": False}
_SLOTS = ("1", "2")
_NOT_READY = frozenset({"ReportNotPresent", "ReportInProgress", "ReportExpired"})

Row = dict[str, bool | str | None]
Key = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """The report's rows by user. `fresh` is one made while we looked."""

    rows: Mapping[str, Row] = field(default_factory=dict[str, Row])
    fresh: bool = False


def credential_report(asking: Asking, *, wait: bool = True) -> Report | CouldNotLook:
    """Fetch the report; have it made, and wait for it, where there is none or it is old.

    Without waiting the present one is taken, and one is made only if there is none.
    """
    make, get = Ask("iam", "GenerateCredentialReport"), Ask("iam", "GetCredentialReport")
    try:
        if not wait:
            try:
                return _read(asking.ask(get))
            except ClientError as error:
                if code_of(error) not in _NOT_READY:
                    raise
        for _ in range(_POLLS):
            if asking.ask(make).get("State") == "COMPLETE":
                return _read(asking.ask(get))
            asking.rest(_POLL_SECONDS)
    except RAISED as error:
        return asking.why_not(error, get)
    return CouldNotLook(Why.UNREACHABLE, "AWS did not finish the credential report in time")


def with_keys(row: Mapping[str, Any], keys: Sequence[Key]) -> Row:
    """Correct a row by the keys listed now. A key takes the place its creation time tells."""
    corrected: Row = dict(row)
    placed = {slot: key for slot in _SLOTS if (key := _of_slot(row, slot, keys)) is not None}
    left = [key for key in keys if key not in placed.values()]
    for slot in _SLOTS:
        begins = f"access_key_{slot}"
        key = placed.get(slot)
        if key is None:
            # What the report knows of this place is of a key that is gone.
            key = left.pop(0) if left else None
            for part in ("last_rotated", "last_used_date", "last_used_region", "last_used_service"):
                corrected[f"{begins}_{part}"] = None
        corrected[f"{begins}_active"] = key is not None and key.get("Status") == "Active"
        if key is not None:
            corrected[f"{begins}_last_rotated"] = moment(key["CreateDate"])
    return corrected


def last_use(row: Mapping[str, Any], key: Key) -> dict[str, Any] | None:
    """Say when a key was last used, if the row tells for certain which of its keys it is."""
    slots = [slot for slot in _SLOTS if _rotated(row, slot) == moment(key["CreateDate"])]
    if len(slots) != 1:
        return None
    used = {
        name: row.get(f"access_key_{slots[0]}_last_used_{part}")
        for name, part in (("Date", "date"), ("Service", "service"), ("Region", "region"))
    }
    # A date without a service is no report of AWS's own making.
    return None if used["Date"] and not used["Service"] else used


def has_keys(row: Mapping[str, Any]) -> bool:
    """Say whether a row tells of a key, active or not."""
    return any(row.get(f"access_key_{slot}_active") or _rotated(row, slot) for slot in _SLOTS)


def _of_slot(row: Mapping[str, Any], slot: str, keys: Sequence[Key]) -> Key | None:
    rotated = _rotated(row, slot)
    same = [key for key in keys if rotated and moment(key["CreateDate"]) == rotated]
    if len(same) == len(_SLOTS):
        return same[int(slot) - 1]
    return same[0] if same else None


def _rotated(row: Mapping[str, Any], slot: str) -> Any:
    return row.get(f"access_key_{slot}_last_rotated")


def _read(answer: Mapping[str, Any]) -> Report:
    text = bytes(answer["Content"]).decode("utf-8", "replace")
    rows = {
        str(row.get("user")): {
            name: _typed(name, value)
            for name, value in row.items()
            if name and name not in {"user", "arn"}
        }
        for row in csv.DictReader(io.StringIO(text))
    }
    return Report(rows, _is_fresh(answer))


def _is_fresh(answer: Mapping[str, Any]) -> bool:
    """Say whether a report was made just now, by AWS's own clock."""
    made = answer.get("GeneratedTime")
    said = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        now = parsedate_to_datetime(said)
    except ValueError:
        return False
    return isinstance(made, datetime) and (now - made).total_seconds() <= FRESH_SECONDS


def _typed(name: str, value: object) -> bool | str | None:
    text = str(value or "")
    if name.endswith(("_active", "_enabled")):
        return _TRUTH.get(text.lower())
    if text in _NOTHING:
        return None
    try:
        return moment(datetime.fromisoformat(text)) if text[:4].isdigit() else text
    except ValueError:
        return text
