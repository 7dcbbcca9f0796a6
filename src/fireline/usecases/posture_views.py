"""Posture as people read it: what is open, what changed, how much of it all is known."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fireline.core.detection.posture import LEVELS, State, Turn
from fireline.core.detection.signatures.signature import Signature
from fireline.core.detection.signatures.verdict import Verdict
from fireline.core.values.ids import DrillId
from fireline.core.values.priority import Level
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import posture_views
from fireline.store.posture_views import (
    CountedRow,
    FindingRow,
    Since,
    TurnRow,
    UnknownRow,
    Wanted,
)
from fireline.usecases.posture_exceptions import NoSuchSignature
from fireline.usecases.posture_shapes import (
    AccountView,
    AssetView,
    Counts,
    DriftOf,
    DriftPage,
    ExceptedView,
    FindingPage,
    FindingStory,
    FindingView,
    ServiceView,
    SignatureView,
    Summary,
    TurnView,
)
from fireline.usecases.transaction import Tx

__all__ = ["Since", "Wanted"]

MAX_PAGE = 200


class FindingNotFound(Refusal):
    """No posture finding has this number."""

    kind = Kind.NOT_FOUND
    code = "posture.finding_not_found"


async def list_findings(
    tx: Tx, wanted: Wanted, *, drill: DrillId | None = None, limit: int = 50
) -> FindingPage:
    """List findings of one world, the worst first and of those the newest."""
    size = min(max(limit, 1), MAX_PAGE)
    found = await posture_views.listed(tx.db, wanted, drill=drill, now=tx.now, limit=size + 1)
    shown = found[:size]
    following = shown[-1].number if len(found) > len(shown) else None
    return FindingPage(tuple(_finding(row) for row in shown), following)


async def find_finding(tx: Tx, number: int) -> FindingView:
    """Return one finding. Raises FindingNotFound."""
    row = await posture_views.numbered(tx.db, number, now=tx.now)
    if row is None:
        msg = f"There is no posture finding {number}."
        raise FindingNotFound(msg, hint="`fireline posture list` shows them.")
    return _finding(row)


async def tell_story(tx: Tx, cards: Mapping[str, Signature], number: int) -> FindingStory:
    """Return a finding with its signature and its history. Raises FindingNotFound."""
    found = await find_finding(tx, number)
    card = cards.get(found.signature)
    turns = await posture_views.turns_of(tx.db, number)
    view = _signature(card) if card else None
    return FindingStory(found, view, tuple(_turn(row) for row in turns))


async def list_signatures(
    tx: Tx, cards: Mapping[str, Signature], *, drill: DrillId | None = None
) -> tuple[SignatureView, ...]:
    """List signatures, the worst first, with what each says of the assets of one world."""
    said = {
        row.signature: row
        for row in await posture_views.by_signature(tx.db, drill=drill, now=tx.now)
    }
    ordered = sorted(cards.values(), key=lambda card: (LEVELS.index(card.severity), card.id))
    return tuple(_signature(card, said.get(card.id)) for card in ordered)


async def find_signature(
    tx: Tx, cards: Mapping[str, Signature], signature: str, *, drill: DrillId | None = None
) -> SignatureView:
    """Return one signature. Raises NoSuchSignature."""
    card = cards.get(signature)
    if card is None:
        msg = f"There is no signature {signature[:80]}."
        raise NoSuchSignature(msg, hint="`fireline posture signatures` lists them.")
    (found,) = await list_signatures(tx, {card.id: card}, drill=drill)
    return found


async def why_unknown(
    tx: Tx,
    *,
    drill: DrillId | None = None,
    account: str | None = None,
    signature: str | None = None,
) -> tuple[UnknownRow, ...]:
    """Say why nobody can tell, the most frequent reason first."""
    found = await posture_views.unknowns(tx.db, drill=drill, account=account, signature=signature)
    return tuple(found)


async def summarise(tx: Tx, *, drill: DrillId | None = None) -> Summary:
    """Say how everything stands."""
    rows = await posture_views.counted(tx.db, drill=drill, now=tx.now)
    by_account: defaultdict[str, list[CountedRow]] = defaultdict(list)
    by_service: defaultdict[str | None, list[CountedRow]] = defaultdict(list)
    for row in rows:
        by_account[row.account].append(row)
        by_service[row.service].append(row)
    services = [ServiceView(name, _counts(found)) for name, found in by_service.items()]
    services.sort(key=lambda one: (*_badness(one.counts), one.service or ""))
    return Summary(
        _counts(rows),
        await _accounts(tx, by_account, drill=drill),
        tuple(services),
        await why_unknown(tx, drill=drill),
    )


async def tell_drift(
    tx: Tx, since: Since, *, drill: DrillId | None = None, limit: int = 50
) -> DriftPage:
    """Say what got worse, better, or unknown since a moment. What was always there is left out."""
    size = min(max(limit, 1), MAX_PAGE)
    found = await posture_views.drift(tx.db, since, drill=drill, limit=size + 1)
    counted = await posture_views.drift_counts(tx.db, since, drill=drill)
    places: defaultdict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)
    for row in counted:
        places[row.account, row.service][row.turn] += row.turns
    counts = tuple(
        DriftOf(account, service, *(said[turn] for turn in _COUNTED))
        for (account, service), said in places.items()
    )
    shown = found[:size]
    following = shown[-1].id if len(found) > len(shown) else None
    return DriftPage(since.since, counts, tuple(_turn(row) for row in shown), following)


_COUNTED = (Turn.OPENED, Turn.REOPENED, Turn.RESOLVED, Turn.UNSURE)


async def _accounts(
    tx: Tx, findings: Mapping[str, Sequence[CountedRow]], *, drill: DrillId | None
) -> tuple[AccountView, ...]:
    assets = {row.account: row for row in await posture_views.judged_assets(tx.db, drill=drill)}
    found = [
        AccountView(
            account,
            _counts(findings.get(account, ())),
            row.assets if row else 0,
            row.judged if row else 0,
            row.failing if row else 0,
            row.passing if row else 0,
            row.unknown if row else 0,
            row.judged_at if row else None,
        )
        for account in assets.keys() | findings.keys()
        for row in [assets.get(account)]
    ]
    return tuple(sorted(found, key=lambda one: (*_badness(one.counts), one.account)))


def _counts(rows: Iterable[CountedRow]) -> Counts:
    levels: Counter[Level] = Counter()
    excepted = 0
    for row in rows:
        if row.excepted:
            excepted += row.total
        else:
            levels[LEVELS[row.level - 1]] += row.total
    said = {level.value: levels[level] for level in LEVELS}
    return Counts(**said, excepted=excepted)


def _badness(counts: Counts) -> tuple[int, ...]:
    return (-counts.critical, -counts.high, -counts.medium, -counts.low, -counts.informational)


def _finding(row: FindingRow) -> FindingView:
    unsure = row.state == State.OPEN.value and row.verdict == Verdict.UNKNOWN.value
    return FindingView(
        number=row.number,
        drill=None if row.drill_id is None else DrillId(row.drill_id),
        signature=row.signature,
        title=row.title,
        severity=LEVELS[row.level - 1],
        state=State(row.state),
        verdict=None if row.verdict is None else Verdict(row.verdict),
        unsure=(row.said or "") if unsure else "",
        reason=row.reason,
        evidence=row.evidence,
        asset=AssetView(
            row.asset,
            row.kind,
            row.account,
            row.region,
            row.name or row.asset_id,
            row.asset_id,
            row.arn,
            row.service,
        ),
        first_failed_at=row.first_failed_at,
        opened_at=row.opened_at,
        judged_at=row.judged_at,
        resolved_at=row.resolved_at,
        resolution=row.resolution,
        reopened=row.reopened,
        baseline=row.baseline,
        alerting=row.alerted_at is not None,
        excepted=_excepted(row),
    )


def _excepted(row: FindingRow) -> ExceptedView | None:
    if row.exception is None or row.excepted_until is None or row.state != State.OPEN.value:
        return None
    return ExceptedView(
        row.exception,
        row.excepted_by or "",
        row.excepted_why or "",
        row.excepted_ticket or "",
        row.excepted_until,
    )


def _turn(row: TurnRow) -> TurnView:
    return TurnView(
        id=row.id,
        at=row.at,
        turn=Turn(row.turn),
        was=None if row.was is None else Verdict(row.was),
        became=Verdict(row.became),
        reason=row.reason,
        baseline=row.baseline,
        actor=row.actor,
        call=row.call,
        signature=row.signature,
        title=row.title or row.signature,
        severity=None if row.level is None else LEVELS[row.level - 1],
        finding=row.number,
        asset=row.name or row.asset_id,
        account=row.account,
        service=row.service,
    )


def _signature(card: Signature, said: posture_views.SignatureRow | None = None) -> SignatureView:
    automatic = card.automatic
    return SignatureView(
        id=card.id,
        title=card.title,
        severity=card.severity,
        kind=card.kind,
        why=card.why,
        fix=card.fix,
        runbook=card.runbook,
        automatic=automatic.because if automatic else "",
        alert=card.alert,
        cis=card.cis,
        attack=card.attack,
        prowler=card.prowler,
        needs=card.needs,
        applies=card.applies,
        fails=card.fails,
        failing=said.failing if said else 0,
        passing=said.passing if said else 0,
        unknown=said.unknown if said else 0,
        not_applicable=said.not_applicable if said else 0,
        excepted=said.excepted if said else 0,
    )
