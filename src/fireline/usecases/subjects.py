"""Put assets together with all that a signature may ask about them.

An asset alone seldom says whether it is dangerous: what it is linked to does, and its account. What
could not be looked at is said of the kind it would have been, so that nothing passes by absence.
"""

import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from fireline.core.assets.asset import Asset
from fireline.core.assets.kinds import ACCOUNT, REGION
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.signatures.verdict import BEYOND, Subject
from fireline.core.values.ids import DrillId
from fireline.store import asset_lists, coverage
from fireline.store.asset_lists import EdgeRow, WholeRow
from fireline.store.coverage import CoverageRow
from fireline.usecases.listings import kinds_of, listings_of, short_kind
from fireline.usecases.transaction import Tx

# Which kinds verdicts on a kind rest on, besides itself.
RestsOn = Callable[[str], Collection[str]]
MAX_AT_ONCE = 200
NEVER = "nobody has looked at it yet"


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """Subjects of an account, kind by kind; `next` leads on, `None` at the end."""

    items: tuple[Subject, ...]
    next: UUID | None


async def subjects(
    tx: Tx,
    refs: Collection[AssetRef],
    *,
    drill: DrillId | None,
    rests_on: RestsOn | None = None,
) -> list[Subject]:
    """Return the subjects of those of some assets that are there; what is gone is left out.

    `rests_on` says which kinds signatures of a kind ask about; without it, it is all there are.
    """
    found: list[Subject] = []
    wanted = sorted(set(refs))
    for start in range(0, len(wanted), MAX_AT_ONCE):
        batch = wanted[start : start + MAX_AT_ONCE]
        rows = await asset_lists.whole_by_refs(tx.db, batch, drill=drill)
        found += await _subjects(tx, rows, drill=drill, rests_on=rests_on)
    return found


async def subjects_of_account(  # noqa: PLR0913 - whose, of which kinds, and which page of them
    tx: Tx,
    account: str,
    kinds: Collection[str],
    *,
    drill: DrillId | None,
    after: UUID | None = None,
    limit: int = MAX_AT_ONCE,
    rests_on: RestsOn | None = None,
) -> SubjectPage:
    """Return one page of an account's assets of some kinds, each with what is linked to it."""
    size = min(max(limit, 1), MAX_AT_ONCE)
    rows = await asset_lists.whole_of_account(
        tx.db, account, kinds, drill=drill, after=after, limit=size
    )
    items = await _subjects(tx, rows, drill=drill, rests_on=rests_on)
    return SubjectPage(tuple(items), rows[-1].id if len(rows) == size else None)


async def each_of_account(
    tx: Tx,
    account: str,
    kinds: Collection[str],
    *,
    drill: DrillId | None,
    rests_on: RestsOn | None = None,
) -> AsyncIterator[tuple[Subject, ...]]:
    """Give all of an account's assets of some kinds, a page at a time: memory stays flat."""
    after: UUID | None = None
    while True:
        page = await subjects_of_account(
            tx, account, kinds, drill=drill, after=after, rests_on=rests_on
        )
        if page.items:
            yield page.items
        if page.next is None:
            return
        after = page.next


async def _subjects(
    tx: Tx, rows: Sequence[WholeRow], *, drill: DrillId | None, rests_on: RestsOn | None
) -> list[Subject]:
    if not rows:
        return []
    asked = None if rests_on is None else {row.kind: frozenset(rests_on(row.kind)) for row in rows}
    edges = await _edges(tx, rows, drill=drill, asked=asked)
    if len(edges) >= asset_lists.MAX_EDGES and len(rows) > 1:
        half = len(rows) // 2
        first = await _subjects(tx, rows[:half], drill=drill, rests_on=rests_on)
        return first + await _subjects(tx, rows[half:], drill=drill, rests_on=rests_on)
    far = {edge.far for edge in edges} - {row.id for row in rows}
    others = await asset_lists.whole_by_ids(tx.db, far) if far else []
    assets = {row.id: row.asset for row in (*rows, *others)}
    digests = {row.id: row.digest for row in (*rows, *others)}
    places = await _places(tx, rows, drill=drill)
    unlooked = _Unlooked(
        await coverage.of_accounts(tx.db, {row.account for row in rows}, drill=drill)
    )
    by_near: defaultdict[UUID, list[EdgeRow]] = defaultdict(list)
    for edge in edges:
        by_near[edge.near].append(edge)
    too_many = len(edges) >= asset_lists.MAX_EDGES
    found: list[Subject] = []
    for row in rows:
        account = places.get((ACCOUNT, row.account, ""))
        region = places.get((REGION, row.account, row.region))
        of_kind = None if asked is None else asked[row.kind]
        own = [edge for edge in by_near[row.id] if of_kind is None or edge.kind in of_kind]
        cut = _cut(own, cut=too_many)
        # Two lists of what is linked may differ in their order and still say the same.
        linked = sorted(f"{edge.far}{digests[edge.far]}" for edge in own if edge.far in digests)
        around = [
            one.digest if one and (of_kind is None or kind in of_kind) else ""
            for kind, one in ((ACCOUNT, account), (REGION, region))
        ]
        not_seen = unlooked.mark(row.account, row.region, of_kind)
        subject = Subject(
            asset=assets[row.id],
            related=_related(own, assets),
            account=account.asset if account else None,
            region=region.asset if region else None,
            unlooked=unlooked.at(row.account, row.region) | cut,
            mark=_mark((row.digest, *around, not_seen, *linked, *cut)),
        )
        found.append(subject)
    return found


