"""What attackers write stays text: on pages, in links, and on a terminal."""

import re
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from fireline.core.access.roles import Role
from fireline.doors.cli import terminal
from tests.doors.test_source_pages import signed_in
from tests.intake.taking import taking

SCRIPT = "<script>alert(1)</script>"
BREAKS_OUT = '" onmouseover="alert(1)" x=\'</title><img src=x onerror=alert(1)> {{ 7*7 }}'
ESCAPES = "\x1b[2J\x1b]0;owned\x07\u202etxt.exe"


def hostile(n: int) -> dict[str, object]:
    evil = f"{SCRIPT}{BREAKS_OUT}{ESCAPES}{n}"
    return {
        "message": evil,
        "alias": evil,
        "description": evil,
        "details": {evil: evil, "runbook_url": "javascript:alert(1)", "host": evil},
        "tags": [evil],
        "entity": evil,
        "source": evil,
        "note": evil,
        "user": evil,
    }


async def test_hostile_words_are_shown_and_never_obeyed(database_dsn: str, tmp_path: Path):
    async with taking(database_dsn, tmp_path) as intake, AsyncClient(base_url=intake.url) as client:
        key = {"authorization": f"GenieKey {await intake.source('opsgenie', name=BREAKS_IN)}"}
        assert (await client.post("/v2/alerts", json=hostile(1), headers=key)).status_code == 202
        hook = await intake.source("alertmanager", name="hook")
        fires = {
            "status": "firing",
            "labels": {"alertname": f"{SCRIPT}{BREAKS_OUT}"},
            "annotations": {
                "runbook_url": "javascript:alert(1)",
                "dashboard": 'https://a.example/"onclick=alert(1)',
                "other": "http://a.example/<script>",
            },
            "generatorURL": "javascript:alert(document.cookie)",
        }
        path = f"/integrations/alertmanager/{hook}"
        answer = await client.post(path, json={"status": "firing", "alerts": [fires]})
        assert answer.status_code == 202
        garbage = await client.post(path, content=f"{{{SCRIPT}{BREAKS_OUT}".encode())
        assert garbage.status_code == 202
        await intake.until_alert(lambda one: "could not be read" in one.title)
        alerts = await intake.alerts()
        assert len(alerts) >= 3
        ana = await signed_in(intake, client, "ana", Role.ADMIN)
        pages = [
            "/",
            "/sources",
            "/sources/hook",
            "/changes",
            *(f"/alerts/{a.number}" for a in alerts),
        ]
        for page in pages:
            await ana.opens(page)
            assert "<script>alert" not in ana.html, page
            assert "<img src=x" not in ana.html, page
            assert not re.search(r"<[^>]*\sonmouseover=\"alert", ana.html), page
            assert "49" not in re.findall(r"onerror=alert\(1\)&gt; (\S+)", ana.html), page
            assert not re.search(r"href=[\"']?\s*(javascript|data):", ana.html, re.IGNORECASE), page
            for link in re.findall(r"<a [^>]*href=\"https?://[^>]*>", ana.html):
                assert 'rel="noopener noreferrer"' in link


BREAKS_IN = "ops'\"><b>x"


def test_a_terminal_is_never_told_what_to_do(capsys: pytest.CaptureFixture[str]):
    evil = f"{ESCAPES}{SCRIPT}[red]"
    terminal.say(evil)
    terminal.remark(evil)
    terminal.say_table(("title",), [(evil,)], empty="none")
    terminal.say_section(evil, [evil])
    told = "".join(capsys.readouterr())
    assert not {"\x1b", "\x07", "\u202e"} & set(told)
    assert told.count(f"{SCRIPT}[red]") == 5
