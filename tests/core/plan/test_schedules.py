"""What the plan may say of schedules, and every way to say it wrong."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from fireline.content.starter_plan import starter_files
from fireline.core.oncall.schedule import Every, Hours, Layer, OnHolidays, Rotation, WeekSpan
from fireline.core.plan.compiling import compile_plan
from fireline.core.plan.diff import difference
from fireline.core.plan.mistakes import Code, Mistake
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId, ScheduleId

NOW = datetime(2026, 11, 21, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PATH = "schedules/platform.yaml"
PLATFORM = ScheduleId("platform")
HEAD = "name: Platform\nzone: Europe/Berlin\n"
ROTATION = "{people: [ana, dee], first_day: 2026-01-05, handover: '09:00', every: week}"
LAYER = f"  - name: base\n    rotation: {ROTATION}\n"
BASE = f"{HEAD}layers:\n{LAYER}"


def compiled(text: str, path: str = PATH) -> Plan | tuple[Mistake, ...]:
    return compile_plan({**starter_files(), path: text}, now=NOW)


def built(text: str) -> tuple[Layer, ...]:
    plan = compiled(text)
    assert isinstance(plan, Plan), plan
    return plan.schedules[PLATFORM].layers


def rotation(words: str) -> Rotation:
    (layer,) = built(BASE.replace(ROTATION, words))
    return layer.rotation


def test_days_say_what_they_always_said() -> None:
    ring = ((PersonId("ana"),), (PersonId("dee"),))
    days = "{people: [ana, dee], first_day: 2026-01-05, handover: '09:00', days: 10}"
    expected = Rotation(ring, date(2026, 1, 5), time(9), Every.DAY, 10, BERLIN)
    assert rotation(days) == expected


@pytest.mark.parametrize("every", Every)
def test_turns_last_hours_days_weeks_or_months(every: Every) -> None:
    told = rotation(ROTATION.replace("every: week", f"every: {every}, length: 12"))
    assert (told.every, told.length) == (every, 12)


def test_a_length_left_out_is_one() -> None:
    assert rotation(ROTATION).length == 1


def test_several_people_carry_a_turn_together_and_a_turn_can_be_nobodys() -> None:
    text = BASE.replace("[ana, dee]", "[ana, [bo, cy], []]").replace(HEAD, f"{HEAD}gaps: meant\n")
    (layer,) = built(text)
    assert layer.rotation.turns == (("ana",), ("bo", "cy"), ())


def test_a_layer_says_when_it_covers() -> None:
    text = (
        f"{HEAD}holidays: [2026-12-25]\nlayers:\n{LAYER}  - name: nights\n"
        "    level: 5\n    shadow: true\n    holidays: never\n    zone: Europe/Riga\n"
        "    begins: 2026-12-01\n    ends: 2027-03-01 09:00\n"
        f"    rotation: {ROTATION}\n"
        "    hours: [{days: [sat, sun], from: '20:00', to: '08:00'}]\n"
        "    spans: [{from: fri 20:00, to: mon 08:00}]\n"
    )
    base, nights = built(text)
    assert (base.level, base.shadow, base.holidays) == (0, False, OnHolidays.ALSO)
    assert nights.rotation.zone.key == "Europe/Riga"
    assert nights.hours == (
        Hours(frozenset({5, 6}), time(20), time(8)),
        WeekSpan(4, time(20), 0, time(8)),
    )
    assert (nights.level, nights.shadow, nights.holidays) == (5, True, OnHolidays.NEVER)
    assert nights.begins == datetime(2026, 11, 30, 22, tzinfo=UTC)
    assert nights.ends == datetime(2027, 3, 1, 7, tzinfo=UTC)


def test_a_level_left_out_is_the_layers_place() -> None:
    text = f"{BASE}{LAYER.replace('base', 'top')}{LAYER.replace('base', 'third')}"
    assert [layer.level for layer in built(text)] == [0, 1, 2]


def test_a_moment_may_name_its_offset() -> None:
    (layer,) = built(f"{BASE}    begins: 2026-11-01T09:00Z\n")
    assert layer.begins == datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("find", "put", "line", "code", "says"),
    [
        ("[ana, dee]", "[]", 5, Code.FIELD_WRONG, "people` needs at least 1 (add one)"),
        ("[ana, dee]", "[[], []]", 5, Code.FIELD_WRONG, "a rotation of nobody: name somebody"),
        ("[ana, dee]", "[ana, [dea]]", 5, Code.REFERENCE_UNKNOWN, "no person `dea` (did you mean"),
        ("[ana, dee]", "[ana, 7]", 5, Code.FIELD_WRONG, "a turn is a person, or a list"),
        ("[ana, dee]", "[[ana, ana]]", 5, Code.DUPLICATE_ENTRY, "stands in one turn twice"),
        ("Berlin", "Berlim", 2, Code.FIELD_WRONG, "write one such as Europe/Berlin"),
        ("first_day: 2026-01-05, ", "", 5, Code.FIELD_MISSING, "first_day` is missing (add it)"),
        ("2026-01-05", "2026-02-30", 5, Code.FIELD_WRONG, "first_day`: Input should be a valid"),
        ("every: week", "every: week, days: 7", 5, Code.FIELD_WRONG, "`days` and `every` both say"),
        ("every: week", "length: 2, days: 7", 5, Code.FIELD_WRONG, "`days` and `length` both say"),
        (", every: week", "", 5, Code.FIELD_WRONG, "add `every: week`"),
        ("every: week", "every: fortnight", 5, Code.FIELD_WRONG, "'week' or 'month'"),
        ("every: week", "every: week, length: 0", 5, Code.FIELD_WRONG, "length"),
        ("every: week", "evry: week", 5, Code.FIELD_UNKNOWN, "did you mean `every`?"),
        ("'09:00'", "'25:00'", 5, Code.FIELD_WRONG, "handover"),
        ("'09:00'", "'09:00+01:00'", 5, Code.FIELD_WRONG, "leave its own out"),
        ("base", "''", 4, Code.FIELD_WRONG, "the text is empty"),
    ],
)
def test_what_a_rotation_says_wrong_is_named_with_its_line_and_the_fix(
    find: str, put: str, line: int, code: Code, says: str
) -> None:
    found = compiled(BASE.replace(find, put))
    assert isinstance(found, tuple)
    (mistake,) = found
    assert (mistake.file, mistake.line, mistake.code) == (PATH, line, code)
    assert says in str(mistake)


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        ("spans: [{from: fri 20:00, to: fri 20:00}]", Code.FIELD_WRONG, "the span is empty"),
        ("spans: [{from: friday 20:00, to: mon 08:00}]", Code.FIELD_WRONG, "such as `fri 20:00`"),
        ("spans: [{from: fri 20:00, to: mon 24:00}]", Code.FIELD_WRONG, "such as `fri 20:00`"),
        ("begins: soon", Code.FIELD_WRONG, "such as 2026-12-01"),
        ("holidays: sometimes", Code.FIELD_WRONG, "'never' or 'only'"),
        ("holidays: only", Code.FIELD_WRONG, "list the days under `holidays:`"),
        ("level: -1", Code.FIELD_WRONG, "level"),
        ("shadow: 1", Code.FIELD_WRONG, "shadow"),
        ("shaddow: true", Code.FIELD_UNKNOWN, "did you mean `shadow`?"),
        ("zone: Mars/Olympus", Code.FIELD_WRONG, "there is no time zone"),
    ],
)
def test_what_a_layer_says_wrong_is_named_with_its_line_and_the_fix(
    more: str, code: Code, says: str
) -> None:
    found = compiled(f"{BASE}    {more}\n")
    assert isinstance(found, tuple)
    (mistake,) = found
    assert (mistake.file, mistake.line, mistake.code) == (PATH, 6, code)
    assert says in str(mistake)


def test_a_layer_ends_after_it_begins() -> None:
    text = f"{BASE}    begins: 2026-12-01 09:00\n    ends: 2026-12-01T08:00Z\n"
    found = compiled(text)
    assert found == (
        Mistake(
            PATH, 7, Code.FIELD_WRONG, "layer `base` ends before it begins", "choose a later `ends`"
        ),
    )


def test_shadows_alone_are_nobody() -> None:
    found = compiled(f"{BASE}    shadow: true\n")
    assert isinstance(found, tuple)
    assert [mistake.says for mistake in found] == ["every layer is a shadow, so nobody is on call"]


def test_layers_have_names_of_their_own() -> None:
    found = compiled(BASE + LAYER)
    assert isinstance(found, tuple)
    assert [(each.line, each.says) for each in found] == [(6, "two layers are named `base`")]


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ("2026-13-01", "Input should be a valid date"),
        ("christmas", "Input should be a valid date"),
        ("2026-12-25, 2026-12-25", "2026-12-25 stands in `holidays` twice"),
    ],
)
def test_holidays_are_days_each_named_once(days: str, says: str) -> None:
    found = compiled(BASE.replace(HEAD, f"{HEAD}holidays: [{days}]\n"))
    assert isinstance(found, tuple)
    assert [(each.line, says in each.says) for each in found] == [(3, True)]


OFFICE = f"{BASE}    hours: [{{days: [mon, tue, wed, thu, fri], from: '08:00', to: '18:00'}}]\n"


def test_each_gap_of_the_next_90_days_is_listed_up_to_ten() -> None:
    found = compiled(OFFICE)
    assert isinstance(found, tuple)
    assert {(each.file, each.line, each.code) for each in found} == {(PATH, 3, Code.SCHEDULE_GAP)}
    assert "nobody is on call from 2026-11-23 17:00 UTC to 2026-11-24 07:00 UTC" in {
        each.says for each in found
    }
    # 65 nights and weekends end in a working day within 90 days of a Saturday.
    assert found[-1].says == "nor in 55 more gaps in the next 90 days"
    assert len(found) == 11


def test_gaps_that_are_meant_are_said_to_be() -> None:
    assert isinstance(compiled(OFFICE.replace(HEAD, f"{HEAD}gaps: Nights can wait.\n")), Plan)
    empty = compiled(OFFICE.replace(HEAD, f"{HEAD}gaps: ''\n"))
    assert isinstance(empty, tuple)


def test_a_schedule_no_escalation_tells_may_have_gaps() -> None:
    assert isinstance(compiled(OFFICE, "schedules/office.yaml"), Plan)


def test_a_change_of_a_layer_is_a_difference_in_words() -> None:
    before, after = compiled(BASE), compiled(f"{BASE}    shadow: false\n    ends: 2030-01-01\n")
    assert isinstance(before, Plan)
    assert isinstance(after, Plan)
    (change,) = difference(before, after)
    assert (change.kind, change.id) == ("schedule", "platform")
    assert "ends 2029-12-31 23:00:00+00:00" in str(change)
