"""Fireline's answers as an Alertmanager, held against those of a real one to the same requests."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx2
import pytest

from tests.intake import peers
from tests.intake.taking import Intake, until

IS_JSON = {"content-type": "application/json"}
_numbers = count(1)

# What a post may be; what Alertmanager answers is not written here, but asked.
POSTS = (
    b"[]",
    b"null",
    b"{}",
    b'"x"',
    b"5",
    b"",
    b"[",
    b"[{}]",
    b'[{"labels":{}}]',
    b'[{"labels":null}]',
    b'[{"labels":{"a":1}}]',
    b'[{"labels":{"a":true}}]',
    b'[{"labels":{"a":{"b":1}}}]',
    b'[{"labels":["a"]}]',
    b'[{"labels":"x"}]',
    b'[{"labels":{"a":null}}]',
    b'[{"labels":{"bad-name":"x"}}]',
    b'[{"labels":{"":"x"}}]',
    b'[{"labels":{"a:b":"x"}}]',
    b'[{"labels":{"1a":"x"}}]',
    '[{"labels":{"é":"1"}}]'.encode(),
    b'[{"labels":{"a":"b"},"annotations":{"bad-x":"1"}}]',
    b'[{"labels":{"a":"b"},"annotations":{"x":1}}]',
    b'[{"labels":{"a":"b"},"annotations":[]}]',
    b'[{"labels":{"a":"b"},"startsAt":5}]',
    b'[{"labels":{"a":"b"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]',
    b'[{"labels":{"a":"b"},"generatorURL":"not a url"}]',
    b'[{"labels":{"a":"b"},"generatorURL":"http://x/%zz"}]',
    b'[{"labels":{"a":"b"},"generatorURL":5}]',
    b'[{"labels":{"good":"1"}},{"labels":{"bad-name":"x"}},{"labels":{}}]',
    b'[{"labels":{"told":"b","c":""},"annotations":{"summary":"s","x":"y"},"x":1}]',
    b'[{"labels":{"told":"b"},"annotations":{"summary":"s","x":"y"}},{}]',
    b'[{"labels":{"at":"b"},"startsAt":"2026-01-02T00:00:00.123456789+02:00"}]',
    b'[{"labels":{"z":"1","a":"2"},"startsAt":"","generatorURL":"http://prometheus/graph"}]',
)
# The words of Go's decoder for what is nested or torn are its own; that it is refused is not.
LIKE = (
    (b'[{"labels":{"a":NaN}}]', 400, "parsing alerts body from"),
    (b"[" * 11_000 + b"]" * 11_000, 400, "parsing alerts body from"),
    (b'[{"labels":{"a":"b"},"startsAt":"junk"}]', 400, "parsing alerts body from"),
    (b"[1]", 400, "parsing alerts body from"),
)
ASKED = (
    "/api/v2/alerts?filter=bad",
    "/api/v2/alerts?filter=z%3D1&filter=a!%3D3",
    "/api/v2/alerts?filter=nowhere%3D~.%2B",
    "/api/v2/alerts?filter=nowhere%3D",
    "/api/v2/alerts?receiver=nobody",
    "/api/v2/alerts?receiver=fire.*",
    "/api/v2/alerts?active=false",
    "/api/v2/alerts?silenced=false&inhibited=false",
    "/api/v2/receivers",
    "/api/v2/silences?filter=bad",
    "/api/v2/silence/abc",
    "/api/v2/silence/9d74c4f4-68df-4e3f-90a6-6ffd9c1d11d6",
    "/-/healthy",
    "/-/ready",
)
LATER = "2099-01-01T00:00:00Z"


def silence(*, without: tuple[str, ...] = (), **changed: Any) -> bytes:
    whole = {
        "matchers": [{"name": "a", "value": "x", "isRegex": False}],
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": LATER,
        "createdBy": "a",
        "comment": "b",
        **changed,
    }
    return json.dumps({k: v for k, v in whole.items() if k not in without}).encode()


SILENCES = (
    b"",
    b"{}",
    silence(without=("endsAt", "matchers", "startsAt")),
    silence(matchers=[]),
    silence(matchers=[{"name": "a", "value": "x"}]),
    silence(matchers=[{"name": "a", "value": "", "isRegex": False}]),
    silence(endsAt="2025-01-01T00:00:00Z"),
    silence(startsAt="2024-01-01T00:00:00Z", endsAt="2025-01-01T00:00:00Z"),
    silence(id="9d74c4f4-68df-4e3f-90a6-6ffd9c1d11d6"),
)


@dataclass(frozen=True, slots=True)
class Both:
    """A real Alertmanager and a fireline, asked the same."""

    client: httpx2.AsyncClient
    theirs: str
    ours: str
    intake: Intake

    async def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> None:
        """Ask both; their answers must be the same but for times and names made anew."""
        sent = {"content": body, "headers": headers or IS_JSON}
        wanted = await self.client.request(method, f"{self.theirs}{path}", **sent)
        given = await self.client.request(method, f"{self.ours}{path}", **sent)
        assert _told(given) == _told(wanted), (method, path, body)


@pytest.fixture(scope="module")
async def theirs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    plain = {"route": {"receiver": "fireline"}, "receivers": [{"name": "fireline"}]}
    async with peers.alertmanager(tmp_path_factory.mktemp("theirs"), plain) as address:
        yield address


@pytest.fixture
async def both(shared_intake: Intake, theirs: str) -> AsyncIterator[Both]:
    """Ask as a source of this test's own; the real one is shared."""
    token = await shared_intake.source("alertmanager", name=f"prom-{next(_numbers)}")
    ours = f"{shared_intake.url}/integrations/alertmanager/{token}"
    async with httpx2.AsyncClient() as client:
        yield Both(client, theirs, ours, shared_intake)


