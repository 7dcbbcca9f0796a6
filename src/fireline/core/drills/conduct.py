"""What was done to the world, and whether it should have been: contained, wrong, unapproved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fireline.core.assets.ref import AssetRef
from fireline.core.drills.facts import ActionTaken, Change, DrillFacts

# Keys get their id when the world is built; until then a scenario calls them by the world's name.
KEY_NAME = "key:"
_STANDING = frozenset({"verified", "made_permanent"})
# What takes away the means to understand an attack. Keys are deactivated, never deleted.
_DESTROYS = frozenset(
    {
        "cloudtrail.DeleteTrail",
        "cloudtrail.StopLogging",
        "iam.DeleteAccessKey",
        "iam.DeleteUser",
        "s3.DeleteBucket",
        "s3.DeleteObject",
        "s3.DeleteObjects",
    }
)
# Signing in changes nothing in the world.
_HARMLESS = ("sts.", "signin.")


@dataclass(frozen=True, slots=True)
class Contained:
    """Every expected asset was contained, the last one at `at`, and the attacker is shut out."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NotContained:
    """Something is still open."""

    why: str


def containment(facts: DrillFacts) -> Contained | NotContained:
    """Say whether the attack is contained: each asset by a verified action, and nothing after."""
    wanted = expected_assets(facts)
    if not wanted:
        return NotContained("nothing of the attack was seen that could be contained")
    times: list[datetime] = []
    for asset in wanted:
        done = [
            action.verified_at
            for action in facts.actions
            if _same(action.asset, asset)
            and action.state in _STANDING
            and action.verified_at is not None
        ]
        if not done:
            return NotContained(f"{asset.id} has no verified action")
        times.append(min(done))
    last = max(times)
    if facts.attacker_succeeded_at is not None and facts.attacker_succeeded_at > last:
        return NotContained("the attacker's calls still succeed")
    return Contained(last)


def expected_assets(facts: DrillFacts) -> tuple[AssetRef, ...]:
    """List what must be contained, with the keys the world made in place of their names."""
    found: dict[AssetRef, None] = {}
    for asset in facts.scenario.expected.contained:
        found.update(dict.fromkeys(_named(asset, facts)))
    return tuple(found)


def wrong_touches(facts: DrillFacts) -> tuple[str, ...]:
    """List in sentences what was done to a decoy."""
    decoys = [real for each in facts.scenario.expected.decoys for real in _named(each, facts)]
    by_action = [
        f"{action.kind} was done to {action.asset.id}, which is not part of the attack"
        for action in facts.actions
        if action.executed_at is not None and any(_same(action.asset, each) for each in decoys)
    ]
    by_hand = [
        f"{change.who.name or change.who.arn} called {change.kind} on {asset.id},"
        " which is not part of the attack"
        for change in _by_responders(facts)
        for asset in change.assets
        if any(_same(asset, each) for each in decoys) and not _matched(change, facts)
    ]
    return tuple(dict.fromkeys((*by_action, *by_hand)))


def unapproved(facts: DrillFacts) -> tuple[str, ...]:
    """List in sentences what changed the world without the yes of a second person."""
    by_action = [
        f"{action.kind} on {action.asset.id} was done without the approval of a second person"
        for action in facts.actions
        if action.executed_at is not None and not _approved(action)
    ]
    by_hand = [
        f"{change.who.name or change.who.arn} called {change.kind} without an approved action"
        for change in _by_responders(facts)
        if not _matched(change, facts)
    ]
    return tuple(dict.fromkeys((*by_action, *by_hand)))


def evidence_destroyed(facts: DrillFacts) -> tuple[str, ...]:
    """List in sentences what responders did that destroys evidence."""
    return tuple(
        dict.fromkeys(
            f"{change.who.name or change.who.arn} called {change.kind}, which destroys evidence"
            for change in _by_responders(facts)
            if change.kind in _DESTROYS
        )
    )


def _by_responders(facts: DrillFacts) -> Iterator[Change]:
    """Pick the changes made by whoever is neither the attacker nor a program of the world."""
    for change in facts.changes:
        if change.kind.startswith(_HARMLESS) or change.at < _whole_second(facts.started_at):
            continue
        if facts.cast.is_attacker(change.who) or facts.cast.is_workload(change.who):
            continue
        yield change


def _matched(change: Change, facts: DrillFacts) -> bool:
    """Say whether fireline made the change, as an approved action said it would."""
    return facts.cast.is_fireline(change.who) and any(
        change.kind in action.calls
        and action.executed_at is not None
        and _approved(action)
        and any(_same(asset, action.asset) for asset in change.assets)
        for action in facts.actions
    )


def _approved(action: ActionTaken) -> bool:
    return bool(action.approvers - {action.requester})


def _named(asset: AssetRef, facts: DrillFacts) -> tuple[AssetRef, ...]:
    if not asset.id.startswith(KEY_NAME):
        return (asset,)
    keys = facts.cast.keys.get(asset.id.removeprefix(KEY_NAME), frozenset())
    return tuple(AssetRef(asset.kind, asset.account, key, asset.region) for key in sorted(keys))


def _same(one: AssetRef, other: AssetRef) -> bool:
    """Compare two references; one that leaves the account out means any."""
    accounts = {one.account, other.account} - {""}
    return (one.kind, one.id) == (other.kind, other.id) and len(accounts) < 2


def _whole_second(moment: datetime) -> datetime:
    """Cut a moment to its second, as trails do."""
    return moment.replace(microsecond=0)