def _mark(words: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "replace")).hexdigest()


async def _edges(
    tx: Tx,
    rows: Sequence[WholeRow],
    *,
    drill: DrillId | None,
    asked: Mapping[str, frozenset[str]] | None,
) -> list[EdgeRow]:
    """List what assets are linked with, and what of `BEYOND` is linked to that."""
    kinds = None if asked is None else frozenset[str]().union(*asked.values())
    beyond = [kind for kind in BEYOND if kinds is None or kind in kinds]
    between = {BEYOND[kind] for kind in beyond}
    near = [row.id for row in rows]
    wanted = None if kinds is None else {*kinds, *between}
    edges = await asset_lists.edges(tx.db, near, drill=drill, kinds=wanted)
    # What lies between has its own links, and a network is not asked about its other groups' lists.
    from_here = {row.id for row in rows if row.kind not in {*BEYOND, *BEYOND.values()}}
    steps = [edge for edge in edges if edge.near in from_here and edge.kind in between]
    if not steps:
        return edges
    middle = {edge.far for edge in steps}
    found = await asset_lists.edges(tx.db, middle, drill=drill, kinds=beyond)
    after: defaultdict[UUID, list[EdgeRow]] = defaultdict(list)
    for edge in found:
        after[edge.near].append(edge)
    return edges + [
        replace(edge, near=step.near)
        for step in steps
        for edge in after[step.far]
        if BEYOND[edge.kind] == step.kind
    ]


def _related(
    edges: Iterable[EdgeRow], assets: Mapping[UUID, Asset]
) -> dict[str, tuple[Asset, ...]]:
    together: defaultdict[str, dict[UUID, Asset]] = defaultdict(dict)
    for edge in edges:
        # Linked twice, as an instance and its interface may be, it is one asset all the same.
        if edge.far in assets:
            together[short_kind(edge.kind)][edge.far] = assets[edge.far]
    return {kind: tuple(found.values()) for kind, found in together.items()}


def _cut(edges: Iterable[EdgeRow], *, cut: bool) -> dict[str, str]:
    if not cut:
        return {}
    said = f"more than {asset_lists.MAX_EDGES} assets are linked to it"
    return {short_kind(edge.kind): said for edge in edges}


async def _places(
    tx: Tx, rows: Iterable[WholeRow], *, drill: DrillId | None
) -> dict[tuple[str, str, str], WholeRow]:
    """Return the accounts and regions that assets are in, where they were seen."""
    refs = {AssetRef(ACCOUNT, row.account, row.account) for row in rows}
    refs |= {AssetRef(REGION, row.account, row.region, row.region) for row in rows if row.region}
    found = await asset_lists.whole_by_refs(tx.db, sorted(refs), drill=drill)
    return {(row.kind, row.account, row.region if row.kind == REGION else ""): row for row in found}


class _Unlooked:
    """Says which kinds could not be looked at in a place, and why."""

    def __init__(self, covered: Iterable[CoverageRow]) -> None:
        self._covered: defaultdict[str, list[CoverageRow]] = defaultdict(list)
        for row in covered:
            self._covered[row.account].append(row)
        self._known: dict[tuple[str, str], dict[str, str]] = {}
        self._marks: dict[tuple[str, str, frozenset[str] | None], str] = {}

    def mark(self, account: str, region: str, kinds: frozenset[str] | None) -> str:
        """Name what of some kinds could not be looked at in a place, and why."""
        asked = (account, region, kinds)
        if asked not in self._marks:
            wanted = None if kinds is None else {short_kind(kind) for kind in kinds}
            said = sorted(
                pair
                for pair in self.at(account, region).items()
                if wanted is None or pair[0] in wanted
            )
            self._marks[asked] = _mark(word for pair in said for word in pair)
        return self._marks[asked]

    def at(self, account: str, region: str) -> dict[str, str]:
        """Return the kinds nobody could look at, here or in the account, each with the reason.

        What belongs to no region may be linked to something in any: one that could not be looked
        at is enough for nobody to know.
        """
        place = (account, region)
        if place not in self._known:
            self._known[place] = self._at(account, region)
        return self._known[place]

    def _at(self, account: str, region: str) -> dict[str, str]:
        said: dict[str, str] = {}
        looked: set[str] = set()
        for row in self._covered[account]:
            if region and row.region not in ("", region):
                continue
            for kind in kinds_of(row.listing):
                looked.add(kind)
                if row.outcome != "looked":
                    where = f" in {row.region}" if row.region else ""
                    said[short_kind(kind)] = f"could not be looked at{where}: {row.said}"
        never = {short_kind(kind): NEVER for kind in listings_of() if kind not in looked}
        return never | said
