"""On-call from the command line: every command of the how-to page, and what is refused."""

import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import icalendar
import pytest
from httpx2 import AsyncClient

from fireline.app.house import House
from tests.doors.cli_world import Desk, open_desk

PAGE = Path(__file__).parents[2] / "docs/how-to/on-call.md"
SHIFTS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//elsewhere//EN
BEGIN:VEVENT
UID:one
DTSTAMP:20261101T000000Z
DTSTART:20261210T080000Z
DTEND:20261210T160000Z
SUMMARY:Bo Lindqvist
END:VEVENT
BEGIN:VEVENT
UID:two
DTSTAMP:20261101T000000Z
DTSTART:20261211T080000Z
DTEND:20261211T160000Z
SUMMARY:somebody else
END:VEVENT
END:VCALENDAR
"""
# Who says it, where it is not ana, who administers; the page is read from the top.
BY = {
    "accept 2": "bo",
    "swap platform ana": "dee",
    "cover platform": "dee",
    "accept 1": "ana",
}


@pytest.fixture
async def desk(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shifts.ics").write_text(SHIFTS)
    async with open_desk(house) as opened:
        yield opened


def commands() -> list[list[str]]:
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines() if line.strip()]
    assert all(line.startswith("$ fireline ") for line in lines)
    # What takes something back is mentioned in the text, because every id is another.
    mentioned = re.findall(r"`(fireline [^`]* ID)`", PAGE.read_text("utf-8"))
    return [shlex.split(line.removeprefix("$ "))[1:] for line in (*lines, *mentioned)]


async def newest(desk: Desk, group: str) -> str:
    words = ("oncall", group, "list", *(("platform",) if group == "override" else ()))
    return (await desk.json(*words))[0]["id"]


async def said(desk: Desk, words: list[str]) -> str:
    """Run a command of the page as whoever would say it; `ID` is what the list above it shows."""
    asker = " ".join(words[1:])
    known = [str(await newest(desk, words[1])) if one == "ID" else one for one in words]
    by = next((who for start, who in BY.items() if asker.startswith(start)), "ana")
    if by == "dee":  # who has no account here; a manager asks for her
        return await desk.read(*known, "--person", "dee")
    return await desk.read(*known, by=by)


async def test_every_command_of_the_page_does_what_it_says(desk: Desk):
    heard = {" ".join(words): await said(desk, words) for words in commands()}
    assert len(heard) > 24

    def of(start: str) -> str:
        return next(text for words, text in heard.items() if words.startswith(start))

    assert re.search(r"platform +dee .*has the turn +ana", of("who"))
    assert "ana has the pager of Platform, first on call until" in of("oncall take platform")
    assert "No shift ahead." not in of("oncall mine")
    assert "Somebody is on call all of the next 90 days." in of("oncall gaps")
    assert re.search(r"replace +cy", of("oncall override list"))
    assert re.search(r"1 +swap +platform +dee +ana ", of("oncall requests"))
    assert "Request 1 is accepted." in of("oncall accept 1")
    assert "any teammate" in of("oncall cover")
    assert "skiing" in of("oncall leave list")
    assert "Ana Duarte has a pager for 19 days without a day's rest" in of("oncall warnings")
    assert "/calendar/" in of("oncall calendar create --person")
    assert re.search(
        r"1 shift would stand in, 0 replaced.*somebody else: it names nobody",
        of("oncall import-ics platform shifts.ics --preview"),
        re.DOTALL,
    )
    assert "1 shift stand in" in heard["oncall import-ics platform shifts.ics"]
    assert re.search(r"pages at night\n", of("oncall fairness"))


async def test_swaps_and_leave_show_in_what_the_api_says(desk: Desk):
    await desk.read(
        "oncall", "swap", "platform", "ana", "--my", "2026-12-01T12:00Z",
        "--their", "2026-12-08T12:00Z", "--person", "dee",
    )  # fmt: skip
    await desk.read("oncall", "accept", 1)
    shifts = await desk.json("oncall", "shifts", "platform", "--from", "2026-12-01T12:00Z")
    assert [one["duty"]["person"] for one in shifts["result"]] == ["ana", "dee", "dee"]
    assert await desk.json("oncall", "requests") == []
    (kept,) = await desk.json("oncall", "requests", "--all")
    assert (kept["state"], kept["settled_by"]) == ("accepted", "ana")
    at = await desk.json("oncall", "who", "platform", "--at", "2026-12-08T12:00Z")
    assert [one["duty"]["person"] for one in at["now"]] == ["dee"]


async def test_an_address_is_read_only_while_it_is_in_force(desk: Desk):
    made = await desk.json("oncall", "calendar", "create", "--person", "ana")
    assert (await desk.json("oncall", "calendar", "list"))[0]["id"] == made["id"]
    assert re.fullmatch(r"/calendar/[\w-]{43}\.ics", made["path"])
    await desk.read("oncall", "calendar", "revoke", made["id"])
    assert await desk.json("oncall", "calendar", "list") == []
    gone = await desk.run("oncall", "calendar", "revoke", made["id"])
    assert (gone.exit_code, "no such calendar address" in gone.stderr) == (4, True)


async def test_what_is_wrong_is_told_with_the_field_and_the_fix(desk: Desk):
    day = ("--from", "2026-12-24T08:00Z", "--until", "2026-12-25T08:00Z")
    back = ("--from", "2026-12-25T08:00Z", "--until", "2026-12-24T08:00Z")
    over = ("--from", "2026-10-01T08:00Z", "--until", "2026-10-02T08:00Z")
    add = ("oncall", "override", "add", "platform")
    for words, told, code in (
        ((*add, "zed", *day), "person: the plan has no person zed. Known: ana", 4),
        ((*add, "cy", *back), "end: 2026-12-24T08:00:00+00:00 does not come after the start", 2),
        ((*add, "cy", *over), "end: 2026-10-02T08:00:00+00:00 is over already", 2),
        ((*add, "cy", *day, "--layer", "nights"), "layers: platform has no layer nights", 2),
        ((*add, *day), "person: nobody is named", 2),
        ((*add, "cy", *day, "--join", "--off"), "not both", 2),
        (("oncall", "take", "platform", "--for", "1h", "--until", "2026-12-24T08:00Z"), "both", 2),
        (("oncall", "gaps", "nights"), "The plan has no schedule nights. Known: platform", 4),
        (("oncall", "who", "nights"), "The plan has no schedule nights.", 4),
        (("oncall", "accept", 7), "There is no request 7.", 4),
        (("oncall", "cover", "platform", "--from", "2026-12-16T08:00Z"), "does not have the", 4),
        (("oncall", "import-ics", "platform", "nowhere.ics"), "nowhere.ics cannot be read", 2),
        (("oncall", "leave", "add", *back), "does not come after the start", 2),
    ):  # fmt: skip
        result = await desk.run(*words)
        assert told in " ".join(result.stderr.split()), (words, result.stderr)
        assert result.exit_code == code, words


async def test_only_a_manager_acts_for_somebody_else(desk: Desk):
    day = ("--from", "2026-11-18T08:00Z", "--until", "2026-11-18T12:00Z")
    refused = await desk.run("oncall", "cover", "platform", *day, "--person", "dee", by="bo")
    assert (refused.exit_code, "operator may not configure" in refused.stderr.lower()) == (4, True)
    await desk.read("oncall", "cover", "platform", *day, "--person", "dee")
    refused = await desk.run("oncall", "accept", 1, "--person", "cy", by="bo")
    assert refused.exit_code == 4
    assert "Request 1 is accepted." in await desk.read("oncall", "accept", 1, by="cy")
    refused = await desk.run("oncall", "take", "platform", by="viewer")
    assert (refused.exit_code, "may not respond" in refused.stderr) == (4, True)


async def test_the_calendar_library_of_others_reads_what_is_imported_from_standard_input(
    desk: Desk,
):
    assert len(icalendar.Calendar.from_ical(SHIFTS.encode()).walk("VEVENT")) == 2
    headers = {"Authorization": f"Bearer {desk.tokens['ana']}"}
    async with AsyncClient(base_url=f"{desk.url}/api/v1", headers=headers) as client:
        body = {"calendar": SHIFTS}
        answer = await client.post("/schedules/platform/import", json=body)
        assert answer.status_code == 200
        assert answer.json()["left_out"][0]["uid"] == "two"
        wrong = await client.post("/schedules/platform/import", json={"calendar": "/etc/hosts"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "calendar.unreadable")
        long = await client.post(
            "/on-call/leave", json={"start": "x", "end": "y", "note": "z" * 999}
        )
        assert [one["field"] for one in long.json()["errors"]] == ["start", "end", "note"]
