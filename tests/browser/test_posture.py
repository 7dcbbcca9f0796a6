"""The screens of posture, in both themes and both sizes: accessible, within bounds, and quiet."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from fireline.app.house import House
from fireline.core.detection.posture_exceptions import Scope
from fireline.usecases import plans
from fireline.usecases.asset_saving import Seen, prepare, save
from fireline.usecases.posture import judge_assets
from fireline.usecases.posture_exceptions import NewException, except_findings
from fireline.usecases.posture_views import Wanted, list_findings
from tests.browser.conftest import Look
from tests.browser.eyes import DESK, PHONE
from tests.browser.served import Served
from tests.browser.test_screens import FOLDED
from tests.doors.pages_world import BO
from tests.doors.test_posture_doors import account, private, public

MONTH = timedelta(days=30)
SCREENS = {
    "posture": "/posture",
    "posture-none": "/posture?q=nothing-is-called-so",
    "posture-finding": "/posture/findings/{open}",
    "posture-excepted": "/posture/findings/{excepted}",
    "posture-signatures": "/posture/signatures",
    "posture-signature": "/posture/signatures/s3-bucket-public",
    "posture-drift": "/posture/drift",
    "posture-exceptions": "/posture/exceptions?signature=s3-bucket-public",
}
_told: dict[int, "Told"] = {}


@dataclass(frozen=True)
class Told:
    """The numbers of a finding that is open, and of one that is excepted."""

    open: int
    excepted: int


async def tell(house: House) -> Told:
    """Let a bucket be public, mended and public again, and another one be excepted."""
    async with house.transaction() as tx:
        plan = await plans.current(tx)
        for site in (public("site"), private("site"), public("site")):
            found = [account(), site, public("excepted-" + "x" * 40)]
            await save(tx, plan, prepare(found), Seen(None, tx.now))
            refs = [one.ref for one in found]
            await judge_assets(tx, plan, refs, drill=None, first_look=True)
        scope = Scope("s3-bucket-public", asset="excepted-*")
        asked = NewException(scope, next(iter(plan.people)), "Ours.", tx.now + MONTH, "SEC-1")
        await except_findings(tx, plan, asked, drill=None, by=BO)
        page = await list_findings(tx, Wanted(signature="s3-bucket-public"))
        await tx.db.execute("delete from payload where sorted_at is null")
        excepted = next(one.number for one in page.items if one.excepted)
        return Told(next(one.number for one in page.items if not one.excepted), excepted)


@pytest.fixture
def told(served: Served) -> Told:
    """Tell the story once for each fireline that is served."""
    if id(served) not in _told:
        _told[id(served)] = served.do(tell(served.world.house))
    return _told[id(served)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_of_posture_is_accessible_and_stays_within_its_bounds(
    look: Look, told: Told, screen: str, size: tuple[int, int], theme: str
):
    eyes = look(BO, size=size, color_scheme=theme)
    eyes.opens(SCREENS[screen].format(open=told.open, excepted=told.excepted))
    eyes.photographs(f"{screen}-{'phone' if size == PHONE else 'desk'}-{theme}", whole=True)
    eyes.page.evaluate(FOLDED)
    assert eyes.violations() == []
    assert eyes.sticking_out() == []
    assert eyes.complaints == []


def test_a_finding_is_reached_by_the_keyboard(look: Look, told: Told):
    eyes = look(BO)
    eyes.opens("/posture?signature=s3-bucket-public")
    eyes.page.keyboard.press("j")
    eyes.page.keyboard.press("Enter")
    eyes.page.wait_for_url("**/posture/findings/*")
    assert told.open
