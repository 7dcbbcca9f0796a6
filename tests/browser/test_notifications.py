"""The Notifications page in a browser: live outcomes, the keyboard, and both sizes and themes."""

import pytest
from playwright.sync_api import expect

from fireline.ports.channel import Refused
from fireline.usecases import contacts
from tests.browser.conftest import Look
from tests.browser.eyes import DESK, PHONE
from tests.browser.served import Served
from tests.doors.pages_world import BO, CY, VI
from tests.usecases.alerts_world import send
from tests.usecases.contacts_world import CHANNELS, GO, code_in

PAGE = "/account/notifications"


@pytest.fixture(scope="module", autouse=True)
def _set_up(served: Served) -> None:
    async def say() -> None:
        async with served.world.house.transaction() as tx:
            await contacts.say_channels(tx, CHANNELS)

    served.do(say())


def test_a_phone_is_added_verified_and_tested_by_keyboard_with_the_end_shown_live(
    look: Look, served: Served
):
    eyes = look(BO)
    eyes.opens(PAGE)
    page = eyes.page
    adding = page.get_by_role("region", name="Add a contact")
    adding.get_by_label("Address").fill("+49 151 12345678")
    adding.get_by_label("What you call it").fill("night phone")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A code comes by text message.")).to_be_visible()
    sent = served.do(send(served.world.house, GO))  # the story's own messages, too
    (message,) = [one for one in sent if one.channel == "sms"]
    phone = page.get_by_role("article", name="night phone")
    phone.get_by_label("Code").fill(code_in(message))
    page.keyboard.press("Enter")
    expect(phone.get_by_text("verified", exact=True)).to_be_visible()
    phone.get_by_role("button", name="Send test by text message").click()
    expect(phone.get_by_text("waiting")).to_be_visible()
    served.do(send(served.world.house, Refused("number not in service")))
    # Nothing was pressed: the page was poked and asked again.
    expect(phone.get_by_text("number not in service")).to_be_visible()
    expect(phone.get_by_text("No rule uses it.")).to_be_visible()
    eyes.photographs("notifications-failed", whole=True)
    assert eyes.violations() == []
    assert eyes.complaints == []


def test_rules_are_changed_and_given_back(look: Look):
    eyes = look(CY)
    eyes.opens(PAGE)
    urgent = eyes.page.get_by_role("region", name="Urgent pages")
    urgent.get_by_text("Change").click()
    urgent.get_by_label("after").first.fill("90s")
    urgent.get_by_role("button", name="Keep").click()
    expect(urgent.get_by_text("Your own rules.")).to_be_visible()
    expect(urgent.get_by_text("after 1m30s")).to_be_visible()
    urgent.get_by_text("Change").click()
    urgent.get_by_role("button", name="Back to the plan").click()
    expect(urgent.get_by_text("The plan's rules.")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(("path", "name"), [(PAGE, "notifications"), ("/readiness", "readiness")])
def test_the_pages_are_accessible_and_stay_within_their_bounds(
    look: Look, path: str, name: str, size: tuple[int, int], theme: str
):
    eyes = look(BO, size=size, color_scheme=theme)
    eyes.opens(path)
    eyes.photographs(f"{name}-{'phone' if size == PHONE else 'desk'}-{theme}", whole=True)
    assert eyes.violations() == []
    assert eyes.sticking_out() == []
    eyes.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert eyes.violations() == []
    assert eyes.sticking_out() == []
    assert eyes.complaints == []


def test_a_form_that_is_refused_keeps_what_was_typed_and_says_why(look: Look):
    eyes = look(CY)
    eyes.opens(PAGE)
    adding = eyes.page.get_by_role("region", name="Add a contact")
    adding.get_by_label("Address").fill("0151")
    adding.get_by_role("button", name="Add it").click()
    expect(adding.get_by_role("alert")).to_contain_text("country and number")
    expect(adding.get_by_label("Address")).to_have_value("0151")
    assert eyes.violations() == []
    # That a form was refused is the one thing Chromium itself complains about.
    assert [one for one in eyes.complaints if "422" not in one] == []
    eyes.complaints.clear()


def test_who_is_not_in_the_plan_is_told_so(look: Look):
    eyes = look(VI)
    eyes.page.goto(PAGE)
    expect(eyes.page.get_by_text("The plan has no person vi.")).to_be_visible()
    assert [one for one in eyes.complaints if "404" not in one] == []
    eyes.complaints.clear()
