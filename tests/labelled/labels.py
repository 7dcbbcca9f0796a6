"""Accounts as data, and what must be said of each asset in them.

The labels are written from what AWS, Kubernetes and the CIS Benchmarks say of a setting, and from
what docs/explanation/posture.md promises; whoever writes them has not read the conditions they are
held against.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fireline.connectors.aws.found_assets import asset_of as aws_asset
from fireline.connectors.aws.listing import Found, Reading
from fireline.connectors.kubernetes.reading import asset_of as kubernetes_asset
from fireline.core.assets import kubernetes
from fireline.core.assets.asset import Asset
from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.kubernetes_links import Cluster
from fireline.core.assets.resource_type import Scope
from fireline.core.detection.signatures.verdict import Verdict
from fireline.ports.inventory import CouldNotLook, Part, Why
from fireline.usecases.listings import listings_of

FAIL, PASS, UNKNOWN, NA = (
    Verdict.FAIL,
    Verdict.PASS,
    Verdict.UNKNOWN,
    Verdict.NOT_APPLICABLE,
)
Row = Mapping[str, Any]
Labels = Mapping[str, Verdict]
DENIED = "denied: fireline's role may not do this; its policy lacks the action"
THROTTLED = "throttled: AWS asked to slow down five times"


@dataclass(frozen=True, slots=True)
class Thing:
    """A resource as AWS or Kubernetes answers it, details under their names, and its labels.

    Of the signatures in its account's `about`, one that is not among the labels must not say that
    it fails. `tags` are those that the tagging API gives, where the answer itself has none.
    """

    kind: str
    config: Row
    says: Labels = field(default_factory=dict[str, Verdict])
    region: str = ""
    unread: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Hole:
    """Something that could not be listed: in a region, or in the account."""

    kind: str
    region: str = ""
    why: Why = Why.DENIED
    said: str = "fireline's role may not do this; its policy lacks the action"


@dataclass(frozen=True, slots=True)
class Account:
    """What was seen of an account, or of a cluster, when all but its holes was looked at.

    `about` are the beginnings of the ids of those signatures its labels speak of.
    """

    id: str
    about: tuple[str, ...]
    things: tuple[Thing, ...]
    holes: tuple[Hole, ...] = ()

    def assets(self) -> Iterator[tuple[Asset, Labels]]:
        """Make assets of the things, named and linked as the connectors do."""
        for thing in self.things:
            yield self._asset(thing), thing.says

    def coverage(self) -> Iterator[tuple[Part, CouldNotLook | None]]:
        """Say of everything there is to look at how it went."""
        holes = {
            (listings_of()[hole.kind], hole.region): CouldNotLook(hole.why, hole.said)
            for hole in self.holes
        }
        places = set(self._places())
        assert holes.keys() <= places, f"no such listing: {holes.keys() - places}"
        for listing, region in sorted(places):
            yield Part(self.id, region, listing), holes.get((listing, region))

    def _places(self) -> Iterator[tuple[str, str]]:
        if self._is_cluster:
            yield from ((kind, "") for kind in kubernetes.TABLE)
            return
        regions = {each.region for each in (*self.things, *self.holes) if each.region}
        for row in TABLE.values():
            if row.composed or row.scope is Scope.ACCOUNT:
                yield row.composed or row.kind, ""
            else:
                yield from ((row.kind, region) for region in regions)

    @property
    def _is_cluster(self) -> bool:
        return all(thing.kind.startswith(kubernetes.PREFIX) for thing in self.things)

    def _asset(self, thing: Thing) -> Asset:
        if self._is_cluster:
            return kubernetes_asset(kubernetes.TABLE[thing.kind], thing.config, Cluster(self.id))
        # The connectors' own way to name and link; who would ask AWS is not needed for it.
        way = SimpleNamespace(region=thing.region or "us-east-1")
        asking: Any = SimpleNamespace(account=self.id, clients=SimpleNamespace(way=way))
        reading = Reading(TABLE, TABLE[thing.kind], thing.region, asking, _nothing_more)
        asset = aws_asset(reading, Found(dict(thing.config), dict(thing.unread), thing.tags))
        assert asset is not None, f"nothing names {thing.config}"
        return asset


def _nothing_more(do: Callable[[Any], None], these: Sequence[Any]) -> None:
    """Ask for no more details: the thing has them."""


def modules() -> list[str]:
    """Name the modules beside this one that hold labelled accounts."""
    return sorted(path.stem for path in Path(__file__).parent.glob("account_*.py"))


def accounts_of(module: str) -> tuple[Account, ...]:
    """Return a module's accounts."""
    return import_module(f"tests.labelled.{module}").ACCOUNTS
