"""The attack, the programs that go on working, and containment, seen from outside."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx2

from fireline.lab.clients import Caller, Credentials
from tests.lab.running import Running


def status(running: Running) -> dict[str, Any]:
    return httpx2.get(f"{running.state.endpoint}/lab/status", trust_env=False).json()


def until(running: Running, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    end = time.monotonic() + 15
    while not holds(seen := status(running)):
        assert time.monotonic() < end, seen["callers"]
        time.sleep(0.1)
    return seen


def last(seen: dict[str, Any], *names: str) -> list[str]:
    return [seen["callers"].get(name, {}).get("last_outcome", "") for name in names]


def test_the_attack_goes_on_until_key_and_sessions_and_minted_key_are_contained(
    running: Running,
) -> None:
    until(running, lambda seen: last(seen, "daily-reports", "nightly-backup") == ["succeeded"] * 2)
    assert not running.records(sourceIPAddress="203.0.113.66")
    begin = f"{running.state.endpoint}/lab/attack"
    assert httpx2.post(begin, trust_env=False).json() == {"begun": True}
    assert httpx2.post(begin, trust_env=False).json() == {"begun": False}
    three = ("leaked", "session", "minted")
    seen = until(running, lambda seen: last(seen, *three) == ["succeeded"] * 3)
    names = [one["eventName"] for one in running.records(sourceIPAddress="203.0.113.66")]
    assert names[:6] == [
        *("GetCallerIdentity", "ListBuckets", "ListUsers", "GetSessionToken", "CreateAccessKey"),
        "GetObject",
    ]

    own = running.state.identity
    fireline = Caller(running.place, Credentials(own.access_key_id, own.secret_access_key))
    iam = fireline.client("iam")
    leaked, minted = (seen["callers"][name]["access_key"] for name in ("leaked", "minted"))
    iam.update_access_key(UserName="shop-ci", AccessKeyId=leaked, Status="Inactive")
    iam.update_access_key(UserName="svc-backup", AccessKeyId=minted, Status="Inactive")
    # The session still works: that is why it takes a deny of its own.
    until(
        running,
        lambda seen: last(seen, *three)[::2] == ["InvalidClientTokenId", "InvalidAccessKeyId"],
    )
    assert last(status(running), "session") == ["succeeded"]

    deny = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2999-01-01T00:00:00Z"}},
    }
    iam.put_user_policy(
        UserName="shop-ci",
        PolicyName="FirelineRevoke-1",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [deny]}),
    )
    seen = until(running, lambda seen: last(seen, "session") == ["AccessDenied"])
    before = {name: seen["callers"][name]["calls"] for name in ("daily-reports", "nightly-backup")}
    until(running, lambda now: all(now["callers"][n]["calls"] > before[n] for n in before))
    assert last(status(running), "daily-reports", "nightly-backup") == ["succeeded"] * 2


def test_the_keys_of_the_world_look_lived_with(running: Running) -> None:
    root = running.lab._hand(running.place).client("iam")
    [key] = root.list_access_keys(UserName="shop-ci")["AccessKeyMetadata"]
    user = root.get_user(UserName="shop-ci")["User"]
    age = key["CreateDate"] - user["CreateDate"]
    assert 9 <= age.days <= 10
    assert user["UserId"].startswith("AIDA")
