"""The inventories of all worlds: of the accounts people look at, and of the lab of each drill.

A drill's inventory is built from what its lab said of itself, and refuses every address that is not
this machine. Nothing of a drill is ever handed an inventory of the real world.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from fireline.app.settings import Settings
from fireline.connectors.aws.accounts import WayIn
from fireline.connectors.aws.costs import CostSource
from fireline.connectors.aws.inventory import AwsInventory
from fireline.connectors.aws.session import Login
from fireline.connectors.kubernetes.access import cluster_access
from fireline.connectors.kubernetes.inventory import KubernetesInventory
from fireline.core.values.ids import DrillId
from fireline.core.values.secret import Secret
from fireline.lab.state import LabState
from fireline.ports.inventory import Account, Inventory

# Labs are small and short-lived; more than this many at once is a leak.
MAX_LABS = 16
LabOf = Callable[[DrillId], LabState | None]


class AllInventories:
    """Gives each world its inventory, and the accounts it has by itself."""

    def __init__(self, settings: Settings, lab_of: LabOf) -> None:
        self._settings, self._lab_of = settings, lab_of
        self._aws: AwsInventory | None = None
        self._kubernetes = _kubernetes(settings)
        self._labs: dict[WayIn, AwsInventory] = {}

    def of(self, drill: DrillId | None, provider: str = "aws") -> Inventory | None:
        """Return the one inventory this may look at; `None` when there is none."""
        match provider:
            case "aws" if drill is None:
                self._aws = self._aws or _live(self._settings)
                return self._aws
            case "aws" if drill is not None:
                return self._lab(drill)
            case "kubernetes" if drill is None:
                return self._kubernetes
            case _:
                return None

    def own(self, drill: DrillId | None) -> Sequence[Account]:
        """Return the accounts that are there by themselves: the settings', or a drill's lab's."""
        if drill is None:
            return _own(self._settings)
        state = self._lab_of(drill)
        return _own_of_lab(state) if state else ()

    def close(self) -> None:
        """End every looking."""
        for one in (self._aws, self._kubernetes, *self._labs.values()):
            if one is not None:
                one.close()

    def _lab(self, drill: DrillId) -> AwsInventory | None:
        state = self._lab_of(drill)
        if state is None:
            return None
        way = _way_into(state)
        if way not in self._labs:
            if len(self._labs) >= MAX_LABS:
                self._labs.pop(next(iter(self._labs))).close()
            self._labs[way] = AwsInventory.of_drill(way)
        return self._labs[way]


def _live(settings: Settings) -> AwsInventory:
    way = WayIn(settings.aws_region, endpoint_url=settings.aws_endpoint_url or None)
    report: Path | None = settings.aws_cost_report
    return AwsInventory.real(way, CostSource(settings.aws_cost_explorer, report))


def _kubernetes(settings: Settings) -> KubernetesInventory | None:
    if not settings.kubernetes_clusters:
        return None
    clusters = (
        cluster_access(
            text, may_run=settings.kubernetes_exec, aws_account=settings.aws_account or ""
        )
        for text in settings.kubernetes_clusters
    )
    return KubernetesInventory(clusters)


def _own(settings: Settings) -> tuple[Account, ...]:
    clusters = tuple(
        Account(text.partition("=")[0], provider="kubernetes")
        for text in settings.kubernetes_clusters
    )
    if settings.aws_account is None:
        return clusters
    aws = Account(
        settings.aws_account,
        role_arn=settings.aws_monitor_role_arn or "",
        external_id=settings.aws_external_id,
        regions=settings.aws_regions,
    )
    return (aws, *clusters)


def _way_into(state: LabState) -> WayIn:
    identity = state.identity
    login = Login(identity.access_key_id, Secret(identity.secret_access_key))
    return WayIn(state.region, login, state.endpoint, proxied=False)


def _own_of_lab(state: LabState) -> tuple[Account, ...]:
    external_id = Secret(state.identity.external_id)
    main = Account(state.account, role_arn=state.identity.monitor_role_arn, external_id=external_id)
    others = (
        Account(one.id, one.alias, role_arn=one.monitor_role_arn, external_id=external_id)
        for one in state.accounts
        if one.id != state.account
    )
    return (main, *others)
