"""The ways out, from the command line, by the API and on their page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.channels import switchboard
from fireline.app.house import House
from fireline.app.http import build
from fireline.app.settings import load
from fireline.core.access.roles import Role
from fireline.doors.web.shell import Desk as WebDesk
from fireline.store.hub import Hub
from tests.doors.cli_world import Desk
from tests.doors.pages_world import BO, DEE, tell
from tests.doors.test_pages import BASE, as_
from tests.intake.taking import Intake, taking

LOOPBACK = {"FIRELINE_PRIVATE_ADDRESSES": "127.0.0.0/8"}


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with taking(database_dsn, tmp_path, environment=LOOPBACK) as opened:
        yield opened


@pytest.fixture
async def desk(intake: Intake) -> Desk:
    tokens = {"ana": await intake.token(), "vi": await intake.token("vi", Role.VIEWER)}
    return Desk(intake.fireline.house, intake.url, tokens)


async def test_channels_are_listed_with_what_they_need_and_tried_from_the_command_line(
    intake: Intake, desk: Desk
):
    listed = await desk.read("channels", "list")
    assert "needs FIRELINE_SLACK_TOKEN" in listed
    by_name = {one["name"]: one for one in await desk.json("channels", "list", by="vi")}
    assert by_name["push"]["set_up"]
    assert by_name["email"]["missing"] == ["FIRELINE_SMTP_HOST", "FIRELINE_SMTP_FROM"]

    key = await intake.source("victorops")
    address = f"{intake.url}/integrations/victorops/{key}/shop"
    assert "splunk: took it" in await desk.read("channels", "test", "splunk", address)
    await intake.until_alert(lambda one: "Test from fireline by ana" in one.title)

    wrong = await desk.run("channels", "test", "splunk", f"{intake.url}/integrations/victorops/x/y")
    assert wrong.exit_code == 1
    assert "splunk: refused" in wrong.stdout
    assert "will never arrive" in wrong.stderr


@pytest.mark.parametrize(
    ("channel", "address", "said"),
    [
        ("pigeon", "x", "There is no channel pigeon."),
        ("slack", "U024BE7LH", "Slack is not set up."),
        ("teams", "no address", "that is not the address of a workflow"),
    ],
)
async def test_what_cannot_be_tried_says_what_to_do(
    desk: Desk, channel: str, address: str, said: str
):
    result = await desk.run("channels", "test", channel, address)
    assert result.exit_code != 0
    assert said in result.stderr
    assert "Traceback" not in result.stderr


async def test_only_who_configures_may_try_an_address(desk: Desk, intake: Intake):
    result = await desk.run("channels", "test", "teams", "https://example.com/x", by="vi")
    assert result.exit_code != 0
    async with AsyncClient(base_url=intake.url) as client:
        key = await client.get(
            "/api/v1/channels/push/key", headers={"authorization": f"Bearer {desk.tokens['vi']}"}
        )
    assert len(key.json()["public_key"]) == 87


async def test_the_page_shows_the_channels_and_tells_how_a_test_went(house: House, tmp_path: Path):
    world = await tell(house)
    board = switchboard(load({"FIRELINE_DATA_DIR": str(tmp_path)}))
    app = build(WebDesk(house.transaction, Hub(), board))
    async with AsyncClient(transport=ASGITransport(app=app), base_url=BASE) as client:
        bo, dee = as_(world, client, BO), as_(world, client, DEE)
        assert "not set up: needs FIRELINE_SLACK_TOKEN" in await bo.opens("/channels")
        assert "Send a test" not in await bo.opens("/channels")
        assert "how messages leave" in await bo.opens("/sources")
        near = {"channel": "teams", "address": "http://127.0.0.1:9/x"}
        said = await dee.sends("/channels", fields=near, status=200)
        assert "teams: refused (127.0.0.1 may not be called" in said
        assert dee.field("address") == "http://127.0.0.1:9/x"
        typed = {"channel": "teams", "address": "nonsense"}
        said = await dee.sends("/channels", fields=typed, status=422)
        assert "that is not the address of a workflow" in said
        assert dee.field("address") == "nonsense"
