"""What a plan may say of people: addresses, rules and quiet hours; mistakes name line and fix."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest

from fireline.content.starter_plan import starter_files
from fireline.core.oncall.people import Contact
from fireline.core.oncall.quiet import QuietHours
from fireline.core.plan.contents import things_of, words_of
from fireline.core.plan.mistakes import Code
from fireline.core.values.ids import PersonId
from tests.core.plan.breaking import compiled, mistakes_with

PEOPLE = starter_files()["people.yaml"]
HOOK = "  webhook: https://hooks.example.com/ana\n"
EVERYTHING = HOOK + (
    '  phone: "+351912345678"\n'
    "  slack: U012AB3CD\n"
    '  matrix: "@ana:example.com"\n'
    "  teams: env:TEAMS_ANA\n"
    "  ntfy: https://ntfy.sh/ana-7hq2\n"
    "  pagerduty: file:/run/secrets/pagerduty\n"
    "  splunk: env:SPLUNK_ANA\n"
    "  apprise: env:APPRISE_ANA\n"
    '  quiet: {from: "22:00", to: "07:30", zone: Europe/Berlin}\n'
)


def with_ana(words: str, rules: str = "") -> dict[str, str]:
    changed = PEOPLE.replace(HOOK, words, 1)
    if rules:
        changed = changed.replace("{channel: webhook, after: 0m}", rules, 1)
    return {"people.yaml": changed}


def test_every_address_is_a_contact_and_secrets_stay_references():
    plan = compiled(with_ana(EVERYTHING))
    ana = plan.people[PersonId("ana")]
    assert ana.contacts == tuple(
        Contact(channel, address)
        for channel, address in (
            ("email", "ana@example.com"),
            ("webhook", "https://hooks.example.com/ana"),
            ("phone", "+351912345678"),
            ("slack", "U012AB3CD"),
            ("matrix", "@ana:example.com"),
            ("teams", "env:TEAMS_ANA"),
            ("ntfy", "https://ntfy.sh/ana-7hq2"),
            ("pagerduty", "file:/run/secrets/pagerduty"),
            ("splunk", "env:SPLUNK_ANA"),
            ("apprise", "env:APPRISE_ANA"),
        )
    )
    assert ana.quiet == QuietHours(time(22), time(7, 30), ZoneInfo("Europe/Berlin"))
    assert (ana.addresses("sms"), ana.addresses("voice")) == (("+351912345678",),) * 2
    words = words_of(things_of(plan)["person"]["ana"])
    assert "phone +351912345678" in words["contacts"]


def test_quiet_hours_are_in_the_person_s_own_zone_when_none_is_named():
    plan = compiled(with_ana(HOOK + '  quiet: {from: "22:00", to: "07:00"}\n'))
    assert plan.people[PersonId("ana")].quiet == QuietHours(
        time(22), time(7), ZoneInfo("Europe/Lisbon")
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ('  phone: "0151 1234"\n', "+4915112345678"),
        ("  slack: ana\n", "`ana.slack`"),
        ("  matrix: ana\n", "`ana.matrix`"),
        ("  teams: http://x.example.com\n", "https:// address, or where it is kept"),
        ("  ntfy: two words\n", "https://ntfy.sh/dana-pager-7hq2"),
        ("  pagerduty: 0123456789abcdef0123456789abcdef\n", "env:NAME, or file:/absolute/path"),
        ("  splunk: file:relative\n", "a secret is named, not written"),
        ('  quiet: {from: "22:00", to: "22:00"}\n', "never end"),
        ('  quiet: {from: "22:00", to: "late"}\n', "`ana.quiet.to`"),
        ('  quiet: {from: "22:00", to: "07:00", zone: Mars/X}\n', "no time zone 'Mars/X'"),
        ("  fax: 1\n", "`ana.fax` means nothing"),
    ],
)
def test_what_cannot_be_names_the_line_and_the_fix(words: str, says: str):
    (mistake,) = mistakes_with(with_ana(HOOK + words))
    line = next(n for n, text in enumerate(PEOPLE.splitlines(), 1) if "hooks" in text) + 1
    assert (mistake.file, mistake.line) == ("people.yaml", line)
    assert says in str(mistake)
    # What may be a secret is not repeated.
    assert "0123456789abcdef0123456789abcdef" not in str(mistake)


@pytest.mark.parametrize(
    ("rule", "says", "fix"),
    [
        ("sms", "ana is told by sms and has no sms address", "add `phone:` to ana"),
        ("voice", "no voice address", "add `phone:` to ana"),
        ("slack", "no slack address", "add `slack:` to ana"),
    ],
)
def test_a_rule_without_an_address_is_a_mistake(rule: str, says: str, fix: str):
    rules = f"{{channel: {rule}, after: 0m}}"
    (mistake,) = mistakes_with(with_ana(HOOK, rules))
    assert mistake.code is Code.PERSON_NO_ADDRESS
    assert (says in mistake.says, fix in mistake.fix) == (True, True)


def test_push_may_stand_beside_another_rule_and_not_alone():
    assert mistakes_with(with_ana(HOOK, "{channel: push, after: 0m}")) == ()
    alone = PEOPLE.replace(
        "    - {channel: webhook, after: 0m}\n    - {channel: email, after: 1m}\n",
        "    - {channel: push, after: 0m}\n",
        1,
    )
    (mistake,) = mistakes_with({"people.yaml": alone})
    assert "sets up in their browser" in mistake.says


def test_a_channel_nobody_knows_is_a_mistake():
    (mistake,) = mistakes_with(with_ana(HOOK, "{channel: pigeon, after: 0m}"))
    assert mistake.code is Code.FIELD_WRONG
