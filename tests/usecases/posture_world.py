"""Buckets and security groups in an inventory, and a few signatures that judge them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from fireline.core.assets.asset import Asset, Link
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.signatures.signature import Signature
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Human
from fireline.core.values.ids import DrillId, RevisionId, RunbookId
from fireline.core.values.priority import Level
from fireline.ports.inventory import Part
from fireline.store import coverage
from fireline.store.assets import Cause
from fireline.store.coverage import Covered
from fireline.usecases.alert_views import AlertView
from fireline.usecases.asset_saving import Seen, prepare, save
from fireline.usecases.posture import judge_account, judge_assets
from fireline.usecases.posture_shapes import FindingView
from fireline.usecases.posture_views import Wanted, list_findings
from fireline.usecases.sorting import sort_payloads
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import ACCOUNT, ANA, PLAN
from tests.usecases.sorting_world import everything, groupings

BY = Human(ANA)
REGION = "eu-west-1"


def signature(id_: str, **said: Any) -> Signature:
    """Make a signature of buckets that fails while the bucket is open."""
    told: dict[str, Any] = {
        "title": f"{id_} title",
        "severity": Level.CRITICAL,
        "kind": "aws.s3.bucket",
        "why": "Anybody may read it.",
        "fix": "Block public access.",
        "fails": "config.Open",
        "evidence": {"open": "config.Open"},
        "alert": True,
        "runbook": RunbookId("leaked-key"),
        "cis": ("cis-aws-3.0.0/2.1.4",),
        "attack": ("T1530",),
    }
    return Signature(id=id_, **(told | said))


PUBLIC = signature("bucket-public")
LOGGED = signature(
    "bucket-not-logged",
    severity=Level.LOW,
    fails="!config.Logged",
    needs=("Logged",),
    evidence={},
    alert=False,
)
GUARDED = signature(
    "bucket-without-guard",
    severity=Level.MEDIUM,
    fails="size(related['ec2.security_group']) > 0 && related['ec2.security_group'][0].config.Bad",
    evidence={},
    alert=True,
)


def planned(*signatures: Signature, revision: str = "a", **said: Any) -> Plan:
    """Return the plan of alerts_world with signatures."""
    by_id = {one.id: one for one in signatures or (PUBLIC, LOGGED)}
    # What is compiled is kept by revision, and other plans of tests are called aaa… as well.
    told = sha256(f"{revision}{by_id!r}{said!r}".encode()).hexdigest()
    return replace(PLAN, revision=RevisionId(told), signatures=by_id, **said)


JUDGED = planned()


def bucket(
    name: str, *, open_: bool | None = False, logged: bool | None = True, **said: Any
) -> Asset:
    """Make a bucket; `None` is what could not be read."""
    config = {"Name": name, "Open": open_, "Logged": logged}
    unread = {} if logged is not None else {"Logged": "denied"}
    if logged is None:
        del config["Logged"]
    if open_ is None:
        del config["Open"]
    ref = AssetRef("aws.s3.bucket", said.pop("account", ACCOUNT), name)
    return Asset(ref, config, name, f"arn:aws:s3:::{name}", unread=unread, **said)


def group(name: str, *, bad: bool, region: str = REGION) -> Asset:
    ref = AssetRef("aws.ec2.security_group", ACCOUNT, name, region)
    return Asset(ref, {"GroupId": name, "Bad": bad}, name)


def linked(asset: Asset, *others: Asset) -> Asset:
    return replace(asset, links=tuple(Link("guarded by", other.ref) for other in others))


async def saved(
    tx: Tx, *assets: Asset, cause: Cause | None = None, drill: DrillId | None = None
) -> tuple[AssetRef, ...]:
    """Save assets as a look does, and return what changed."""
    seen = Seen(drill, tx.now, cause) if cause else Seen(drill, tx.now)
    return (await save(tx, JUDGED, prepare(assets), seen)).changed


async def covered(tx: Tx, *listings: str, region: str = REGION) -> None:
    """Say that listings could be looked at."""
    found = [
        Covered(tx.ids.fresh(), Part(ACCOUNT, "" if one.startswith("aws.s3") else region, one), 1)
        for one in listings
    ]
    await coverage.set_all(tx.db, found, drill=None, read_at=tx.now, now=tx.now)


async def changed(
    tx: Tx, *assets: Asset, plan: Plan = JUDGED, first: bool = False, **said: Any
) -> list[FindingView]:
    """Save assets that changed, judge them, and return every finding there is."""
    await saved(tx, *assets, **said)
    refs = [asset.ref for asset in assets]
    await judge_assets(tx, plan, refs, drill=said.get("drill"), first_look=first)
    return await findings(tx, drill=said.get("drill"))


async def looked(
    tx: Tx, *assets: Asset, plan: Plan = JUDGED, first: bool = False, account: str = ACCOUNT
) -> list[FindingView]:
    """Save a whole account, judge it, and return every finding there is."""
    await saved(tx, *assets)
    await judge_account(tx, plan, account, drill=None, first_look=first)
    return await findings(tx)


async def lost(tx: Tx, *refs: AssetRef) -> None:
    """Let the inventory see that assets are gone."""
    for ref in refs:
        await tx.db.execute(
            "update asset set gone_at = %s where kind = %s and asset_id = %s and account = %s",
            (tx.now, ref.kind, ref.id, ref.account),
        )


async def findings(tx: Tx, **said: Any) -> list[FindingView]:
    drill = said.pop("drill", None)
    wanted = Wanted(**({"state": None} | said))
    return list((await list_findings(tx, wanted, drill=drill, limit=200)).items)


async def alerts(tx: Tx, plan: Plan = JUDGED) -> list[AlertView]:
    """Sort what was said, and return every alert there is."""
    while (await sort_payloads(tx, plan, groupings(tx))).more:
        pass
    return await everything(tx)


def brief(found: Sequence[FindingView]) -> list[tuple[str, str, str]]:
    return [(one.signature, one.asset.known_as, one.state.value) for one in found]


def later(tx: Tx, **by: float) -> Tx:
    return replace(tx, now=tx.now + timedelta(**by))


def called(
    who: str = "arn:aws:iam::111122223333:user/shop-ci", call: str = "PutBucketAcl"
) -> Cause:
    return Cause(who=who, call=call)


Labels = Mapping[str, str]
