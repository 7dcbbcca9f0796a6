"""Alerts of the Opsgenie API in raw HTTP: aliases, searches, timelines, files, heartbeats."""

import json
from datetime import UTC, datetime
from itertools import count
from urllib.parse import quote, unquote

import httpx2
import psycopg
import pytest

from tests.intake.opsgenie_http import checked, client
from tests.intake.taking import Intake, until

_numbers = count(1)


async def test_a_source_sees_its_own_alerts_only(opsgenie_house: Intake, http: httpx2.AsyncClient):
    made = checked(await http.post("/v2/alerts", json={"message": "mine", "alias": "mine"}))
    shown = checked(await http.get("/v2/alerts/mine?identifierType=alias"))["data"]
    other = await opsgenie_house.source("opsgenie", name=f"wire-{next(_numbers)}")
    async with client(opsgenie_house, other) as theirs:
        for path in (
            f"/v2/alerts/{shown['id']}",
            f"/v2/alerts/{shown['tinyId']}?identifierType=tiny",
            "/v2/alerts/mine?identifierType=alias",
            f"/v2/alerts/requests/{made['requestId']}",
        ):
            assert (await theirs.get(path)).status_code == 404
        assert checked(await theirs.get("/v2/alerts"))["data"] == []


async def test_an_alert_without_an_alias_gets_one(http: httpx2.AsyncClient):
    made = checked(await http.post("/v2/alerts/", json={"message": "m", "unknown": [1]}))
    again = checked(await http.post("/v2/alerts/", json={"message": "m"}))
    ended = checked(await http.get(f"/v2/alerts/requests/{made['requestId']}"))["data"]
    other = checked(await http.get(f"/v2/alerts/requests/{again['requestId']}"))["data"]
    assert ended["alertId"] != other["alertId"]
    path = f"/v2/alerts/{quote(ended['alias'], safe='')}/close/?identifierType=alias"
    assert (await http.post(path)).status_code == 202
    shown = checked(await http.get(f"/v2/alerts/{ended['alertId']}"))["data"]
    assert (shown["status"], shown["alias"]) == ("closed", ended["alias"])


async def test_closing_an_old_alert_by_its_id_leaves_the_new_one_of_its_alias(
    http: httpx2.AsyncClient,
):
    for _ in range(2):
        await http.post("/v2/alerts", json={"message": "m", "alias": "again"})
        old = checked(await http.get("/v2/alerts/again?identifierType=alias"))["data"]
        await http.post(f"/v2/alerts/{old['id']}/close")
    await http.post("/v2/alerts", json={"message": "m", "alias": "again"})
    await http.post(f"/v2/alerts/{old['id']}/close")
    shown = checked(await http.get("/v2/alerts/again?identifierType=alias"))["data"]
    assert (shown["status"], shown["id"] != old["id"]) == ("open", True)


async def test_long_words_are_cut_and_never_turned_away(http: httpx2.AsyncClient):
    alert = {
        "message": "m" * 500,
        "alias": "a" * 2_000,
        "description": "d" * 40_000,
        "tags": ["t" * 90] * 3 + [str(n) for n in range(40)],
        "details": {"k": "v" * 20_000, "n": 1, "deep": {"a": [1]}},
        "note": "n" * 40_000,
    }
    made = await http.post("/v2/alerts", json=alert)
    assert made.status_code == 202
    ended = checked(await http.get(f"/v2/alerts/requests/{checked(made)['requestId']}"))["data"]
    shown = checked(await http.get(f"/v2/alerts/{ended['alertId']}"))["data"]
    assert shown["message"] == "m" * 130
    assert shown["description"].startswith("m" * 500 + "\n\nddd")
    assert (len(shown["tags"]), len(shown["tags"][0])) == (20, 50)
    assert shown["details"]["k"].startswith("vvv")
    path = f"/v2/alerts/{'a' * 2_000}?identifierType=alias"
    assert checked(await http.get(path))["data"]["id"] == shown["id"]


