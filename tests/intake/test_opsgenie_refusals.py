"""What the Opsgenie API does not take, and how it says so."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx2
import psycopg
import pytest

from fireline.usecases.sources import default_terms
from tests.intake.opsgenie_http import checked, client
from tests.intake.taking import Intake

BAD: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/v2/alerts", {}, 422, "message"),
    ("POST", "/v2/alerts", {"message": "  "}, 422, "message"),
    ("POST", "/v2/alerts", {"message": "m", "priority": "P9"}, 422, "priority"),
    ("POST", "/v2/alerts", b"", 422, "message"),
    ("POST", "/v2/alerts", b"{", 400, "body"),
    ("POST", "/v2/alerts", b"[1]", 422, "body"),
    ("POST", "/v2/alerts", b'{"message": NaN}', 400, "body"),
    ("POST", "/v2/alerts", b'{"message": "m", "details": ' + b"[" * 5000, 400, "body"),
    ("POST", "/v1/incidents/create", {"serviceId": "s"}, 422, "message"),
    ("POST", "/v2/alerts/a/acknowledge?identifierType=alias", b"{", 400, "body"),
    ("POST", "/v2/alerts/a/acknowledge?identifierType=name", {}, 422, "identifierType"),
    ("POST", "/v2/alerts/a/notes?identifierType=alias", {}, 422, "note"),
    ("POST", "/v2/alerts/a/snooze", {}, 422, "endTime"),
    ("POST", "/v2/alerts/a/snooze", {"endTime": "soon"}, 422, "endTime"),
    ("POST", "/v2/alerts/a/assign", {}, 422, "owner"),
    ("POST", "/v2/alerts/a/escalate", {}, 422, "escalation"),
    ("POST", "/v2/alerts/a/teams", {}, 422, "team"),
    ("POST", "/v2/alerts/a/responders", {"responder": {}}, 422, "responder"),
    ("POST", "/v2/alerts/a/responders", {"responder": {"id": "x"}}, 422, "responder.type"),
    ("POST", "/v2/alerts/a/tags", {"tags": []}, 422, "tags"),
    ("DELETE", "/v2/alerts/a/tags", None, 422, "tags"),
    ("POST", "/v2/alerts/a/details", {}, 422, "details"),
    ("DELETE", "/v2/alerts/a/details", None, 422, "keys"),
    ("PUT", "/v2/alerts/a/priority", {}, 422, "priority"),
    ("PUT", "/v2/alerts/a/message", {}, 422, "message"),
    ("PUT", "/v2/alerts/a/description", {}, 422, "description"),
    ("GET", "/v2/alerts?query=colour:red", None, 422, "query"),
    ("GET", "/v2/alerts?query=status:(", None, 422, "query"),
    ("GET", "/v2/alerts/count?query=status:ajar", None, 422, "query"),
    ("GET", "/v2/alerts?sort=colour", None, 422, "sort"),
    ("GET", "/v2/alerts?order=up", None, 422, "order"),
    ("GET", "/v2/alerts?limit=many", None, 422, "limit"),
    ("GET", "/v2/alerts?offset=-1", None, 422, "offset"),
    ("GET", "/v2/alerts?searchIdentifier=mine", None, 422, "searchIdentifier"),
    ("POST", "/v2/heartbeats", {"interval": 5}, 422, "name"),
    ("POST", "/v2/heartbeats", {"name": "h"}, 422, "interval"),
    ("POST", "/v2/heartbeats", {"name": "h", "interval": True}, 422, "interval"),
    (
        "POST",
        "/v2/heartbeats",
        {"name": "h", "interval": 1, "intervalUnit": "years"},
        422,
        "intervalUnit",
    ),
    (
        "POST",
        "/v2/heartbeats",
        {"name": "h", "interval": 1, "enabled": "yes"},
        422,
        "enabled",
    ),
    (
        "POST",
        "/v2/heartbeats",
        {"name": "h", "interval": 1, "alertPriority": "P0"},
        422,
        "alertPriority",
    ),
    ("GET", "/v2/schedules/primary?identifierType=tiny", None, 422, "identifierType"),
    ("GET", "/v2/schedules/primary/timeline?intervalUnit=years", None, 422, "intervalUnit"),
    ("GET", "/v2/schedules/primary/on-calls?date=soon", None, 422, "date"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "field"), BAD)
async def test_a_refusal_names_the_field(
    http: httpx2.AsyncClient, method: str, path: str, body: Any, status: int, field: str
):
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
    answer = await http.request(method, path, content=content)
    said = checked(answer)
    assert answer.status_code == status, said
    assert list(said["errors"]) == [field]
    assert said["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/alerts/none", 404),
        ("GET", "/v2/alerts/1?identifierType=tiny", 404),
        ("GET", "/v2/alerts/99999999999999999999?identifierType=tiny", 404),
        ("GET", "/v2/alerts/none/notes?identifierType=alias", 404),
        ("GET", "/v2/alerts/saved-searches", 404),
        ("GET", "/v2/alerts/none/attachments?alertIdentifierType=alias", 404),
        ("GET", "/v2/heartbeats/none", 404),
        ("GET", "/v2/users/nobody@x.test", 404),
        ("GET", "/v2/teams/none", 404),
        ("GET", "/v2/schedules/none", 404),
        ("GET", "/v2/escalations/none", 404),
        ("GET", "/v1/services/none", 404),
        ("GET", "/v2/policies/alert", 404),
        ("GET", "/v2/nothing/like/it", 404),
        ("GET", "/v1/incidents/none", 404),
        ("PUT", "/v2/alerts", 405),
        ("PATCH", "/v2/alerts/a/acknowledge", 405),
        ("POST", "/v2/teams", 403),
        ("PATCH", "/v2/users/ana", 403),
        ("DELETE", "/v2/schedules/primary/rotations/r", 403),
    ],
)
async def test_what_is_not_there_is_told_in_the_envelope(
    http: httpx2.AsyncClient, method: str, path: str, status: int
):
    answer = await http.request(method, path)
    said = checked(answer)
    assert answer.status_code == status
    assert said["message"]
    assert ("Allow" in answer.headers) == (status == 405)


async def test_another_content_type_is_turned_away(http: httpx2.AsyncClient):
    headers = {"Content-Type": "text/plain"}
    answer = await http.post("/v2/alerts", content=b'{"message":"m"}', headers=headers)
    assert (answer.status_code, checked(answer)["took"] > 0) == (415, True)


async def test_a_body_that_is_too_large_is_turned_away(http: httpx2.AsyncClient):
    answer = await http.post("/v2/alerts", content=b" " * 4_000_001)
    assert answer.status_code == 413
    assert "4000000" in checked(answer)["message"]


async def test_keys_are_told_apart(opsgenie_house: Intake):
    other = await opsgenie_house.source("alertmanager", name="prom")
    for header, status in (
        (None, 401),
        ("GenieKey", 401),
        ("GenieKey nobody", 401),
        (f"GenieKey {other}", 403),
    ):
        headers = {"Authorization": header} if header else {}
        async with httpx2.AsyncClient(base_url=opsgenie_house.url, headers=headers) as http:
            answer = await http.post("/v2/alerts", json={"message": "m"})
            assert answer.status_code == status
            assert checked(answer)["message"]


async def test_a_source_that_sends_too_much_is_throttled(opsgenie_house: Intake):
    terms = replace(default_terms(), rate_per_second=1)
    key = await opsgenie_house.source("opsgenie", name="loud", terms=terms)
    async with client(opsgenie_house, key) as http:
        answers = [await http.get("/v2/heartbeats") for _ in range(12)]
    last = answers[-1]
    assert last.status_code == 429
    assert last.headers["X-RateLimit-State"] == "THROTTLED"
    assert int(last.headers["X-RateLimit-Period-In-Sec"]) >= 1
    assert last.headers["Retry-After"] == "1"
    checked(last)


async def test_a_request_nobody_made_is_not_processed(http: httpx2.AsyncClient):
    for request in ("4513b7ea-3b91-438f-b7e4-e3e54af9147c", "none"):
        answer = await http.get(f"/v2/alerts/requests/{request}")
        assert answer.status_code == 404
        assert answer.headers["X-Opsgenie-Errortype"] == "RequestNotProcessed"
        checked(answer)


async def sooner_or_later(http: httpx2.AsyncClient, path: str) -> httpx2.Response:
    """Ask as clients do: again, while fireline says that it is not there yet."""
    async with asyncio.timeout(20):
        while (answer := await http.get(path)).status_code in {404, 503}:  # noqa: ASYNC110 - another program
            await asyncio.sleep(0.1)
    return answer


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"message": "bad byte \xff", "alias": "s"}', 202),
        (b'{"message": "nul \\u0000", "alias": "s", "tags": ["\\u0000"]}', 202),
        (b'{"message": "half \\ud800", "alias": "s"}', 202),
        (b'{"message": "m", "alias": {"a": [1, 2]}, "tags": {"x": 1}, "responders": 3}', 202),
        (b'{"message": ["m"], "details": "text", "actions": null}', 202),
        (b'{"message": "m", "details": {"k": ' + b"[" * 900 + b"]" * 900 + b"}}", 202),
        (b'{"message": "m", "count": 1e999}', 400),
        (b'{"message": "m"} {"message": "n"}', 400),
        (b"\x00\x01\x02", 400),
    ],
)
async def test_a_strange_body_costs_its_neighbours_nothing(
    http: httpx2.AsyncClient, body: bytes, status: int
):
    strange, good = await asyncio.gather(
        http.post("/v2/alerts", content=body),
        http.post("/v2/alerts", json={"message": "good", "alias": "good"}),
    )
    assert (strange.status_code, good.status_code) == (status, 202), checked(strange)
    assert status == 202 or checked(strange)["errors"]
    shown = await sooner_or_later(http, "/v2/alerts/good?identifierType=alias")
    assert checked(shown)["data"]["status"] == "open"
    if status == 202:
        asked = f"/v2/alerts/requests/{checked(strange)['requestId']}"
        ended = await sooner_or_later(http, asked)
        assert checked(ended)["data"]["isSuccess"] is True


async def test_what_is_not_done_yet_is_never_told_as_done(
    opsgenie_house: Intake, shared_dsn: str, http: httpx2.AsyncClient
):
    async with await psycopg.AsyncConnection.connect(shared_dsn) as db:
        await db.execute("lock table symptom in access exclusive mode")  # nothing is sorted now
        made = await http.post("/v2/alerts", json={"message": "late", "alias": "late"})
        assert made.status_code == 202, "kept, whatever else is slow"
        status, shown = await asyncio.gather(
            http.get(f"/v2/alerts/requests/{checked(made)['requestId']}"),
            http.get("/v2/alerts/late?identifierType=alias"),
        )
        assert status.headers["X-Opsgenie-Errortype"] == "RequestNotProcessed"
        assert (status.status_code, shown.status_code) == (404, 503)
        assert shown.headers["Retry-After"] == "1"
    line = await opsgenie_house.until_alert(lambda one: one.title == "late")
    assert line.state == "firing"
