from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fireline.core.escalation.policy import ToCatchAll, ToPerson, ToSchedule, ToTeam
from fireline.core.oncall.schedule import Hours
from fireline.core.plan import reading
from fireline.core.plan.compiling import compile_plan, reopen_plan, revision_of
from fireline.core.plan.mistakes import Code
from fireline.core.plan.plan import Plan
from fireline.core.runbooks.runbook import Act
from fireline.core.values.ids import (
    PersonId,
    PolicyId,
    RunbookId,
    ScenarioId,
    ScheduleId,
    TeamId,
)
from fireline.core.values.priority import Priority
from tests.core.plan.breaking import (
    NOW,
    RULE,
    RUNBOOK,
    STARTER,
    compiled,
    mistakes_with,
    swapped,
    twenty_mistakes,
)

OFFICE_HOURS = ("days: 7}", "days: 7}\n    hours: [{days: [mon, tue], from: '09:00', to: '17:00'}]")
CASE = "rules/key-for-another-user/hit_minted.json"


def test_the_starter_plan_has_no_mistake() -> None:
    plan = compiled()
    assert plan.organisation == "Example Shop"
    assert set(plan.people) == {"ana", "bo", "cy", "dee"}
    assert len(plan.definitions.checklist) == 15
    assert {each.group for each in plan.definitions.categories} == {
        "security breach",
        "regression",
        "performance degradation",
    }
    assert [rule.priority for rule in plan.definitions.priorities] == list(Priority)
    assert plan.definitions.priorities[0].remediate == timedelta(hours=24)
    assert len(plan.rules) >= 6
    assert len(plan.runbooks[RunbookId("leaked-key")].steps) == 6
    assert plan.scenarios[ScenarioId("leaked-key")].pace == 30
    assert plan.people[PersonId("bo")].address("email") == "bo@example.com"


