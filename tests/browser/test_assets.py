"""The inventory's screens, in both themes and sizes: accessible, within bounds, by keyboard."""

import os
from collections.abc import Iterator
from itertools import count

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from fireline.app.house import House
from fireline.core.values.actor import Human
from tests.browser.conftest import Look
from tests.browser.eyes import DESK, PHONE, Eyes
from tests.browser.served import Served, serving
from tests.browser.test_screens import FOLDED
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
def served(server: str, migrated: str) -> Iterator[Served]:
    """Serve the told story, and a cloud that was looked at."""
    name = f"browser_assets_{os.getpid()}_{next(_numbers)}"
    template = sql.Identifier(str(conninfo_to_dict(migrated)["dbname"]))
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), template))
    with serving(make_conninfo(server, dbname=name), _told) as serving_now:
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
