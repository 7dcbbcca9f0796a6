"""How each act of a script is done with fireline: one function for each, and no memory of its own.

An act raises NotYetError while what it needs is not there; the crew tries it again.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx2

from fireline.lab.client import FirelineApi, NotNowError, browser
from fireline.lab.clients import SUCCEEDED, Caller
from fireline.lab.clock import now
from fireline.lab.mailboxes import Mailboxes
from fireline.lab.scripts import ANSWERERS, LEAD, PARTS, REVIEW, SECOND, Act, Step
from fireline.lab.world import Call

_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_FOLLOW_UP_DAYS = 14
_UPDATE_TEXTS = {
    "investigating": "A leaked access key is in use. We are finding out what it reached.",
    "identified": "The key and the sessions taken with it are shut off. We look for what is left.",
    "monitoring": "Nothing the attacker had works any more. We are watching.",
    "resolved": "The attacker is out and the builds run on new credentials.",
}


class NotYetError(Exception):
    """What an act needs is not there yet."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What people know of the world besides fireline: their own cloud access, and names."""

    admins: Mapping[str, Caller]
    victim: tuple[str, str]
    decoy: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the people have in front of them."""

    base_url: str
    drill: int
    apis: Mapping[str, FirelineApi]
    mailboxes: Mailboxes
    surroundings: Surroundings

    def api(self, who: str) -> FirelineApi:
        """Return a person's access to fireline."""
        if who not in self.apis:
            msg = f"nobody gave {who} a token"
            raise NotYetError(msg)
        return self.apis[who]

    def cast(self, part: str) -> str:
        """Return who plays a part: the lead is whoever of the answerers was mailed first."""
        if part not in {LEAD, SECOND}:
            return PARTS.get(part, part)
        mailed = {name: self.mailboxes.letters(name) for name in ANSWERERS}
        first = min(
            (name for name in ANSWERERS if mailed[name]),
            key=lambda name: mailed[name][0].at,
            default=None,
        )
        if first is None:
            msg = f"none of {', '.join(ANSWERERS)} has been mailed"
            raise NotYetError(msg)
        second = next(name for name in ANSWERERS if name != first)
        return first if part == LEAD else second

    def alert(self, who: str) -> int:
        """Return the drill's first alert."""
        return self._there("alert", next(iter(_listed(self._read(who), "alerts")), None))

    def incident(self, who: str) -> int:
        """Return the drill's incident."""
        return self._there("incident", self._read(who).get("incident"))

    def _read(self, who: str) -> Mapping[str, Any]:
        return self.api(who).drill(self.drill)

    def _there(self, what: str, number: Any) -> int:
        if number is None:
            msg = f"the drill has no {what}"
            raise NotYetError(msg)
        return int(number)


def _listed(said: Mapping[str, Any], what: str) -> list[Any]:
    return list(said.get(what) or [])


def perform(desk: Desk, step: Step) -> None:
    """Do one step, by whoever plays the part."""
    details = dict(step.details)
    if "person" in details:
        details["person"] = desk.cast(details["person"])
    _ACTS[step.act](desk, replace(step, who=desk.cast(step.who), details=details))


def approve_waiting(
    desk: Desk, part: str, waiting_since: dict[str, datetime], wait: timedelta
) -> None:
    """Approve what has waited a while, after reading it; never one's own request."""
    who = desk.cast(part)
    api = desk.api(who)
    for listed in api.approvals():
        number = int(listed["approval"]["number"])
        if listed["approval"]["requester"] == who:
            continue
        if now() - waiting_since.setdefault(str(number), now()) < wait:
            continue
        read = api.approval(number)
        api.decide(
            number,
            decision="approve",
            content_hash=str(read["approval"]["content_hash"]),
            reason="The evidence is kept, the change is the one shown, and it can be undone.",
        )


