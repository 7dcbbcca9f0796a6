"""What the shipped signatures say of labelled accounts, put through the database as looks are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from fireline.content.signatures import shipped_signatures
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.signatures.verdict import Verdict
from fireline.store import coverage, posture_findings
from fireline.store.coverage import Covered
from fireline.usecases.asset_saving import Seen, prepare, save
from fireline.usecases.posture import judge_account
from fireline.usecases.transaction import Tx
from tests.labelled.labels import FAIL, PASS, UNKNOWN, Account, accounts_of, modules
from tests.usecases.posture_world import planned

# Labels speak of ages, and ages of a moment.
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LEAST = 3
Heard = tuple[Verdict | None, str]
NOTHING: Heard = (None, "nothing was said")


@dataclass(frozen=True, slots=True)
class Said:
    """What a signature said of an asset beside what it must say; no label: it must not fail."""

    signature: str
    asset: AssetRef
    label: Verdict | None
    verdict: Verdict | None
    reason: str


@pytest.mark.parametrize("module", modules())
async def test_signatures_find_what_fails_and_nothing_else(tx: Tx, module: str):
    said = [one for account in accounts_of(module) for one in await _judged(tx, account)]
    assert said
    assert _table(said) == "", "\n" + _table(said)


def test_each_signature_is_held_against_enough_labels():
    counts: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
    for module in modules():
        for account in accounts_of(module):
            for thing in account.things:
                for signature, label in thing.says.items():
                    counts[signature][label] += 1
    cards = shipped_signatures()
    assert counts.keys() <= cards.keys(), f"no such signature: {counts.keys() - cards.keys()}"
    short = [
        f"{id_}: {counts[id_][label]} {label}"
        for id_ in sorted(cards)
        for label in (FAIL, PASS, UNKNOWN)
        if counts[id_][label] < LEAST
    ]
    assert short == [], "\n" + "\n".join(short)


@pytest.mark.parametrize("module", modules())
def test_labels_are_of_signatures_for_that_kind_of_asset(module: str):
    cards = shipped_signatures()
    for account in accounts_of(module):
        for thing in account.things:
            for signature in thing.says:
                assert signature.startswith(account.about), signature
                assert cards[signature].kind == thing.kind, signature


async def _judged(tx: Tx, account: Account) -> list[Said]:
    tx = replace(tx, now=NOW)
    labelled = list(account.assets())
    labels = {asset.ref: says for asset, says in labelled}
    assert len(labels) == len(labelled), "two things have one id"
    plan = planned(*shipped_signatures().values())
    covered = [Covered(tx.ids.fresh(), part, 1, why) for part, why in account.coverage()]
    await coverage.set_all(tx.db, covered, drill=None, read_at=NOW, now=NOW)
    await save(tx, plan, prepare([asset for asset, _ in labelled]), Seen(None, NOW))
    await judge_account(tx, plan, account.id, drill=None, first_look=True)
    heard = await _heard(tx, list(labels))
    said: list[Said] = []
    for ref, says in labels.items():
        about = {name for at, name in heard if at == ref and name.startswith(account.about)}
        for signature in sorted({*says, *about}):
            verdict, reason = heard.get((ref, signature), NOTHING)
            said.append(Said(signature, ref, says.get(signature), verdict, reason))
    return said


async def _heard(tx: Tx, refs: Sequence[AssetRef]) -> dict[tuple[AssetRef, str], Heard]:
    known = {row.asset: row.ref for row in await posture_findings.known(tx.db, refs, drill=None)}
    words = await posture_findings.words(tx.db, known)
    return {
        (known[asset], signature): (Verdict(verdict), reason)
        for asset, said in words.items()
        for signature, verdict, reason, _ in said
    }


def _table(said: Iterable[Said]) -> str:
    """Write a line for each signature that is not right, with each word it got wrong."""
    by_signature: defaultdict[str, list[Said]] = defaultdict(list)
    for one in said:
        by_signature[one.signature].append(one)
    lines: list[str] = []
    for signature, words in sorted(by_signature.items()):
        wrong = [one for one in words if _is_wrong(one)]
        if wrong:
            precision, recall = _measured(words)
            lines.append(f"{signature}: precision {precision:.2f}, recall {recall:.2f}")
            lines += [
                f"    {one.asset.account} {one.asset.region} {one.asset.id}: must be"
                f" {one.label or 'anything but fail'}, is {one.verdict} ({one.reason})"
                for one in wrong
            ]
    return "\n".join(lines)


def _is_wrong(one: Said) -> bool:
    return one.verdict is FAIL if one.label is None else one.verdict is not one.label


def _measured(words: Sequence[Said]) -> tuple[float, float]:
    right = sum(one.label is FAIL and one.verdict is FAIL for one in words)
    found = sum(one.verdict is FAIL for one in words)
    there = sum(one.label is FAIL for one in words)
    return (right / found if found else 1.0), (right / there if there else 1.0)
