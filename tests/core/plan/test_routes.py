"""Routes in the plan: what they may say, each mistake with its line, and what a change changes."""

from datetime import time

import pytest

from fireline.core.alerting.route import VARIABLES
from fireline.core.plan.diff import difference
from fireline.core.plan.mistakes import Code
from fireline.core.values.priority import Priority
from tests.core.plan.breaking import compiled, mistakes_with
from tests.core.plan.test_reference import PAGE

ROUTES = """routes:
  - id: first
    when: alert.priority == 1
    hours:
      - {zone: Europe/Berlin, days: [sat, sun], from: "22:00", to: "06:00"}
    service: shop
    escalation: platform
    runbook: leaked-key
  - id: second
    when: alert.kind == "x"
    suppress: nobody needs it
default: {team: platform, priority: P4}
"""


def wrong(text: str) -> list[tuple[int, Code, str]]:
    return [(m.line, m.code, m.says) for m in mistakes_with({"routes.yaml": text})]


def test_routes_are_built_in_their_order():
    plan = compiled({"routes.yaml": ROUTES})
    first, second = plan.routes
    assert (first.id, first.decides.service, first.decides.policy) == ("first", "shop", "platform")
    (hours,) = first.hours
    assert (hours.weekdays, hours.start, hours.end) == ({5, 6}, time(22), time(6))
    assert second.decides.suppress == "nobody needs it"
    assert plan.default_route is not None
    assert plan.default_route.priority is Priority.P4


def test_a_plan_may_do_without_routes():
    assert mistakes_with({"routes.yaml": None}) == ()
    bare = compiled({"routes.yaml": "default: {team: platform}\n"})
    assert bare.routes == ()


@pytest.mark.parametrize(
    ("text", "line", "code", "says"),
    [
        ("routes:\n  - id: a\n    when: alert.nope == 1\n    priority: P1\n", 3,
         Code.CONDITION_BROKEN, "undeclared reference to 'alert.nope'"),
        ("routes:\n  - id: a\n    when: alert.priority\n    priority: P1\n", 3,
         Code.CONDITION_BROKEN, "it answers INT"),
        ("routes:\n  - id: a\n    when: 'alert.priority == \"P1\"'\n    priority: P1\n", 3,
         Code.CONDITION_BROKEN, "no matching overload"),
        ("routes:\n  - id: a\n    service: shp\n", 3, Code.REFERENCE_UNKNOWN, "no service `shp`"),
        ("routes:\n  - id: a\n    team: nobody\n", 3, Code.REFERENCE_UNKNOWN, "no team `nobody`"),
        ("default:\n  escalation: up\n", 2, Code.REFERENCE_UNKNOWN, "no escalation `up`"),
        ("routes:\n  - id: a\n    runbook: up\n", 3, Code.REFERENCE_UNKNOWN, "no runbook `up`"),
        ("routes:\n  - id: a\n    when: 'true'\n", 2, Code.FIELD_MISSING, "`a` decides nothing"),
        ("routes:\n  - id: default\n    priority: P1\n", 2, Code.DUPLICATE_ENTRY,
         "the name of the default route"),
        ("routes:\n  - id: a\n    priority: P1\n    prioritty: P2\n", 4, Code.FIELD_UNKNOWN,
         "`routes.0.prioritty` means nothing"),
        ("routes:\n  - id: a\n    priority: P9\n", 3, Code.FIELD_WRONG, "not a priority"),
        (ROUTES.replace("Europe/Berlin", "Mars"), 5, Code.FIELD_WRONG, "no time zone 'Mars'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(text: str, line: int, code: Code, says: str):
    ((at, found, said),) = wrong(text)
    assert (at, found) == (line, code)
    assert says in said


def test_a_route_behind_one_for_every_alert_is_never_reached():
    text = "routes:\n  - {id: a, priority: P1}\n  - {id: b, when: 'true', priority: P2}\n"
    assert wrong(text) == [
        (3, Code.ROUTE_UNREACHED, "`b` is never reached: `a` is for every alert")
    ]
    doubled = "routes:\n  - {id: a, when: 'true', team: platform}\n  - {id: a, priority: P2}\n"
    assert wrong(doubled) == [(3, Code.DUPLICATE_ENTRY, "a route `a` stands above already")]


def test_the_order_of_routes_is_behaviour():
    before = compiled({"routes.yaml": ROUTES})
    swapped = ROUTES.replace("id: first", "id: x").replace("id: second", "id: first")
    after = compiled({"routes.yaml": swapped.replace("id: x", "id: second")})
    changed = {change.id for change in difference(before, after) if change.kind == "route"}
    assert changed == {"first", "second"}
    assert difference(before, compiled({"routes.yaml": "# the same\n" + ROUTES})) == ()


def test_every_word_of_a_condition_is_on_the_reference_page():
    for name, (_, says) in VARIABLES.items():
        assert f"| `{name}` | {says} |" in PAGE
