"""Look at a simulated account of a thousand resources, beside Prowler and Cloud Custodian.

One run, one lab, one machine: a new fireline and Custodian in turn, three times, then Prowler, each
alone, looking at the same two regions. The lab counts the calls; every process is its own. What is
compared are medians: a lent machine is faster or slower from one minute to the next. Fireline's
time is from asking for a look until the account is judged and its findings can be read: of its
first look, which saves everything, and of a second, which finds nothing new; the slower one counts.
Before all of it another fireline looks, uncounted: moto reads the code of a service when it is
first asked, and nobody is to pay for that. AWS's own pace is kept with AWS alone: a simulated AWS
has no quotas, and no peer paces itself either.

Then a change: SSH is opened to the world in group after group, and each is timed from its delivery
into the queue until its finding can be read. Then memory, after each of four looks at 5,000: the
first makes what is kept for all others, so the last is held against the second.

Peers are installed from `bench/peers/*.txt` unless `--peers` names a folder that has them.

usage: python bench/cloud.py [--peers DIR | --without-peers] [--rounds 3] [--changes 20]
                             [--looks 4] [--keep DIR]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any, cast

import boto3
from _lab_account import (
    HOME,
    REGIONS,
    LabHere,
    Look,
    Watcher,
    await_true,
    lab,
    megabytes,
    peak_megabytes,
    watching,
    without_cloud,
)

PEERS = Path(__file__).parent / "peers"
PROWLER_TIMES, CUSTODIAN_TIMES = 10.0, 3.0
MOST_OF_CALLS = 0.60
MOST_MEGABYTES = 300.0
CHANGE_SECONDS, CHANGE_CALLS = 2.0, 12
# Memory after the last look, against after the second.
FLAT = 1.05
SSH = "ec2-ssh-open-to-world"
# What keeps the queues empty is asked all day, whether anything changed or not.
_WATCHING = ("sqs:ReceiveMessage", "sqs:DeleteMessageBatch", "s3:GetObject")


@dataclass(frozen=True)
class Run:
    """What a whole assessment took."""

    seconds: float
    calls: int
    megabytes: float


@dataclass
class Verdicts:
    """Each figure beside its limit."""

    missed: int = 0

    def say(self, what: str, ratio: float, limit: str) -> None:
        """Print a ratio, which is good at 1 and below."""
        self.missed += ratio > 1
        print(f"{'MISSED' if ratio > 1 else 'kept':6} {what}; ratio {ratio:.2f} ({limit})")


def warm(seen: LabHere, folder: Path) -> None:
    """Ask the lab everything once."""
    with watching(seen, folder, queues=False) as watcher:
        look = watcher.first_look()
        print(f"the lab is warm: a look that does not count took {look.seconds:.1f} s")


def whole(seen: LabHere, folder: Path, kept: Path | None, verdicts: Verdicts) -> Run:
    """Have fireline assess the account twice. What it could not look at is no saving."""
    with watching(seen, folder, queues=False) as watcher:
        pid = watcher.server.process.pid
        looks = [watcher.first_look(), watcher.look()]
        peak = peak_megabytes(pid)
        found = list(watcher.findings())
        for name, look in zip(("first", "second"), looks, strict=True):
            print(
                f"fireline, {name} look: {look.seconds:.1f} s, {_sum(look):,} calls,"
                f" {look.assets:,} assets, {look.could_not} listings could not be looked at"
            )
        verdicts.missed += any(look.could_not for look in looks)
        print(f"fireline: {len(found):,} open findings; peak memory {peak:.0f} MB (not PostgreSQL)")
        if kept is not None:
            (kept / "fireline.json").write_text(watcher.text("/posture/export", everything=True))
    return Run(max(one.seconds for one in looks), max(map(_sum, looks)), peak)


def _sum(look: Look) -> int:
    return sum(look.calls.values())


def prowler(seen: LabHere, peers: Path, kept: Path) -> Run:
    """Run Prowler with every check it has."""
    command = [peers / "prowler/bin/prowler", "aws", "--region", *REGIONS]
    # Without this it leaves out what nothing uses, such as groups nobody wears.
    command.append("--scan-unused-services")
    command += ["--no-banner", "--no-color", "-z", "-M", "json-ocsf", "-o", kept, "-F", "prowler"]
    return _peer(seen, "Prowler", command, kept)


def custodian(seen: LabHere, peers: Path, kept: Path) -> Run:
    """Run Custodian with the policies that ask what fireline's signatures ask, and its cache."""
    # What an earlier run kept here would answer for the cloud.
    (kept / "cache").unlink(missing_ok=True)
    command: list[str | Path] = [peers / "custodian/bin/custodian", "run", "-s", kept / "custodian"]
    command += ["--cache", kept / "cache", "--cache-period", "15"]
    for region in REGIONS:
        command += ["--region", region]
    return _peer(seen, "Custodian", [*command, PEERS / "custodian.yml"], kept)


