"""Keep what signatures say of assets: verdicts, the life of findings, what got worse and better.

A page of assets costs the same few statements whatever is said of them.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from fireline.core.assets.ref import AssetRef
from fireline.core.detection.posture import (
    GONE,
    LEVELS,
    NOT_JUDGED,
    Life,
    Move,
    Standing,
    State,
    Turn,
    end,
    hear,
)
from fireline.core.detection.posture_exceptions import Judged
from fireline.core.detection.signatures.signature import Signature
from fireline.core.detection.signatures.verdict import Judgement, Verdict
from fireline.core.values.json import JsonObject, canonical
from fireline.store import posture_findings
from fireline.store.posture_findings import JudgedAsset, KnownRow, LifeRow, NewVerdict, WhomRow
from fireline.usecases import posture_covering
from fireline.usecases.transaction import Tx

# PostgreSQL's text holds no NUL, and a reason is a sentence.
MAX_REASON = 1_000


@dataclass(frozen=True, slots=True)
class Heard:
    """All that signatures say of one asset; `None`: it is gone.

    `mark` names what they say it on: while it is the same they need not be asked again.
    """

    asset: AssetRef
    judgements: tuple[Judgement, ...] | None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which signatures, which of them alert, and in which world.

    What those of `baseline` find now stood there before.
    """

    cards: Mapping[str, Signature]
    drill: UUID | None
    alerting: Collection[str] = ()
    baseline: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """The findings whose alerts begin and end, and how many stood there before."""

    begin: tuple[UUID, ...] = ()
    end: tuple[UUID, ...] = ()
    baseline: int = 0
    turns: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """What was known of one asset: the last words on it, as the database keeps them."""

    id: UUID
    judged: Judged
    said: Mapping[str, Sequence[str]]
    lives: Mapping[tuple[UUID, str], LifeRow]

    def life(self, signature: str) -> LifeRow | None:
        """Return the finding of a signature."""
        return self.lives.get((self.id, signature))

    def standing(self, signature: str) -> Standing | None:
        """Return how it stood with a signature."""
        said, row = self.said.get(signature), self.life(signature)
        if said is None:
            return None
        _, verdict, reason, since = said
        life = None if row is None else _life(row)
        return Standing(Verdict(verdict), reason, datetime.fromisoformat(since), life)


@dataclass(frozen=True, slots=True)
class _Said:
    """A signature's word on an asset, and what it changed."""

    known: _Known
    signature: str
    card: Signature | None
    move: Move
    row: LifeRow | None
    finding: UUID | None
    baseline: bool
    alerts: bool
    forgotten: bool = False

    @property
    def opens(self) -> bool:
        """Whether a finding begins, or comes back."""
        return self.move.turn in {Turn.OPENED, Turn.REOPENED}


@dataclass(slots=True)
class _Page:
    """All that a page of assets changes."""

    terms: Terms
    said: list[_Said] = field(default_factory=list[_Said])
    plain: list[NewVerdict] = field(default_factory=list[NewVerdict])
    """New words that no finding hangs on: nearly all there are, so nothing more is made of them."""


async def keep(tx: Tx, terms: Terms, heard: Sequence[Heard]) -> Kept:
    """Keep what is said of some assets. What the inventory does not know is left out."""
    if not heard:
        return Kept()
    rows = await posture_findings.known(
        tx.db, sorted({one.asset for one in heard}), drill=terms.drill
    )
    known = await _known(tx, rows)
    page = _Page(terms)
    there: list[JudgedAsset] = []
    gone: list[UUID] = []
    for one in heard:
        about = known.get(one.asset)
        if about is None:
            continue
        _hear(tx, page, about, one)
        if one.judgements is None:
            gone.append(about.id)
        else:
            there.append(_judged(about, one.judgements, one.mark))
    await _save(tx, page)
    if there:
        await posture_findings.judged(tx.db, there, now=tx.now)
    if gone:
        await posture_findings.unmark(tx.db, gone)
    return await _alerts(tx, page)


