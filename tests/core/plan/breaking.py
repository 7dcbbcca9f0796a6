"""The starter plan, and ways to break it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from fireline.content.starter_plan import starter_files
from fireline.core.plan.compiling import compile_plan
from fireline.core.plan.mistakes import Mistake
from fireline.core.plan.plan import Plan

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
STARTER = starter_files()
RUNBOOK = "runbooks/leaked-key.yaml"
RULE = "rules/key-for-another-user/rule.yml"


def mistakes_with(changed: Mapping[str, str | None]) -> tuple[Mistake, ...]:
    """Compile the starter plan with some files replaced, or removed by None."""
    files = {path: text for path, text in {**STARTER, **changed}.items() if text is not None}
    compiled = compile_plan(files, now=NOW)
    return () if isinstance(compiled, Plan) else compiled


def swapped(path: str, *swaps: tuple[str, str]) -> str:
    """Return a file of the starter plan with some texts replaced, each of which must be there."""
    text = STARTER[path]
    for old, new in swaps:
        assert old in text, f"{old!r} is not in {path}"
        text = text.replace(old, new, 1)
    return text


def compiled(changed: Mapping[str, str] | None = None) -> Plan:
    """Compile the starter plan with some files replaced, without a mistake."""
    plan = compile_plan({**STARTER, **(changed or {})}, now=NOW)
    assert isinstance(plan, Plan), "\n".join(map(str, plan))
    return plan


def twenty_mistakes() -> dict[str, str | None]:
    """Break the starter plan in twenty places, over many kinds of file."""
    return {
        "plan.yaml": swapped("plan.yaml", ("[dee, cy]", "[de, cyy]")),  # 2
        "people.yaml": swapped(
            "people.yaml",
            ("zone: Europe/Lisbon", "zone: Europe/Lissabon"),  # 3
            ("email: bo@example.com", "mail: bo@example.com"),  # 4, 5: unknown and missing
            ("after: 1m", "after: later"),  # 6
        ),
        "definitions.yaml": swapped("definitions.yaml", ("priority: P3", "priority: P6")),  # 7
        "priorities.yaml": swapped("priorities.yaml", ("retro: 36h", "retro: 36")),  # 8
        "teams/platform.yaml": swapped(
            "teams/platform.yaml", ("leads: [dee]", "leads: [d]")
        ),  # 9, 10
        "services/shop.yaml": swapped(
            "services/shop.yaml",
            ("owner: platform", "owner: plattform"),  # 11
            ("escalation: platform", "escalation: plattform"),  # 12
        ),
        "schedules/platform.yaml": swapped("schedules/platform.yaml", ("days: 7", "days: 0")),  # 13
        "escalation/platform.yaml": swapped(
            "escalation/platform.yaml", ("schedule:platform", "schedule:platfrom")
        ),  # 14
        RUNBOOK: swapped(
            RUNBOOK,
            ("aws.iam.deactivate_key", "aws.iam.deactivate"),  # 15
            ("needs: [watch]", "needs: [whatch]"),  # 16
        ),
        RULE: swapped(RULE, ("runbook: leaked-key", "runbook: leaked")),  # 17
        "rules/root-used/rule.yml": swapped(
            "rules/root-used/rule.yml", ("condition: root", "condition: roots")
        ),  # 18
        "comms/internal.yaml": swapped("comms/internal.yaml", ("name:", "title:")),  # 19, 20
    }
