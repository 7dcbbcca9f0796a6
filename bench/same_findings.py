"""Compare what fireline and Prowler say of one account, resource by resource.

A signature names the checks of Prowler that judge the same (`prowler:` in its `signature.yaml`).
For each, every resource either of them judged is held side by side: Prowler fails when one of these
checks fails. Differences are grouped by signature and by what each says;
`docs/explanation/posture-and-prowler.md` says of each which rule of AWS decides.

usage: python bench/same_findings.py KEPT [--of SIGNATURE] [--checks FILE]

KEPT is the folder `bench/cloud.py --keep KEPT` filled. `--checks` names a file with the ids of all
checks of the Prowler at hand, one on a line (`prowler aws --list-checks-json`).
"""

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from fireline.content.signatures import signature_files

_SHOWN = 4
_ACCOUNTLESS = re.compile(r"(arn:aws:ec2:[\w-]+):\d+:((?:image|snapshot)/)")
_LISTENER = re.compile(r"listener/(\w+/[^/]+/\w+)/\w+$")


@dataclass(frozen=True)
class Word:
    """What somebody says of a resource, and why."""

    says: str
    why: str
    checks: tuple[str, ...] = ()


def named() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the kind and Prowler's checks of every signature that names some."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for path, text in signature_files().items():
        if path.endswith("signature.yaml"):
            said = yaml.safe_load(text)
            if checks := said.get("prowler"):
                found[path.split("/")[-2]] = (str(said["kind"]), tuple(checks))
    return found


def ours(path: Path) -> dict[str, dict[str, Word]]:
    """Return fireline's word on each resource, by signature."""
    found: dict[str, dict[str, Word]] = defaultdict(dict)
    for one in json.loads(path.read_text()):
        asset = one["asset"]
        key = _key(asset["kind"], one.get("arn") or asset.get("arn") or asset["id"], asset)
        found[one["signature"]][key] = Word(one["verdict"], one["reason"])
    return found


def _key(kind: str, uid: str, place: Mapping[str, Any]) -> str:
    """Name a resource alike in both: Prowler names some by other resources, or not as AWS does."""
    if kind == "aws.account":
        return "the account"
    if kind == "aws.region":
        return str(place["region"])
    # AWS's ARNs of images and snapshots have no account; Prowler writes one.
    uid = _ACCOUNTLESS.sub(r"\1::\2", uid.removesuffix(":*"))
    return _LISTENER.sub(r"loadbalancer/\1", uid)


def theirs(path: Path, wanted: Mapping[str, tuple[str, tuple[str, ...]]]) -> Any:
    """Return Prowler's word on each resource, by signature."""
    by_check: dict[str, list[Any]] = defaultdict(list)
    for one in json.loads(path.read_text()):
        by_check[one["metadata"]["event_code"]].append(one)
    found: dict[str, dict[str, Word]] = {}
    for signature, (kind, checks) in wanted.items():
        words: dict[str, Word] = {}
        for check in checks:
            for one in by_check[check]:
                resource = one["resources"][0]
                word = Word(one["status_code"].lower(), one["status_detail"], (check,))
                key = _key(kind, resource["uid"], resource)
                before = words.get(key)
                if before is None or word.says == "fail" or before.says == "manual":
                    words[key] = word
        found[signature] = words
    return found


def _of_its_own(
    signature: str,
    wanted: Mapping[str, tuple[str, tuple[str, ...]]],
    own: Mapping[str, Mapping[str, Word]],
    words: Mapping[str, Word],
) -> Iterator[tuple[str, Word]]:
    """Leave out what a check says of resources another signature judges by the same check.

    Prowler has one check for the policies of users, groups and roles; fireline has one of each.
    """
    for key, word in words.items():
        others = (
            one
            for one, (_, checks) in wanted.items()
            if one != signature and {*checks} & {*word.checks}
        )
        if key in own.get(signature, {}) or not any(key in own.get(one, {}) for one in others):
            yield key, word


def differences(
    own: Mapping[str, Word], other: Mapping[str, Word]
) -> Iterator[tuple[str, Word, Word]]:
    """Give each resource of which the two say different things."""
    nothing = Word("-", "not judged")
    for key in sorted({*own, *other}):
        mine, yours = own.get(key, nothing), other.get(key, nothing)
        if (mine.says == "fail") != (yours.says == "fail") or _only_one(mine, yours):
            yield key, mine, yours


def _only_one(mine: Word, yours: Word) -> bool:
    """Say whether one knows an answer where the other says that it has none."""
    return mine.says == "unknown" and yours.says == "pass"


def tell(signature: str, own: Mapping[str, Word], other: Mapping[str, Word]) -> tuple[int, int]:
    """Print how one signature compares; return how many resources agree and differ."""
    found = list(differences(own, other))
    same = len({*own} & {*other} - {key for key, *_ in found})
    if not found:
        return same, 0
    print(f"\n{signature}: {same} the same, {len(found)} differ")
    groups = Counter((mine.says, yours.says) for _, mine, yours in found)
    for (mine, yours), number in groups.most_common():
        print(f"  fireline {mine}, Prowler {yours}: {number}")
        some = [one for one in found if (one[1].says, one[2].says) == (mine, yours)]
        for key, own_word, other_word in some[:_SHOWN]:
            print(f"    {key}\n      fireline: {own_word.why}\n      Prowler: {other_word.why}")
    return same, len(found)


def unknown_checks(
    wanted: Mapping[str, tuple[str, tuple[str, ...]]], known: Iterable[str]
) -> dict[str, list[str]]:
    """Return the checks that signatures name and Prowler does not have."""
    has = frozenset(known)
    missing = {
        signature: [check for check in checks if check not in has]
        for signature, (_, checks) in wanted.items()
    }
    return {signature: checks for signature, checks in missing.items() if checks}


def main() -> int:
    """Print each difference; fail when a signature names a check Prowler does not have."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kept", type=Path)
    parser.add_argument("--of", help="only this signature")
    parser.add_argument("--checks", type=Path)
    options = parser.parse_args()
    wanted = {one: said for one, said in named().items() if options.of in (None, one)}
    own = ours(options.kept / "fireline.json")
    other = theirs(options.kept / "prowler.ocsf.json", wanted)
    for one in wanted:
        other[one] = dict(_of_its_own(one, wanted, own, other[one]))
    counts = [tell(one, own.get(one, {}), other[one]) for one in sorted(wanted)]
    same, differ = (sum(each) for each in zip(*counts, strict=True))
    print(f"\n{len(wanted)} signatures: {same} resources judged the same, {differ} differ")
    missing = {}
    if options.checks is not None:
        missing = unknown_checks(wanted, options.checks.read_text().split())
        for signature, checks in missing.items():
            print(f"{signature}: Prowler has no {', '.join(checks)}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
