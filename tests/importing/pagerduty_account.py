"""A PagerDuty account, and its final schedule worked out naively.

Shapes and meaning: https://developer.pagerduty.com/api-reference, and the guide to schedules.
"""

import re
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from tests.importing.vendors import KEY, Query, Vendor, iso, moment, stretches

PAGE = 2


def _user(id_: str, name: str, role: str = "user") -> dict[str, Any]:
    mail = f"{name.partition(' ')[0].lower()}@example.com"
    email, phone = f"{id_}M", f"{id_}P"
    return {
        "id": id_,
        "type": "user",
        "name": name,
        "email": mail,
        "time_zone": "America/New_York",
        "role": role,
        "contact_methods": [
            {"id": email, "type": "email_contact_method", "address": mail},
            {
                "id": phone,
                "type": "phone_contact_method",
                "address": "2025550142",
                "country_code": 1,
            },
            {"id": f"{id_}A", "type": "push_notification_contact_method", "address": "d1"},
        ],
        "notification_rules": [
            _rule(f"{id_}1", 0, "push_notification", f"{id_}A", "high"),
            _rule(f"{id_}2", 3, "phone", phone, "high"),
            _rule(f"{id_}3", 0, "email", email, "low"),
        ],
    }


def _rule(id_: str, minutes: int, kind: str, method: str, urgency: str) -> dict[str, Any]:
    return {
        "id": id_,
        "type": "assignment_notification_rule",
        "start_delay_in_minutes": minutes,
        "contact_method": {"id": method, "type": f"{kind}_contact_method_reference"},
        "urgency": urgency,
    }


USERS = [_user("PA", "Ana Duarte", "owner"), _user("PB", "Bo Lindqvist"), _user("PC", "Cy Okafor")]
TEAMS = [{"id": "T1", "type": "team", "name": "Platform"}]
MEMBERS = [
    {"user": {"id": "PA", "type": "user_reference"}, "role": "manager"},
    {"user": {"id": "PB", "type": "user_reference"}, "role": "responder"},
]


def _layer(id_: str, name: str, users: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "name": name,
        "end": None,
        "users": [{"user": {"id": f"P{u}", "summary": u}} for u in users],
        "restrictions": [],
        **more,
    }


# As the API lists them: the layer that counts first at the top.
SCHEDULES: list[dict[str, Any]] = [
    {
        "id": "S1",
        "type": "schedule",
        "name": "Ops",
        "time_zone": "America/New_York",
        "schedule_layers": [
            _layer(
                "L3",
                "Office",
                "CA",
                start="2026-03-02T09:00:00-05:00",
                rotation_virtual_start="2026-02-27T09:00:00-05:00",
                rotation_turn_length_seconds=86_400,
                restrictions=[
                    {
                        "type": "weekly_restriction",
                        "start_day_of_week": day,
                        "start_time_of_day": "09:00:00",
                        "duration_seconds": 28_800,
                    }
                    for day in (1, 3, 5)
                ],
            ),
            _layer(
                "L2",
                "Nights and weekends",
                "BC",
                start="2026-01-01T00:00:00-05:00",
                rotation_virtual_start="2026-01-02T17:30:00-05:00",
                rotation_turn_length_seconds=604_800,
                restrictions=[
                    {
                        "type": "daily_restriction",
                        "start_time_of_day": "22:00:00",
                        "duration_seconds": 36_000,
                    },
                    {
                        "type": "weekly_restriction",
                        "start_day_of_week": 5,
                        "start_time_of_day": "20:00:00",
                        "duration_seconds": 216_000,
                    },
                ],
            ),
            _layer(
                "L1",
                "Base",
                "ABC",
                start="2025-11-03T08:00:00-05:00",
                rotation_virtual_start="2025-11-03T08:00:00-05:00",
                rotation_turn_length_seconds=1_209_600,
            ),
            _layer(
                "L0",
                "Ended",
                "A",
                start="2020-01-01T00:00:00Z",
                end="2021-01-01T00:00:00Z",
                rotation_virtual_start="2020-01-01T00:00:00Z",
                rotation_turn_length_seconds=86_400,
            ),
        ],
    },
    {
        "id": "S2",
        "type": "schedule",
        "name": "Odd",
        "time_zone": "UTC",
        "schedule_layers": [
            _layer(
                "L9",
                "Ninety minutes",
                "A",
                start="2026-01-01T00:00:00Z",
                rotation_virtual_start="2026-01-01T00:00:00Z",
                rotation_turn_length_seconds=5_400,
            )
        ],
    },
]
OVERRIDES = {
    "S1": [
        {
            "id": "O1",
            "start": "2026-03-07T20:00:00-05:00",
            "end": "2026-03-08T12:00:00-04:00",
            "user": {"id": "PA", "type": "user_reference", "summary": "Ana Duarte"},
        }
    ]
}
POLICIES = [
    {
        "id": "E1",
        "name": "Ops",
        "num_loops": 2,
        "teams": [{"id": "T1"}],
        "escalation_rules": [
            {
                "id": "R1",
                "escalation_delay_in_minutes": 5,
                "targets": [{"id": "S1", "type": "schedule_reference", "summary": "Ops"}],
                "escalation_rule_assignment_strategy": {"type": "assign_to_everyone"},
            },
            {
                "id": "R2",
                "escalation_delay_in_minutes": 15,
                "targets": [
                    {"id": "PA", "type": "user_reference"},
                    {"id": "PB", "type": "user_reference"},
                ],
                "escalation_rule_assignment_strategy": {"type": "round_robin"},
            },
            {
                "id": "R3",
                "escalation_delay_in_minutes": 30,
                "targets": [{"id": "GONE", "type": "user_reference", "summary": "Gone"}],
            },
        ],
    },
    {
        "id": "E2",
        "name": "Lone",
        "num_loops": 0,
        "teams": [],
        "escalation_rules": [
            {
                "id": "R4",
                "escalation_delay_in_minutes": 10,
                "targets": [{"id": "PC", "type": "user_reference"}],
            }
        ],
    },
]
SERVICES = [
    {
        "id": "V1",
        "name": "Web shop",
        "status": "active",
        "acknowledgement_timeout": 1_800,
        "escalation_policy": {"id": "E1"},
        "teams": [],
        "integrations": [{"id": "I1", "summary": "Events", "integration_key": "s3cr3t"}],
    },
    {
        "id": "V2",
        "name": "Lone thing",
        "status": "active",
        "acknowledgement_timeout": None,
        "escalation_policy": {"id": "E2"},
        "teams": [],
    },
    {"id": "V3", "name": "Off", "status": "disabled", "escalation_policy": {"id": "E1"}},
]


