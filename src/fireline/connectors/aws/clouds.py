"""Which AWS a thing belongs to: a drill's lab for what is a drill's, else the real account."""

from collections.abc import Callable

from fireline.connectors.aws.cloud import AwsCloud
from fireline.connectors.aws.session import AwsSettings
from fireline.core.assets.ref import AssetRef
from fireline.core.values.ids import DrillId
from fireline.ports.cloud import (
    Artefact,
    Call,
    CallOutcome,
    Cloud,
    Declined,
    Errand,
    Reading,
    Unreadable,
)

# Labs are small and short-lived; more than this many at once is a leak.
MAX_LABS = 16
LabOf = Callable[[DrillId], AwsSettings | None]


class NoCloud:
    """What there is where no account was configured, or a drill's lab is gone: nothing."""

    def __init__(self, why: str) -> None:
        self._why = why

    async def read(self, asset: AssetRef) -> Reading:
        """Say that nothing can be read."""
        return Unreadable(f"{asset.id}: {self._why}")

    async def call(self, call: Call, errand: Errand) -> CallOutcome:
        """Say that nothing was called."""
        return Declined("fireline.no_cloud", f"{call.operation} for {errand.incident}: {self._why}")

    async def collect(self, asset: AssetRef) -> tuple[Artefact, ...] | Unreadable:
        """Say that nothing can be collected."""
        return Unreadable(f"{asset.id}: {self._why}")

    async def identities(self) -> frozenset[str] | Unreadable:
        """Say that fireline is nobody here."""
        return Unreadable(self._why)


class AwsClouds:
    """Gives each thing its own cloud. A drill without a lab gets none, never the real one."""

    def __init__(self, real: AwsSettings | None, lab_of: LabOf) -> None:
        self._real: Cloud = AwsCloud.real(real) if real else NoCloud("no AWS account is configured")
        self._lab_of = lab_of
        self._labs: dict[AwsSettings, AwsCloud] = {}

    def of(self, drill: DrillId | None) -> Cloud:
        """Return the one cloud a thing of this drill, or of no drill, may touch."""
        if drill is None:
            return self._real
        settings = self._lab_of(drill)
        if settings is None:
            return NoCloud("the drill's lab is not there")
        if settings not in self._labs:
            if len(self._labs) >= MAX_LABS:
                self._labs.clear()
            self._labs[settings] = AwsCloud.of_drill(settings)
        return self._labs[settings]