async def _known(tx: Tx, rows: Sequence[KnownRow]) -> dict[AssetRef, _Known]:
    ids = [row.asset for row in rows]
    said = await posture_findings.words(tx.db, ids)
    lives = await posture_findings.lives(tx.db, ids) if said else {}
    return {
        row.ref: _Known(
            row.asset,
            Judged(row.ref, row.arn, {name: str(value) for name, value in row.tags.items()}),
            {word[0]: word for word in said.get(row.asset, ())},
            lives,
        )
        for row in rows
    }


def _judged(known: _Known, judgements: Sequence[Judgement], mark: str) -> JudgedAsset:
    said = Counter(one.verdict for one in judgements)
    return JudgedAsset(
        known.id, mark, said[Verdict.FAIL], said[Verdict.PASS], said[Verdict.UNKNOWN]
    )


def _hear(tx: Tx, page: _Page, known: _Known, heard: Heard) -> None:
    words = {} if heard.judgements is None else {said.signature: said for said in heard.judgements}
    for signature, said in words.items():
        never_failed = said.verdict is not Verdict.FAIL and known.life(signature) is None
        if never_failed and not _turns(known.said.get(signature), said):
            _hear_plainly(tx, page, known, said)
        else:
            page.said.append(_said(tx, page.terms, known, said))
    why = GONE if heard.judgements is None else NOT_JUDGED
    for signature in known.said.keys() - words.keys():
        before = known.standing(signature)
        if before is not None:
            page.said.append(_ended(tx, known, signature, before, why))


def _turns(before: Sequence[str] | None, said: Judgement) -> bool:
    """Say whether nobody can tell any more, or can again: a turn although nothing is open."""
    if before is None or before[1] == said.verdict.value:
        return False
    return Verdict.UNKNOWN.value in (before[1], said.verdict.value)


def _hear_plainly(tx: Tx, page: _Page, known: _Known, said: Judgement) -> None:
    """Hear a word on an asset that never failed."""
    before = known.said.get(said.signature)
    reason = _text(said.reason)
    if before is not None and (before[1], before[2]) == (said.verdict.value, reason):
        return
    same = before is not None and before[1] == said.verdict.value
    since = datetime.fromisoformat(before[3]) if before is not None and same else tx.now
    page.plain.append(NewVerdict(known.id, said.signature, said.verdict.value, reason, since))


def _said(tx: Tx, terms: Terms, known: _Known, said: Judgement) -> _Said:
    signature, row = said.signature, known.life(said.signature)
    plain = Judgement(signature, said.asset, said.verdict, _text(said.reason), said.evidence)
    move = hear(known.standing(signature), plain, now=tx.now)
    finding = None if row is None else row.finding
    if finding is None and move.after.life is not None:
        finding = tx.ids.fresh()
    baseline = move.turn is Turn.OPENED and signature in terms.baseline
    alerts = signature in terms.alerting
    card = terms.cards.get(signature)
    return _Said(known, signature, card, move, row, finding, baseline, alerts)


def _ended(tx: Tx, known: _Known, signature: str, before: Standing, why: str) -> _Said:
    """Hear no more of a signature. What once failed keeps its word, to be known if it is back."""
    row = known.life(signature)
    return _Said(
        known,
        signature,
        None,
        end(before, why, now=tx.now),
        row,
        None if row is None else row.finding,
        baseline=False,
        alerts=row is not None and row.alerts,
        forgotten=row is None,
    )


def _text(reason: str) -> str:
    return reason.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:MAX_REASON]


def _life(row: LifeRow) -> Life:
    return Life(
        State(row.state),
        row.first_failed_at,
        row.opened_at,
        row.resolved_at,
        row.resolution,
        row.reopened,
        row.evidence,
    )


async def _save(tx: Tx, page: _Page) -> None:
    said = page.said
    if verdicts := page.plain + [_verdict(one) for one in said if _says_other(one)]:
        await posture_findings.keep_verdicts(tx.db, verdicts)
    if findings := [_finding(one) for one in said if _lives_other(one)]:
        await posture_findings.keep_findings(tx.db, findings, drill=page.terms.drill)
    if turned := [one for one in said if one.move.turn is not None]:
        whom = await posture_findings.whom(tx.db, {one.known.id for one in turned})
        turns = [_turn(one, whom.get(one.known.id)) for one in turned]
        await posture_findings.keep_turns(tx.db, turns, drill=page.terms.drill, now=tx.now)
    if forgotten := [(one.known.id, one.signature) for one in said if one.forgotten]:
        await posture_findings.forget_verdicts(tx.db, forgotten)