def update_due(desk: Desk, part: str, every_minutes: int, margin: timedelta) -> None:
    """Post the next status update shortly before it is due."""
    who = desk.cast(part)
    number = desk.incident(who)
    due = desk.api(who).incident(number).get("next_update_due")
    if due and now() >= datetime.fromisoformat(str(due)) - margin:
        desk.api(who).update(
            number,
            text=_UPDATE_TEXTS["monitoring"],
            status="monitoring",
            next_in_minutes=every_minutes,
        )


def _acknowledge_by_mail(desk: Desk, step: Step) -> None:
    """Open the newest link fireline mailed, look at the page, and press its button."""
    letters = desk.mailboxes.letters(step.who)
    links = [
        link.rstrip(".,;")
        for letter in reversed(letters)
        for link in _LINK.findall(letter.text)
        if link.startswith(desk.base_url.rstrip("/"))
    ]
    if not links:
        msg = f"{step.who} has {len(letters)} letters, none with a link of fireline's"
        raise NotYetError(msg)
    why = "no link has a button to press"
    with browser(desk.base_url) as web:
        for link in dict.fromkeys(links):
            why = _press(web, link)
            if not why:
                return
    raise NotYetError(why)


def _press(web: httpx2.Client, link: str) -> str:
    """Press the button of a page; say why not when it cannot be pressed."""
    try:
        page = web.get(link)
        form = _Form()
        form.feed(page.text)
        if page.is_error or form.action is None:
            return f"{link} answered {page.status_code}, without a form"
        # Browsers say where a form was; a page may refuse one that came from elsewhere.
        origin = str(page.url.copy_with(raw_path=b"/")).rstrip("/")
        target = urljoin(str(page.url), form.action)
        pressed = web.post(target, data=form.fields, headers={"Origin": origin})
    except httpx2.TransportError as weather:
        return f"fireline does not answer: {weather}"
    return f"the button answered {pressed.status_code}" if pressed.is_error else ""


