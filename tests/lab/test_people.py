"""People answer a fireline that keeps its side of the API's contract."""

import json
import smtplib
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from fireline.lab.scripts import SCRIPTS, Act
from tests.lab.running import Running

STATES = ["declared", "contained", "eradicated", "recovered", "in_review", "closed"]


class Fireline(ThreadingHTTPServer):
    """The outside of fireline: just enough of the contract for people to work against."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.acknowledged_by_post = False
        self.looked_at_link = 0
        self.alive = True
        self.incident: dict[str, Any] = {}
        acts = [("deactivate", "AKIA1"), ("deny-sessions", "shop-ci"), ("persistence", None)]
        steps = [
            {"position": at, "step_id": name, "asset_id": asset, "state": "done", "answer": None}
            for at, (name, asset) in enumerate(acts)
        ]
        self.run: dict[str, Any] = {"run": {"number": 5}, "steps": steps, "actions": []}
        self.approvals: list[dict[str, Any]] = []
        self.inputs: list[Any] = []
        self.asked: list[tuple[str, str, str]] = []
        self.lock = threading.Lock()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def reply(self, who: str, method: str, path: str, body: Any) -> tuple[int, Any]:
        self.asked.append((who, method, path))
        rest = path.removeprefix("/api/v1/").split("/")
        if method == "GET":
            found = self.find(rest)
            return (404, {"code": "not_found"}) if found is None else (200, found)
        return self.declare(body) if rest == ["incidents"] else self.change(who, rest, body)

    def find(self, rest: list[str]) -> Any:
        waiting = [one for one in self.approvals if one["state"] == "waiting"]
        return {
            "drills/3": {"alerts": [7], "incident": 1 if self.incident else None},
            "alerts/7": {"number": 7, "title": "Leaked key", "priority": 2},
            "incidents/1": self.incident or None,
            "incidents/1/review": {"version": 4},
            "runs/5": self.run,
            "approvals": [{"approval": one} for one in waiting],
            "approvals/9": {"approval": waiting[0]} if waiting else None,
        }.get("/".join(rest))

    def declare(self, body: Any) -> tuple[int, Any]:
        self.incident = {
            "number": 1,
            "state": "declared",
            "roles": [],
            "declared": body,
            "checklist": [{"item": "auth", "text": "auth?", "answer": None}],
            "runs": [],
            "updates": [],
            "suggestion": {
                "runbook": "leaked-key",
                "inputs": {"users": [{"id": "shop-ci"}], "access_keys": [{"id": "AKIA1"}]},
            },
        }
        return 201, {"number": 1}

    def change(self, who: str, rest: list[str], body: Any) -> tuple[int, Any]:
        match rest:
            case ["incidents", "1", *of_incident]:
                return self.change_incident(who, of_incident, body)
            case ["approvals", "9", "decide"]:
                assert (body["decision"], body["content_hash"]) == ("approve", "h9")
                self.approvals[0] |= {"state": "approved", "decided_by": who}
                self.run["actions"] = [{"number": 6, "state": "verified"}]
                self.run["steps"][2]["state"] = "waiting"
            case ["runs", "5", "answers", "2"]:
                self.run["steps"][2]["answer"] = body["text"]
            case ["actions", "6", "make-permanent"]:
                assert body["reason"]
                self.run["actions"][0]["state"] = "made_permanent"
            case _:
                return 404, {"code": "not_found", "detail": "/".join(rest)}
        return 200, {}

    def change_incident(self, who: str, rest: list[str], body: Any) -> tuple[int, Any]:
        match rest:
            case ["roles", role]:
                held = {"role": role, "person": body["person"], "until": None}
                self.incident["roles"].append(held)
            case ["checklist", "auth"]:
                self.incident["checklist"][0]["answer"] = body["answer"]
            case ["updates"]:
                self.incident["updates"].append(body["status"])
            case ["runs"]:
                self.inputs.append(body["inputs"])
                self.incident["runs"].append({"number": 5})
                waiting = {"number": 9, "content_hash": "h9", "state": "waiting", "requester": who}
                self.approvals.append(waiting)
                return 201, {"number": 5}
            case ["transition"]:
                return self.move(body["to"])
            case ["review"]:
                assert body["version"] == 4
                self.incident["review"] = body
            case ["review", "close"]:
                pass
            case _:
                return 404, {"code": "not_found", "detail": "/".join(rest)}
        return 200, {}

    def move(self, to: str) -> tuple[int, Any]:
        approved = any(one["state"] == "approved" for one in self.approvals)
        in_order = STATES.index(to) == STATES.index(self.incident["state"]) + 1
        if not (approved and in_order):
            return 409, {"code": "incident.not_yet", "detail": to}
        self.incident["state"] = to
        return 200, {}


class Handler(BaseHTTPRequestHandler):
    server: Fireline

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.answer()

    do_POST = do_PUT = do_GET  # noqa: N815 - http.server's spelling

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.lock:
            status, kind, text = self.decide(body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def decide(self, body: bytes) -> tuple[int, str, bytes]:
        if not self.server.alive:
            return 503, "text/plain", b"starting"
        if self.path == "/p/once":
            if self.command == "POST":
                self.server.acknowledged_by_post = b"token=abc" in body
                return 200, "text/html", b"done"
            self.server.looked_at_link += 1
            form = b'<form method="post" action="/p/once"><input name="token" value="abc"></form>'
            return 200, "text/html", form
        if not self.server.acknowledged_by_post:
            return 409, "application/problem+json", b'{"code": "too_soon"}'
        who = (self.headers.get("Authorization") or "").removeprefix("Bearer t-")
        said = json.loads(body) if body else None
        status, answer = self.server.reply(who, self.command, self.path, said)
        return status, "application/json", json.dumps(answer).encode()


@pytest.fixture
def fireline() -> Iterator[Fireline]:
    with Fireline() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def engage(running: Running, fireline: Fireline, script: str) -> httpx2.Response:
    body = {
        "base_url": fireline.base_url,
        "drill": 3,
        "pace": 200,
        "script": script,
        "tokens": {name: f"t-{name}" for name in ("ana", "bo", "cy", "dee")},
    }
    url = f"{running.state.endpoint}/lab/people"
    return httpx2.post(url, json=body, trust_env=False)


def mail_link(running: Running, fireline: Fireline) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "f@example.com", "bo@example.com", "P2"
    message.set_content(f"Acknowledge: {fireline.base_url}/p/once\n")
    with smtplib.SMTP(running.state.smtp.host, running.state.smtp.port, timeout=5) as smtp:
        smtp.send_message(message)


def wait_until_finished(running: Running) -> dict[str, Any]:
    end = time.monotonic() + 40
    while True:
        crew = running.lab.crew
        report = crew.report() if crew else {}
        if report.get("finished"):
            return report
        assert not report.get("gave_up"), report
        assert time.monotonic() < end, report
        time.sleep(0.1)


def test_by_the_book_people_bring_the_incident_to_its_end(
    running: Running, fireline: Fireline
) -> None:
    fireline.alive = False
    assert engage(running, fireline, "by-the-book").json() == {"begun": True}
    mail_link(running, fireline)
    time.sleep(0.6)
    fireline.alive = True
    wait_until_finished(running)
    assert fireline.looked_at_link >= 1
    incident = fireline.incident
    assert incident["state"] == "closed"
    assert incident["declared"] == {
        "alerts": [7],
        "title": "Leaked key",
        "priority": "P2",
        "category": "credential",
        "lead": "bo",
    }
    roles = {one["role"]: one["person"] for one in incident["roles"]}
    assert (roles["lead"], roles["coordinator"], roles["scribe"]) == ("bo", "cy", "dee")
    assert len(roles) == len(incident["roles"])
    assert incident["checklist"][0]["answer"] == "yes"
    assert fireline.approvals[0]["requester"] == "bo"
    assert fireline.approvals[0]["decided_by"] == "cy"
    assert fireline.inputs == [None]
    assert fireline.run["steps"][2]["answer"]
    assert fireline.run["actions"][0]["state"] == "made_permanent"
    assert incident["updates"] == ["investigating", "identified", "resolved"]
    assert len(incident["review"]["whys"]) == 5
    assert all(one["owner"] == "bo" for one in incident["review"]["follow_ups"])
    assert all(one["text"] and one["due"] for one in incident["review"]["follow_ups"])
    assert "ana" not in {who for who, _, _ in fireline.asked}


def test_the_wrong_resource_script_asks_for_the_decoy_too(
    running: Running, fireline: Fireline
) -> None:
    engage(running, fireline, "wrong-resource")
    mail_link(running, fireline)
    wait_until_finished(running)
    [decoy] = running.state.keys["shop-reports"]
    assert fireline.inputs[0] == {
        "access_keys": ["AKIA1", decoy],
        "users": ["shop-ci", "shop-reports"],
    }


def test_a_script_nobody_wrote_is_refused(running: Running, fireline: Fireline) -> None:
    assert engage(running, fireline, "improvise").status_code == 422


def test_the_variants_differ_where_they_say() -> None:
    acts = {name: [step.act for step in script.steps] for name, script in SCRIPTS.items()}
    assert Act.GO_AROUND in acts["unapproved"]
    assert Act.REQUEST_RUN not in acts["unapproved"]
    assert acts["late"] == acts["by-the-book"]
    waits = sum(step.after_minutes for step in SCRIPTS["late"].steps)
    assert waits > 2 * 30


def test_whoever_goes_around_fireline_does_so_under_their_own_name(
    running: Running, fireline: Fireline
) -> None:
    desk = engage(running, fireline, "unapproved")
    assert desk.json() == {"begun": True}
    mail_link(running, fireline)
    end = time.monotonic() + 30
    while not (done := running.records(eventName="UpdateAccessKey")):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert done[0]["userIdentity"]["userName"] == "bo"
    [leaked] = running.state.keys["leaked"]
    assert done[0]["requestParameters"]["accessKeyId"] == leaked
    assert fireline.inputs == []