async def _now(both: Both) -> datetime:
    async with both.intake.fireline.house.transaction() as tx:
        return tx.now


def _told(answer: httpx2.Response) -> tuple[int, Any]:
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return answer.status_code, answer.text
    return answer.status_code, _lasting(answer.json())


def _lasting(value: Any) -> Any:
    """Leave out what two programs cannot have in common."""
    match value:
        case list():
            return [_lasting(one) for one in value]
        case dict():
            passing = {"startsAt", "endsAt", "updatedAt", "id", "silenceID"}
            return {name: _lasting(one) for name, one in value.items() if name not in passing}
        case _:
            return value


async def test_what_is_posted_is_answered_and_shown_as_alertmanager_does(both: Both):
    for body in POSTS:
        await both.ask("POST", "/api/v2/alerts", body)
    for body, status, words in LIKE:
        answer = await both.client.post(f"{both.ours}/api/v2/alerts", content=body, headers=IS_JSON)
        assert (answer.status_code, answer.json()["code"]) == (status, status)
        assert words in answer.json()["message"]

    async def dispatched() -> bool:
        answer = await both.client.get(f"{both.theirs}/api/v2/alerts")
        return all(one["status"]["state"] == "active" for one in answer.json())

    await until(dispatched)
    for path in ASKED:
        await both.ask("GET", path)
    assert len((await both.client.get(f"{both.ours}/api/v2/alerts")).json()) == 4


async def test_other_media_types_are_answered_as_alertmanager_does(both: Both):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/vnd.x+json"):
        await both.ask("POST", "/api/v2/alerts", b"[]", **{"content-type": kind})
    kind = "application/json; charset=utf-8"
    await both.ask("POST", "/api/v2/alerts", b"[]", **{"content-type": kind})


async def test_silences_are_answered_as_alertmanager_does(both: Both):
    for body in SILENCES:
        await both.ask("POST", "/api/v2/silences", body)
    await both.ask("DELETE", "/api/v2/silence/x")
    await both.ask("DELETE", "/api/v2/silence/9d74c4f4-68df-4e3f-90a6-6ffd9c1d11d6")


async def test_a_good_silence_is_shown_as_alertmanager_shows_it(both: Both):
    soon = (await _now(both) + timedelta(days=2)).isoformat()
    matchers = [
        {"name": "a", "value": "x", "isRegex": False},
        {"name": "b", "value": "y.*", "isRegex": True, "isEqual": False},
    ]
    await both.ask("POST", "/api/v2/silences", silence(matchers=matchers, endsAt=soon))
    await both.ask("GET", "/api/v2/silences")
    await both.ask("GET", "/api/v2/silences?filter=a%3Dx")
    await both.ask("GET", "/api/v2/silences?filter=a%3Dz")


async def test_one_bad_member_costs_no_neighbour_whatever_is_wrong_with_it(both: Both):
    """Where fireline is better: Alertmanager drops these batches whole."""
    for number, bad in enumerate(
        ({}, 1, {"labels": {"a": 1}}, {"labels": {"a": "b"}, "startsAt": 5})
    ):
        post = [{"labels": {"alertname": f"Good{number}"}}, bad]
        answer = await both.client.post(f"{both.ours}/api/v2/alerts", json=post)
        assert answer.status_code in {400, 422}
    shown = (await both.client.get(f"{both.ours}/api/v2/alerts")).json()
    assert {one["labels"]["alertname"] for one in shown} == {f"Good{n}" for n in range(4)}


async def test_the_first_version_of_the_api_takes_alerts_too(both: Both):
    path = f"{both.ours}/api/v1/alerts"
    answer = await both.client.post(path, json=[{"labels": {"alertname": "Old"}}])
    assert (answer.status_code, answer.json()) == (200, {"status": "success"})
    answer = await both.client.post(path, json=[{"labels": {}}])
    assert (answer.status_code, answer.json()["errorType"]) == (400, "bad_data")
    await both.intake.until_alert(lambda one: one.title == "Old")


async def test_groups_are_the_problems_fireline_found(both: Both):
    post = [{"labels": {"alertname": "Down", "instance": f"web-{n}:80"}} for n in (1, 1, 2)]
    await both.client.post(f"{both.ours}/api/v2/alerts", json=post)
    groups = (await both.client.get(f"{both.ours}/api/v2/alerts/groups")).json()
    assert sum(len(group["alerts"]) for group in groups) == 2
    assert all(group["labels"]["alertname"] == "Down" for group in groups)
    assert all(group["receiver"] == {"name": "fireline"} for group in groups)


async def test_a_token_nobody_has_is_refused_everywhere(both: Both):
    for method, path in (
        ("POST", "/api/v2/alerts"),
        ("GET", "/api/v2/alerts"),
        ("GET", "/api/v2/alerts/groups"),
        ("GET", "/api/v2/status"),
        ("GET", "/api/v2/receivers"),
        ("GET", "/api/v2/silences"),
        ("POST", "/api/v2/silences"),
    ):
        address = f"{both.intake.url}{path}"
        sent = {"content": silence(), "headers": IS_JSON}
        assert (await both.client.request(method, address, **sent)).status_code == 401
