"""The pages, through the whole application and without script: what a reader sees."""

import re
from collections.abc import AsyncIterator, Mapping
from html import unescape

import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.house import House
from fireline.app.http import build
from fireline.core.values.actor import Human
from fireline.core.values.secret import Secret
from fireline.doors.web.shell import Desk
from fireline.store.hub import Hub
from fireline.usecases import access
from fireline.usecases.run_engine import advance
from tests.doors.pages_world import BO, CY, DEE, VI, WHYS, World, tell

BASE = "http://127.0.0.1:8040"


class Reader:
    """A person with a browser that has no script."""

    def __init__(self, client: AsyncClient, session: str | None) -> None:
        self._client = client
        self._headers = {"cookie": f"fireline_session={session}"} if session else {}
        self.html = ""

    async def opens(self, path: str, *, status: int = 200) -> str:
        """Return the text of a page."""
        answer = await self._client.get(path, headers=self._headers)
        assert answer.status_code == status, path
        self.html = answer.text
        return seen(answer.text)

    async def sends(
        self,
        path: str,
        *,
        fields: Mapping[str, str | list[str]],
        status: int = 303,
        sent_from: str = "",
    ) -> str:
        """Send a form, follow where it leads, and return the text of that page."""
        headers = {**self._headers, **({"referer": BASE + sent_from} if sent_from else {})}
        answer = await self._client.post(path, data=dict(fields), headers=headers)
        assert answer.status_code == status, seen(answer.text)
        self.html = answer.text
        if status == 303:
            return await self.opens(answer.headers["location"])
        return seen(answer.text)

    def field(self, name: str) -> str:
        """Return the first value of an input or the text of a textarea."""
        found = re.search(rf'<textarea name="{name}"[^>]*>([^<]*)<', self.html)
        found = found or re.search(rf'name="{name}"[^>]*? value="([^"]*)"', self.html)
        assert found is not None, name
        return unescape(found[1])


