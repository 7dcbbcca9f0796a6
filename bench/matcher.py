"""Match 790 Sigma rules, and compare the time with decoding the same records at all.

Reads the detection corpus beside the project, or the small sample of the tests without it. In one
process, repetitions of both sides take turns and the best of each counts, so the ratio does not
depend on the machine. Prints it, and how many verdicts the slow oracle was asked to confirm.

usage: python bench/matcher.py [--events 60000] [--rounds 7]
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson

from fireline.core.detection.matcher import Matcher
from fireline.core.detection.oracle import holds
from fireline.core.detection.rules import Rule, load_rules

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
SAMPLE = ROOT / "tests" / "samples" / "sigma"
LIMIT = 0.70


def rules() -> tuple[Rule, ...]:
    """Load the public AWS rules, without the correlations among them."""
    if CORPUS.is_dir():
        files = [*sorted((CORPUS / "rules").glob("*/aws_cloudtrail/*.yml"))]
    else:
        files = sorted((SAMPLE / "rules").glob("*.yml"))
    texts = {str(path): path.read_text(encoding="utf-8") for path in files}
    return load_rules({k: v for k, v in texts.items() if "correlation:" not in v}).rules


def records() -> list[dict[str, object]]:
    """Read the CloudTrail records, in the order of their files."""
    where = CORPUS / "cloudtrail" if CORPUS.is_dir() else SAMPLE / "cloudtrail"
    found: list[dict[str, object]] = []
    for path in sorted(where.rglob("*.json")):
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        listed: list[Any] = content.get("Records", []) if isinstance(content, dict) else content
        found += [each for each in listed if isinstance(each, dict) and "eventName" in each]
    return found


def replicated(events: list[dict[str, object]], count: int) -> list[bytes]:
    """Write records as lines until there are enough, each copy with an id and time of its own."""
    lines: list[bytes] = []
    while len(lines) < count:
        copy = len(lines) // len(events)
        for event in events[: count - len(lines)]:
            own = {"eventID": f"{copy:08d}-{str(event.get('eventID'))[9:]}"}
            lines.append(orjson.dumps({**event, **own}))
    return lines


def seconds(work: Callable[[], object]) -> float:
    """Measure one run, in CPU time of this process."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def drain(items: Iterable[object]) -> int:
    """Run an iterator to its end."""
    return sum(1 for _ in items)


def agreement(
    matcher: Matcher, loaded: tuple[Rule, ...], events: list[dict[str, object]]
) -> tuple[int, int]:
    """Count events on which matcher (both ways) and oracle give the same rules, and all hits."""
    lines = [orjson.dumps(event) for event in events]
    raw = dict(matcher.match_raw(lines))
    agreed = hits = 0
    for position, event in enumerate(events):
        slow = [rule.card.id for rule in loaded if holds(rule.condition, event)]
        hits += len(slow)
        agreed += slow == matcher.match(event) == raw.get(position, [])
    return agreed, hits


def main() -> int:
    """Print the ratio; fail below the limit or on any difference with the oracle."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, default=60_000)
    asked.add_argument("--rounds", type=int, default=7)
    options = asked.parse_args()
    loaded, events = rules(), records()
    lines = replicated(events, options.events)
    matcher = Matcher(loaded)
    agreed, hits = agreement(matcher, loaded, events)
    print(f"{len(loaded)} rules, {len(events)} records, {len(lines)} lines")
    print(f"oracle agrees on {agreed}/{len(events)} records, {hits} hits")
    decoding: list[float] = []
    matching: list[float] = []
    gc.freeze()
    for _ in range(options.rounds):
        decoding.append(seconds(lambda: [orjson.loads(line) and None for line in lines]))
        matching.append(seconds(lambda: drain(matcher.match_raw(lines))))
    ratio = min(decoding) / min(matching)
    rate = len(lines) / min(matching)
    print(f"orjson {len(lines) / min(decoding):,.0f}/s, matcher {rate:,.0f}/s on one core")
    print(f"ratio matcher/orjson = {ratio:.2f} (limit {LIMIT:.2f})")
    if not CORPUS.is_dir():
        print("only the sample was there: it is all attacks, so its ratio is shown, not judged")
    quick = ratio >= LIMIT or not CORPUS.is_dir()
    return 0 if quick and agreed == len(events) else 1


if __name__ == "__main__":
    sys.exit(main())