def test_a_revision_is_named_by_content_alone() -> None:
    backwards = dict(reversed(STARTER.items()))
    changed = {**STARTER, "plan.yaml": STARTER["plan.yaml"] + "\n# a word\n"}
    assert revision_of(STARTER) == revision_of(backwards)
    assert revision_of(STARTER) != revision_of(changed)


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "says"),
    [
        ("plan.yaml", "organisation:", "organization:", Code.FIELD_UNKNOWN, "organisation"),
        ("plan.yaml", "organisation: Example Shop", "", Code.FIELD_MISSING, "organisation"),
        ("plan.yaml", "[dee, cy]", "[dee, cyy]", Code.REFERENCE_UNKNOWN, "did you mean `cy`"),
        ("plan.yaml", "[dee, cy]", "[dee, dee]", Code.DUPLICATE_ENTRY, "twice"),
        ("people.yaml", "urgent:", "urgnet:", Code.FIELD_UNKNOWN, "did you mean `urgent`"),
        ("people.yaml", "after: 1m", "after: soon", Code.FIELD_WRONG, "length of time"),
        ("people.yaml", "Europe/Lisbon", "Europe/Lisbonne", Code.FIELD_WRONG, "time zone"),
        ("people.yaml", "Europe/Lisbon", "localtime", Code.FIELD_WRONG, "name one"),
        ("schedules/platform.yaml", '"09:00"', '"09:00Z"', Code.FIELD_WRONG, "leave its own out"),
        ("people.yaml", "Europe/Lisbon", "/etc/passwd", Code.FIELD_WRONG, "time zone"),
        (
            "people.yaml",
            "  webhook: https://hooks.example.com/ana\n",
            "",
            Code.PERSON_NO_ADDRESS,
            "add `webhook:` to ana",
        ),
        ("people.yaml", "https://hooks.example.com/bo", "http://x", Code.FIELD_WRONG, "https"),
        ("people.yaml", "\ncy:", "\nbo:", Code.YAML_DUPLICATE_KEY, "`bo` is written twice"),
        ("definitions.yaml", "priority: P3", "priority: SEV3", Code.FIELD_WRONG, "P1, P2, P3"),
        ("definitions.yaml", "leaked-key", "leaked-keys", Code.REFERENCE_UNKNOWN, "leaked-key"),
        ("definitions.yaml", "[confidentiality]", "[secrecy]", Code.FIELD_WRONG, "integrity"),
        ("priorities.yaml", "remediate: 24h", "remediate: 0h", Code.FIELD_WRONG, "more than"),
        ("roles.yaml", "scribe:", "scribbler:", Code.FIELD_UNKNOWN, "did you mean `scribe`"),
        (
            "teams/platform.yaml",
            "[ana, bo, cy, dee]",
            "[ana, bo]",
            Code.TEAM_LEAD_NOT_MEMBER,
            "dee",
        ),
        ("services/shop.yaml", "owner: platform", "owner: web", Code.REFERENCE_UNKNOWN, "platform"),
        ("services/shop.yaml", "escalation: platform", "", Code.FIELD_MISSING, "escalation"),
        ("services/shop.yaml", "tier: 1", "tier: 9", Code.FIELD_WRONG, "tier"),
        ("services/shop.yaml", "tier: 1", 'tier: "1"', Code.FIELD_WRONG, "tier"),
        ("schedules/platform.yaml", "[ana, dee]", "[anna, dee]", Code.REFERENCE_UNKNOWN, "`ana`"),
        ("schedules/platform.yaml", *OFFICE_HOURS, Code.SCHEDULE_GAP, "nobody is on call from"),
        (
            "escalation/platform.yaml",
            "schedule:platform-secondary",
            "schedule:platform-secondry",
            Code.REFERENCE_UNKNOWN,
            "did you mean `platform-secondary`",
        ),
        ("escalation/platform.yaml", "rounds: 3", "rounds: 11", Code.FIELD_WRONG, "rounds"),
        ("escalation/platform.yaml", "leads:platform", "boss:x", Code.FIELD_WRONG, "notify"),
        (RUNBOOK, "aws.iam.deactivate_key", "aws.iam.delete_key", Code.REFERENCE_UNKNOWN, "action"),
        (
            RUNBOOK,
            "needs: [keep-keys]",
            "needs: [keep-users]",
            Code.RUNBOOK_NO_EVIDENCE,
            "evidence",
        ),
        (RUNBOOK, "needs: [watch]", "needs: [wacht]", Code.REFERENCE_UNKNOWN, "`watch`"),
        (RUNBOOK, "evidence: users", "evidence: user", Code.REFERENCE_UNKNOWN, "`users`"),
        (
            RUNBOOK,
            "watch: no_calls_from",
            "watch: no_call_from",
            Code.REFERENCE_UNKNOWN,
            "no_calls",
        ),
        (RUNBOOK, "each: users", "each: access_keys", Code.FIELD_WRONG, "acts on aws.iam.user"),
        (
            RUNBOOK,
            "evidence: access_keys",
            "evidence: access_keys\n    needs: [watch]",
            Code.RUNBOOK_CYCLE,
            "wait for each other",
        ),
        (RUNBOOK, "id: keep-users", "id: keep-keys", Code.DUPLICATE_ENTRY, "keep-keys"),
        (RUNBOOK, "approvals: 1", 'when: "asset.id =="', Code.CONDITION_BROKEN, "condition"),
        (RUNBOOK, "approvals: 1", 'when: "user == 1"', Code.CONDITION_BROKEN, "undeclared"),
        (RUNBOOK, "approvals: 1", 'when: "1 + 1"', Code.CONDITION_BROKEN, "not true or false"),
        (RUNBOOK, "act: aws", "do: aws", Code.FIELD_WRONG, "a step has one of"),
        (
            "drills/leaked-key.yaml",
            "category: credential",
            "category: key",
            Code.REFERENCE_UNKNOWN,
            "",
        ),
        ("drills/leaked-key.yaml", "pace: 30", "pace: 0", Code.FIELD_WRONG, "pace"),
        (
            "drills/leaked-key.yaml",
            "/global/shop-ci",
            "",
            Code.FIELD_WRONG,
            "kind/account/region/id",
        ),
        (RULE, "runbook: leaked-key", "runbook: lost-key", Code.REFERENCE_UNKNOWN, "leaked-key"),
        (RULE, "condition: created", "condition: crated", Code.RULE_BROKEN, "crated"),
        (
            RULE,
            "eventName: CreateAccessKey",
            "eventName: MakeKey",
            Code.RULE_WRONG_VERDICT,
            "misses",
        ),
        (RULE, " and not own", "", Code.RULE_WRONG_VERDICT, "finds it"),
        (
            RULE,
            "eventName: CreateAccessKey",
            "type: Exfiltration:S3/ObjectRead.Unusual",
            Code.FINDING_RETIRED,
            "no longer sends",
        ),
        (CASE, "{", "[", Code.CASE_BROKEN, "JSON"),
        (CASE, STARTER[CASE], "[]", Code.CASE_BROKEN, "not a JSON object"),
        (CASE, STARTER[CASE], '{"a":' * 5000 + "1" + "}" * 5000, Code.CASE_BROKEN, "too deeply"),
        (RULE, STARTER[RULE], "\n", Code.RULE_BROKEN, "there is no rule in it"),
        ("plan.yaml", "[dee, cy]", "[]", Code.FIELD_WRONG, "needs at least 1"),
        ("people.yaml", "after: 1m", "after: 1", Code.FIELD_WRONG, "write a length of time"),
        (RUNBOOK, "    lasting: 2m", "    lastng: 2m", Code.FIELD_UNKNOWN, "`steps.4.lastng`"),
        (RUNBOOK, "    lasting: 2m", "    lastng: 2m", Code.FIELD_UNKNOWN, "mean `lasting`"),
        (RUNBOOK, "    lasting: 2m", "    lastng: 2m", Code.FIELD_MISSING, "`steps.4.lasting`"),
    ],
)
def test_a_mistake_is_named_where_it_stands(
    path: str, old: str, new: str, code: Code, says: str
) -> None:
    broken = swapped(path, (old, new))
    found = mistakes_with({path: broken})
    near = [m for m in found if m.code is code and says in f"{m.says} {m.fix}"]
    assert near, "\n".join(map(str, found))
    if code not in (Code.RULE_WRONG_VERDICT, Code.FIELD_MISSING):
        assert any(m.file == path for m in near)
    line = broken[: broken.find(new)].count("\n") + 1
    if code in (Code.FIELD_UNKNOWN, Code.REFERENCE_UNKNOWN, Code.FINDING_RETIRED):
        assert line in [m.line for m in near]


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("poeple.yaml", "did you mean `people.yaml`"),
        ("README.md", "one of"),
        ("service/shop.yaml", "did you mean `services`"),
        ("services/Shop.yaml", "small letters"),
        ("services/shop.yml", "services/ID.yaml"),
        ("rules/open.yml", "a rule is a folder"),
        ("rules/open/notes.txt", "hit_*.json"),
        ("services/deep/er.yaml", "there is no folder"),
        ("", "one of"),
        ("../plan.yaml", "there is no folder"),
    ],
)
def test_an_unknown_file_is_a_mistake_with_advice(path: str, advice: str) -> None:
    (found,) = mistakes_with({path: "a: 1"})
    assert (found.file, found.code) == (path, Code.FILE_UNKNOWN)
    assert advice in found.fix


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("plan.yaml", Code.FILE_MISSING),
        ("people.yaml", Code.FILE_MISSING),
        ("drills/leaked-key.yaml", Code.RUNBOOK_NO_DRILL),
        ("rules/trail-stopped/rule.yml", Code.FILE_MISSING),
        ("rules/console-login-without-mfa/hit_password_only.json", Code.RULE_NO_HIT),
        ("rules/snapshot-shared/miss_unshared.json", Code.RULE_NO_MISS),
    ],
)
def test_a_file_that_is_missed_is_a_mistake(path: str, code: Code) -> None:
    assert [m.code for m in mistakes_with({path: None})] == [code]


