"""The findings of the corpus beside the project, and what each must be read as.

`findings_expected.json` says for each file what it is: a `notice` (with kind, priority, status and
key), a `beat`, a `record` for the rules (with its kind), or `apart` (with the code it is set apart
under). The corpus lies in `../shared/corpus`; its files are never copied into the project.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fireline.core.signals import cloudtrail
from fireline.core.signals.envelope import unwrap
from fireline.core.signals.event import Event
from fireline.core.signals.formats import eventbridge, sns
from fireline.core.signals.notice import Beat, ChangeNotice, Notice
from fireline.core.signals.payload import Payload, Reading

ROOT = Path(__file__).resolve().parents[4]
FINDINGS = ROOT.parent / "shared" / "corpus" / "findings"
AUDIT = ROOT.parent / "shared" / "corpus" / "k8s_audit"
AT = datetime(2026, 1, 1, tzinfo=UTC)
_TABLE = Path(__file__).with_name("findings_expected.json")


def expected() -> dict[str, dict[str, str]]:
    return json.loads(_TABLE.read_text(encoding="utf-8"))


def files() -> list[Path]:
    """List the corpus' findings, none where the corpus is not beside the project."""
    found = (path for path in FINDINGS.rglob("*.json") if path.name != "INDEX.json")
    return sorted(found) if FINDINGS.is_dir() else []


def payload(format_: str, body: bytes | object, meta: Mapping[str, str] | None = None) -> Payload:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Payload(format_, "", raw, AT, meta or {})


def read_file(path: Path) -> dict[str, str]:
    """Read one file the way a source brings it; return what the table says of it."""
    body = path.read_bytes()
    if path.parent.name in ("cloudwatch", "transport"):
        return told(sns.read(payload("sns", body)))
    unwrapped = unwrap(body)
    if unwrapped.records:
        event = cloudtrail.normalise(unwrapped.records[0].content)
        if isinstance(event, Event):
            return {"is": "record", "kind": event.kind}
        return {"is": "apart", "code": event.code}
    return told(eventbridge.read(payload("eventbridge", body)))


def told(reading: Reading) -> dict[str, str]:
    """Write a reading down as the table does."""
    (one,) = (*reading.said, *reading.unread)
    match one:
        case Notice():
            return {
                "is": "notice",
                "kind": one.kind,
                "priority": one.priority.name,
                "status": one.status.value,
                "key": one.key,
            }
        case ChangeNotice():
            return {"is": "change", "kind": one.kind.value, "key": one.key}
        case Beat():
            return {"is": "beat", "name": one.name}
        case _:
            return {"is": "apart", "code": one.code}


def sample(**said: Any) -> dict[str, Any]:
    """Write an EventBridge event of our own."""
    written: dict[str, Any] = {
        "version": "0",
        "id": "6f9f6c2a-0000-4000-8000-000000000001",
        "detail-type": "GuardDuty Finding",
        "source": "aws.guardduty",
        "account": "111122223333",
        "time": "2026-01-01T00:05:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": {},
    }
    return written | {name.replace("_", "-"): value for name, value in said.items()}
