"""An AWS account as a cloud: reads with the monitor's credentials, calls with the responder's."""

import asyncio
from collections.abc import Callable

from botocore import xform_name

from fireline.connectors.aws.iam_evidence import collect_access_key, collect_user
from fireline.connectors.aws.iam_state import read_access_key, read_user
from fireline.connectors.aws.outcomes import RAISED, call_failed, is_absent, unreadable
from fireline.connectors.aws.session import AwsSettings, Client, Sessions, only_loopback
from fireline.core.assets.kinds import ACCESS_KEY, USER
from fireline.core.assets.ref import AssetRef
from fireline.ports.cloud import (
    Absent,
    Artefact,
    Call,
    CallOutcome,
    Declined,
    Errand,
    Made,
    Reading,
    Unreadable,
)

_READS: dict[str, Callable[[Client, str], Reading]] = {
    ACCESS_KEY: read_access_key,
    USER: read_user,
}
_COLLECTS: dict[str, Callable[[Client, AssetRef], tuple[Artefact, ...] | Unreadable]] = {
    ACCESS_KEY: collect_access_key,
    USER: collect_user,
}
# What may be called at all, with exactly which parameters. The IAM policy of the role says the
# same; two walls are better than one.
_CALLS = {
    ("iam", "UpdateAccessKey"): {"UserName", "AccessKeyId", "Status"},
    ("iam", "PutUserPolicy"): {"UserName", "PolicyName", "PolicyDocument"},
    ("iam", "DeleteUserPolicy"): {"UserName", "PolicyName"},
}
_OWN_POLICIES = "FirelineRevoke-"


class AwsCloud:
    """One account. Blocking calls run in threads; nothing raises for what AWS did."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._account: str | None = None

    @classmethod
    def real(cls, settings: AwsSettings) -> "AwsCloud":
        """Reach the account the settings name."""
        return cls(Sessions(settings))

    @classmethod
    def of_drill(cls, settings: AwsSettings) -> "AwsCloud":
        """Reach a drill's lab; refuse to be made for anything off this machine."""
        only_loopback(settings.endpoint_url)
        return cls(Sessions(settings, proxied=False))

    async def read(self, asset: AssetRef) -> Reading:
        """Read one asset now."""
        return await asyncio.to_thread(self._read, asset)

    async def call(self, call: Call, errand: Errand) -> CallOutcome:
        """Make one registered call, at most once."""
        why = _why_not(call)
        if why is not None:
            return Declined("fireline.not_registered", why)
        return await asyncio.to_thread(self._call, call, errand)

    async def collect(self, asset: AssetRef) -> tuple[Artefact, ...] | Unreadable:
        """Collect what AWS knows of an asset."""
        return await asyncio.to_thread(self._collect, asset)

    async def identities(self) -> frozenset[str] | Unreadable:
        """Return the ARNs of both of fireline's own identities, and of the role it acts under."""
        return await asyncio.to_thread(self._identities)

    def _read(self, asset: AssetRef) -> Reading:
        read = _READS.get(asset.kind)
        if read is None:
            return Unreadable(f"fireline cannot read {asset.kind}")
        try:
            return self._elsewhere(asset) or read(self._sessions.monitor("iam"), asset.id)
        except RAISED as error:
            return Absent() if is_absent(error) else unreadable(error)

    def _collect(self, asset: AssetRef) -> tuple[Artefact, ...] | Unreadable:
        collect = _COLLECTS.get(asset.kind)
        if collect is None:
            return Unreadable(f"fireline cannot collect {asset.kind}")
        try:
            return self._elsewhere(asset) or collect(self._sessions.monitor("iam"), asset)
        except RAISED as error:
            return unreadable(error)

    def _call(self, call: Call, errand: Errand) -> CallOutcome:
        try:
            client = self._sessions.responder(call, errand)
        except RAISED as error:
            # Nothing was sent yet, so whatever went wrong, nothing was done.
            return Declined("fireline.no_credentials", str(error))
        try:
            answer = getattr(client, xform_name(call.operation))(**call.parameters)
        except Exception as error:  # noqa: BLE001 - whatever broke, the call may have been made
            return call_failed(error)
        return Made(str(answer.get("ResponseMetadata", {}).get("RequestId", "")))

    def _identities(self) -> frozenset[str] | Unreadable:
        try:
            monitor = self._sessions.monitor("sts").get_caller_identity()
            responder = self._sessions.who_responds().get_caller_identity()
        except RAISED as error:
            return unreadable(error)
        arns = (monitor["Arn"], responder["Arn"], self._sessions.responder_role)
        return frozenset(str(arn) for arn in arns if arn)

    def _elsewhere(self, asset: AssetRef) -> Unreadable | None:
        """Say that an asset is in an account these credentials are not for."""
        if self._account is None:
            self._account = str(self._sessions.monitor("sts").get_caller_identity()["Account"])
        if asset.account == self._account:
            return None
        return Unreadable(f"{asset.id} is in account {asset.account}, not in {self._account}")


def _why_not(call: Call) -> str | None:
    wanted = _CALLS.get((call.service, call.operation))
    if wanted is None:
        return f"{call.service}:{call.operation} is not a call fireline makes"
    if set(call.parameters) != wanted:
        return f"{call.operation} takes exactly {', '.join(sorted(wanted))}"
    policy = call.parameters.get("PolicyName")
    if policy is not None and not policy.startswith(_OWN_POLICIES):
        return f"fireline writes no policy named {policy}"
    return None