def seen(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.fixture
async def world(house: House) -> World:
    return await tell(house)


@pytest.fixture
async def client(world: World) -> AsyncIterator[AsyncClient]:
    app = build(Desk(world.house.transaction, Hub()))
    async with AsyncClient(transport=ASGITransport(app=app), base_url=BASE) as opened:
        yield opened


def as_(world: World, client: AsyncClient, who: Human | None) -> Reader:
    return Reader(client, world.sessions[who.person] if who else None)


async def test_the_inbox_links_to_alerts_that_say_who_is_told_and_what_was_found(
    world: World, client: AsyncClient
):
    bo = as_(world, client, BO)
    assert "Key made for another user: shop-ci" in await bo.opens("/")
    alert = await bo.opens(f"/alerts/{world.alert}")
    assert "Who is being told" in alert
    assert "AKIAEXAMPLE1" in alert
    assert "No alerts here." in await bo.opens("/?show=resolved")


async def test_acknowledging_says_you_have_it_and_a_second_one_is_told_who_was_first(
    world: World, client: AsyncClient
):
    bo, cy = as_(world, client, BO), as_(world, client, CY)
    path = f"/alerts/{world.quiet_alert}/acknowledge"
    assert "You have it." in await bo.sends(path, fields={})
    assert "bo has it already." in await cy.sends(path, fields={})
    assert "Resolved." in await cy.sends(f"/alerts/{world.quiet_alert}/resolve", fields={})


async def test_declaring_needs_only_a_title_and_opens_the_command_center(
    world: World, client: AsyncClient
):
    bo = as_(world, client, BO)
    form = await bo.opens(f"/incidents/declare?alert={world.quiet_alert}")
    assert bo.field("title") == "Key made for another user: someone"
    assert "Customer data has left" in form
    assert "INC-1 Leaked key of shop-ci" in form
    declared = {
        "alert": str(world.quiet_alert),
        "title": "Somebody makes keys",
        "priority": "P2",
        "category": "credential",
        "lead": "bo",
    }
    made = await bo.sends("/incidents/declare", fields=declared)
    assert "Somebody makes keys" in made
    assert "Lead: bo" in made
    assert f"#{world.quiet_alert}" in made


async def test_a_declaration_that_is_refused_keeps_what_was_typed(
    world: World, client: AsyncClient
):
    bo = as_(world, client, BO)
    typed = {
        "alert": str(world.alert),
        "title": "Typed with care",
        "priority": "P4",
        "category": "credential",
        "lead": "cy",
    }
    said = await bo.sends("/incidents/declare", status=409, fields=typed)
    assert "is in INC-1 already" in said
    assert bo.field("title") == "Typed with care"
    assert '<input type="radio" name="priority" value="P4" checked>' in bo.html
    assert "<option selected>cy" in bo.html
    empty = {"title": " ", "priority": "P4", "category": "credential"}
    said = await bo.sends("/incidents/declare", status=422, fields=empty)
    assert "The title" in said
    no_priority = {"title": "x", "category": "credential"}
    strange = await bo.sends("/incidents/declare", status=422, fields=no_priority)
    assert "Choose a priority." in strange


async def test_the_command_center_answers_what_how_bad_who_leads_and_what_next(
    world: World, client: AsyncClient
):
    bo = as_(world, client, BO)
    assert "INC-1 Leaked key of shop-ci" in await bo.opens("/incidents")
    room = await bo.opens(f"/incidents/{world.incident}")
    assert "P1 Critical Declared phase: Respond INC-1" in room
    assert "Lead: bo" in room
    assert "Since first event" in room
    assert "Follow the runbook: approve, verify, answer." in room
    assert "Waiting for someone other than you." in room
    assert "Rotate the key of shop-ci" in room
    assert "3 of 15 questions answered" in room
    assert "is still open: shut it, or accept the risk in writing" in room
    assert "The repository is private again." in room


async def test_people_respond_from_the_command_center(world: World, client: AsyncClient):
    bo, at = as_(world, client, BO), f"/incidents/{world.incident}"
    note = {"which": "note", "text": "Looked at the logs."}
    assert "Looked at the logs." in await bo.sends(f"{at}/notes", fields=note)
    assert "bo is communicator." in await bo.sends(f"{at}/roles/communicator", fields={})
    update = {"text": "The key is off.", "status": "monitoring", "next_in_minutes": "20"}
    assert "Last: monitoring" in await bo.sends(f"{at}/updates", fields=update)
    task = {"text": "Ask legal", "person": "cy"}
    assert "Ask legal" in await bo.sends(f"{at}/tasks", fields=task)
    answered = await bo.sends(f"{at}/checklist/device-missing", fields={"answer": "no"})
    assert "No bo" in answered
    assert "complicated" in await bo.sends(f"{at}/frame", fields={"frame": "complicated"})
    lower = {"priority": "P2", "reason": "No customer data."}
    assert "P2 High Declared" in await bo.sends(f"{at}/priority", fields=lower)


async def test_a_task_is_ticked_and_unticked(world: World, client: AsyncClient):
    bo, at = as_(world, client, BO), f"/incidents/{world.incident}"
    await bo.opens(at)
    tick = re.findall(rf'action="({at}/tasks/[^"]+)"', bo.html)[-1]
    assert 'aria-checked="true"' not in bo.html
    await bo.sends(tick, fields={"done": "yes"})
    assert bo.html.count('aria-checked="true"') == 1
    await bo.sends(tick, fields={"done": "no"})
    assert 'aria-checked="true"' not in bo.html


async def test_what_is_refused_says_why_beside_the_form_and_keeps_the_text(
    world: World, client: AsyncClient
):
    bo, at = as_(world, client, BO), f"/incidents/{world.incident}"
    late = {"which": "update", "text": "Typed.", "status": "monitoring", "next_in_minutes": "soon"}
    assert "whole number" in await bo.sends(f"{at}/updates", status=422, fields=late)
    assert 'id="update-wrong"' in bo.html
    assert "Typed.</textarea>" in bo.html
    given = {"which": "give-scribe", "person": "dee", "note": ""}
    assert "Somebody else is scribe" in await bo.sends(
        f"{at}/roles/scribe", status=422, fields=given
    )
    untick = {"which": "item-auth-compromised", "answer": "no"}
    said = await bo.sends(f"{at}/checklist/auth-compromised", status=422, fields=untick)
    assert "A detection ticked this; say why it is not so." in said
    strange = await bo.sends(f"{at}/frame", status=422, fields={"frame": "muddled"})
    assert "“muddled” is not an option." in strange
    assert "“P9” is not an option." in await bo.sends(
        f"{at}/priority", status=422, fields={"priority": "P9"}
    )


async def test_an_incident_moves_on_when_nothing_is_missing_and_else_says_all_that_is(
    world: World, client: AsyncClient
):
    bo, at = as_(world, client, BO), f"/incidents/{world.incident}"
    move = {"which": "move-contained", "to": "contained", "note": "Key off."}
    said = await bo.sends(f"{at}/transition", status=409, fields=move)
    assert "INC-1 cannot become contained yet." in said
    assert bo.html.count("Key off.") == 1
    risk = {"asset": "aws.iam.user/111122223333/global/shop-ci", "why": "It can do nothing."}
    await bo.sends(f"{at}/risks", fields=risk)
    assert "INC-1 is contained." in await bo.sends(f"{at}/transition", fields=move)
    proposed = await bo.sends(f"{at}/dismissal", fields={"why": "A test."})
    assert "Another person confirms it." in proposed


async def test_a_runbook_starts_from_the_incident_and_leads_to_its_run(
    world: World, client: AsyncClient
):
    bo = as_(world, client, BO)
    declared = {
        "alert": str(world.quiet_alert),
        "title": "Another",
        "priority": "P3",
        "category": "credential",
    }
    room = await bo.sends("/incidents/declare", fields=declared)
    assert "The plan suggests leaked-key on" in room
    number = re.findall(r'action="/incidents/(\d+)/runs"', bo.html)[0]
    started = await bo.sends(f"/incidents/{number}/runs", fields={"runbook": "leaked-key"})
    assert "Asked for by bo" in started
    strange = {"which": "start-run", "runbook": "no-such"}
    said = await bo.sends(f"/incidents/{number}/runs", status=404, fields=strange)
    assert "The plan has no runbook no-such." in said


async def test_a_run_shows_done_now_and_next_with_evidence_and_what_can_be_undone(
    world: World, client: AsyncClient
):
    bo = as_(world, client, BO)
    run = await bo.opens(f"/runs/{world.run}")
    assert "done aws.iam.deactivate_key: AKIAEXAMPLE1" in run
    assert "+ Status: Inactive" in run
    assert "now aws.iam.deny_user_sessions: shop-ci" in run
    assert "next Watch: no_calls_from" in run
    assert re.search(r"\b[0-9a-f]{64}\b", run)
    assert "Undo…" in run
    asked = await bo.sends("/actions/1/undo", fields={})
    assert "The undo was asked for." in asked


async def test_an_undo_that_meets_somebody_elses_change_shows_all_three_states(
    world: World, client: AsyncClient
):
    bo = as_(world, client, BO)
    world.cloud.status = "Expired"
    await bo.sends("/actions/1/undo", fields={})
    await advance(world.engine, world.run_id)
    run = await bo.opens(f"/runs/{world.run}")
    assert "Somebody changed it since." in run
    for words in ("Before us", "As we left it", "As it is now", "Expired"):
        assert words in run
    kept = {"reason": "The owner did it."}
    assert "It is kept for good." in await bo.sends("/actions/1/make-permanent", fields=kept)


async def test_an_approval_is_decided_by_another_person_on_what_they_saw(
    world: World, client: AsyncClient
):
    bo, cy = as_(world, client, BO), as_(world, client, CY)
    at = f"/approvals/{world.approvals[0]}"
    assert "Deny sessions of user shop-ci" in await cy.opens("/approvals")
    assert "Waiting for someone other than you." in await bo.opens(at)
    page = await cy.opens(at)
    assert "The call, exactly as it will be made" in page
    said = {"decision": "approve", "content_hash": cy.field("content_hash")}
    assert "Whoever asked for an action does not approve it." in await bo.sends(
        f"{at}/decide", status=403, fields=said
    )
    assert "The approval is approved." in await cy.sends(f"{at}/decide", fields=said)


async def test_a_review_keeps_both_versions_when_two_people_write(
    world: World, client: AsyncClient
):
    bo, cy = as_(world, client, BO), as_(world, client, CY)
    at = f"/incidents/{world.reviewed}/review"
    assert "ask why 5 times: 3 of 5 are answered" in await cy.opens(at)
    version = cy.field("version")
    assert "Saved." in await bo.sends(
        at, fields={"version": version, "summary": "As bo saw it.", "insights": "One\nTwo"}
    )
    mine = {"version": version, "summary": "As cy saw it."}
    said = await cy.sends(at, status=409, fields=mine)
    assert "saved by bo meanwhile" in said
    assert "As bo saw it." in said
    assert cy.field("summary") == "As cy saw it."
    again = {**mine, "version": cy.field("version")}
    assert "Saved." in await cy.sends(at, fields=again)


async def test_a_review_closes_once_nothing_is_missing(world: World, client: AsyncClient):
    cy, at = as_(world, client, CY), f"/incidents/{world.reviewed}/review"
    said = await cy.sends(f"{at}/close", status=409, fields={})
    assert "is not finished" in said
    await cy.opens(at)
    whole = {
        "version": cy.field("version"),
        "why": list(WHYS),
        "insights": "Keys live too long.",
        "follow_kind": ["prevent", "nonsense"],
        "follow_text": ["Load test before release", "Federate the build"],
        "follow_owner": ["cy", "bo"],
        "follow_due": ["2026-12-24", "2026-12-31"],
    }
    assert "Nothing is missing." in await cy.sends(at, fields=whole)
    assert "The review is closed." in await cy.sends(f"{at}/close", fields={})
    move = {"to": "closed", "note": ""}
    closed = await cy.sends(f"/incidents/{world.reviewed}/transition", fields=move)
    assert "INC-2 is closed." in closed
    assert "Reopen with new evidence" in closed


async def test_drills_are_started_told_and_scored(world: World, client: AsyncClient):
    dee = as_(world, client, DEE)
    assert "finished, failed at simulate" in await dee.opens("/drills")
    over = await dee.opens(f"/drills/{world.drill_over}")
    assert "Failed" in over
    assert "No record of the simulated AWS reached fireline." in over
    started = await dee.sends("/drills", fields={"scenario": "leaked-key", "pace": "30"})
    assert "30 times the pace of the plan" in started
    assert "Drill 3, Leaked access key, started" in started
    wrong = {"scenario": "leaked-key", "pace": "fast"}
    assert "The pace is a whole number." in await dee.sends("/drills", status=422, fields=wrong)
    lesson = await dee.sends("/drills/3/lesson", fields={"lesson": "Watch the build user."})
    assert "Watch the build user." in lesson
    assert "The drill was aborted." in await dee.sends("/drills/3/abort", fields={})


async def test_who_is_on_call_and_standing_in(world: World, client: AsyncClient):
    bo = as_(world, client, BO)
    assert re.search(r"Platform, first on call Now: [\w ]+ until", await bo.opens("/on-call"))
    schedule = re.findall(r'action="/on-call/([^/"]+)/overrides"', bo.html)[0]
    span = {"person": "dee", "start": "2026-11-17T10:00", "end": "2026-11-17T12:00"}
    assert "dee stands in." in await bo.sends(f"/on-call/{schedule}/overrides", fields=span)
    backwards = {**span, "start": "2026-11-17T13:00"}
    said = await bo.sends(f"/on-call/{schedule}/overrides", status=422, fields=backwards)
    assert "Give a start and a later end, in UTC." in said


async def test_a_viewer_sees_everything_and_is_told_which_role_may_act(
    world: World, client: AsyncClient
):
    vi, at = as_(world, client, VI), f"/incidents/{world.incident}"
    room = await vi.opens(at)
    assert "You may look. Responding takes an operator, a manager or an admin." in room
    assert "Post the update" not in room
    said = await vi.sends(f"{at}/notes", status=403, fields={"text": "Hello"})
    assert "Viewer may not respond; that takes one of: operator, manager, admin." in said
    back = await vi.sends(f"{at}/notes", sent_from=at, fields={"text": "Hello"})
    assert "that takes one of: operator, manager, admin." in back
    assert "takes a manager or an admin" in await vi.opens("/drills")


async def test_what_is_not_there_is_said_plainly(world: World, client: AsyncClient):
    bo = as_(world, client, BO)
    assert "There is no INC-999." in await bo.opens("/incidents/999", status=404)
    for path in ("/runs/999", "/drills/999", "/approvals/999", "/alerts/999"):
        assert "404 Not Found" in await bo.opens(path, status=404)


async def test_signing_in_leads_where_one_wanted_to_go(world: World, client: AsyncClient):
    password = Secret("a long enough password")
    async with world.house.transaction() as tx:
        await access.set_password(tx, BO.person, password=password, by=DEE)
    stranger = as_(world, client, None)
    wrong = {"person": "bo", "password": "not this one"}
    assert "Sign in" in await stranger.sends("/sign-in", status=403, fields=wrong)
    right = {"person": "bo", "password": password.reveal()}
    answer = await client.post("/sign-in?next=/incidents", data=right)
    assert answer.headers["location"] == "/incidents"
    assert "HttpOnly" in answer.headers["set-cookie"]


async def test_text_from_people_is_shown_as_text(world: World, client: AsyncClient):
    bo, at = as_(world, client, BO), f"/incidents/{world.incident}"
    await bo.sends(f"{at}/notes", fields={"text": "<script>alert(1)</script>"})
    assert "<script>alert" not in bo.html
    assert "&lt;script&gt;alert(1)" in bo.html


async def test_people_set_their_password_and_make_tokens(world: World, client: AsyncClient):
    bo = as_(world, client, BO)
    assert "You are operator here." in await bo.opens("/account")
    short = await bo.sends("/account/password", status=422, fields={"password": "short"})
    assert "at least 12 characters" in short
    wanted = {"name": "my shell", "role": "viewer"}
    await bo.sends("/account/tokens", status=200, fields=wanted)
    token = re.search(r"<code>(fl_[^<]+)</code>", bo.html)
    assert token is not None
    answer = await client.get("/api/v1/me", headers={"authorization": f"Bearer {token[1]}"})
    assert answer.json() == {"person": "bo", "role": "viewer", "drill": None}
    assert "my shell" in await bo.opens("/account")
    revoke = re.search(r"/account/tokens/[0-9a-f-]+/revoke", bo.html)
    assert revoke is not None
    assert "You have none." in await bo.sends(revoke[0], fields={})