def _says_other(one: _Said) -> bool:
    before, after = one.move.before, one.move.after
    same = before is not None and (before.verdict, before.reason) == (after.verdict, after.reason)
    return not same and not one.forgotten


def _lives_other(one: _Said) -> bool:
    """Say whether a finding is new, has turned, shows other evidence, or is named otherwise."""
    if one.move.after.life is None:
        return False
    if one.row is None or one.move.before is None:
        return True
    life, before = one.move.after.life, one.move.before.life
    if before != life or (one.move.turn is Turn.SURE and one.move.after.is_open):
        return True
    if one.card is None or not one.move.after.is_open:
        return False
    said = (one.row.title, one.row.level, one.row.alerts)
    return said != (one.card.title, _level(one.card), one.alerts)


def _verdict(one: _Said) -> NewVerdict:
    after = one.move.after
    return NewVerdict(one.known.id, one.signature, after.verdict.value, after.reason, after.since)


def _finding(one: _Said) -> dict[str, Any]:
    life = one.move.after.life
    if life is None:
        msg = "a finding without a life is not kept"
        raise AssertionError(msg)
    card, row = one.card, one.row
    fails = one.move.after.verdict is Verdict.FAIL
    kept = bool(row and row.baseline) and one.move.turn is not Turn.REOPENED
    return {
        "id": str(one.finding),
        "asset": str(one.known.id),
        "signature": one.signature,
        "title": card.title if card else (row.title if row else one.signature),
        "level": _level(card) if card else (row.level if row else len(LEVELS)),
        "state": life.state.value,
        "first_failed_at": life.first_failed_at.isoformat(),
        "opened_at": life.opened_at.isoformat(),
        "resolved_at": life.resolved_at.isoformat() if life.resolved_at else None,
        "resolution": life.resolution if life.state is State.RESOLVED else "",
        "reopened": life.reopened,
        "reason": one.move.after.reason if fails else "",
        "evidence": _storable(life.evidence),
        "baseline": one.baseline or kept,
        "alerts": one.alerts,
    }


def _storable(evidence: JsonObject | None) -> Any:
    """Return evidence as the database can hold it: its JSON has no NUL."""
    return orjson.loads(canonical(evidence or {}).replace("\\u0000", "\\ufffd"))


def _turn(one: _Said, whom: WhomRow | None) -> dict[str, Any]:
    move = one.move
    reason = move.after.reason
    if move.turn is Turn.RESOLVED and move.after.life is not None:
        reason = move.after.life.resolution
    return {
        "asset": str(one.known.id),
        "signature": one.signature,
        "turn": move.turn.value if move.turn else "",
        "was": move.before.verdict.value if move.before else None,
        "became": move.after.verdict.value,
        "reason": reason,
        "baseline": one.baseline,
        "actor": whom.who if whom else "",
        "call": (whom.call or "") if whom else "",
    }


async def _alerts(tx: Tx, page: _Page) -> Kept:
    """Say whose alerts begin and end; what was there before begins none."""
    standing = [
        posture_covering.Standing(
            one.finding,
            one.signature,
            one.known.judged,
            one.row.exception_id if one.row and not one.opens else None,
            one.alerts,
            one.row.alerted_at if one.row else None,
            fresh=one.opens and one.signature not in page.terms.baseline,
        )
        for one in page.said
        if one.move.after.is_open and one.finding is not None
    ]
    covered = await posture_covering.cover(tx, standing, drill=page.terms.drill)
    ended = [
        one.row.finding
        for one in page.said
        if one.move.turn is Turn.RESOLVED and one.row is not None and one.row.alerted_at is not None
    ]
    return Kept(
        covered.begin,
        (*covered.end, *ended),
        sum(one.baseline for one in page.said),
        sum(one.move.turn is not None for one in page.said),
    )


def _level(card: Signature) -> int:
    return LEVELS.index(card.severity) + 1
