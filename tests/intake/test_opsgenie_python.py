"""The vendor's own Python client, unmodified, pointed at fireline: every call it can make."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import opsgenie_sdk
import pytest
from opsgenie_sdk.exceptions import ApiException, AuthenticationException

from tests.intake.taking import Intake

BY_ALIAS = {"identifier": "event_573", "identifier_type": "alias"}
_numbers = count(1)


@pytest.fixture
async def sdk(shared_intake: Intake) -> AsyncIterator[Any]:
    api = client(
        shared_intake, await shared_intake.source("opsgenie", name=f"opsgenie-{next(_numbers)}")
    )
    yield api
    await asyncio.to_thread(api.pool.close)


def client(intake: Intake, key: str) -> Any:
    settings = opsgenie_sdk.configuration.Configuration()
    settings.host = intake.url
    settings.api_key["Authorization"] = key
    settings.api_key_prefix["Authorization"] = "GenieKey"
    settings.retry_enabled = False
    return opsgenie_sdk.api_client.ApiClient(configuration=settings)


async def said(call: Callable[..., Any], **arguments: Any) -> Any:
    return await asyncio.to_thread(call, **arguments)


async def ended(accepted: Any) -> Any:
    """Ask how a request ended, as the client does."""
    return (await asyncio.to_thread(accepted.retrieve_result)).data


async def posted(alerts: Any, **more: Any) -> Any:
    body = {"message": "disk full", "alias": "event_573", "priority": "P2", **more}
    payload = opsgenie_sdk.CreateAlertPayload(**body)
    return await said(alerts.create_alert, create_alert_payload=payload)


async def test_an_alert_is_posted_read_answered_and_closed(shared_intake: Intake, sdk: Any):
    alerts = opsgenie_sdk.AlertApi(api_client=sdk)
    made = await posted(
        alerts,
        description="d",
        responders=[{"type": "team", "name": "Platform"}, {"type": "user", "username": "a@x"}],
        visible_to=[{"name": "Sample", "type": "team"}],
        tags=["t1", "t2"],
        details={"key1": "value1"},
        entity="db",
        actions=["Restart"],
        source="src",
        user="u",
        note="n",
    )
    assert made.result == "Request will be processed"
    done = await ended(made)
    assert (done.is_success, done.status, done.alias) == (True, "Created alert", "event_573")
    shown = (await said(alerts.get_alert, identifier=made.id)).data
    assert (shown.message, shown.alias, shown.priority) == ("disk full", "event_573", "P2")
    assert (shown.status, shown.acknowledged, shown.count) == ("open", False, 1)
    assert (shown.tags, shown.details) == (["t1", "t2"], {"key1": "value1"})
    assert (shown.entity, shown.source, shown.actions) == ("db", "src", ["Restart"])
    by_tiny = await said(alerts.get_alert, identifier=shown.tiny_id, identifier_type="tiny")
    assert by_tiny.data.id == shown.id

    payload = opsgenie_sdk.AcknowledgeAlertPayload(user="u", note="ack", source="s")
    answered = await said(alerts.acknowledge_alert, **BY_ALIAS, acknowledge_alert_payload=payload)
    assert (await ended(answered)).status == "Acknowledged alert"
    again = (await said(alerts.get_alert, **BY_ALIAS)).data
    assert (again.acknowledged, again.status, again.is_seen) == (True, "open", True)
    closed = await said(alerts.close_alert, **BY_ALIAS)
    assert (await ended(closed)).status == "Closed alert"
    over = (await said(alerts.get_alert, **BY_ALIAS)).data
    assert (over.status, over.id) == ("closed", shown.id)
    assert over.report.close_time >= over.report.ack_time >= 0

    await posted(alerts)
    fresh = (await said(alerts.get_alert, **BY_ALIAS)).data
    assert fresh.id != shown.id, "an alias that was closed is a new alert"
    assert fresh.status == "open"


async def test_an_alias_that_is_open_counts_and_stays_one_alert(sdk: Any):
    alerts = opsgenie_sdk.AlertApi(api_client=sdk)
    first = await posted(alerts)
    await posted(alerts)
    third = await posted(alerts)
    shown = (await said(alerts.get_alert, **BY_ALIAS)).data
    assert shown.count == 3
    assert shown.last_occurred_at > shown.created_at
    assert (await ended(first)).alert_id == (await ended(third)).alert_id == shown.id
    counted = await said(alerts.count_alerts, query="status:open")
    assert counted.data.count == 1


async def test_an_alert_is_edited_in_every_way_the_client_knows(shared_intake: Intake, sdk: Any):
    alerts = opsgenie_sdk.AlertApi(api_client=sdk)
    await posted(alerts, tags=["t1"], details={"k": "v"})
    async with shared_intake.fireline.house.transaction() as tx:
        to_come = (tx.now + timedelta(days=30)).replace(microsecond=0).isoformat()
    plain = opsgenie_sdk
    edits: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
        (
            alerts.add_note,
            {"add_note_to_alert_payload": plain.AddNoteToAlertPayload(user="u", note="hello")},
            "Added note",
        ),
        (
            alerts.add_tags,
            {"add_tags_to_alert_payload": plain.AddTagsToAlertPayload(tags=["x", "y"])},
            "Added tags",
        ),
        (alerts.remove_tags, {"tags": ["x"]}, "Removed tags"),
        (
            alerts.add_details,
            {"add_details_to_alert_payload": plain.AddDetailsToAlertPayload(details={"a": "b"})},
            "Added details",
        ),
        (alerts.remove_details, {"keys": ["k"]}, "Removed details"),
        (
            alerts.assign_alert,
            {"assign_alert_payload": plain.AssignAlertPayload(owner={"username": "ana"})},
            "Assigned alert",
        ),
        (
            alerts.add_responder,
            {
                "add_responder_to_alert_payload": plain.AddResponderToAlertPayload(
                    responder={"type": "user", "username": "bo"}
                )
            },
            "Added responder",
        ),
        (
            alerts.escalate_alert,
            {
                "escalate_alert_to_next_payload": plain.EscalateAlertToNextPayload(
                    escalation={"name": "standard"}
                )
            },
            "Escalated alert",
        ),
        (
            alerts.update_alert_priority,
            {"update_alert_priority_payload": plain.UpdateAlertPriorityPayload(priority="P1")},
            "Updated priority to P1",
        ),
        (
            alerts.update_alert_message,
            {"update_alert_message_payload": plain.UpdateAlertMessagePayload(message="m2")},
            "Updated message",
        ),
        (
            alerts.update_alert_description,
            {"update_alert_description_payload": plain.UpdateAlertDescriptionPayload("d2")},
            "Updated description",
        ),
        (
            alerts.snooze_alert,
            {"snooze_alert_payload": plain.SnoozeAlertPayload(end_time=to_come)},
            "Snoozed alert",
        ),
    ]
    for call, arguments, done in edits:
        accepted = await said(call, **BY_ALIAS, **arguments)
        found = await ended(accepted)
        assert (found.is_success, found.status[: len(done)]) == (True, done), call.__name__
    shown = (await said(alerts.get_alert, **BY_ALIAS)).data
    assert (shown.message, shown.description, shown.priority) == ("m2", "d2", "P1")
    assert (shown.tags, shown.details) == (["t1", "y"], {"a": "b"})
    assert (shown.snoozed, shown.snoozed_until.isoformat()) == (True, to_come)
    assert shown.owner.startswith("ana")
    notes = (await said(alerts.list_notes, **BY_ALIAS)).data
    assert [note.note for note in notes] == ["hello"]
    logs = (await said(alerts.list_logs, **BY_ALIAS, limit=3, order="asc")).data
    assert len(logs) == 3
    assert logs[0].created_at <= logs[2].created_at
    line = await shared_intake.until_alert(lambda one: one.title == "m2")
    assert line.priority.name == "P1"


async def test_an_answer_is_taken_back_and_an_unknown_action_is_told(sdk: Any):
    alerts = opsgenie_sdk.AlertApi(api_client=sdk)
    await posted(alerts)
    await said(alerts.acknowledge_alert, **BY_ALIAS)
    taken_back = await said(alerts.un_acknowledge_alert, **BY_ALIAS)
    assert (await ended(taken_back)).is_success is True
    assert (await said(alerts.get_alert, **BY_ALIAS)).data.acknowledged is False
    asked = await said(alerts.execute_custom_alert_action, **BY_ALIAS, action_name="Restart")
    status = (await said(alerts.get_request_status, request_id=asked.request_id)).data
    assert status.is_success is False
    assert "runs no action called Restart" in status.status


async def test_files_are_kept_with_an_alert_and_removed(sdk: Any, tmp_path: Path):
    alerts = opsgenie_sdk.AlertApi(api_client=sdk)
    await posted(alerts)
    path = tmp_path / "evidence.txt"
    path.write_text("hello")
    of_alert = {"identifier": "event_573", "alert_identifier_type": "alias"}
    await said(alerts.add_attachment, **of_alert, file=str(path), user="u", index_file=path.name)
    (listed,) = (await said(alerts.list_attachments, **of_alert)).data
    assert listed.name == "evidence.txt"
    one = await said(alerts.get_attachment, **of_alert, attachment_id=listed.id)
    assert one.data.url.endswith("/content?alertIdentifierType=alias")
    await said(alerts.remove_attachment, **of_alert, attachment_id=listed.id)
    assert (await said(alerts.list_attachments, **of_alert)).data == []


async def test_alerts_are_searched_in_pages(sdk: Any):
    alerts = opsgenie_sdk.AlertApi(api_client=sdk)
    for number in range(5):
        await posted(alerts, alias=f"a{number}", tags=[f"t{number % 2}"], message=f"disk {number}")
    await said(alerts.close_alert, identifier="a4", identifier_type="alias")
    found = await said(
        alerts.list_alerts,
        query='status:open AND tag:"t0"',
        offset=0,
        limit=20,
        sort="createdAt",
        order="desc",
    )
    assert [one.alias for one in found.data] == ["a2", "a0"]
    page = await said(alerts.list_alerts, limit=2, sort="alias", order="asc")
    assert [one.alias for one in page.data] == ["a0", "a1"]
    assert "offset=2" in page.paging.next
    rest = await said(alerts.list_alerts, limit=2, offset=4, sort="alias", order="asc")
    assert [one.alias for one in rest.data] == ["a4"]
    assert rest.paging.next is None


async def test_an_alias_with_slashes_and_percents_is_one_alias(sdk: Any):
    alerts = opsgenie_sdk.AlertApi(api_client=sdk)
    alias = "host/a b:disk%"
    await posted(alerts, alias=alias)
    shown = await said(alerts.get_alert, identifier=alias, identifier_type="alias")
    assert shown.data.alias == alias
    await said(alerts.close_alert, identifier=alias, identifier_type="alias")
    shown = await said(alerts.get_alert, identifier=alias, identifier_type="alias")
    assert shown.data.status == "closed"


async def test_a_deleted_alert_is_over_and_is_shown_no_more(shared_intake: Intake, sdk: Any):
    alerts = opsgenie_sdk.AlertApi(api_client=sdk)
    await posted(alerts, message="deleted by its client")
    accepted = await said(alerts.delete_alert, **BY_ALIAS, user="u", source="s")
    assert (await ended(accepted)).status == "Deleted alert"
    with pytest.raises(ApiException) as refused:
        await said(alerts.get_alert, **BY_ALIAS)
    assert refused.value.status == 404
    line = await shared_intake.until_alert(lambda one: one.title == "deleted by its client")
    assert line.state == "resolved", "fireline's own pages keep it"


async def test_an_alert_nobody_posted_is_accepted_and_told_to_be_missing(sdk: Any):
    alerts = opsgenie_sdk.AlertApi(api_client=sdk)
    accepted = await said(alerts.acknowledge_alert, identifier="none", identifier_type="alias")
    status = (await said(alerts.get_request_status, request_id=accepted.request_id)).data
    assert (status.is_success, status.status) == (False, "Alert does not exist")


async def test_heartbeats_are_made_pinged_changed_and_deleted(sdk: Any):
    beats = opsgenie_sdk.HeartbeatApi(api_client=sdk)
    body = opsgenie_sdk.CreateHeartbeatPayload(
        name="hb",
        description="x",
        interval=60,
        interval_unit="minutes",
        enabled=True,
        owner_team={"name": "Platform"},
        alert_message="dead",
        alert_tags=["t"],
        alert_priority="P1",
    )
    made = (await said(beats.create_heartbeat, create_heartbeat_payload=body)).data
    assert (made.name, made.enabled, made.expired) == ("hb", True, False)
    pinged = await said(beats.ping, name="hb")
    assert pinged.result == "PONG - Heartbeat received"
    shown = await said(beats.get_heartbeat, name="hb")
    assert (shown.data.interval, shown.data.interval_unit) == (60, "minutes")
    names = [one.name for one in (await said(beats.list_heart_beats)).data.heartbeats]
    assert names == ["hb"]
    change = opsgenie_sdk.UpdateHeartbeatPayload(interval=10, interval_unit="minutes")
    after = (await said(beats.update_heartbeat, name="hb", update_heartbeat_payload=change)).data
    assert (after.name, after.enabled) == ("hb", True)
    assert (await said(beats.disable_heartbeat, name="hb")).data.enabled is False
    assert (await said(beats.enable_heartbeat, name="hb")).data.enabled is True
    await said(beats.delete_heartbeat, name="hb")
    with pytest.raises(ApiException) as refused:
        await said(beats.get_heartbeat, name="hb")
    assert refused.value.status == 404


async def test_an_incident_pages_as_an_alert_and_is_read_back(shared_intake: Intake, sdk: Any):
    incidents = opsgenie_sdk.IncidentApi(api_client=sdk)
    body = opsgenie_sdk.CreateIncidentPayload(
        message="checkout is down",
        description="d",
        tags=["a"],
        details={"k": "v"},
        priority="P1",
        service_id="shop",
    )
    made = await said(incidents.create_incident, create_incident_payload=body)
    done = await ended(made)
    assert done.is_success is True
    shown = (await said(incidents.get_incident, identifier=done.incident_id)).data
    assert (shown.message, shown.status, shown.priority) == ("checkout is down", "open", "P1")
    assert "opsgenie-incident" in shown.tags
    listed = (await said(incidents.list_incidents, query="status:open")).data
    assert [one.id for one in listed] == [shown.id]
    await said(incidents.close_incident, identifier=shown.id)
    closed = (await said(incidents.get_incident, identifier=shown.id)).data
    assert closed.status == "closed"
    line = await shared_intake.until_alert(lambda one: one.title == "checkout is down")
    assert (line.priority.name, line.state) == ("P1", "resolved")


async def test_a_key_nobody_has_is_turned_away(shared_intake: Intake):
    api = client(shared_intake, "eb243592-faa2-4ba2-a551-1afdf565c889")
    with pytest.raises(AuthenticationException) as refused:
        await posted(opsgenie_sdk.AlertApi(api_client=api))
    assert refused.value.status == 401
