"""Fireline's API as the people of the lab use it: the one place that knows its paths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import httpx2

_TIMEOUT_SECONDS = 10.0


class NotNowError(Exception):
    """Fireline said no, or nothing at all. People try again in a moment."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class FirelineApi:
    """One person's access to fireline, with their own token."""

    http: httpx2.Client

    def drill(self, number: int) -> Mapping[str, Any]:
        """Read a drill: its alerts and incidents."""
        return self._call("GET", f"/drills/{number}")

    def alert(self, number: int) -> Mapping[str, Any]:
        """Read an alert."""
        return self._call("GET", f"/alerts/{number}")

    def acknowledge(self, number: int) -> None:
        """Acknowledge an alert."""
        self._call("POST", f"/alerts/{number}/acknowledge", {})

    def declare(self, body: Mapping[str, Any]) -> int:
        """Declare an incident; return its number."""
        return int(self._call("POST", "/incidents", body)["number"])

    def incident(self, number: int) -> Mapping[str, Any]:
        """Read an incident."""
        return self._call("GET", f"/incidents/{number}")

    def assign(self, number: int, role: str, person: str) -> None:
        """Give somebody a role."""
        self._call("PUT", f"/incidents/{number}/roles/{role}", {"person": person})

    def tick(self, number: int, item: str, *, answer: str, note: str) -> None:
        """Answer one item of the triage checklist."""
        body = {"answer": answer, "reason": note}
        self._call("PUT", f"/incidents/{number}/checklist/{item}", body)

    def update(self, number: int, *, text: str, status: str, next_in_minutes: int) -> None:
        """Post a status update that says when the next one comes."""
        body = {"text": text, "status": status, "next_in_minutes": next_in_minutes}
        self._call("POST", f"/incidents/{number}/updates", body)

    def request_run(
        self, number: int, runbook: str, inputs: Mapping[str, Sequence[str]] | None
    ) -> int:
        """Ask for a runbook, on these inputs or on what the alerts found; return the run."""
        body = {"runbook": runbook, "inputs": inputs}
        return int(self._call("POST", f"/incidents/{number}/runs", body)["number"])

    def approvals(self) -> Sequence[Mapping[str, Any]]:
        """List what waits for approval."""
        return self._list("/approvals")

    def approval(self, number: int) -> Mapping[str, Any]:
        """Read an approval, with what it would approve."""
        return self._call("GET", f"/approvals/{number}")

    def decide(self, number: int, *, decision: str, content_hash: str, reason: str) -> None:
        """Approve or refuse exactly what was read."""
        body = {"decision": decision, "content_hash": content_hash, "reason": reason}
        self._call("POST", f"/approvals/{number}/decide", body)

    def answer(self, run: int, position: int, text: str) -> None:
        """Answer a step of a run that asks a person."""
        self._call("POST", f"/runs/{run}/answers/{position}", {"text": text})

    def keep(self, action: int, reason: str) -> None:
        """Keep what an action changed for good."""
        self._call("POST", f"/actions/{action}/make-permanent", {"reason": reason})

    def run(self, number: int) -> Mapping[str, Any]:
        """Read a run, with its steps and actions."""
        return self._call("GET", f"/runs/{number}")

    def transition(self, number: int, to: str, note: str) -> None:
        """Move an incident on."""
        self._call("POST", f"/incidents/{number}/transition", {"to": to, "note": note})

    def write_review(self, number: int, review: Mapping[str, Any]) -> None:
        """Fill in the review, over whatever is there."""
        version = self._call("GET", f"/incidents/{number}/review")["version"]
        self._call("PUT", f"/incidents/{number}/review", {**review, "version": version})

    def close_review(self, number: int) -> None:
        """Close the review."""
        self._call("POST", f"/incidents/{number}/review/close", {})

    def _list(self, path: str) -> Sequence[Mapping[str, Any]]:
        return self._call("GET", path)["items"]

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        try:
            response = self.http.request(method, f"/api/v1{path}", json=body)
        except httpx2.TransportError as weather:
            raise NotNowError(0, "unreachable", str(weather)) from weather
        said = _json(response)
        if response.is_error:
            code, detail = str(said.get("code", "")), str(said.get("detail", ""))
            raise NotNowError(response.status_code, code, f"{method} {path}: {detail}")
        return said


def sign_in(base_url: str, token: str) -> FirelineApi:
    """Return a person's access, which lasts as long as the lab."""
    headers = {"Authorization": f"Bearer {token}"}
    return FirelineApi(httpx2.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT_SECONDS))


def browser(base_url: str) -> httpx2.Client:
    """Return somebody's browser, signed in nowhere: what a link in a mail is opened with."""
    return httpx2.Client(base_url=base_url, timeout=_TIMEOUT_SECONDS, follow_redirects=True)


def _json(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        said: Any = response.json()
    except ValueError:
        return {}
    return cast("Mapping[str, Any]", said) if isinstance(said, dict) else {"items": said}