def _peer(seen: LabHere, name: str, command: Sequence[str | Path], kept: Path) -> Run:
    environment = {
        **without_cloud(),
        **seen.environment("admin"),
        "AWS_REGION": HOME,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": str(PEERS / "shim"),
    }
    if not environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:"):
        sys.exit(f"{name} would ask the real AWS")
    before, began = seen.calls(), time.monotonic()
    with (kept / f"{name.lower()}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    run = Run(seconds, sum((seen.calls() - before).values()), used.ru_maxrss / 1024)
    print(
        f"{name}: {run.seconds:.1f} s, {run.calls:,} calls, peak memory {run.megabytes:.0f} MB,"
        f" exit {process.returncode}"
    )
    return run


def installed(folder: Path) -> Path:
    """Install the peers, each in an environment of its own, as their pins say."""
    for name in ("prowler", "custodian"):
        home = folder / name
        if not home.exists():
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
            pins = ["-r", PEERS / f"{name}.txt"]
            subprocess.run([home / "bin/pip", "install", "--quiet", *pins], check=True)
    return folder


@dataclass(frozen=True)
class Changed:
    """One change: seconds until its finding could be read, from its delivery and from the call."""

    from_queue: float
    from_call: float
    calls: int


def change(seen: LabHere, watcher: Watcher, ec2: Any, group: str) -> Changed | None:
    """Open SSH in a group, and wait for the finding; `None` when none came."""
    before, began = seen.calls(), time.time()  # noqa: TID251 - the lab is another process
    ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )

    def is_found() -> bool:
        page = watcher.get("/posture/findings", signature=SSH, q=group, limit=1)
        return bool(page["items"])

    if not await_true(is_found, seconds=30, every=0.02):
        return None
    found = time.time()  # noqa: TID251 - as above
    time.sleep(1.0)  # what is still asked because of the change is counted, too
    delivered = datetime.fromisoformat(seen.status()["latest_envelope_at"]).timestamp()
    asked = seen.calls() - before
    calls = sum(number for name, number in asked.items() if name not in _WATCHING) - 1
    return Changed(found - delivered, found - began, calls)


def changes(seen: LabHere, folder: Path, count: int, verdicts: Verdicts) -> None:
    """Make changes one by one, and time each."""
    with watching(seen, folder) as watcher:
        watcher.first_look()
        ec2 = _client(seen, "ec2")
        wanted = [{"Name": "group-name", "Values": ["app-*"]}]
        groups = ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]
        ids = [one["GroupId"] for one in groups[: count + 2]]
        heard = [change(seen, watcher, ec2, group) for group in ids][2:]  # two to warm up
    done = [one for one in heard if one is not None]
    if len(done) < len(heard):
        print(f"{len(heard) - len(done)} of {len(heard)} changes were never found")
        verdicts.missed += 1
    if not done:
        return
    lags, calls = sorted(one.from_queue for one in done), max(one.calls for one in done)
    since = sorted(one.from_call for one in done)
    print(
        f"one change, {len(done)} times: finding {lags[len(lags) // 2]:.2f} s after its delivery in"
        f" the median, {lags[-1]:.2f} s at worst; {since[len(since) // 2]:.2f} and"
        f" {since[-1]:.2f} s after the call; at most {calls} calls"
    )
    verdicts.say("one change to its finding, the worst", lags[-1] / CHANGE_SECONDS, "2 s")
    verdicts.say("calls of one change, the most", calls / CHANGE_CALLS, "12 calls")


