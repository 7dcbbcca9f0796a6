"""The same seed and the same calls give the same ids; without a seed none comes twice."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fireline.lab.aws.settings import Cloud
from fireline.lab.clock import Clock, Ids
from tests.lab.in_process import InProcess


def test_a_faster_clock_runs_ahead() -> None:
    clock = Clock()
    clock.run_at(10_000)
    before = clock.now()
    time.sleep(0.01)
    assert (clock.now() - before).total_seconds() > 50


def told_with(seed: int | None) -> list[Mapping[str, Any]]:
    clock = Clock()
    clock.put(datetime(2026, 1, 1, tzinfo=UTC))
    clock.run_at(0)
    lab = InProcess(Cloud(clock=clock, ids=Ids(seed)), seed=seed)
    key = lab.user("someone")
    lab.client("kms", key).create_key()
    lab.client("sts", key).get_session_token()
    lab.client("iam", key).create_user(UserName="another")
    return lab.records


def test_the_same_seed_and_calls_give_the_same_records() -> None:
    first, second = told_with(7), told_with(7)
    same = [json.dumps(one, sort_keys=True) for one in without_dates(first)]
    assert same == [json.dumps(one, sort_keys=True) for one in without_dates(second)]
    assert [one["eventID"] for one in first] != [one["eventID"] for one in told_with(8)]


def test_without_a_seed_no_id_comes_twice() -> None:
    first, second = told_with(None), told_with(None)
    assert not {one["eventID"] for one in first} & {one["eventID"] for one in second}
    keys = [{one["userIdentity"]["accessKeyId"] for one in run} for run in (first, second)]
    assert not keys[0] & keys[1]


def without_dates(records: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    # moto dates what it makes by the machine's clock.
    return [
        json.loads(
            json.dumps(one),
            object_hook=lambda part: {
                key: value
                for key, value in part.items()
                if key not in {"createDate", "creationDate", "userAgent"}
            },
        )
        for one in records
    ]
