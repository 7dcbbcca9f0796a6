"""A signature: what it looks for in which assets, why that matters, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fireline.core.values.ids import RunbookId
from fireline.core.values.priority import Level


@dataclass(frozen=True, slots=True)
class Automatic:
    """When fireline may put it right by itself: a condition, and why that is safe."""

    when: str
    because: str


@dataclass(frozen=True, slots=True)
class Signature:
    """One check of one kind of asset.

    `applies`, `fails` and `evidence` are CEL over the variables of `judging`; without `applies` it
    is for every asset of the kind. `needs` name what must have been read: a detail of the asset
    (`Policy`), of its account (`account.PublicAccessBlock`) or region, or a kind of related asset
    (`related.ec2.network_interface`). `cis` are items such as `cis-aws-3.0.0/5.2`, `attack`
    ATT&CK techniques, `prowler` the checks of Prowler that judge the same. Where `alert` is true,
    an alert is raised when it begins to fail.
    """

    id: str
    title: str
    severity: Level
    kind: str
    why: str
    fix: str
    fails: str
    applies: str = ""
    needs: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict[str, str])
    alert: bool = False
    runbook: RunbookId | None = None
    automatic: Automatic | None = None
    cis: tuple[str, ...] = ()
    attack: tuple[str, ...] = ()
    prowler: tuple[str, ...] = ()

    @property
    def conditions(self) -> Mapping[str, str]:
        """Every text of CEL in it, by the field that says it."""
        found = {"applies": self.applies, "fails": self.fails}
        found |= {f"evidence.{name}": text for name, text in self.evidence.items()}
        if self.automatic is not None:
            found["automatic.when"] = self.automatic.when
        return {name: text for name, text in found.items() if text}
