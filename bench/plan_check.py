"""Check a plan of a thousand files. Target: under three seconds; prints the share of it used."""

import sys
from datetime import UTC, datetime
from time import perf_counter

from fireline.content.starter_plan import starter_files
from fireline.core.plan.compiling import compile_plan
from fireline.core.plan.plan import Plan

FILES = 1_000
TARGET_SECONDS = 3.0
ROUNDS = 3
NOW = datetime(2026, 11, 21, tzinfo=UTC)
RULE = "rules/key-for-another-user/"
OWN_ID = "5979ec85-d979-4f59-ac2f-446c422ac796"


def grown() -> dict[str, str]:
    """Grow the starter plan by more services, schedules, policies, teams, drills and rules."""
    files = dict(starter_files())
    rule = {path.removeprefix(RULE): text for path, text in files.items() if path.startswith(RULE)}
    number = 0
    while len(files) < FILES:
        number += 1
        for folder, name in (
            ("services", "shop"),
            ("schedules", "platform"),
            ("escalation", "platform"),
            ("teams", "platform"),
            ("runbooks", "leaked-key"),
        ):
            files[f"{folder}/{name}-{number}.yaml"] = files[f"{folder}/{name}.yaml"]
        drill = files["drills/leaked-key.yaml"]
        files[f"drills/leaked-key-{number}.yaml"] = drill.replace(
            "runbook: leaked-key", f"runbook: leaked-key-{number}"
        )
        for name, text in rule.items():
            own = f"5979ec85-d979-4f59-ac2f-{number:012d}"
            files[f"rules/made-{number}/{name}"] = text.replace(OWN_ID, own)
    return files


def main() -> int:
    files = grown()
    best = float("inf")
    for _ in range(ROUNDS):
        began = perf_counter()
        plan = compile_plan(files, now=NOW)
        best = min(best, perf_counter() - began)
        assert isinstance(plan, Plan), plan[:5]
    share = best / TARGET_SECONDS
    print(f"plan check: {len(files)} files in {best:.2f} s; ratio to target {share:.2f} (below 1)")
    return 0 if share < 1 else 1


if __name__ == "__main__":
    sys.exit(main())
