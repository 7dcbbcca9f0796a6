"""Play many nights: `python -m tests.simulation --seeds 0-4999`."""

import argparse
import sys
import time

from tests.simulation.invariants import WasBroken
from tests.simulation.play import NIGHT, Night


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-499", help="from-to, both included; or one")
    first, _, last = parser.parse_args().seeds.partition("-")
    began, played, broken = time.monotonic(), [], []
    for seed in range(int(first), int(last or first) + 1):
        try:
            played.append(_figures(Night(seed).play()))
        except WasBroken as why:
            broken.append(seed)
            print(f"seed {seed}: {why}")  # noqa: T201 - a program
    took = time.monotonic() - began
    alerts, arrivals, copies, crashes, events = (sum(each) for each in zip(*played, strict=True))
    print(  # noqa: T201 - a program
        f"{len(played)} nights of {NIGHT / 3600:g} h in {took:.1f} s: {alerts} alerts,"
        f" {arrivals} messages arrived, {copies} of them again ({100 * copies / arrivals:.2f} %),"
        f" {crashes} crashes, {events} events; {len(broken)} broken"
    )
    return 1 if broken else 0


def _figures(night: Night) -> tuple[int, int, int, int, int]:
    return len(night.rows.alerts), night.arrivals, night.copies, night.crashes, night.events


if __name__ == "__main__":
    sys.exit(main())
