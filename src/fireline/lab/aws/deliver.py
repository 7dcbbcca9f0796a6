"""Deliver records as AWS does: changes soon, everything later, and now and then twice."""

import gzip
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5
from heapq import heappop, heappush
from itertools import count
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import quote_plus

import structlog

from fireline.lab.aws.record import Record
from fireline.lab.aws.timetable import Timetable
from fireline.lab.clock import fresh_id, now, stamp

_log = structlog.get_logger()

_TICK_SECONDS = 0.05
_DETAIL_TYPES = {"AwsConsoleSignIn": "AWS Console Sign In via CloudTrail"}


@dataclass(frozen=True, slots=True)
class Post:
    """Where records go: the queue of changes, the trail's bucket, and the queue announcing it."""

    changes_queue: str
    objects_queue: str
    bucket: str


class Delivery(Thread):
    """Carry records from the recorder to the queues and the bucket.

    Its calls are the cloud's inner workings: made with the lab's own key, unseen and unrecorded.
    """

    def __init__(self, sqs: Any, s3: Any, post: Post, timetable: Timetable, *, seed: int) -> None:
        super().__init__(name="lab-delivery", daemon=True)
        self._sqs, self._s3, self._post, self._timetable = sqs, s3, post, timetable
        self._chance = random.Random(seed)  # noqa: S311 - jitter, not a secret
        self._lock = Lock()
        self._soon: list[tuple[datetime, int, Record]] = []
        self._order = count()
        self._later: list[Record] = []
        self._stop = Event()
        self.envelopes = 0
        self.latest: datetime | None = None
        self.objects = 0
        self.announcements = 0

    def take(self, record: Record) -> None:
        """Take a record to deliver."""
        lag = self._timetable.eventbridge_lag
        with self._lock:
            self._later.append(record)
            # EventBridge carries management events that change something, and no others.
            if record["managementEvent"] and not record["readOnly"]:
                due = now() + timedelta(seconds=lag * self._chance.uniform(0.6, 1.4))
                heappush(self._soon, (due, next(self._order), envelope(record)))

    def pass_on(self, event: Record) -> None:
        """Take an event of another service, such as a finding: EventBridge alone carries it."""
        due = now() + timedelta(seconds=self._timetable.eventbridge_lag)
        with self._lock:
            heappush(self._soon, (due, next(self._order), event))

    def run(self) -> None:
        """Deliver until stopped."""
        next_objects = now() + timedelta(seconds=self._timetable.trail_interval)
        while not self._stop.wait(_TICK_SECONDS):
            try:
                self._send_due()
                if now() >= next_objects:
                    next_objects = now() + timedelta(seconds=self._timetable.trail_interval)
                    self._put_objects()
            except Exception:  # noqa: BLE001 - one broken delivery must not silence the trail
                _log.exception("lab.delivery_failed")

    def stop(self) -> None:
        """Stop delivering."""
        self._stop.set()

    def _send_due(self) -> None:
        while True:
            with self._lock:
                if not self._soon or self._soon[0][0] > now():
                    return
                _, _, event = heappop(self._soon)
            self._send(self._post.changes_queue, event)
            self.envelopes, self.latest = self.envelopes + 1, now()

    def _put_objects(self) -> None:
        with self._lock:
            taken, self._later = self._later, []
        batches: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for record in taken:
            batches[record["recipientAccountId"], record["awsRegion"]].append(record)
        for (account, region), records in batches.items():
            self._put_object(account, region, records)

    def _put_object(self, account: str, region: str, records: list[Record]) -> None:
        body = gzip.compress(json.dumps({"Records": records}).encode())
        moment = datetime.fromisoformat(records[-1]["eventTime"])
        key = object_key(account, region, moment, fresh_id().replace("-", "")[:16])
        self._s3.put_object(
            Bucket=self._post.bucket,
            Key=key,
            Body=body,
            ContentType="application/json",
            ContentEncoding="gzip",
        )
        self.objects += 1
        every = self._timetable.repeat_every
        repeated = every > 0 and self.objects % every == 0
        message = announcement(self._post.bucket, key, body, region)
        for _ in range(2 if repeated else 1):
            self._send(self._post.objects_queue, message)
            self.announcements += 1

    def _send(self, queue: str, message: Record) -> None:
        self._sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(message))


def envelope(record: Record) -> Record:
    """Put a record in EventBridge's envelope."""
    return {
        "version": "0",
        "id": fresh_id(),
        "detail-type": _DETAIL_TYPES.get(record["eventType"], "AWS API Call via CloudTrail"),
        "source": f"aws.{record['eventSource'].split('.')[0]}",
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }


def object_key(account: str, region: str, moment: datetime, unique: str) -> str:
    """Name a delivery file where CloudTrail would put it."""
    folder = f"AWSLogs/{account}/CloudTrail/{region}/{moment:%Y/%m/%d}"
    return f"{folder}/{account}_CloudTrail_{region}_{moment:%Y%m%dT%H%MZ}_{unique}.json.gz"


def announcement(bucket: str, key: str, body: bytes, region: str) -> Record:
    """Say, as S3 does, that an object was made."""
    etag = md5(body, usedforsecurity=False).hexdigest()
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": region,
                "eventTime": stamp(now()).replace("Z", ".000Z"),
                "eventName": "ObjectCreated:Put",
                "userIdentity": {"principalId": "AWS:cloudtrail.amazonaws.com"},
                "requestParameters": {"sourceIPAddress": "cloudtrail.amazonaws.com"},
                "responseElements": {"x-amz-request-id": fresh_id()[:16].upper()},
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "fireline-trail",
                    "bucket": {
                        "name": bucket,
                        "ownerIdentity": {"principalId": "LAB"},
                        "arn": f"arn:aws:s3:::{bucket}",
                    },
                    # S3 writes keys in notifications as forms write them: a space is a plus.
                    "object": {
                        "key": quote_plus(key, safe="/"),
                        "size": len(body),
                        "eTag": etag,
                        "sequencer": fresh_id().replace("-", "")[:16].upper(),
                    },
                },
            }
        ]
    }
