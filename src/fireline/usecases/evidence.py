"""Evidence: collected before anything is changed, hashed, and every hand it passes written down."""

from fireline.core.runbooks.journal import StepState
from fireline.core.values.actor import Actor
from fireline.core.values.ids import EvidenceId
from fireline.core.values.json import canonical
from fireline.core.values.refusals import Kind, Refusal
from fireline.ports.cloud import Artefact, Unreadable
from fireline.store import evidence, trail
from fireline.store.evidence import BodyRow, CustodyRow, NewEvidence
from fireline.store.runs import RunRow, StepRow
from fireline.usecases.run_hold import ENGINE, Hold, move, say, try_later
from fireline.usecases.transaction import Tx

_TOOL = "fireline"


class EvidenceNotFound(Refusal):
    """There is no such evidence."""

    kind = Kind.NOT_FOUND
    code = "evidence.not_found"


async def collect_evidence(hold: Hold, step: StepRow) -> None:
    """Collect what the cloud and the stored signals know of a step's asset."""
    asset = step.asset
    if asset is None:
        msg = f"evidence step {step.step_id} is about no asset"
        raise AssertionError(msg)
    found = await hold.cloud.collect(asset)
    async with hold.transaction() as (tx, stand):
        step = stand.step_at(step.position)
        if isinstance(found, Unreadable):
            await try_later(tx, stand.run, step, f"evidence of {asset.id}: {found.why}")
            return
        signals = await trail.of_asset(tx.db, asset, stand.run.drill_id)
        kept = Artefact(
            f"{asset.id}-trail.json",
            asset,
            "stored signals by this identity, newest first",
            _TOOL,
            canonical([row.json for row in signals]).encode(),
        )
        for artefact in (*found, kept):
            await keep_artefact(tx, stand.run, step, artefact)
        await move(tx, step, StepState.DONE)


async def keep_artefact(tx: Tx, run: RunRow, step: StepRow, artefact: Artefact) -> None:
    """Keep one artefact with its hash and the first entry of its custody."""
    fresh = EvidenceId(tx.ids.fresh())
    new = NewEvidence(
        fresh,
        run.id,
        step.position,
        artefact.name,
        artefact.asset,
        artefact.method,
        artefact.tool,
        artefact.body,
    )
    sha256 = await evidence.keep(tx.db, new, by=ENGINE.name, now=tx.now)
    if sha256 is None:
        return
    why = f"before anything was changed, in run {run.number}"
    await evidence.hand_over(tx.db, fresh, "collected", by=ENGINE.name, why=why, now=tx.now)
    text = f"Evidence kept: {artefact.name}, {len(artefact.body)} bytes, SHA-256 {sha256[:16]}…"
    await say(
        tx, run, "evidence.collected", text, sha256=sha256, evidence=fresh, asset=artefact.asset
    )


async def read_evidence(tx: Tx, wanted: EvidenceId, *, by: Actor, why: str) -> BodyRow:
    """Hand out the bytes of a piece of evidence. Who read it, and why, is written down."""
    found = await evidence.body(tx.db, wanted)
    if found is None:
        msg = "There is no such evidence."
        raise EvidenceNotFound(msg)
    await evidence.hand_over(tx.db, wanted, "read", by=by.name, why=why, now=tx.now)
    return found


async def custody_of(tx: Tx, wanted: EvidenceId) -> list[CustodyRow]:
    """List every hand a piece of evidence has passed through."""
    return await evidence.custody(tx.db, wanted)
