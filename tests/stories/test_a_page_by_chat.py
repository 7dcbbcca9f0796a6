"""A page leaves by a chat whose address is a secret, is answered there, and is ended elsewhere."""

import re
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from fireline.content.starter_plan import starter_files
from fireline.ports.channel import Channel
from fireline.wire.addresses import Reach
from tests.connectors import test_channel_contract as fakes
from tests.connectors.channel_contract import HttpAsked, Mood
from tests.intake.taking import taking, until

_RULES = re.compile(r"  (webhook|urgent):.*?(?=  calm)", re.DOTALL)
REACHED = """  teams: env:TEAMS_URL
  pagerduty: env:PAGERDUTY_KEY
  urgent:
    - {channel: teams, after: 0m}
    - {channel: pagerduty, after: 0m}
"""
KEY = fakes.TestPagerDuty.secrets[0]


class Onward(fakes.TestPagerDuty):
    """PagerDuty, whose address is a setting."""

    def channel(self, host: str, port: int, reach: Reach) -> Channel:
        raise NotImplementedError


async def test_it_is_told_in_teams_and_at_pagerduty_answered_by_the_link_and_over_everywhere(
    database_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    people = _RULES.sub(REACHED, starter_files()["people.yaml"])
    async with fakes.TestTeams().vendor(Mood.TAKES) as teams, Onward().vendor(Mood.TAKES) as onward:
        monkeypatch.setenv("TEAMS_URL", fakes.TestTeams().address("127.0.0.1", teams.port))
        monkeypatch.setenv("PAGERDUTY_KEY", KEY)
        environment = {
            "FIRELINE_PRIVATE_ADDRESSES": "127.0.0.0/8",
            "FIRELINE_PAGERDUTY_URL": f"http://127.0.0.1:{onward.port}",
        }
        async with (
            taking(
                database_dsn, tmp_path, files={"people.yaml": people}, environment=environment
            ) as intake,
            AsyncClient(base_url=intake.url) as client,
        ):
            token = await intake.source("json")
            alert = {"id": "disk", "title": "Disk full", "severity": "critical"}
            await client.post(f"/hooks/json/{token}", json=alert)
            number = (await intake.until_alert(lambda one: one.title == "Disk full")).number

            async def told() -> bool:
                return bool(teams.asked and onward.asked)

            await until(told, seconds=30)
            card = HttpAsked.of(teams.asked[0]).said["attachments"]
            (link,) = set(re.findall(r"http://[^\"']*/acknowledge/[^\"']*", str(card)))
            opened = HttpAsked.of(onward.asked[0]).said
            assert (opened["routing_key"], opened["event_action"]) == (KEY, "trigger")

            assert (await client.get(link)).status_code == 200
            assert (await intake.view(number)).state == "firing"
            pressed = await client.post(link, headers={"accept": "application/json"})
            assert pressed.json()["yours"] is True

            async def ended() -> bool:
                events = [HttpAsked.of(one).said for one in onward.asked]
                return any(one["event_action"] == "resolve" for one in events)

            await until(ended, seconds=30)
            view = await intake.view(number)
            assert view.state == "acknowledged"
            kept = repr(view)
            assert "s1gnature" not in kept
            assert KEY not in kept
            assert "08585" in kept  # the receipt
