"""Calendars: what is written is valid and stable, and of what is read nothing is dropped."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from httpx2 import ASGITransport, AsyncClient

from fireline.app.house import House
from fireline.app.http import build
from fireline.content.starter_plan import starter_files
from fireline.core.oncall.schedule import OverrideKind
from fireline.core.plan.compiling import compile_plan
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.doors.calendars import MAX_EVENTS, CalendarUnreadable, read_calendar, written
from fireline.doors.web.shell import Desk
from fireline.store.hub import Hub
from fireline.usecases import access, plans
from fireline.usecases.calendars import (
    Calendar,
    Entry,
    FeedNotFound,
    FeedUnclear,
    create_feed,
    feeds,
    import_shifts,
    read_feed,
    revoke_feed,
)
from fireline.usecases.oncall import shifts, take
from fireline.usecases.transaction import Tx
from tests.hand_clock import BEGINS

ANA, BO, CY, DEE = (PersonId(name) for name in ("ana", "bo", "cy", "dee"))
PLATFORM = ScheduleId("platform")
BERLIN = ZoneInfo("Europe/Berlin")
AHEAD = Span(BEGINS, BEGINS + timedelta(days=366))


@pytest.fixture(scope="module")
def plan() -> Plan:
    compiled = compile_plan(starter_files(), now=BEGINS)
    assert isinstance(compiled, Plan)
    return compiled


def event(uid: str, summary: str, *lines: str, at: str = "20261124T080000Z") -> str:
    """Write an event: of four hours, unless its lines say when it ends."""
    said = [f"UID:{uid}", f"SUMMARY:{summary}", *lines]
    if not any(line.startswith("DTSTART") for line in lines):
        said.append(f"DTSTART:{at}")
    if not any(line.startswith(("DTEND", "DURATION", "DTSTART")) for line in lines):
        said.append(f"DTEND:{at[:9]}{int(at[9:11]) + 4:02}{at[11:]}")
    return "\r\n".join(["BEGIN:VEVENT", "DTSTAMP:20261101T000000Z", *said, "END:VEVENT"])


def file(*events: str) -> str:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    return "\r\n".join([*head, *events, "END:VCALENDAR", ""])


async def imported(tx: Tx, plan: Plan, text: str, *, preview: bool = False):
    found = read_calendar(text, AHEAD, BERLIN)
    return await import_shifts(tx, plan, PLATFORM, found, preview=preview, by=Human(DEE))


def test_a_calendar_is_written_as_the_standard_has_it():
    span = Span(BEGINS, BEGINS + timedelta(hours=8))
    entry = Entry("k" * 64, "Platform, first; on call\nnow", "Ana Duarte has the turn.", span)
    calendar = Calendar("On call: Ana", "Europe/Lisbon", BEGINS, (entry,))
    text = written(calendar)
    assert text == written(calendar)
    assert text.startswith(b"BEGIN:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    (read,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert not read.errors
    assert str(read["UID"]) == f"{'k' * 64}@fireline"
    assert str(read["SUMMARY"]) == entry.title
    assert b"DTSTART:20261117T090000Z" in text
    assert b"DTEND:20261117T170000Z" in text
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text


async def test_a_feed_shows_the_shifts_of_a_person_or_a_schedule(house: House):
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=Human(DEE), note="begin")
        plan = await plans.current(tx)
        hers = await create_feed(tx, plan, person=ANA, schedule=None, by=Human(ANA))
        all_ = await create_feed(tx, plan, person=None, schedule=PLATFORM, by=Human(ANA))
    async with house.transaction() as tx:
        mine = await read_feed(tx, hers.token.reveal())
        everybody = await read_feed(tx, all_.token.reveal())
        assert mine.name == "On call: Ana Duarte"
        assert {entry.title for entry in mine.entries} == {"Platform, first on call"}
        assert {entry.title.split(":")[0] for entry in everybody.entries} == {
            "Ana Duarte",
            "Dee Novak",
        }
        assert len({entry.key for entry in everybody.entries}) == len(everybody.entries)
        await take(tx, plan, PLATFORM, CY, by=Human(CY))
        changed = await read_feed(tx, all_.token.reveal())
    before = {(one.key, one.span) for one in everybody.entries}
    after = {(one.key, one.span) for one in changed.entries}
    assert len(after - before) == 2, "the shift that was taken, and what was cut short by it"
    assert {key for key, _ in before} <= {key for key, _ in after}, "the same shifts, the same keys"


async def test_keys_stay_the_same_from_day_to_day(house: House):
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=Human(DEE), note="begin")
        plan = await plans.current(tx)
        made = await create_feed(tx, plan, person=None, schedule=PLATFORM, by=Human(ANA))
        today = await read_feed(tx, made.token.reveal())
        later = await read_feed(replace(tx, now=tx.now + timedelta(days=9)), made.token.reveal())
    assert [one.key for one in today.entries] == [
        one.key for one in later.entries[: len(today.entries)]
    ]


async def test_an_address_works_until_it_is_withdrawn_or_its_owner_is_shut_out(tx: Tx, plan: Plan):
    with pytest.raises(FeedUnclear):
        await create_feed(tx, plan, person=None, schedule=None, by=Human(ANA))
    with pytest.raises(FeedUnclear):
        await create_feed(tx, plan, person=ANA, schedule=PLATFORM, by=Human(ANA))
    made = await create_feed(tx, plan, person=ANA, schedule=None, by=Human(ANA))
    with pytest.raises(FeedNotFound):
        await read_feed(tx, made.token.reveal() + "x")
    with pytest.raises(FeedNotFound):
        await revoke_feed(tx, made.id, by=Human(BO))
    assert [one.person for one in await feeds(tx, ANA)] == [ANA]
    await revoke_feed(tx, made.id, by=Human(ANA))
    assert await feeds(tx, ANA) == ()
    with pytest.raises(FeedNotFound):
        await read_feed(tx, made.token.reveal())
    again = await create_feed(tx, plan, person=ANA, schedule=None, by=Human(ANA))
    await access.ensure_account(tx, ANA, role=access.Role.VIEWER, by=Human(DEE))
    await access.disable_account(tx, ANA, by=Human(DEE))
    with pytest.raises(FeedNotFound):
        await read_feed(tx, again.token.reveal())


async def test_a_calendar_program_reads_it_without_signing_in_and_asks_again_cheaply(house: House):
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=Human(DEE), note="begin")
        plan = await plans.current(tx)
        made = await create_feed(tx, plan, person=DEE, schedule=None, by=Human(DEE))
    app = build(Desk(house.transaction, Hub()))
    path = f"/calendar/{made.token.reveal()}.ics"
    async with AsyncClient(transport=ASGITransport(app), base_url="http://fireline") as client:
        first = await client.get(path)
        assert first.status_code == 200
        assert first.headers["content-type"] == "text/calendar; charset=utf-8"
        assert first.headers["cache-control"].startswith("private, max-age=")
        assert icalendar.Calendar.from_ical(first.content).walk("VEVENT")
        again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        weak = await client.get(path, headers={"if-none-match": f'W/{first.headers["etag"]}, "x"'})
        assert weak.status_code == 304
        gone = await client.get("/calendar/nothing.ics")
        assert (gone.status_code, gone.text) == (404, "This calendar address is not in force.\n")
        for other in (await client.post(path), await client.get("/calendar/nothing")):
            assert other.status_code == 303, "everything else asks who it is"


async def test_people_are_found_by_invitation_address_full_name_and_short_name(tx: Tx, plan: Plan):
    text = file(
        event("1", "shift", "ATTENDEE;CN=x:mailto:BO@example.com"),
        event("2", "On call: cy@example.com (primary)", at="20261125T080000Z"),
        event("3", "Dee Novak, Ana Duarte", at="20261126T080000Z"),
        event("4", "[L1] ana", at="20261127T080000Z"),
        event("5", "Anastasia carries it", at="20261128T080000Z"),
    )
    found = await imported(tx, plan, text)
    assert [shift.people for shift in found.shifts] == [(BO,), (CY,), (DEE, ANA), (ANA,)]
    (left,) = found.left_out
    assert (left.summary, left.why) == ("Anastasia carries it", "it names nobody of the plan")
    view = await shifts(tx, plan, PLATFORM, Span(BEGINS, BEGINS + timedelta(days=20)))
    assert [(one.person, one.kind) for one in view.overrides] == [
        (BO, OverrideKind.REPLACE),
        (CY, OverrideKind.REPLACE),
        (DEE, OverrideKind.REPLACE),
        (ANA, OverrideKind.ADD),
        (ANA, OverrideKind.REPLACE),
    ]
    both = Span(datetime(2026, 11, 26, 9, tzinfo=UTC), datetime(2026, 11, 26, 10, tzinfo=UTC))
    carried = await shifts(tx, plan, PLATFORM, both)
    assert {shift.duty.person for shift in carried.result} == {ANA, DEE}


async def test_importing_again_replaces_what_came_of_the_same_events(tx: Tx, plan: Plan):
    await imported(tx, plan, file(event("1", "bo"), event("2", "cy", at="20261125T080000Z")))
    moved = file(
        event("1", "bo", at="20261126T080000Z"),
        event("2", "cy", "STATUS:CANCELLED", at="20261125T080000Z"),
    )
    seen = await imported(tx, plan, moved, preview=True)
    assert (len(seen.shifts), seen.replaced) == (1, 0)
    again = await imported(tx, plan, moved)
    assert again.replaced == 2
    assert [one.why for one in again.left_out] == ["it is cancelled"]
    view = await shifts(tx, plan, PLATFORM, Span(BEGINS, BEGINS + timedelta(days=20)))
    assert [(one.person, one.span.start.day, one.imported) for one in view.overrides] == [
        (BO, 26, True)
    ]


async def test_a_weekly_event_is_read_on_the_clocks_of_its_zone_for_a_year(tx: Tx, plan: Plan):
    zone = (Path(__file__).parent / "berlin.ics").read_text("utf-8").replace("\n", "\r\n")
    weekly = event(
        "w", "bo", "DTSTART;TZID=Europe/Berlin:20261214T090000",
        "DTEND;TZID=Europe/Berlin:20261214T170000", "RRULE:FREQ=WEEKLY;COUNT=30",
        "EXDATE;TZID=Europe/Berlin:20261221T090000",
    )  # fmt: skip
    found = await imported(tx, plan, file(zone, weekly))
    assert len(found.shifts) == 29
    hours = {shift.span.start.astimezone(BERLIN).hour for shift in found.shifts}
    assert hours == {9}
    assert {shift.span.start.hour for shift in found.shifts} == {7, 8}


async def test_days_and_times_without_a_zone_are_the_schedules(tx: Tx, plan: Plan):
    whole_day = event("d", "bo", "DTSTART;VALUE=DATE:20261124")
    floating = event("f", "cy", at="20261125T080000")
    lasting = event("l", "ana", "DURATION:PT90M", at="20261127T080000Z")
    found = await imported(tx, plan, file(whole_day, floating, lasting))
    assert [shift.span for shift in found.shifts] == [
        Span(datetime(2026, 11, 24, tzinfo=BERLIN), datetime(2026, 11, 25, tzinfo=BERLIN)),
        Span(datetime(2026, 11, 25, 8, tzinfo=BERLIN), datetime(2026, 11, 25, 12, tzinfo=BERLIN)),
        Span(datetime(2026, 11, 27, 8, tzinfo=UTC), datetime(2026, 11, 27, 9, 30, tzinfo=UTC)),
    ]


async def test_what_cannot_be_read_is_listed_and_harms_no_other(tx: Tx, plan: Plan):
    text = file(
        event("good", "bo"),
        event("often", "bo", "RRULE:FREQ=SECONDLY"),
        event("backward", "bo", "DTEND:20261123T080000Z"),
        event("past", "bo", at="20261101T080000Z"),
        event("twice", "bo", "DTSTART:20261124T080000Z", "DTSTART:20261125T080000Z"),
        event("endless", "bo", "DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=YEARLY"),
        event("bad", "bo", "RRULE:FREQ=NEVER;UNTIL=yesterday"),
        "BEGIN:VEVENT\r\nUID:none\r\nSUMMARY:bo\r\nDTSTAMP:20261101T000000Z\r\nEND:VEVENT",
    )
    found = await imported(tx, plan, text)
    assert [shift.uid for shift in found.shifts] == ["good"]
    why = {one.uid: one.why for one in found.left_out}
    assert set(why) == {"often", "backward", "past", "bad", "none", "twice", "endless"}
    assert "more than once a day" in why["often"]
    assert why["none"] == "it has no start"
    assert why["backward"] == "it does not end after it starts"
    assert "within the coming year" in why["past"]


@pytest.mark.parametrize("text", ["", "hello", "/etc/hostname", "BEGIN:VEVENT\r\nEND:VEVENT"])
def test_what_is_no_calendar_is_refused_and_never_opened_as_a_file(text: str):
    with pytest.raises(CalendarUnreadable, match="this is not a calendar file"):
        read_calendar(text, AHEAD, BERLIN)


def test_a_calendar_that_holds_too_much_is_refused():
    with pytest.raises(CalendarUnreadable, match="more than 2000 events"):
        read_calendar(file(*(event(str(n), "bo") for n in range(MAX_EVENTS + 1))), AHEAD, BERLIN)
    daily = [event(str(n), "bo", "RRULE:FREQ=DAILY") for n in range(7)]
    with pytest.raises(CalendarUnreadable, match="more than 2000 shifts"):
        read_calendar(file(*daily), AHEAD, BERLIN)
