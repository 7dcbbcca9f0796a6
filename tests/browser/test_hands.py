"""What people do with a keyboard, without scripts, and at the same time as somebody else."""

import re
import time

from playwright.sync_api import Locator, Page, expect

from fireline.usecases import incidents
from tests.browser.conftest import Look
from tests.browser.served import Served
from tests.doors.pages_world import BO, CY


def noting(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Note", exact=True).and_(page.locator("textarea"))


def updating(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Update", exact=True)


async def _note(served: Served, text: str) -> None:
    async with served.world.house.transaction() as tx:
        await incidents.note(tx, served.world.incident_id, text, by=CY)


def test_the_keyboard_alone_acknowledges_declares_and_notes(look: Look, served: Served):
    page = look(BO).page
    keys = page.keyboard
    page.goto("/")
    keys.press("j")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/alerts/\d+$"))
    keys.press("a")
    expect(page.get_by_text("bo has it")).to_be_visible()
    keys.press("c")
    page.wait_for_url(re.compile(r"/incidents/declare"))
    expect(page.get_by_label("What is happening?")).to_be_focused()
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/incidents/\d+$"))
    keys.press("n")
    expect(noting(page)).to_be_focused()
    keys.type("Written without a mouse")
    keys.press("Control+Enter")
    expect(page.get_by_role("log").get_by_text("Written without a mouse")).to_be_visible()
    expect(noting(page)).to_have_value("")


def test_a_row_is_selected_by_its_key_and_answered_with_the_others(look: Look, served: Served):
    page = look(BO).page
    page.goto("/?priority=P5")
    page.keyboard.press("j")
    page.keyboard.press("x")
    row = page.get_by_role("checkbox", name=f"Select alert #{served.world.several}")
    expect(row).to_be_checked()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("1 alert acknowledged.")).to_be_visible()
    expect(page.get_by_text("acknowledged by bo")).to_be_visible()


def test_letters_typed_into_a_field_are_letters(look: Look, served: Served):
    page = look(BO).page
    page.goto(f"/incidents/{served.world.incident}")
    noting(page).fill("")
    noting(page).press_sequentially("gac?")
    expect(noting(page)).to_have_value("gac?")
    assert page.url.endswith(f"/incidents/{served.world.incident}")


def test_what_somebody_else_does_shows_within_a_second_and_typed_text_stays(
    look: Look, served: Served
):
    eyes = look(BO)
    eyes.opens(f"/incidents/{served.world.incident}")
    note, update = noting(eyes.page), updating(eyes.page)
    eyes.page.get_by_text("questions answered").click()
    update.fill("Half a sentence")
    note.fill("Half a note")
    began = time.monotonic()
    served.do(_note(served, "Seen from elsewhere"))
    expect(eyes.page.get_by_role("log").get_by_text("Seen from elsewhere")).to_be_visible()
    assert time.monotonic() - began < 1
    expect(note).to_have_value("Half a note")
    expect(note).to_be_focused()
    expect(update).to_have_value("Half a sentence")
    expect(eyes.page.get_by_role("button", name=re.compile("^Yes: ")).first).to_be_visible()


def test_a_click_on_a_task_keeps_the_place_and_the_focus(look: Look, served: Served):
    eyes = look(BO)
    eyes.opens(f"/incidents/{served.world.incident}")
    task = eyes.page.get_by_role("checkbox", name="Rotate the key")
    task.focus()
    eyes.page.keyboard.press("Space")
    expect(task).to_be_checked()
    expect(task).to_be_focused()
    assert eyes.page.url.endswith(f"/incidents/{served.world.incident}")


def test_a_refused_form_says_why_beside_it_and_keeps_the_text(look: Look, served: Served):
    eyes = look(BO)
    eyes.opens(f"/incidents/{served.world.incident}")
    updating(eyes.page).fill("More soon")
    eyes.page.get_by_label("Next in minutes").fill("20000")
    eyes.page.get_by_role("button", name="Post the update").click()
    expect(eyes.page.get_by_role("alert")).to_contain_text("7 days")
    expect(updating(eyes.page)).to_have_value("More soon")
    # Chromium writes every refused request to its console.
    eyes.complaints[:] = [each for each in eyes.complaints if "status of 422" not in each]


def test_a_note_needs_no_script(look: Look, served: Served):
    page = look(BO, java_script_enabled=False).page
    page.goto(f"/incidents/{served.world.incident}")
    noting(page).fill("From a browser without scripts")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("log").get_by_text("From a browser without scripts")).to_be_visible()


def test_a_second_person_approves_and_the_run_page_says_so(look: Look, served: Served):
    asker, approver = look(BO), look(CY)
    asker.opens(f"/runs/{served.world.run}")
    approver.opens(f"/approvals/{served.world.approvals[0]}")
    approver.page.get_by_role("button", name="Approve and run").click()
    expect(approver.page.get_by_text("The approval is approved.")).to_be_visible()
    expect(asker.page.get_by_text("deny-sessions · ready")).to_be_visible()
