"""What other clients were recorded to send, and what they read of people and schedules."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from fireline.core.oncall.schedule import Override, OverrideKind
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.usecases import oncall, plans
from tests.intake.opsgenie_http import checked, recorded, replayed
from tests.intake.taking import Intake

_BY = Human(PersonId("ana"))


@pytest.fixture
async def answers(http: httpx2.AsyncClient) -> list[Any]:
    """Send what the Go client was recorded to send; return the data of every answer."""
    made = {"name": "hb", "interval": 10, "intervalUnit": "minutes", "enabled": True}
    await http.post("/v2/heartbeats", json=made)
    request = ""
    answers: list[Any] = []
    for call in recorded("opsgenie-go-sdk"):
        if "/requests/" in call["path"]:
            call["path"] = f"/v2/alerts/requests/{request}"
        answer = await replayed(http, call)
        said = checked(answer)
        assert answer.is_success, (call["method"], call["path"], said)
        request = said["requestId"] if call["method"] == "POST" else request
        answers.append(said.get("data"))
    await http.delete("/v2/heartbeats/hb")
    return answers


async def test_the_go_client_reads_the_alert_it_posted(answers: list[Any]):
    status, alert, listed = answers[1:4]
    assert (status["isSuccess"], status["alias"]) == (True, "event_573")
    assert (alert["message"], alert["priority"], alert["details"]) == (
        "disk full",
        "P1",
        {"k": "v"},
    )
    assert [one["id"] for one in listed] == [alert["id"]]
    assert [one["name"] for one in answers[8]["heartbeats"]] == ["hb"]


async def test_the_go_client_reads_schedules(answers: list[Any]):
    schedules, schedule, rotations = answers[9:12]
    assert "Primary" in {one["name"] for one in schedules}
    assert schedule["timezone"] == "Europe/London"
    weekly, nights = rotations
    assert (weekly["type"], weekly["length"]) == ("weekly", 1)
    assert weekly["startDate"] == "2026-01-05T09:00:00.000Z"
    people = [one["username"] for one in weekly["participants"]]
    assert people == ["ana@example.com", "bo@example.com"]
    assert nights["timeRestriction"]["restrictions"][1] == {
        "startDay": "friday",
        "endDay": "saturday",
        "startHour": 22,
        "startMin": 0,
        "endHour": 6,
        "endMin": 30,
    }


async def test_the_go_client_reads_who_is_on_call(answers: list[Any]):
    overrides, on_call, coming, timeline = answers[12:16]
    assert overrides == []
    # The ring runs backwards, too: before the first hand-over it was the other's turn.
    assert on_call["onCallRecipients"] == ["bo@example.com"]
    assert coming["exactNextOnCallRecipients"] == ["cy@example.com"]
    final = timeline["finalTimeline"]["rotations"]
    assert [one["name"] for one in final] == ["weekly", "nights"]
    assert final[1]["periods"][0]["recipient"]["name"] == "cy@example.com"


async def test_the_go_client_reads_escalations_teams_and_people(answers: list[Any]):
    escalations, escalation, teams, team, routing, users = answers[16:]
    assert "esc" in {one["name"] for one in escalations}
    assert [rule["delay"]["timeAmount"] for rule in escalation["rules"]] == [0, 5, 5]
    types = [rule["recipient"]["type"] for rule in escalation["rules"]]
    assert types == ["schedule", "team", "user"]
    assert escalation["repeat"]["count"] == 2
    assert "SREs" in {one["name"] for one in teams}
    roles = {one["user"]["username"]: one["role"] for one in team["members"]}
    assert roles == {"bo@example.com": "admin", "ana@example.com": "user"}
    assert routing[-1]["isDefault"] is True
    assert {one["username"] for one in users} >= {"ana@example.com", "dee@example.com"}


async def test_terraform_reads_and_is_told_where_the_plan_is_decided(http: httpx2.AsyncClient):
    decided = 0
    for call in recorded("terraform-opsgenie"):
        answer = await replayed(http, call)
        said = checked(answer)
        path = urlsplit(call["path"]).path
        if path.startswith("/v2/heartbeats"):
            assert answer.status_code in {200, 201}, said
            assert call["method"] == "DELETE" or said["data"]["name"] == "hb"
        elif call["method"] == "GET":
            found = "SREs" in path
            assert answer.status_code == (200 if found else 404), (path, said)
        else:
            decided += 1
            assert (answer.status_code, said["code"]) == (403, 40301)
            assert "fireline plan push" in said["message"]
    assert decided > 10


async def test_a_heartbeat_is_told_as_terraform_wrote_it(http: httpx2.AsyncClient):
    made = {
        "name": "hourly",
        "interval": 60,
        "intervalUnit": "minutes",
        "enabled": False,
        "ownerTeam": {"name": "SREs"},
        "alertMessage": "dead",
        "alertTags": ["t"],
        "alertPriority": "P2",
        "description": "d",
    }
    assert (await http.post("/v2/heartbeats", json=made)).status_code == 201
    shown = checked(await http.get("/v2/heartbeats/hourly"))["data"]
    assert shown == {
        **made,
        "expired": False,
        "ownerTeam": {"id": "sres", "name": "SREs"},
    }
    taken = await http.post("/v2/heartbeats", json=made)
    assert (taken.status_code, "already" in checked(taken)["message"]) == (409, True)
    for method in ("GET", "POST", "PUT", "PATCH"):
        pinged = await http.request(method, "/v2/heartbeats/hourly/ping/")
        assert pinged.status_code == 202
    missing = await http.get("/v2/heartbeats/none/ping")
    assert missing.status_code == 404
    deleted = await http.delete("/v2/heartbeats/hourly")
    assert checked(deleted)["result"] == "Deleted"


async def test_what_alertmanager_sends_opens_one_alert_and_closes_it(http: httpx2.AsyncClient):
    for call in recorded("alertmanager-opsgenie"):
        answer = await replayed(http, call)
        assert answer.status_code == 202, checked(answer)
    alerts = checked(await http.get("/v2/alerts", params={"query": "message: DiskFull"}))["data"]
    assert [(one["status"], one["count"]) for one in alerts] == [("closed", 1)]
    assert alerts[0]["message"] == "[FIRING:1] DiskFull (db1:9100 critical)"
    logs = checked(await http.get(f"/v2/alerts/{alerts[0]['id']}/logs"))["data"]
    assert not [one for one in logs if "Updated" in one["log"]], "nothing was changed by the PUTs"


async def test_what_fireline_knows_of_people_is_read_from_the_plan(
    opsgenie_house: Intake, http: httpx2.AsyncClient
):
    async def data(path: str) -> Any:
        answer = await http.get(path)
        assert answer.status_code == 200, answer.text
        return checked(answer)["data"]

    assert (await data("/v2/account"))["name"] == "Example Shop"
    ana = await data("/v2/users/ana@example.com")
    assert (ana["id"], ana["timeZone"], ana["fullName"]) == ("ana", "Europe/Lisbon", "Ana Duarte")
    assert [one["username"] for one in await data("/v2/users?query=username:ana@example.com")] == [
        "ana@example.com"
    ]
    assert [one["to"] for one in await data("/v2/users/ana/contacts")] == ["ana@example.com"]
    urgent, calm = await data("/v2/users/ana/notification-rules")
    assert [one["sendAfter"]["timeAmount"] for one in urgent["steps"]] == [1]
    assert [one["sendAfter"]["timeAmount"] for one in calm["steps"]] == [0]
    assert await data("/v2/users/ana/notification-rules/calm/steps") == calm["steps"]
    assert {one["name"] for one in await data("/v2/users/ana/teams")} == {"Platform", "SREs"}
    assert "Primary" in {one["name"] for one in await data("/v2/users/ana/schedules")}
    assert [one["id"] for one in await data("/v1/services")] == ["shop"]
    assert (await data("/v1/services/shop"))["teamId"] == "platform"
    (own,) = await data("/v2/integrations")
    assert (await data(f"/v2/integrations/{own['id']}"))["type"] == "API"
    assert (await data("/v2/schedules/primary/rotations/weekly"))["name"] == "weekly"
    assert len(await data("/v2/schedules/on-calls")) >= 3
    page = checked(await http.get("/v2/users?limit=1&offset=1"))
    assert (len(page["data"]), page["totalCount"] > 3) == (1, True)
    assert page["paging"]["next"].startswith(opsgenie_house.url)


def told(timeline: dict[str, Any]) -> set[str]:
    """Name the people on a timeline."""
    return {
        period["recipient"]["name"]
        for rotation in timeline["rotations"]
        for period in rotation["periods"]
    }


async def test_whoever_stands_in_is_on_the_timeline(
    opsgenie_house: Intake, http: httpx2.AsyncClient
):
    async with opsgenie_house.fireline.house.transaction() as tx:
        plan = await plans.current(tx)
        span = Span(tx.now, tx.now.replace(year=tx.now.year + 1))
        wanted = Override(span, OverrideKind.REPLACE, PersonId("dee"))
        made = await oncall.override(tx, plan, ScheduleId("primary"), wanted, by=_BY)
    base = "/v2/schedules/primary"
    (one,) = checked(await http.get(f"{base}/overrides"))["data"]
    assert one["user"]["username"] == "dee@example.com"
    shown = checked(await http.get(f"{base}/overrides/{one['alias']}"))["data"]
    assert shown["alias"] == one["alias"]
    on_call = checked(await http.get(f"{base}/on-calls"))["data"]
    assert [person["name"] for person in on_call["onCallParticipants"]] == ["dee@example.com"]
    path = f"{base}/timeline?interval=1&intervalUnit=weeks&expand=base,forwarding,override"
    laid_out = checked(await http.get(path))["data"]
    (stood_in,) = laid_out["overrideTimeline"]["rotations"]
    assert stood_in["periods"][0]["type"] == "override"
    final = [
        one for rotation in laid_out["finalTimeline"]["rotations"] for one in rotation["periods"]
    ]
    assert {one["recipient"]["name"] for one in final} == {"dee@example.com"}
    async with opsgenie_house.fireline.house.transaction() as tx:
        await oncall.withdraw_override(tx, made, by=_BY)
    assert checked(await http.get(f"{base}/overrides"))["data"] == []


async def test_whoever_may_post_alerts_cannot_move_a_pager(
    opsgenie_house: Intake, http: httpx2.AsyncClient
):
    base = "/v2/schedules/primary/overrides"
    wanted = {
        "user": {"type": "user", "username": "dee@example.com"},
        "startDate": "2026-12-24T08:00:00Z",
        "endDate": "2026-12-24T16:00:00Z",
    }
    refused = await http.post(base, json=wanted)
    assert refused.status_code == 403
    assert "fireline plan push" in refused.json()["message"]
    assert checked(await http.get(base))["data"] == []


async def test_several_people_on_call_together_are_all_shown(
    opsgenie_house: Intake, http: httpx2.AsyncClient
):
    async with opsgenie_house.fireline.house.transaction() as tx:
        plan = await plans.current(tx)
        span = Span(tx.now, tx.now + timedelta(days=400))
        wanted = Override(span, OverrideKind.ADD, PersonId("dee"))
        await oncall.override(tx, plan, ScheduleId("primary"), wanted, by=_BY)
    base = "/v2/schedules/primary"
    told = checked(await http.get(f"{base}/on-calls?flat=true"))["data"]["onCallRecipients"]
    assert len(told) == 2
    assert told[1] == "dee@example.com"
    path = f"{base}/timeline?interval=1&intervalUnit=days"
    final = checked(await http.get(path))["data"]["finalTimeline"]["rotations"]
    periods = [period for rotation in final for period in rotation["periods"]]
    joined = [one for one in periods if one["recipient"]["name"] == "dee@example.com"]
    assert [one["type"] for one in joined] == ["override"]
    assert len({one["recipient"]["name"] for one in periods}) >= 2
    # Only who stands in for everybody has a shape there.
    assert checked(await http.get(f"{base}/overrides"))["data"] == []
