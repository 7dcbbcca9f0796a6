"""What a plan must prove of its escalations, and every word they may use."""

import re
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fireline.core.alerting.windows import Weekly
from fireline.core.escalation.policy import (
    Policy,
    Step,
    ToAnyOf,
    ToNext,
    ToPerson,
    ToPrevious,
    ToWebhook,
    Unless,
)
from fireline.core.plan.building import TARGETS
from fireline.core.plan.files import EscalationFile, RungWords
from fireline.core.plan.mistakes import Code
from fireline.core.values.ids import PersonId, PolicyId, ScheduleId, TeamId
from fireline.core.values.priority import Priority
from tests.core.plan.breaking import STARTER, compiled, mistakes_with, swapped

HOW_TO = (Path(__file__).parents[3] / "docs" / "how-to" / "escalate.md").read_text("utf-8")
SLOW = "escalation/slow.yaml"
LATE_PEOPLE = swapped(
    "people.yaml",
    (
        "  urgent:\n    - {channel: webhook, after: 0m}\n    - {channel: email, after: 1m}",
        "  urgent:\n    - {channel: webhook, after: 45m}",
    ),
)


def escalation(*lines: str) -> dict[str, str]:
    return {SLOW: "\n".join(lines) + "\n"}


def test_every_word_of_an_escalation_is_built():
    plan = compiled(
        {
            "plan.yaml": f"{STARTER['plan.yaml']}\nwebhooks: {{chat: 'https://chat.example.com/'}}\n",
            **escalation(
                "steps:",
                "  - notify: ['next:platform', 'previous:platform', 'random:platform']",
                "    wait: 5m",
                "    round_robin: true",
                "    only: [P1, P2]",
                "    hours: [{zone: Europe/Berlin, days: [mon, fri], from: '09:00', to: '17:00'}]",
                "  - {notify: ['person:ana', 'webhook:bot', 'webhook:chat'], wait: 1h,",
                "     unless: resolved}",
                "rounds: 2",
                "pause: 10m",
                "acknowledge_timeout: 2h",
                "acknowledgers: 2",
                "webhooks: {bot: 'https://bot.example.com/hook'}",
            ),
        }
    )
    platform = ScheduleId("platform")
    office = Weekly(ZoneInfo("Europe/Berlin"), frozenset({0, 4}), time(9), time(17))
    assert plan.policies[PolicyId("slow")] == Policy(
        id=PolicyId("slow"),
        steps=(
            Step(
                (ToNext(platform), ToPrevious(platform), ToAnyOf(TeamId("platform"))),
                timedelta(minutes=5),
                hours=(office,),
                only=frozenset({Priority.P1, Priority.P2}),
                round_robin=True,
            ),
            Step(
                (
                    ToPerson(PersonId("ana")),
                    ToWebhook("bot", "https://bot.example.com/hook"),
                    ToWebhook("chat", "https://chat.example.com/"),
                ),
                timedelta(hours=1),
                unless=Unless.RESOLVED,
            ),
        ),
        rounds=2,
        pause=timedelta(minutes=10),
        acknowledge_timeout=timedelta(hours=2),
        acknowledgers=2,
    )


def test_an_escalation_that_says_little_means_what_it_always_meant():
    plan = compiled(escalation("steps: [{notify: [catch-all], wait: 5m}]"))
    policy = plan.policies[PolicyId("slow")]
    assert (policy.rounds, policy.pause, policy.acknowledgers) == (1, timedelta(), 1)
    assert policy.acknowledge_timeout is None
    assert not policy.goes_on_after_an_answer


@pytest.mark.parametrize(
    ("lines", "line", "code", "says", "fix"),
    [
        (
            ["steps:", "  - {notify: ['webhook:bot'], wait: 5m}"],
            2,
            Code.REFERENCE_UNKNOWN,
            "no webhook `bot`",
            "add `webhooks: {bot: https://…}`",
        ),
        (
            [
                "webhooks: {bots: 'https://bot.example.com/'}",
                "steps:",
                "  - {notify: ['webhook:bot', catch-all], wait: 5m}",
            ],
            3,
            Code.REFERENCE_UNKNOWN,
            "no webhook `bot`",
            "did you mean `bots`?",
        ),
        (
            ["steps:", "  - {notify: ['next:platfrom'], wait: 5m}"],
            2,
            Code.REFERENCE_UNKNOWN,
            "no schedule `platfrom`",
            "did you mean `platform`?",
        ),
        (
            ["steps:", "  - {notify: ['random:platfrom'], wait: 5m}"],
            2,
            Code.REFERENCE_UNKNOWN,
            "no team `platfrom`",
            "did you mean `platform`?",
        ),
        (
            ["acknowledgers: 4", "steps:", "  - {notify: ['person:ana'], wait: 5m}"],
            1,
            Code.ESCALATION_ACKNOWLEDGERS,
            "4 people must acknowledge, and only 3 are ever told",
            "ask for 3 at most",
        ),
        (
            ["steps:", "  - {notify: [catch-all], wait: 5m, unless: closed}"],
            2,
            Code.FIELD_WRONG,
            "steps.0.unless",
            "",
        ),
        (
            ["steps:", "  - {notify: [catch-all], wait: 5m, only: [P7]}"],
            2,
            Code.FIELD_WRONG,
            "is not a priority",
            "",
        ),
        (
            [
                "webhooks: {bot: 'http://bot.example.com/'}",
                "steps: [{notify: [catch-all], wait: 5m}]",
            ],
            1,
            Code.FIELD_WRONG,
            "https://",
            "",
        ),
    ],
)
def test_what_cannot_work_is_told_with_its_line_and_the_fix(
    lines: list[str], line: int, code: Code, says: str, fix: str
):
    (found,) = mistakes_with(escalation(*lines))
    assert (found.file, found.line, found.code) == (SLOW, line, code)
    assert says in found.says
    assert fix in found.fix


