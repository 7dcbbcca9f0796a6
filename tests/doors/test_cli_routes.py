"""Routes and silences from the command line: what people read, and what is refused."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fireline.app.house import House
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.usecases import plans
from tests.doors.cli_world import Desk, open_desk

ROUTES = """
routes:
  - id: pods-of-the-shop
    when: alert.labels.namespace == "shop" && alert.priority <= 3
    service: shop
    priority: P1
    runbook: leaked-key
  - id: nights
    when: alert.kind == "DiskFull"
    hours:
      - {zone: Europe/Berlin, days: [mon, tue, wed, thu, fri], from: "22:00", to: "06:00"}
    priority: P4
  - id: noise
    when: alert.title.startsWith("TEST")
    suppress: it is a test by its own words
default: {team: platform, escalation: platform}
"""


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with open_desk(house) as opened:
        async with house.transaction() as tx:
            files = await plans.files_of(tx, (await plans.current(tx)).revision)
            await plans.push(
                tx,
                {**files, "routes.yaml": ROUTES},
                by=Human(PersonId("ana")),
                note="routes",
            )
        yield opened


async def test_routes_are_listed_in_their_order(desk: Desk):
    read = await desk.read("route", "list")
    assert read.index("pods-of-the-shop") < read.index("nights") < read.index("default")
    assert "priority P1" in read
    assert "mon, tue, wed, thu, fri" in read
    assert [one["id"] for one in await desk.json("route", "list")] == [
        "pods-of-the-shop", "nights", "noise", "default",
    ]  # fmt: skip


async def test_a_trial_says_which_route_why_and_who_is_told_when(desk: Desk):
    read = await desk.read(
        "route", "test", "--title", "pod restarts", "--label", "namespace=shop",
        "--at", "2026-11-25T03:00Z",
    )  # fmt: skip
    assert "route     pods-of-the-shop" in read
    assert "priority  P1" in read
    assert "nights: `pods-of-the-shop` came first" in read
    assert " 1.   at once  Ana Duarte (on call), by webhook at once, email +1 min" in read
    assert " 2.    +2 min  Bo Lindqvist (on call)" in read
    assert "person of last resort" in read


async def test_a_trial_says_why_a_route_did_not_fit(desk: Desk):
    read = await desk.read(
        "route", "test", "--title", "disk", "--kind", "DiskFull", "--at", "2026-11-25T12:00Z"
    )
    assert "nights: it is outside its hours" in read
    assert "pods-of-the-shop: the alert lacks what it asks for" in read
    assert "because   nothing says whose it is, so the default route" in read
    at_night = await desk.json(
        "route", "test", "--title", "disk", "--kind", "DiskFull", "--at", "2026-11-25T23:30Z"
    )
    assert (at_night[0]["routed"]["route"], at_night[0]["routed"]["priority"]) == ("default", 4)


async def test_what_a_route_or_a_silence_holds_back_is_told_to_nobody(desk: Desk):
    assert "it is a test by its own words" in await desk.read("route", "test", "--title", "TEST 1")
    await desk.read("silence", "add", "host=web-1", "--for", "2h", "-c", "new disk")
    read = await desk.read("route", "test", "--title", "x", "--entity", "host=web-1")
    assert "silence by ana" in read
    assert "Who is told" not in read


async def test_a_body_is_read_as_its_source_would_post_it(desk: Desk, tmp_path: Path):
    body = tmp_path / "body.json"
    body.write_text(
        '[{"labels": {"alertname": "PodCrash", "namespace": "shop", "severity": "warning"},'
        ' "annotations": {}, "startsAt": "2026-11-25T03:00:00Z"}]'
    )
    (trial,) = await desk.json(
        "route", "test", "--payload", body, "--format", "alertmanager", "--call", "alerts"
    )
    assert trial["routed"]["route"] == "pods-of-the-shop"
    body.write_text("nothing of the kind")
    refused = await desk.run("route", "test", "--payload", body, "--format", "alertmanager")
    assert refused.exit_code == 2
    assert "Nothing in it fires" in refused.stderr


UNTRIABLE: list[tuple[tuple[str, ...], str]] = [
    (("--label", "x=1"), "--title, or a --payload"),
    (("--title", "x", "--label", "nothing"), "nothing is not a label"),
    (("--title", "x", "--at", "soon"), "not a moment"),
]


async def test_what_cannot_be_tried_is_refused(desk: Desk):
    for words, says in UNTRIABLE:
        refused = await desk.run("route", "test", *words)
        assert refused.exit_code == 2, words
        assert says in refused.stderr.replace("\n", " ").replace("│", "")


async def test_what_nothing_routes_is_reported(desk: Desk):
    assert await desk.read("route", "unrouted") == "Every alert had an owner.\n"
    await desk.run("report", "The lights are out")
    assert isinstance(await desk.json("route", "unrouted", "--days", "30"), list)


async def test_a_silence_is_placed_listed_shown_and_ended(desk: Desk):
    await desk.alert()
    placed = await desk.read(
        "silence", "add", 'title=~".*Key.*"', "--for", "2h", "-c", "we know", "--ticket", "OPS-1"
    )
    assert "Silence 1 holds 1 alert." in placed
    assert 'title=~".*Key.*"' in placed
    assert "we know" in await desk.read("silence", "list")
    assert "ticket OPS-1" in await desk.read("silence", "show", 1)
    assert await desk.read("silence", "end", 1) == "Silence 1 is over.\n"
    assert await desk.read("silence", "list") == "Nothing is silenced.\n"
    assert "expired" in await desk.read("silence", "list", "--ended")
    again = await desk.run("silence", "end", 1)
    assert (again.exit_code, "over already" in again.stderr) == (4, True)


async def test_a_maintenance_window_is_placed(desk: Desk):
    placed = await desk.json(
        "silence", "add", "service=shop", "-c", "patch day", "--days", "sat,sun",
        "--from", "02:00", "--to", "04:00", "--zone", "Europe/Berlin", "--week", "-1",
    )  # fmt: skip
    assert placed["window"] == {
        "zone": "Europe/Berlin", "days": ["sat", "sun"], "start": "02:00", "to": "04:00",
        "lasting_minutes": None, "weeks": [-1],
    }  # fmt: skip
    assert placed["status"] == "pending"
    assert "sat, sun 02:00 to 04:00, Europe/Berlin" in await desk.read("silence", "show", 1)


async def test_a_preview_places_nothing(desk: Desk):
    await desk.alert()
    read = await desk.read("silence", "add", "title=~.*", "--for", "1h", "--preview")
    assert "It would hold 1 of 1 live alerts." in read
    assert "--broad" in read
    assert await desk.json("silence", "list", "--ended") == []


UNPLACEABLE: list[tuple[tuple[str, ...], str]] = [
    (("host=a", "-c", "x"), "needs an end"),
    (("host=a", "--for", "1h"), "needs a comment"),
    (("host", "-c", "x", "--for", "1h"), "is not a matcher"),
    (("host=~(", "-c", "x", "--for", "1h"), "not a regular expression"),
    (("host=a", "-c", "x", "--for", "soon"), "not a length of time"),
    (("host=a", "-c", "x", "--days", "sun"), "needs --days, --from and --to"),
    (
        ("host=a", "-c", "x", "--days", "sun", "--from", "1:00", "--to", "2:00"),
        "window.from",
    ),
    (
        (
            "host=a",
            "-c",
            "x",
            "--days",
            "sun",
            "--from",
            "01:00",
            "--to",
            "02:00",
            "--zone",
            "Mars",
        ),
        "no time zone 'Mars'",
    ),
    (("host!=a", "-c", "x", "--for", "1h"), "hold very much"),
]


async def test_what_cannot_be_placed_is_refused(desk: Desk):
    for words, says in UNPLACEABLE:
        refused = await desk.run("silence", "add", *words)
        assert refused.exit_code == 2, words
        assert says in refused.stderr


async def test_who_only_looks_places_nothing(desk: Desk):
    refused = await desk.run("silence", "add", "a=b", "-c", "x", "--for", "1h", by="viewer")
    assert refused.exit_code == 4
    assert await desk.json("silence", "list", by="viewer") == []
