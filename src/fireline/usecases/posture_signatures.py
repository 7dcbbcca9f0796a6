"""The signatures of a plan, compiled once for each revision, and what they look at."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

from fireline.core.assets.kinds import ACCOUNT, REGION
from fireline.core.detection.signatures.choice import NOTHING_CHOSEN, Choice
from fireline.core.detection.signatures.judging import Signatures, related_kinds
from fireline.core.detection.signatures.signature import Signature
from fireline.core.detection.signatures.verdict import BEYOND
from fireline.core.plan.plan import Plan
from fireline.core.values.priority import Level, Priority
from fireline.usecases.plan_keys import MAX_REMEMBERED, PlanKey

_PLACE = re.compile(r"\b(?:account|region)\b")
_NOW = re.compile(r"\bnow\b")
# Whoever changes how conditions are answered counts this up: all is judged again.
_ENGINE = "1"


@dataclass(frozen=True, slots=True)
class Book:
    """Signatures by id, the engine that asks them, and which kinds of assets they ask about."""

    cards: Mapping[str, Signature]
    engine: Signatures
    kinds: frozenset[str]
    kinds_about_place: frozenset[str]
    asked_by: Mapping[str, frozenset[str]]
    rests: Mapping[str, frozenset[str]]
    marks: Mapping[str, str]
    choice: Choice = NOTHING_CHOSEN

    def mark(self, kind: str, of_asset: str) -> str:
        """Name what verdicts on an asset rest on; nothing if they may change by time alone."""
        own = self.marks.get(kind, "")
        return f"{own}/{of_asset}" if own and of_asset else ""

    @property
    def alerting(self) -> frozenset[str]:
        """The signatures whose findings raise alerts, by what they and the plan say."""
        return frozenset(
            one.id
            for one in self.cards.values()
            if one.alert and self.choice.priority_of(one.severity) is not None
        )

    def priority_of(self, severity: Level) -> Priority:
        """Return how urgent the alert of a finding is."""
        return self.choice.priority_of(severity) or Priority.P5

    def asking_about(self, kinds: Collection[str]) -> frozenset[str]:
        """Return the kinds whose signatures ask about linked assets of some kinds."""
        found = (self.asked_by.get(kind.removeprefix("aws."), frozenset[str]()) for kind in kinds)
        return frozenset(kind for each in found for kind in each)

    def rests_on(self, kind: str) -> frozenset[str]:
        """Return the kinds that verdicts on a kind rest on, besides itself, in full.

        They are what its signatures ask about, what lies between, and the account and region.
        """
        return self.rests.get(kind, frozenset())


def book_of(plan: Plan) -> Book:
    """Return the signatures of a plan, compiled once for each revision."""
    return _compiled(PlanKey(plan))


@lru_cache(maxsize=MAX_REMEMBERED)
def _compiled(key: PlanKey) -> Book:
    return book_from(key.plan.signatures.values(), key.plan.posture)


def book_from(signatures: Collection[Signature], choice: Choice = NOTHING_CHOSEN) -> Book:
    """Compile some signatures."""
    asked_by: dict[str, set[str]] = {}
    for one in signatures:
        for kind in related_kinds(one):
            asked_by.setdefault(kind, set()).add(one.kind)
    engine = Signatures(signatures)
    kinds = frozenset(one.kind for one in signatures)
    about_place = frozenset(one.kind for one in signatures if _asks_about_place(one))
    return Book(
        {one.id: one for one in signatures},
        engine,
        kinds,
        about_place,
        {kind: frozenset(kinds) for kind, kinds in asked_by.items()},
        {kind: _rests(engine, kind, about_place=kind in about_place) for kind in kinds},
        _marks(signatures, choice),
        choice,
    )


def _rests(engine: Signatures, kind: str, *, about_place: bool) -> frozenset[str]:
    asked = {each if each.startswith("k8s.") else f"aws.{each}" for each in engine.related_to(kind)}
    between = {BEYOND[each] for each in asked if each in BEYOND}
    return frozenset(asked | between | ({ACCOUNT, REGION} if about_place else set()))


def _marks(signatures: Collection[Signature], choice: Choice) -> dict[str, str]:
    """Name the signatures of each kind, as they are. A kind that asks what time it is has none."""
    texts: dict[str, list[str]] = {}
    for one in signatures:
        texts.setdefault(one.kind, []).append(repr(one))
    timed = {one.kind for one in signatures if any(map(_NOW.search, one.conditions.values()))}
    return {
        kind: _digest([version("fireline"), _ENGINE, repr(choice), *sorted(said)])
        for kind, said in texts.items()
        if kind not in timed
    }


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _asks_about_place(one: Signature) -> bool:
    """Say whether it asks about its account or region. Too often said costs a judgement."""
    texts = (*one.conditions.values(), *one.needs)
    return any(_PLACE.search(text) for text in texts) or "bucket_" in one.fails