@pytest.mark.parametrize("alias", ["nul\x00", "half\ud800", "ümläut/✓", "%2F", "a?b#c", "..", "."])
async def test_strange_aliases_are_found_again(http: httpx2.AsyncClient, alias: str):
    body = json.dumps({"message": "m", "alias": alias}).encode()
    assert (await http.post("/v2/alerts", content=body)).status_code == 202
    named = quote(
        alias.encode("utf-8", "replace").decode() if "\ud800" in alias else alias, safe=""
    )
    if "\ud800" in alias:
        named = quote("half\ufffd", safe="")
    if named in {".", ".."}:
        named = named.replace(".", "%2E")
    url = httpx2.URL(f"{http.base_url}".rstrip("/") + "/").copy_with(
        raw_path=f"/v2/alerts/{named}?identifierType=alias".encode()
    )
    answer = await http.get(url)
    assert answer.status_code == 200, (named, answer.text)
    assert unquote(named)[:4] == checked(answer)["data"]["alias"].replace("\ufffd", "\x00")[:4]


async def test_a_person_is_told_who_is_asked_for_as_a_responder(
    opsgenie_house: Intake, http: httpx2.AsyncClient
):
    await http.post("/v2/alerts", json={"message": "responders", "alias": "r"})
    for responder, told in (
        ({"type": "user", "username": "cy@example.com"}, "Cy Okafor told"),
        ({"type": "team", "name": "SREs"}, "Ana Duarte"),
        ({"type": "schedule", "name": "Primary"}, "told"),
        ({"type": "escalation", "name": "esc"}, "told"),
        ({"type": "user", "username": "nobody@x.test"}, "no user called nobody@x.test"),
    ):
        made = await http.post(
            "/v2/alerts/r/responders?identifierType=alias", json={"responder": responder}
        )
        ended = checked(await http.get(f"/v2/alerts/requests/{checked(made)['requestId']}"))
        assert told in ended["data"]["status"], ended
    line = await opsgenie_house.until_alert(lambda one: one.title == "responders")
    view = await opsgenie_house.view(line.number)
    added = [fact for fact in view.timeline if fact.kind == "alert.responder_added"]
    assert [fact.body["people"] for fact in added][:2] == [["cy"], ["ana", "bo"]]


async def test_who_acknowledged_and_what_they_said_is_on_the_timeline(http: httpx2.AsyncClient):
    await http.post("/v2/alerts", json={"message": "noted", "alias": "n"})
    said = {"note": "I have it", "user": "u@x.test"}
    await http.post("/v2/alerts/n/acknowledge?identifierType=alias", json=said)
    logs = checked(await http.get("/v2/alerts/n/logs?identifierType=alias&order=asc"))
    assert any("I have it" in one["log"] for one in logs["data"])
    assert "first" in logs["paging"]


FOUND = [
    ("status: open", "abd"),
    ("status: closed", "c"),
    ("NOT status: open", "c"),
    ("tag: red", "ab"),
    ("tag: (red AND big)", "b"),
    ("tag: (red OR blue) AND status: open", "abd"),
    ("NOT tag: red", "cd"),
    ("alias: q-*", "abcd"),
    ("alias: Q-A", "a"),
    ("alias: q_a", ""),
    ("message: disk", "ab"),
    ('"net down"', "c"),
    ("message: 100%", "d"),
    ("priority: (P1 OR P2)", "ab"),
    ("acknowledged: true", "b"),
    ("owner: ana@example.com", "b"),
    ("snoozed: true", "d"),
    ("entity: db1", "a"),
    ("details.key: env AND details.value: prod", "a"),
    ("count > 1", "d"),
    ("count: 1", "abc"),
    ("teams: Platform", "abcd"),
    ("createdAt > 2020-01-01", "abcd"),
    ("createdAt < 2020-01-01", ""),
    ("createdAt < 2020-01-01 OR tag: blue", "d"),
]


