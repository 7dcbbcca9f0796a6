"""The on-call pages as hands and eyes meet them: a shift changed by the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Look
from tests.browser.eyes import DESK, PHONE, Eyes
from tests.doors.pages_world import BO, DEE


def seen_well(eyes: Eyes) -> None:
    eyes.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert eyes.violations() == []
    assert eyes.sticking_out() == []


def test_a_shift_is_reached_and_overridden_by_the_keyboard(look: Look):
    page = look(BO).page
    page.goto("/on-call")
    link = page.locator("svg.sched a").first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/on-call/[\w-]+/shift\?"))
    who = page.get_by_label("Who stands in")
    who.focus()
    page.keyboard.type("Cy")
    page.get_by_role("button", name="Stand in").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("cy stands in.")).to_be_visible()
    expect(page.locator("svg.sched text", has_text="Overrides").first).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_shift_and_the_templates_are_accessible_and_stay_within_their_bounds(
    look: Look, size: tuple[int, int]
):
    eyes = look(DEE, size=size)
    eyes.opens("/on-call")
    eyes.page.goto(eyes.page.locator("svg.sched a").last.get_attribute("href") or "")
    name = "phone" if size == PHONE else "desk"
    eyes.photographs(f"on-call-shift-{name}", whole=True)
    seen_well(eyes)
    eyes.opens("/on-call/templates")
    eyes.photographs(f"on-call-templates-{name}", whole=True)
    seen_well(eyes)