def _client(seen: LabHere, service: str) -> Any:
    keys = seen.environment("admin")
    made = cast("Any", boto3.session.Session())
    return made.client(
        service,
        endpoint_url=seen.endpoint,
        region_name=HOME,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )


def large(folder: Path, count: int, verdicts: Verdicts) -> None:
    """Look at 5,000 resources again and again: memory must stay."""
    with (
        lab("five-thousand", folder / "lab") as seen,
        watching(seen, folder / "fireline", queues=False) as watcher,
    ):
        pid, after = watcher.server.process.pid, list[float]()
        for number in range(count):
            look = watcher.look() if number else watcher.first_look()
            after.append(megabytes(pid))
            print(
                f"5,000 resources, look {number + 1}: {look.seconds:.1f} s, {_sum(look):,} calls,"
                f" {look.assets:,} assets; memory {after[-1]:.0f} MB",
                flush=True,
            )
        print(f"5,000 resources: peak memory {peak_megabytes(pid):.0f} MB")
    steady = after[min(1, count - 1)]
    verdicts.say(
        f"memory after {count} looks against after the second, {after[-1] / steady - 1:+.1%}",
        after[-1] / steady / FLAT,
        "5 % more",
    )


def usual(runs: Sequence[Run]) -> Run:
    """Return the median time of some runs, and the most they asked and took."""
    return Run(
        median(run.seconds for run in runs),
        max(run.calls for run in runs),
        max(run.megabytes for run in runs),
    )


def compare(own: Run, other: Run, name: str, times: float, verdicts: Verdicts) -> None:
    """Hold fireline's run against a peer's."""
    faster = other.seconds / own.seconds
    verdicts.say(f"{faster:.1f} times as fast as {name}", times / faster, f"{times:.0f} times")
    share = own.calls / other.calls
    verdicts.say(f"{share:.0%} of {name}'s calls", share / MOST_OF_CALLS, "60 %")


def measure(options: argparse.Namespace, folder: Path) -> int:
    """Run everything; return how many limits were missed."""
    verdicts, kept = Verdicts(), options.keep or folder / "kept"
    kept.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    print(f"load average before: {load:.1f}; regions {', '.join(REGIONS)}; unpaced", flush=True)
    with lab("thousand", folder / "lab") as seen:
        warm(seen, folder / "warm")
        peers = None if options.without_peers else installed(options.peers or folder / "peers")
        own, others = list[Run](), list[Run]()
        for number in range(options.rounds):
            own.append(whole(seen, folder / f"whole{number}", kept, verdicts))
            if peers is not None:
                others.append(custodian(seen, peers, kept))
        took = usual(own)
        verdicts.say("memory of a whole assessment", took.megabytes / MOST_MEGABYTES, "300 MB")
        if peers is None:
            print("without peers: nothing was compared")
        else:
            compare(took, usual(others), "Custodian", CUSTODIAN_TIMES, verdicts)
            compare(took, prowler(seen, peers, kept), "Prowler", PROWLER_TIMES, verdicts)
        if options.changes:
            changes(seen, folder / "changes", options.changes, verdicts)
    if options.looks:
        large(folder / "large", options.looks, verdicts)
    print(f"load average after: {os.getloadavg()[0]:.1f}")
    return verdicts.missed


def main() -> int:
    """Print each figure; fail when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peers", type=Path, help="a folder with prowler/ and custodian/")
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--rounds", type=int, default=3, help="fireline, then Custodian")
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--looks", type=int, default=4, help="how often at 5,000 resources")
    parser.add_argument("--keep", type=Path, help="where what each found is kept")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    with tempfile.TemporaryDirectory() as folder:
        return 1 if measure(options, Path(folder)) else 0


if __name__ == "__main__":
    sys.exit(main())