@pytest.fixture
async def searched(http: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """Post the alerts that FOUND finds."""
    for alert in (
        {"alias": "q-a", "message": "Disk full", "tags": ["red"], "priority": "P1"}
        | {"entity": "db1", "details": {"env": "prod"}},
        {"alias": "q-b", "message": "disk slow", "tags": ["red", "big"], "priority": "P2"},
        {"alias": "q-c", "message": "net down"},
        {"alias": "q-d", "message": "cpu 100%", "tags": ["blue"]},
        {"alias": "q-d", "message": "cpu 100%", "tags": ["blue"]},
    ):
        await http.post("/v2/alerts", json=alert)
    query = "?identifierType=alias"
    await http.post(f"/v2/alerts/q-c/close{query}")
    await http.post(f"/v2/alerts/q-b/acknowledge{query}")
    await http.post(f"/v2/alerts/q-b/assign{query}", json={"owner": {"username": "ana"}})
    to_come = {"endTime": (datetime(2100, 1, 1, tzinfo=UTC)).isoformat()}
    await http.post(f"/v2/alerts/q-d/snooze{query}", json=to_come)
    return http


async def test_a_search_finds_what_it_says(searched: httpx2.AsyncClient):
    for query, wanted in FOUND:
        answer = await searched.get("/v2/alerts", params={"query": query, "sort": "alias"})
        found = "".join(sorted(one["alias"][-1] for one in checked(answer)["data"]))
        assert found == wanted, query
    counted = await searched.get("/v2/alerts/count", params={"query": FOUND[0][0]})
    assert checked(counted)["data"]["count"] == len(FOUND[0][1])


async def test_a_list_is_in_the_order_asked_for(searched: httpx2.AsyncClient):
    for sort, order, wanted in (
        ("createdAt", "desc", "dcba"),
        ("createdAt", "asc", "abcd"),
        ("alias", "desc", "dcba"),
        ("message", "asc", "dabc"),
        ("priority", "asc", "abcd"),
        ("count", "desc", "dcba"),
        ("tinyId", "asc", "abcd"),
    ):
        answer = await searched.get("/v2/alerts", params={"sort": sort, "order": order})
        found = "".join(one["alias"][-1] for one in checked(answer)["data"])
        assert found == wanted, (sort, order)


async def test_a_silent_heartbeat_is_an_alert_of_its_name_until_it_is_heard(
    shared_dsn: str, http: httpx2.AsyncClient
):
    async def state() -> str:
        answer = await http.get("/v2/alerts/silent?identifierType=alias")
        return answer.json()["data"]["status"] if answer.is_success else ""

    made = {"name": "silent", "interval": 5, "intervalUnit": "minutes", "alertPriority": "P1"}
    assert (await http.post("/v2/heartbeats", json=made)).status_code == 201
    assert (await http.get("/v2/heartbeats/silent/ping")).status_code == 202
    async with await psycopg.AsyncConnection.connect(shared_dsn) as db:
        earlier = "update heartbeat set last_ping_at = last_ping_at - interval '1 hour'"
        await db.execute(earlier)
    assert await until(state) == "open"
    assert checked(await http.get("/v2/heartbeats/silent"))["data"]["expired"] is True
    await http.get("/v2/heartbeats/silent/ping")

    async def closed() -> bool:
        return await state() == "closed"

    assert await until(closed)
    await http.delete("/v2/heartbeats/silent")


async def test_timelines_are_read_in_pages(http: httpx2.AsyncClient):
    await http.post("/v2/alerts", json={"message": "paged", "alias": "p"})
    for number in range(5):
        note = {"note": f"note {number}"}
        await http.post("/v2/alerts/p/notes?identifierType=alias", json=note)
    path = "/v2/alerts/p/notes?identifierType=alias&limit=2&order=asc"
    seen: list[str] = []
    while path:
        said = checked(await http.get(path))
        seen += [one["note"] for one in said["data"]]
        path = said["paging"].get("next", "").replace(str(http.base_url).rstrip("/"), "")
    assert seen == [f"note {number}" for number in range(5)]
    found = checked(await http.get("/v2/alerts/p/recipients?identifierType=alias"))
    assert isinstance(found["data"], list)


async def test_files_are_sent_back_for_saving_and_large_ones_turned_away(
    http: httpx2.AsyncClient,
):
    await http.post("/v2/alerts", json={"message": "files", "alias": "f"})
    base = "/v2/alerts/f/attachments"
    query = "?alertIdentifierType=alias"
    page = b"<script>alert(1)</script>"
    files = {"file": ("evidence.html", page, "text/html")}
    made = await http.post(base + query, files=files, data={"user": "u"})
    assert made.status_code == 201
    file = checked(made)["data"]["id"]
    shown = checked(await http.get(f"{base}/{file}{query}"))["data"]
    got = await http.get(shown["url"])
    assert got.content == page
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"] == "attachment"
    large = await http.post(base + query, files={"file": ("big", b"x" * 1_000_001)})
    assert (large.status_code, "1000000" in checked(large)["message"]) == (422, True)
    no_form = await http.post(base + query, content=b"{}")
    assert no_form.status_code == 415
    broken = {"Content-Type": "multipart/form-data"}
    assert (await http.post(base + query, content=b"--", headers=broken)).status_code == 400
    no_file = await http.post(base + query, files={"other": ("x", b"y")})
    assert checked(no_file)["errors"] == {"file": "file is mandatory: a file of a form"}