def test_a_plan_of_too_many_or_too_large_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILES", len(STARTER))
    monkeypatch.setattr(reading, "MAX_FILE_CHARACTERS", 30_000)
    found = mistakes_with({"comms/z.yaml": "name: Z\ntext: z\n"})
    assert any("at most" in mistake.says for mistake in found)
    monkeypatch.setattr(reading, "MAX_FILES", len(STARTER) + 1)
    (large,) = mistakes_with({"comms/z.yaml": "name: Z\ntext: " + "z" * 30_000})
    assert (large.file, large.code) == ("comms/z.yaml", Code.FILE_UNREADABLE)


def test_every_kind_of_target_and_hours_is_built() -> None:
    path, hours = (
        "schedules/platform.yaml",
        "    hours: [{days: [sat, sun], from: '20:00', to: '08:00'}]",
    )
    rotation = "{people: [bo], first_day: 2026-01-05, handover: '09:00', days: 1}"
    layer = f"  - name: nights\n    rotation: {rotation}"
    plan = compiled(
        {
            path: f"{STARTER[path]}{layer}\n{hours}\n",
            "escalation/all.yaml": (
                "steps: [{notify: ['person:ana', 'team:platform', 'leads:platform', catch-all,"
                " 'schedule:platform'], wait: 1m}]\n"
            ),
            RUNBOOK: swapped(RUNBOOK, ("approvals: 1", "when: before.status == 'Active'")),
        }
    )
    (step,) = plan.policies[PolicyId("all")].steps
    assert step.targets == (
        ToPerson(PersonId("ana")),
        ToTeam(TeamId("platform")),
        ToTeam(TeamId("platform"), leads_only=True),
        ToCatchAll(),
        ToSchedule(ScheduleId("platform")),
    )
    nights = plan.schedules[ScheduleId("platform")].layers[1]
    assert nights.hours == (Hours(frozenset({5, 6}), time(20), time(8)),)
    (act,) = [s for s in plan.runbooks[RunbookId("leaked-key")].steps if s.id == "deactivate"]
    assert isinstance(act, Act)
    assert act.when == "before.status == 'Active'"


