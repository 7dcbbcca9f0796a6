"""What tests of the Opsgenie API in raw HTTP share: a plan, a client, recordings."""

import json
from pathlib import Path
from typing import Any

import httpx2

from tests.intake.taking import Intake

_RECORDINGS = Path(__file__).parent / "recordings"


PLAN = {
    "schedules/primary.yaml": """
name: Primary
zone: Europe/London
layers:
  - name: weekly
    rotation: {people: [ana, bo], first_day: 2026-01-05, handover: "09:00", days: 7}
  - name: nights
    rotation: {people: [cy], first_day: 2026-01-05, handover: "09:00", days: 1}
    hours:
      - {days: [mon, fri], from: "22:00", to: "06:30"}
""",
    "teams/sres.yaml": "name: SREs\nmembers: [ana, bo]\nleads: [bo]\n",
    "escalation/esc.yaml": """
steps:
  - {notify: ["schedule:primary"], wait: 5m}
  - {notify: ["team:sres", "person:cy"], wait: 10m}
rounds: 3
""",
}


def client(house: Intake, key: str) -> httpx2.AsyncClient:
    headers = {"Authorization": f"GenieKey {key}"}
    return httpx2.AsyncClient(base_url=house.url, headers=headers, timeout=20)


def recorded(name: str) -> list[dict[str, Any]]:
    lines = (_RECORDINGS / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


async def replayed(http: httpx2.AsyncClient, call: dict[str, Any]) -> httpx2.Response:
    body = b"" if call["body"] is None else json.dumps(call["body"]).encode()
    return await http.request(call["method"], call["path"], content=body, headers=call["headers"])


def checked(answer: httpx2.Response) -> dict[str, Any]:
    """Return a body, having checked what every answer has."""
    said: dict[str, Any] = answer.json()
    assert isinstance(said, dict)
    assert said["took"] > 0
    assert answer.headers["X-Request-Id"] == said["requestId"]
    assert float(answer.headers["X-Response-Time"]) > 0
    assert answer.headers["X-RateLimit-State"] in {"OK", "THROTTLED"}
    return said
