"""Every screen, in both themes and both sizes: accessible, within its bounds, and quiet."""

import pytest

from fireline.core.values.actor import Human
from tests.browser.conftest import Look
from tests.browser.eyes import DESK, PHONE
from tests.browser.served import Served
from tests.doors.pages_world import BO, CY, DEE, VI

SCREENS: dict[str, tuple[str, Human | None]] = {
    "alerts": ("/", BO),
    "alerts-empty": ("/?show=resolved", BO),
    "alert": ("/alerts/{world.alert}", BO),
    "alert-several": ("/alerts/{world.several}", BO),
    "learned": ("/alerts/learned", BO),
    "incidents": ("/incidents", BO),
    "declare": ("/incidents/declare?alert={world.quiet_alert}", BO),
    "incident": ("/incidents/{world.incident}", CY),
    "incident-viewer": ("/incidents/{world.incident}", VI),
    "run": ("/runs/{world.run}", BO),
    "approvals": ("/approvals", CY),
    "approval": ("/approvals/{world.approvals[0]}", CY),
    "approval-own": ("/approvals/{world.approvals[0]}", BO),
    "review": ("/incidents/{world.reviewed}/review", CY),
    "on-call": ("/on-call", BO),
    "routes": ("/routes?title=Disk&labels=service%3Dshop", BO),
    "escalations": ("/escalations", BO),
    "escalation": ("/escalations/platform?priority=P3", BO),
    "silences": ("/silences", BO),
    "channels": ("/channels", DEE),
    "drills": ("/drills", DEE),
    "drill": ("/drills/{world.drill}", DEE),
    "drill-over": ("/drills/{world.drill_over}", DEE),
    "refused": ("/incidents/999", BO),
    "sign-in": ("/sign-in", None),
    "link-dead": ("/acknowledge/not-a-token", None),
}
FOLDED = "document.querySelectorAll('details').forEach(each => { each.open = true })"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_is_accessible_and_stays_within_its_bounds(
    look: Look, served: Served, screen: str, size: tuple[int, int], theme: str
):
    path, who = SCREENS[screen]
    eyes = look(who, size=size, color_scheme=theme)
    eyes.opens(path.format(world=served.world))
    eyes.photographs(f"{screen}-{'phone' if size == PHONE else 'desk'}-{theme}", whole=True)
    assert eyes.violations() == []
    assert eyes.sticking_out() == []
    # A refused address is the one thing Chromium itself complains about on the console.
    expected = [each for each in eyes.complaints if "the server responded with a status" in each]
    if screen in {"refused", "link-dead"}:
        for each in expected:
            eyes.complaints.remove(each)
    eyes.page.evaluate(FOLDED)
    assert eyes.violations() == []
    assert eyes.sticking_out() == []


def test_the_list_of_shortcuts_is_a_dialog_that_closes_with_escape(look: Look):
    eyes = look()
    eyes.opens("/")
    eyes.page.keyboard.press("?")
    assert eyes.page.get_by_role("dialog").is_visible()
    assert eyes.violations() == []
    eyes.page.keyboard.press("Escape")
    assert not eyes.page.get_by_role("dialog").is_visible()


def test_a_page_brings_little(look: Look, served: Served):
    eyes = look()
    brought: dict[str, int] = {}
    eyes.page.on("response", lambda got: brought.update({got.url: len(got.body())}))
    eyes.page.goto(f"/incidents/{served.world.incident}")
    eyes.page.wait_for_load_state("load")
    sizes = {kind: sum(n for url, n in brought.items() if kind in url) for kind in (".js", ".css")}
    assert sizes[".js"] <= 60_000
    assert sizes[".css"] <= 40_000
