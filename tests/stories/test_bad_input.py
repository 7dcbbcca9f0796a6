"""Strangers write to our queues and buckets: nothing is dropped, and nothing blocks the next."""

import asyncio
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fireline.app.parts import Wiring
from fireline.lab.aws.deliver import announcement, envelope
from fireline.lab.launch import LabHandle
from fireline.lab.options import Part
from tests.stories.books import ask, read_books
from tests.stories.stage import Stage, eventually, on_stage

_QUIET = Wiring(lab_without=frozenset({Part.ATTACKER, Part.PEOPLE}))
_TOO_MUCH = 50_000_000
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who may write where fireline reads."""

    lab: LabHandle
    sqs: Any
    s3: Any

    def say(self, body: str, *, of_objects: bool = False) -> None:
        """Put a message on a queue."""
        queues = self.lab.state.queues
        url = queues.objects if of_objects else queues.changes
        self.sqs.send_message(QueueUrl=url, MessageBody=body)

    def announce(self, key: str, body: bytes | None) -> None:
        """Put an object into the bucket, or not, and announce it."""
        bucket = self.lab.state.trail_bucket
        if body is not None:
            self.s3.put_object(Bucket=bucket, Key=key, Body=body)
        told = announcement(bucket, key, body or b"", self.lab.state.region)
        self.say(json.dumps(told), of_objects=True)

    def put_everything_bad(self, good: Record) -> None:
        """Write all that can be wrong."""
        self.say("\x7fELF, or whatever this is {{{")
        self.say(json.dumps(envelope(without(good, "eventID"))))
        self.say(json.dumps(envelope({**good, "eventID": "of-the-future", "eventVersion": "2.0"})))
        self.say('["neither", "this", "nor", "that"]', of_objects=True)
        self.announce("corrupt.json.gz", gzip.compress(b'{"Records": []}')[:-9] + b"rubbish")
        self.announce("huge.json.gz", bytes(_TOO_MUCH))
        self.announce("gone.json.gz", None)
        half = {"Records": [without(good, "eventID"), {**good, "eventID": "good-in-the-middle"}, 7]}
        self.announce("half.json.gz", gzip.compress(json.dumps(half).encode()))


def without(record: Record, name: str) -> Record:
    return {key: value for key, value in record.items() if key != name}


# Reason, where it came from, and a part of the sentence people read.
BAD = [
    ("message.not_json", "sqs:cloudtrail changes", "not JSON"),
    ("cloudtrail.no_event_id", "sqs:cloudtrail changes", "the record has no eventID"),
    ("cloudtrail.unknown_version", "sqs:cloudtrail changes", "'2.0'; versions 1.x are known"),
    ("envelope.unknown_shape", "sqs:trail", "unknown shape"),
    ("object.corrupt_gzip", "/corrupt.json.gz", "cannot be unpacked"),
    ("object.too_large", "/huge.json.gz", f"{_TOO_MUCH} bytes"),
    ("object.missing", "/gone.json.gz", "not there"),
    ("cloudtrail.no_event_id", "/half.json.gz#0", "the record has no eventID"),
    ("envelope.not_an_object", "/half.json.gz#2", "not an object"),
]


@pytest.mark.timeout(110)
async def test_bad_input_is_set_apart_and_seen_and_blocks_nothing(
    database_dsn: str, tmp_path: Path
) -> None:
    async with (
        on_stage(database_dsn, tmp_path, wiring=_QUIET, pace=1) as stage,
        stage.person("dee") as dee,
    ):
        lab = await stage.lab()
        stranger = Stranger(lab, stage.cloud(lab, "dee", "sqs"), stage.cloud(lab, "dee", "s3"))
        good = await a_good_record(stage)
        await asyncio.to_thread(stranger.put_everything_bad, good)
        twice = json.dumps(envelope({**good, "eventID": "good-and-twice"}))
        for _ in range(2):
            await asyncio.to_thread(stranger.say, twice)
        after = gzip.compress(json.dumps({"Records": [{**good, "eventID": "good-after"}]}).encode())
        await asyncio.to_thread(stranger.announce, "after.json.gz", after)

        path = f"/signals/quarantined?drill={stage.drill}&limit=200"
        apart = await eventually(lambda: dee.get(path), lambda page: len(page["items"]) >= len(BAD))
        wanted = f"/signals?drill={stage.drill}&text=good-&limit=200"
        kept = await eventually(
            lambda: dee.get(wanted),
            lambda page: (
                {one["external_id"]: one["seen"] for one in page["items"]}
                == {"good-in-the-middle": 1, "good-and-twice": 2, "good-after": 1}
            ),
        )
        # The world goes on, and fireline hears it.
        calls = await eventually(lambda: heard(stage), lambda count: count > 0)
        assert await eventually(lambda: heard(stage), lambda count: count > calls)
        assert (await stage.look()).state == "running"

    assert len(kept["items"]) == 3
    assert len(apart["items"]) == len(BAD), [one["origin"] for one in apart["items"]]
    for code, origin, why in BAD:
        [found] = [one for one in apart["items"] if one["code"] == code and origin in one["origin"]]
        assert why in found["why"]
        assert found["drill"] == str(stage.drill)
    assert kept_bytes(apart, "message.not_json") == "\x7fELF, or whatever this is {{{"
    assert (
        ask(database_dsn, "select max(octet_length(body)) as most from quarantined")[0]["most"]
        <= 65536
    )
    assert read_books(database_dsn).torn == []


async def a_good_record(stage: Stage) -> Record:
    """Take a record as the world writes them."""

    async def records() -> list[Mapping[str, Any]]:
        async with stage.person("cy") as cy:
            page = await cy.get(f"/signals?drill={stage.drill}&kind=s3.GetObject&limit=1")
        return [one["record"] for one in page["items"]]

    return dict((await eventually(records, bool))[0])


async def heard(stage: Stage) -> int:
    return sum(lag.signals for lag in (await stage.look()).lag)


def kept_bytes(apart: Mapping[str, Any], code: str) -> str:
    [found] = [one for one in apart["items"] if one["code"] == code]
    return str(found["body"])