class _Form(HTMLParser):
    """The first form of a page that posts."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None and given.get("method", "").lower() == "post":
            self.action, self._inside = given.get("action", ""), True
        elif self._inside and tag in {"input", "button"} and given.get("name"):
            self.fields.setdefault(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def _declare(desk: Desk, step: Step) -> None:
    api, number = desk.api(step.who), desk.alert(step.who)
    if api.drill(desk.drill).get("incident"):
        return
    alert = api.alert(number)
    api.declare(
        {
            "alerts": [number],
            "title": alert["title"],
            "priority": f"P{alert['priority']}",
            "category": step.details["category"],
            "lead": step.who,
        }
    )


def _assign(desk: Desk, step: Step) -> None:
    role, person = step.details["role"], step.details["person"]
    api, number = desk.api(step.who), desk.incident(step.who)
    held = _listed(api.incident(number), "roles")
    if not any((one["role"], one["person"], one["until"]) == (role, person, None) for one in held):
        api.assign(number, role, person)


def _triage(desk: Desk, step: Step) -> None:
    api, number = desk.api(step.who), desk.incident(step.who)
    for item in _listed(api.incident(number), "checklist"):
        if item.get("answer") not in {"yes", "no"}:
            touched = re.search(
                r"access|disclos|auth|confidential", str(item.get("text", "")), re.IGNORECASE
            )
            answer = "yes" if touched else "no"
            api.tick(number, str(item["item"]), answer=answer, note="from the alert's evidence")


def _post_update(desk: Desk, step: Step) -> None:
    status = step.details["status"]
    desk.api(step.who).update(
        desk.incident(step.who), text=_UPDATE_TEXTS[status], status=status, next_in_minutes=30
    )


def _request_run(desk: Desk, step: Step) -> None:
    """Ask for the runbook fireline suggests, on what its alerts found unless the step says more."""
    api, number = desk.api(step.who), desk.incident(step.who)
    suggested = api.incident(number).get("suggestion")
    if not suggested:
        msg = "fireline suggests no runbook"
        raise NotYetError(msg)
    inputs: dict[str, list[str]] | None = None
    if step.details.get("also") == "decoy":
        user, key = desk.surroundings.decoy
        found: Mapping[str, Sequence[Mapping[str, str]]] = suggested["inputs"]
        inputs = {name: [asset["id"] for asset in assets] for name, assets in found.items()}
        inputs["access_keys"].append(key)
        inputs["users"].append(user)
    api.request_run(number, str(suggested["runbook"]), inputs)


def _answer_run(desk: Desk, step: Step) -> None:
    """Answer a question in every run that asks it; each is asked once its other steps are done."""
    api, said = desk.api(step.who), step.details
    for run in _runs(desk, step.who):
        for asked in _listed(run, "steps"):
            if asked["step_id"] == said["step"] and asked["answer"] is None:
                api.answer(int(run["run"]["number"]), int(asked["position"]), said["answer"])


def _keep(desk: Desk, step: Step) -> None:
    """Keep for good what the runs changed and still stands."""
    for run in _runs(desk, step.who):
        for action in _listed(run, "actions"):
            if action["state"] == "verified":
                desk.api(step.who).keep(int(action["number"]), step.details["reason"])


def _runs(desk: Desk, who: str) -> list[Mapping[str, Any]]:
    api = desk.api(who)
    runs = _listed(api.incident(desk.incident(who)), "runs")
    return [api.run(int(run["number"])) for run in runs]


def _go_around(desk: Desk, step: Step) -> None:
    user, key = desk.surroundings.victim
    parameters = {"UserName": user, "AccessKeyId": key, "Status": "Inactive"}
    call = Call(service="iam", operation="UpdateAccessKey", parameters=parameters)
    outcome, _ = desk.surroundings.admins[step.who].make(call)
    if outcome != SUCCEEDED:
        raise NotYetError(outcome)


def _transition(desk: Desk, step: Step) -> None:
    number, to = desk.incident(step.who), step.details["to"]
    if desk.api(step.who).incident(number).get("state") == to:
        return
    try:
        desk.api(step.who).transition(number, to, step.details["note"])
    except NotNowError:
        if to == "contained":
            _run_again(desk, step)
        raise


def _run_again(desk: Desk, step: Step) -> None:
    """See to what the alerts found after the run was asked for: end that run, and ask anew."""
    api, number = desk.api(step.who), desk.incident(step.who)
    found: Mapping[str, Sequence[Mapping[str, str]]] = api.incident(number)["suggestion"]["inputs"]
    named = {asset["id"] for assets in found.values() for asset in assets}
    runs = _runs(desk, step.who)
    asked = {one["asset_id"] for run in runs for one in _listed(run, "steps")}
    if not runs or named <= asked:
        return
    for run in runs:
        for one in _listed(run, "steps"):
            if one["state"] == "waiting" and one["asset_id"] is None:
                text = f"Yes: {', '.join(sorted(named - asked))}, which another run sees to."
                api.answer(int(run["run"]["number"]), int(one["position"]), text)
    _request_run(desk, step)


def _review(desk: Desk, step: Step) -> None:
    due = (now() + timedelta(days=_FOLLOW_UP_DAYS)).date().isoformat()
    follow_ups = [
        {**one, "due": due, "owner": desk.cast(one["owner"])} for one in REVIEW["follow_ups"]
    ]
    review = {**REVIEW, "follow_ups": follow_ups}
    desk.api(step.who).write_review(desk.incident(step.who), review)


def _close_review(desk: Desk, step: Step) -> None:
    desk.api(step.who).close_review(desk.incident(step.who))


_ACTS: Mapping[Act, Callable[[Desk, Step], None]] = {
    Act.ACKNOWLEDGE_BY_MAIL: _acknowledge_by_mail,
    Act.DECLARE: _declare,
    Act.ASSIGN: _assign,
    Act.TRIAGE: _triage,
    Act.POST_UPDATE: _post_update,
    Act.REQUEST_RUN: _request_run,
    Act.ANSWER_RUN: _answer_run,
    Act.KEEP: _keep,
    Act.GO_AROUND: _go_around,
    Act.TRANSITION: _transition,
    Act.REVIEW: _review,
    Act.CLOSE_REVIEW: _close_review,
}
