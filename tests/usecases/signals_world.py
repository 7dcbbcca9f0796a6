"""Records as CloudTrail writes them, and parcels as sources hand them over."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from fireline.core.values.ids import DrillId
from fireline.ports.source import Parcel
from fireline.store import drills
from fireline.store.drills import NewDrill
from fireline.usecases.transaction import Tx
from tests.hand_clock import BEGINS

ACCOUNT = "111122223333"


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(event_id: str = "e-1", *, ago: float = 3, **said: Any) -> dict[str, Any]:
    """Write one record, made `ago` seconds before the test's clock begins."""
    written: dict[str, Any] = {
        "eventVersion": "1.11",
        "eventID": event_id,
        "eventTime": stamp(BEGINS - timedelta(seconds=ago)),
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateAccessKey",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.66",
        "userAgent": "aws-cli/2.31.0",
        "recipientAccountId": ACCOUNT,
        "readOnly": False,
        "managementEvent": True,
        "userIdentity": {
            "type": "IAMUser",
            "userName": "shop-ci",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/shop-ci",
            "accountId": ACCOUNT,
            "accessKeyId": "AKIALEAKED",
        },
        "requestParameters": {"userName": "svc-backup"},
        "responseElements": {"accessKey": {"accessKeyId": "AKIAMINTED", "userName": "svc-backup"}},
    }
    return written | said


def by_eventbridge(written: object, receipt: str = "r-1") -> Parcel:
    envelope = {
        "version": "0",
        "id": "b",
        "source": "aws.iam",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": written,
    }
    return Parcel(receipt, "eventbridge", f"sqs:changes/{receipt}", json.dumps(envelope).encode())


def by_trail(*records: object, name: str = "one", receipt: str = "r-2") -> Parcel:
    body = json.dumps({"Records": list(records)}).encode()
    return Parcel(receipt, "trail", f"s3://trail/{name}.json.gz", body)


def packed(*records: object) -> bytes:
    return gzip.compress(json.dumps({"Records": list(records)}).encode())


async def a_drill(tx: Tx, *, pace: int = 20) -> DrillId:
    new = NewDrill(tx.ids.fresh(), "leaked-key", "Leaked key", pace, "revision", "ana")
    await drills.add(tx.db, new, now=tx.now)
    return DrillId(new.id)
