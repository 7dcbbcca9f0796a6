"""What is known of a drill: stored facts only, as plain values. Story and score read nothing else.

Who is who in the world (the cast) comes from the lab; what each of them did comes from signals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fireline.core.assets.ref import AssetRef
from fireline.core.drills.scenario import Scenario
from fireline.core.incidents.terms import Role
from fireline.core.signals.event import Who
from fireline.core.values.ids import CategoryId, PersonId
from fireline.core.values.priority import Priority

LEAKED = "leaked"
MINTED = "minted"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who in a drill's world.

    `keys` are access keys by the world's names for them: `leaked`, `minted` (what the attacker
    made), and the names of users. `taken` is every credential the attacker ever held, sessions
    too; `addresses` is where they call from. `workloads` are the keys of legitimate programs;
    `fireline` the access keys, and the beginnings of ARNs, that fireline acts under.
    """

    keys: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    taken: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    workloads: frozenset[str] = frozenset()
    fireline: frozenset[str] = frozenset()

    @property
    def attack_keys(self) -> frozenset[str]:
        """The keys by which the attacker is known.

        The leaked one is not among them where the attacker's address is known: it may still have
        its rightful user too.
        """
        leaked = self.keys.get(LEAKED, frozenset())
        return self.taken - leaked if self.addresses else self.taken | leaked

    def is_attacker(self, who: Who) -> bool:
        """Say whether an identity is the attacker: by key, or by where they call from."""
        return who.access_key in self.attack_keys or who.address in self.addresses

    def is_workload(self, who: Who) -> bool:
        """Say whether an identity is a legitimate program of the world."""
        return who.access_key in self.workloads

    def is_fireline(self, who: Who) -> bool:
        """Say whether an identity is fireline's own."""
        known = tuple(self.fireline)
        return who.access_key in self.fireline or bool(known and who.arn.startswith(known))


@dataclass(frozen=True, slots=True)
class Change:
    """A call that changed the world, and succeeded."""

    at: datetime
    kind: str
    who: Who
    assets: tuple[AssetRef, ...]


@dataclass(frozen=True, slots=True)
class ActionTaken:
    """An action of a run. `calls` are the event kinds its call and its undo leave in the trail.

    `approvers` said yes to exactly this; `requester` asked for it.
    """

    kind: str
    asset: AssetRef
    calls: frozenset[str]
    state: str
    requester: str
    approvers: frozenset[str]
    executed_at: datetime | None
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class EvidenceTaken:
    """What was collected about an asset, and when."""

    asset: AssetRef
    at: datetime


@dataclass(frozen=True, slots=True)
class Declared:
    """The incident as it was declared."""

    at: datetime
    priority: Priority
    category: CategoryId


@dataclass(frozen=True, slots=True)
class UpdateDue:
    """An update that was owed to the people waiting, and when it came."""

    due_at: datetime
    posted_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """Somebody held a role from one moment to another; `until` is `None` while they do."""

    role: Role
    person: PersonId
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class DrillFacts:
    """One drill, as far as stored facts tell. `None` says: not yet.

    `detected_at` is the first finding on the attack; `reported` says that a person told fireline
    instead. `attacker_succeeded_at` and `attacker_refused_at` are the attacker's latest calls of
    each sort. `clock_anchor_missing` says that a regulatory clock applies and nobody anchored it.
    """

    scenario: Scenario
    pace: int
    started_at: datetime
    cast: Cast = Cast()
    ready_at: datetime | None = None
    first_signal_at: datetime | None = None
    attack_at: datetime | None = None
    attacker_succeeded_at: datetime | None = None
    attacker_refused_at: datetime | None = None
    detected_at: datetime | None = None
    reported: bool = False
    raised_at: datetime | None = None
    paged_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    declared: Declared | None = None
    evidence: tuple[EvidenceTaken, ...] = ()
    actions: tuple[ActionTaken, ...] = ()
    changes: tuple[Change, ...] = ()
    checklist_asked: int = 0
    checklist_answered: int = 0
    updates: tuple[UpdateDue, ...] = ()
    roles: tuple[RoleHeld, ...] = ()
    recovered_at: datetime | None = None
    reviewed_at: datetime | None = None
    closed_at: datetime | None = None
    clock_anchor_missing: bool = False
