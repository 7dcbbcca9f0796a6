"""The inventory's screens, in both themes and sizes: accessible, within bounds, by keyboard."""

from collections.abc import Iterator
from itertools import count

import pytest

from fireline.app.house import House
from fireline.core.values.actor import Human
from tests.browser.conftest import Look
from tests.browser.eyes import DESK, PHONE, Eyes
from tests.browser.served import Served, serving
from tests.browser.test_screens import FOLDED
from tests.databases import Databases
from tests.doors.assets_world import tell_cloud
from tests.doors.pages_world import DEE, VI, World, tell
from tests.usecases.clouds_world import ACCOUNT

SCREENS: dict[str, tuple[str, Human]] = {
    "assets": ("/assets", VI),
    "assets-none": ("/assets?q=nothing-like-it", VI),
    "cloud": (f"/clouds/{ACCOUNT}", DEE),
    "clouds": ("/clouds", DEE),
    "clouds-viewer": ("/clouds", VI),
}
_numbers = count(1)


@pytest.fixture(scope="module")
def served(databases: Databases) -> Iterator[Served]:
    """Serve the told story, and a cloud that was looked at."""
    with databases.lent() as dsn, serving(dsn, _told) as serving_now:
        yield serving_now


async def _told(house: House) -> World:
    world = await tell(house)
    await tell_cloud(house)
    return world


@pytest.mark.parametrize(
    ("size", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"]
)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_of_the_inventory_is_accessible_and_within_its_bounds(
    look: Look, screen: str, size: tuple[int, int], theme: str
):
    path, who = SCREENS[screen]
    eyes = look(who, size=size, color_scheme=theme)
    eyes.opens(path)
    _check(eyes, f"{screen}-{theme}")


@pytest.mark.parametrize(
    ("size", "theme"), [(DESK, "dark"), (PHONE, "light")], ids=["desk", "phone"]
)
def test_an_asset_is_found_and_opened_from_the_keyboard(
    look: Look, size: tuple[int, int], theme: str
):
    eyes = look(VI, size=size, color_scheme=theme)
    eyes.opens("/assets")
    eyes.page.get_by_label("Find").fill("shop-web")
    eyes.page.keyboard.press("Enter")
    eyes.page.get_by_role("heading", name="What fits").wait_for()
    eyes.page.locator("body").press("j")
    eyes.page.keyboard.press("Enter")
    eyes.page.get_by_role("heading", name="What it is linked with").wait_for()
    eyes.page.locator("#link.on").wait_for()
    _check(eyes, f"asset-{theme}")
    picture = eyes.page.get_by_role("region", name="Picture of links")
    picture.get_by_role("link", name="ec2.security_group web").focus()
    eyes.page.keyboard.press("Enter")
    eyes.page.get_by_role("heading", name="web", level=1).wait_for()
    _check(eyes, f"asset-group-{theme}")


def _check(eyes: Eyes, name: str) -> None:
    eyes.photographs(name, whole=True)
    assert eyes.violations() == []
    assert eyes.sticking_out() == []
    eyes.page.evaluate(FOLDED)
    assert eyes.violations() == []
    assert eyes.sticking_out() == []