def test_two_rules_with_one_id_are_a_mistake() -> None:
    folder = "rules/key-for-another-user/"
    copies = {
        path.replace(folder, "rules/copy/"): text
        for path, text in STARTER.items()
        if path.startswith(folder)
    }
    (found,) = mistakes_with(copies)
    assert found.code is Code.RULE_BROKEN
    assert "is taken by a rule in" in found.says


def test_what_a_broken_file_defines_is_not_called_missing() -> None:
    found = mistakes_with(
        {"schedules/platform.yaml": "name: [", "people.yaml": "ana: [", RUNBOOK: "title: x\n"}
    )
    assert {m.file for m in found} == {"schedules/platform.yaml", "people.yaml", RUNBOOK}


def test_nobody_can_hide_in_text_that_cannot_be_kept() -> None:
    found = mistakes_with({"comms/a.yaml": "name: a\x00", "comms/b.yaml": 'name: "\ud800"'})
    assert {m.code for m in found} == {Code.FILE_UNREADABLE}
    assert len(found) == 2


def test_twenty_mistakes_are_reported_as_twenty() -> None:
    found = mistakes_with(twenty_mistakes())
    assert len(found) == 20, "\n".join(map(str, found))
    assert found == tuple(sorted(found))


def test_a_pushed_plan_stays_readable_when_checks_get_stricter() -> None:
    path = "schedules/platform.yaml"
    files = {**STARTER, path: swapped(path, OFFICE_HOURS)}
    assert not isinstance(compile_plan(files, now=NOW), Plan)
    reopened = reopen_plan(files)
    assert isinstance(reopened, Plan)
    assert reopened.revision == revision_of(files)
    assert reopened.policies == compiled().policies


def test_a_plan_without_mistakes_reopens_as_it_was_compiled() -> None:
    assert reopen_plan(STARTER) == compiled()


def test_a_pushed_plan_that_cannot_be_read_says_why() -> None:
    found = reopen_plan({**STARTER, "teams/platform.yaml": "name: ["})
    assert isinstance(found, tuple)
    assert [(each.file, each.code) for each in found] == [("teams/platform.yaml", Code.YAML_SYNTAX)]


_PATHS = st.sampled_from(sorted(STARTER)) | st.text(max_size=20)
_TEXTS = st.sampled_from(sorted(STARTER.values())) | st.text(max_size=60)


@settings(deadline=None)  # some files take a slow machine longer
@given(st.dictionaries(_PATHS, _TEXTS, max_size=12))
def test_any_texts_at_all_give_a_plan_or_its_mistakes(files: dict[str, str]) -> None:
    answer = compile_plan(files, now=NOW)
    assert isinstance(answer, Plan) or (answer and answer == tuple(sorted(answer)))


@settings(deadline=None)
@given(st.sampled_from(sorted(STARTER)), st.integers(0, 4000), st.text(max_size=6))
def test_a_starter_plan_scribbled_on_gives_a_plan_or_its_mistakes(
    path: str, at: int, scribble: str
) -> None:
    text = STARTER[path]
    place = at % (len(text) + 1)
    files = {**STARTER, path: text[:place] + scribble + text[place:]}
    answer = compile_plan(files, now=NOW)
    assert isinstance(answer, Plan) or answer