def test_personal_rules_that_begin_after_the_deadline_are_too_late():
    found = mistakes_with(
        {
            "people.yaml": LATE_PEOPLE,
            **escalation("steps:", "  - {notify: ['person:ana'], wait: 5m}"),
        }
    )
    (slow,) = [one for one in found if one.file == SLOW]
    assert (slow.line, slow.code) == (2, Code.ESCALATION_LATE)
    assert slow.says == (
        "nobody may hear of a P1 alert for 45m (step 1), and it must be acknowledged within 30m"
    )


def test_a_schedule_is_as_late_as_the_slowest_of_its_people():
    (found,) = mistakes_with({"people.yaml": LATE_PEOPLE})
    assert (found.file, found.line) == ("escalation/platform.yaml", 2)
    assert "45m (step 1)" in found.says


def test_a_step_for_some_hours_must_be_in_time_when_it_is_taken():
    found = mistakes_with(
        {
            "people.yaml": LATE_PEOPLE,
            **escalation(
                "steps:",
                "  - notify: ['person:ana']",
                "    wait: 5m",
                "    hours: [{zone: UTC, days: [mon], from: '09:00', to: '17:00'}]",
                "  - {notify: ['person:bo'], wait: 5m}",
            ),
        }
    )
    assert [(one.line, one.code) for one in found if one.file == SLOW] == [
        (2, Code.ESCALATION_LATE)
    ]


def test_a_step_for_other_priorities_does_not_count():
    said = "steps:", "  - {notify: ['person:ana'], wait: 5m, only: [P3]}"
    found = mistakes_with({"people.yaml": LATE_PEOPLE, **escalation(*said)})
    assert [one for one in found if one.file == SLOW] == []


def test_a_route_that_sets_the_priority_says_which_deadline_counts():
    routes = STARTER["routes.yaml"].replace(
        "routes:\n", "routes:\n  - {id: slow, when: 'true', priority: P2, escalation: slow}\n", 1
    )
    found = mistakes_with(
        {
            "people.yaml": LATE_PEOPLE,
            "routes.yaml": routes,
            **escalation("steps:", "  - {notify: ['person:ana'], wait: 5m}"),
        }
    )
    # P2 has four hours.
    assert [one for one in found if one.file == SLOW] == []


def test_the_last_resort_must_be_reachable_in_time_too():
    found = mistakes_with(
        {
            "people.yaml": STARTER["people.yaml"].replace(
                "dee@example.com\n  webhook: https://hooks.example.com/dee\n  urgent:\n"
                "    - {channel: webhook, after: 0m}\n    - {channel: email, after: 1m}",
                "dee@example.com\n  urgent:\n    - {channel: email, after: 40m}",
            ),
            "plan.yaml": swapped("plan.yaml", ("[dee, cy]", "[dee]")),
            **escalation("steps:", "  - {notify: ['person:ana'], wait: 5m, only: [P3]}"),
        }
    )
    (slow,) = [one for one in found if one.file == SLOW]
    assert "40m (the last resort)" in slow.says
    assert slow.line == 1


def test_every_service_has_an_owner_that_is_there():
    missing = mistakes_with(
        {"services/shop.yaml": swapped("services/shop.yaml", ("owner: platform\n", ""))}
    )
    assert [(one.file, one.code) for one in missing] == [("services/shop.yaml", Code.FIELD_MISSING)]
    unknown = mistakes_with(
        {"services/shop.yaml": swapped("services/shop.yaml", ("owner: platform", "owner: nobody"))}
    )
    assert [(one.line, one.code) for one in unknown] == [(2, Code.REFERENCE_UNKNOWN)]


def test_the_people_of_last_resort_must_be_there():
    found = mistakes_with({"plan.yaml": swapped("plan.yaml", ("[dee, cy]", "[nobody]"))})
    assert {one.code for one in found} == {Code.REFERENCE_UNKNOWN, Code.ESCALATION_UNREACHABLE}
    assert len({one.line for one in found}) == 1


def test_the_escalation_in_the_how_to_is_sound_and_uses_every_word():
    (said,) = re.findall(r"```yaml\n(.*?)```", HOW_TO, re.DOTALL)
    policy = compiled({SLOW: said}).policies[PolicyId("slow")]
    assert policy.goes_on_after_an_answer
    words = {*EscalationFile.model_fields, *RungWords.model_fields}
    assert [word for word in sorted(words) if f"{word}:" not in said] == []
    assert [word for word in sorted(words - {"steps"}) if f"`{word}" not in HOW_TO] == []
    assert [kind for kind in TARGETS if f"`{kind}:ID`" not in HOW_TO] == []
