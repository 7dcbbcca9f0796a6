"""Judge assets as they change, and whole accounts once they were looked at.

What changed is judged in the transaction that saved it, so that an asset and what is said of it
never disagree. A whole account is judged in many short ones: nothing waits for more than one.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from fireline.core.assets.kinds import ACCOUNT, REGION
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.signatures.verdict import BEYOND, Subject
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Machine
from fireline.core.values.ids import DrillId
from fireline.store import asset_lists, pokes, posture_findings, posture_views
from fireline.usecases import posture_alerts, posture_judging
from fireline.usecases.posture_assessing import ask_assessment
from fireline.usecases.posture_exceptions import TOPIC
from fireline.usecases.posture_judging import Heard, Kept, Terms
from fireline.usecases.posture_signatures import Book, book_of
from fireline.usecases.subjects import MAX_AT_ONCE, each_of_account, subjects, subjects_of_account
from fireline.usecases.transaction import Tx

__all__ = ["TOPIC"]

# An asset that everything is linked to must not turn one change into a whole assessment.
MAX_NEIGHBOURS = 2_000
BY_CHANGE = Machine("judging")
# Judging so many pairs of asset and signature takes about a tenth of a second.
_PAIRS_AT_ONCE = 2_000
_FEWEST_AT_ONCE = 20
# Pages go out between so many assets, however long they all take.
_BREATHES_AFTER = 20


async def judge_assets(
    tx: Tx,
    plan: Plan,
    changed: Sequence[AssetRef],
    *,
    drill: DrillId | None,
    first_look: bool,
) -> None:
    """Judge assets that changed, and those whose verdict may be another by that.

    What is among `changed` and not in the inventory any more is gone: its findings resolve. On a
    first look nothing alerts.
    """
    if not changed:
        return
    book = book_of(plan)
    # Before anything is read: what another transaction judges meanwhile would be older or newer.
    await posture_findings.hold_accounts(tx.db, {ref.account for ref in changed}, drill=drill)
    refs = set(changed) | await _touched(tx, book, changed, drill=drill)
    kept = _Tally()
    baseline = book.cards.keys() if first_look else ()
    terms = Terms(book.cards, drill, book.alerting, baseline)
    found = await subjects(tx, refs, drill=drill, rests_on=book.rests_on)
    present = {subject.asset.ref for subject in found}
    heard = await _judged(tx, book, found)
    heard += [Heard(ref, None) for ref in sorted(refs - present)]
    kept.add(await posture_judging.keep(tx, terms, heard))
    for account in sorted({ref.account for ref in changed if ref.kind in (ACCOUNT, REGION)}):
        # What stands in the account's or region's settings speaks for all that is in it.
        kinds = book.kinds_about_place
        if await _count(tx, account, kinds, drill=drill) > MAX_AT_ONCE:
            await ask_assessment(tx, account, drill=drill, by=BY_CHANGE)
        else:
            await _judge_kinds(tx, book, terms, account, kinds=kinds, kept=kept)
    await _tell(tx, book, kept, drill=drill)


@dataclass(frozen=True, slots=True)
class Course:
    """The judging of a whole account, and how far it came. Each step is a transaction of its own.

    Done again from its beginning, it comes to the same.
    """

    account: str
    drill: DrillId | None
    first: bool
    began_at: datetime
    known: frozenset[str]
    """The signatures that had judged all of it before."""
    kinds: tuple[str, ...]
    """Those that are left; the first is being judged."""
    after: UUID | None = None
    judged: int = 0
    over: bool = False

    def new(self, book: Book) -> frozenset[str]:
        """Return the signatures that have not judged all of it yet."""
        return frozenset(book.cards) - (frozenset() if self.first else self.known)


async def begin_course(
    tx: Tx,
    plan: Plan,
    account: str,
    *,
    drill: DrillId | None,
    first_look: bool,
    kinds: Collection[str] | None = None,
) -> Course:
    """Begin to judge a whole account, as after a look; with `kinds`, those alone."""
    known = await posture_findings.baselines(tx.db, account, drill=drill)
    left = tuple(sorted(book_of(plan).kinds if kinds is None else kinds))
    return Course(account, drill, first_look, tx.now, known, left)


async def judge_more(tx: Tx, plan: Plan, course: Course) -> Course:
    """Judge the next assets of an account; at its end let go of what nothing judges any more.

    What a change made somebody judge since the course began is left as it is: it is newer.
    """
    book = book_of(plan)
    await posture_findings.hold_accounts(tx.db, [course.account], drill=course.drill)
    terms = Terms(book.cards, course.drill, book.alerting, course.new(book))
    kept = _Tally()
    if course.kinds:
        course = await _judge_page(tx, book, terms, course, kept=kept)
    else:
        left = await _let_go(tx, book, terms, course.account, kept=kept)
        if not left:
            await _baseline(tx, book, course)
            course = replace(course, over=True)
    await _tell(tx, book, kept, drill=course.drill)
    return course


async def judge_account(
    tx: Tx, plan: Plan, account: str, *, drill: DrillId | None, first_look: bool
) -> None:
    """Judge all of an account in this transaction; what nobody finds there any more is gone.

    What stood before anybody, or before a new signature, looked there pages nobody: one low alert
    says how much it is.
    """
    course = await begin_course(tx, plan, account, drill=drill, first_look=first_look)
    while not course.over:
        course = await judge_more(tx, plan, course)


class _Tally:
    """What pages of assets add up to."""

    def __init__(self) -> None:
        self.begin: list[UUID] = []
        self.end: list[UUID] = []
        self.turns = 0

    def add(self, kept: Kept) -> None:
        """Add what a page of assets came to."""
        self.begin += kept.begin
        self.end += kept.end
        self.turns += kept.turns


async def _touched(
    tx: Tx, book: Book, changed: Sequence[AssetRef], *, drill: DrillId | None
) -> set[AssetRef]:
    """Return the linked assets whose signatures ask about some that changed."""
    wanted = book.asking_about({ref.kind for ref in changed})
    if not wanted:
        return set()
    near = await posture_findings.neighbours(tx.db, changed, of=wanted, drill=drill)
    if between := {BEYOND[ref.kind] for ref in changed if ref.kind in BEYOND}:
        far = [ref for ref in changed if ref.kind in BEYOND]
        middle = await posture_findings.neighbours(tx.db, far, of=between, drill=drill)
        near += await posture_findings.neighbours(tx.db, middle, of=wanted, drill=drill)
    return set(near[:MAX_NEIGHBOURS])


async def _count(tx: Tx, account: str, kinds: Collection[str], *, drill: DrillId | None) -> int:
    rows = await asset_lists.kinds_of_account(tx.db, account, drill=drill)
    return sum(row.assets for row in rows if row.kind in kinds)


async def _judge_kinds(
    tx: Tx, book: Book, terms: Terms, account: str, *, kinds: Collection[str], kept: _Tally
) -> None:
    drill = DrillId(terms.drill) if terms.drill else None
    for kind in sorted(kinds):
        pages = each_of_account(tx, account, [kind], drill=drill, rests_on=book.rests_on)
        async for page in pages:
            kept.add(await posture_judging.keep(tx, terms, await _judged(tx, book, page)))


async def _judge_page(tx: Tx, book: Book, terms: Terms, course: Course, *, kept: _Tally) -> Course:
    kind = course.kinds[0]
    page = await subjects_of_account(
        tx,
        course.account,
        [kind],
        drill=course.drill,
        after=course.after,
        limit=_page_of(book, kind),
        rests_on=book.rests_on,
    )
    other = await _other(tx, book, page.items, course)
    kept.add(await posture_judging.keep(tx, terms, await _judged(tx, book, other)))
    judged = course.judged + len(page.items)
    kinds = course.kinds if page.next else course.kinds[1:]
    return replace(course, kinds=kinds, after=page.next, judged=judged)


def _page_of(book: Book, kind: str) -> int:
    asked = len(book.engine.of_kind(kind)) or 1
    return min(max(_PAIRS_AT_ONCE // asked, _FEWEST_AT_ONCE), MAX_AT_ONCE)


async def _other(tx: Tx, book: Book, found: Sequence[Subject], course: Course) -> list[Subject]:
    """Return what is another than when it was last judged, and was not judged meanwhile."""
    refs = [one.asset.ref for one in found]
    known = {row.ref: row for row in await posture_findings.known(tx.db, refs, drill=course.drill)}
    other: list[Subject] = []
    same: list[UUID] = []
    for one in found:
        row = known.get(one.asset.ref)
        mark = book.mark(one.asset.ref.kind, one.mark)
        if row is None or row.judged_at is None:
            other.append(one)
        elif mark and row.mark == mark:
            same.append(row.asset)
        elif row.judged_at <= course.began_at:
            other.append(one)
    if same:
        await posture_findings.same(tx.db, same, now=tx.now)
    return other


async def _let_go(tx: Tx, book: Book, terms: Terms, account: str, *, kept: _Tally) -> bool:
    """Let go of what was judged before and is gone, or not judged, any more; of some at a time."""
    drill = DrillId(terms.drill) if terms.drill else None
    left = await posture_findings.unheard(tx.db, account, book.kinds, drill=terms.drill)
    there = {s.asset.ref for s in await subjects(tx, left, drill=drill, rests_on=lambda _: ())}
    heard = [Heard(ref, () if ref in there else None) for ref in left]
    kept.add(await posture_judging.keep(tx, terms, heard))
    return bool(left)


async def _baseline(tx: Tx, book: Book, course: Course) -> None:
    """Keep which signatures have judged all of an account, and say once what they found."""
    new, drill = course.new(book), course.drill
    if not new:
        return
    await posture_findings.keep_baselines(tx.db, course.account, new, drill=drill, now=tx.now)
    counts = await posture_views.baseline_of(tx.db, course.account, new, drill=drill)
    by_level = Counter({row.level: row.findings for row in counts})
    first = course.first or not course.known
    await posture_alerts.tell_baseline(tx, course.account, by_level, drill=drill, first=first)


async def _judged(tx: Tx, book: Book, found: Sequence[Subject]) -> list[Heard]:
    heard: list[Heard] = []
    for place, one in enumerate(found, 1):
        ref = one.asset.ref
        mark = book.mark(ref.kind, one.mark)
        heard.append(Heard(ref, book.engine.judge(one, tx.now), mark))
        if place % _BREATHES_AFTER == 0:
            await asyncio.sleep(0)
    return heard


async def _tell(tx: Tx, book: Book, kept: _Tally, *, drill: DrillId | None) -> None:
    await posture_alerts.tell(tx, book, begin=kept.begin, end=kept.end, drill=drill)
    if kept.turns:
        await pokes.poke(tx.db, TOPIC)
