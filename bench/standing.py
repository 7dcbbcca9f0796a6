"""Change the status of alerts, and open the inbox, while 100,000 alerts are open.

A whole fireline, HTTP over loopback, an embedded PostgreSQL that syncs to disk. `acknowledge`,
`resolve` and `snooze` are timed as a client sees them, from the request to its answer, which comes
after the commit. `inbox` is the page as a browser gets it.

usage: python bench/standing.py [--alerts 100000] [--each 150]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import psycopg
from _served import Served, served

CHANGE_LIMIT_MS = 50.0
INBOX_LIMIT_MS = 100.0
# Alerts as sorting leaves them, each with a symptom and a ladder that waits.
FILL = """
insert into source (id, name, registered_at, format)
values ('00000000-0000-7000-8000-000000000001', 'many', now(), 'json');
insert into alert (id, key, title, priority, service, team, policy, owner_reason, plan_revision,
                   findings, symptoms, live_symptoms, first_at, last_at, raised_at)
select ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'k' || n, 'Trouble ' || n,
       1 + mod(n, 4), 'shop', 'platform', 'platform', 'for a benchmark', %(revision)s, 1, 1, 1,
       now() - n * interval '1 second', now(), now() - n * interval '1 second'
from generate_series(1, %(alerts)s) as n;
insert into symptom (id, alert_id, source_id, key, kind, title, description, priority, grouped,
                     entities, tactics, tags, labels, links, first_at, last_at, raised_at, reason,
                     because)
select a.id, a.id, '00000000-0000-7000-8000-000000000001', a.key, '', a.title, '', a.priority, '',
       '[]', '{}', '{}', '{}', '[]', a.first_at, a.last_at, a.raised_at, 'new', 'for a benchmark'
from alert a;
insert into ladder (alert_id, state, taken, due_at)
select a.id, 'waiting', 0, now() + interval '1 day' from alert a;
insert into due (kind, id, due_at)
select 'ladder', a.id, now() + interval '1 day' from alert a;
analyze;
"""


def fill(server: Served, alerts: int) -> None:
    """Open so many alerts."""
    with psycopg.connect(server.dsn) as db:
        row = db.execute(
            "select revision from plan_push order by pushed_at desc limit 1"
        ).fetchone()
        assert row is not None
        for statement in FILL.split(";\n"):
            if statement.strip():
                db.execute(
                    statement,  # pyright: ignore[reportArgumentType] - a constant, cut in pieces
                    {"alerts": alerts, "revision": row[0]} if "%(" in statement else None,
                )


def timed(times: int, work: Callable[[int], httpx2.Response]) -> list[float]:
    """Do something again and again; return how long each took, in ms, sorted."""
    took: list[float] = []
    for number in range(times):
        began = time.perf_counter()
        answer = work(number)
        took.append(1000 * (time.perf_counter() - began))
        assert answer.is_success, answer.text
    return sorted(took)


def report(part: str, took: list[float], share: float, limit: float) -> bool:
    """Print one part; return whether it kept to its limit."""
    at = took[min(int(share * len(took)), len(took) - 1)]
    print(
        f"{part:12} p50 {took[len(took) // 2]:6.1f} ms  p{share * 100:.0f} {at:6.1f} ms"
        f"  ({at / limit:.2f} of {limit:.0f} ms)"
    )
    return at <= limit


def measure(server: Served, alerts: int, each: int) -> bool:
    """Run every part; return whether all kept to their limits."""
    fill(server, alerts)
    headers = {"Authorization": f"Bearer {server.tokens['api']}"}
    base = f"http://127.0.0.1:{server.port}"
    with httpx2.Client(base_url=base, headers=headers, trust_env=False, timeout=30) as client:
        client.post(f"/api/v1/alerts/{alerts}/acknowledge", json={})  # connect, and warm the caches
        kept = True
        for start, verb, body in (
            (1, "acknowledge", {}),
            (1, "resolve", {}),
            (each + 1, "snooze", {"minutes": 600}),
        ):
            took = timed(
                each,
                lambda n, start=start, verb=verb, body=body: client.post(
                    f"/api/v1/alerts/{start + n}/{verb}", json=body
                ),
            )
            kept &= report(verb, took, 0.99, CHANGE_LIMIT_MS)
        kept &= report("inbox", timed(60, lambda _: client.get("/")), 0.95, INBOX_LIMIT_MS)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=150)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as server:
        if not measure(server, options.alerts, options.each):
            sys.exit(1)


if __name__ == "__main__":
    main()