def pagerduty() -> Vendor:
    """Serve an account whose lists come in pages of two; rulesets are not for this key."""
    return Vendor(_answer, f"Token token={KEY}", forbidden=("/rulesets",))


def _answer(path: str, query: Query, url: str) -> Any:
    lists: dict[str, tuple[str, list[Any]]] = {
        "/users": ("users", USERS),
        "/teams": ("teams", TEAMS),
        "/teams/T1/members": ("members", MEMBERS),
        "/schedules": ("schedules", [_bare(one) for one in SCHEDULES]),
        "/escalation_policies": ("escalation_policies", POLICIES),
        "/services": ("services", SERVICES),
        "/maintenance_windows": ("maintenance_windows", []),
        "/event_orchestrations": ("orchestrations", [{"id": "EO", "name": "Main"}]),
        "/business_services": ("business_services", []),
    }
    if path in lists:
        key, listed = lists[path]
        offset = int(query.get("offset", "0"))
        page = listed[offset : offset + PAGE]
        return {key: page, "offset": offset, "limit": PAGE, "more": offset + PAGE < len(listed)}
    if found := re.fullmatch(r"/schedules/(\w+)/overrides", path):
        since, until = moment(query["since"]), moment(query["until"])
        assert until - since <= timedelta(days=92)
        known = OVERRIDES.get(found[1], [])
        return {
            "overrides": [
                one for one in known if moment(one["start"]) < until and moment(one["end"]) > since
            ]
        }
    if found := re.fullmatch(r"/schedules/(\w+)", path):
        schedule = next(one for one in SCHEDULES if one["id"] == found[1])
        if "since" not in query:
            return {"schedule": schedule}
        entries = _final(found[1], moment(query["since"]), moment(query["until"]))
        return {"schedule": {**schedule, "final_schedule": {"rendered_schedule_entries": entries}}}
    return None


def _bare(schedule: dict[str, Any]) -> dict[str, Any]:
    return {key: schedule[key] for key in ("id", "type", "name", "time_zone")}


@cache
def _final(id_: str, start: datetime, end: datetime) -> list[Any]:
    schedule = next(one for one in SCHEDULES if one["id"] == id_)
    if id_ == "S2":
        return []
    return [
        {"start": iso(begins), "end": iso(ends), "user": {"id": one, "type": "user_reference"}}
        for begins, ends, people in stretches(partial(on_call, schedule), start, end)
        for one in people
    ]


def on_call(schedule: dict[str, Any], at: datetime) -> frozenset[str]:
    """Say who is on call, by the documents: an override, else the first layer that covers."""
    for override in OVERRIDES.get(schedule["id"], []):
        if moment(override["start"]) <= at < moment(override["end"]):
            return frozenset({override["user"]["id"]})
    zone = ZoneInfo(schedule["time_zone"])
    for layer in schedule["schedule_layers"]:
        begun = moment(layer["start"]) <= at
        ended = layer["end"] is not None and moment(layer["end"]) <= at
        if begun and not ended and _covers(layer, at.astimezone(zone)):
            first = moment(layer["rotation_virtual_start"]).astimezone(zone).replace(tzinfo=None)
            now = at.astimezone(zone).replace(tzinfo=None)
            turn = int((now - first).total_seconds() // layer["rotation_turn_length_seconds"])
            return frozenset({layer["users"][turn % len(layer["users"])]["user"]["id"]})
    return frozenset()


def _covers(layer: dict[str, Any], local: datetime) -> bool:
    second = local.hour * 3_600 + local.minute * 60
    for one in layer["restrictions"]:
        hours, minutes, _ = (int(piece) for piece in one["start_time_of_day"].split(":"))
        start = hours * 3_600 + minutes * 60
        if one["type"] == "daily_restriction":
            since = (second - start) % 86_400
        else:
            of_week = local.weekday() * 86_400 + second
            since = (of_week - (one["start_day_of_week"] - 1) * 86_400 - start) % 604_800
        if since < one["duration_seconds"]:
            return True
    return not layer["restrictions"]
