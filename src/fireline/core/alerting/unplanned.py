"""Which calls to a cloud alter production, and which of them nobody planned.

A call is planned when a pipeline made it, or when a change was told of near it. Without a plan that
says which identities are pipelines, nothing is unplanned: nobody could tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.event import Event, Outcome, Who
from fireline.core.values.ids import ServiceId
from fireline.core.values.priority import Priority

# Calls that write and alter nothing people run: who came in, and where programs write their logs.
_NO_CHANGE = (
    "signin.*",
    "sts.*",
    "sso.*",
    "logs.CreateLogStream",
    "logs.PutLogEvents",
    "ssm.UpdateInstanceInformation",
    "ssm.PutInventory",
    "kms.GenerateDataKey*",
    # Reports: scanners ask for them all day, and fireline does.
    "iam.Generate*",
    "*.StartQuery",
    "*.BatchGet*",
    # A cluster's own breathing: who leads, who lives, what happened, who may.
    "kubernetes.*.leases",
    "kubernetes.*.events",
    "kubernetes.*.endpoint*",
    "kubernetes.*.status",
    "kubernetes.*reviews*",
)
_DATA = "Data"  # CloudTrail's category of reading and writing content, not configuration


@dataclass(frozen=True, slots=True)
class Watch:
    """Which calls must have been planned, as the plan's `changes.yaml` says.

    `pipelines` are globs of the ARNs of identities that deploy; with none, nothing is watched.
    `kinds` are globs of calls (`ec2.*`). A change told of within `window` of a call explains it.
    """

    pipelines: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("*",)
    window: timedelta = timedelta(minutes=30)
    priority: Priority = Priority.P4

    @property
    def is_on(self) -> bool:
        """Whether the plan says enough for a call to be unplanned."""
        return bool(self.pipelines)

    def is_pipeline(self, who: Who) -> bool:
        """Say whether an identity deploys for a living."""
        return any(fnmatchcase(arn, glob) for arn in arns_of(who) for glob in self.pipelines)

    def watches(self, kind: str) -> bool:
        """Say whether calls of a kind must have been planned."""
        return any(fnmatchcase(kind, glob) for glob in self.kinds)


NOTHING_WATCHED = Watch()


@dataclass(frozen=True, slots=True)
class Told:
    """A change somebody told of: where, when and on what."""

    service: ServiceId | None
    at: datetime
    assets: frozenset[AssetRef]


def is_change(event: Event) -> bool:
    """Say whether a call altered production: it wrote, and it was let."""
    return (
        not event.read_only
        and event.outcome is Outcome.SUCCEEDED
        and event.record.get("eventCategory") != _DATA
        and not any(fnmatchcase(event.kind, glob) for glob in _NO_CHANGE)
    )


def arns_of(who: Who) -> tuple[str, ...]:
    """Return the ARNs an identity goes by: its own, and the role's when it is a role's session."""
    role = role_of(who)
    return (who.arn,) if role is None else (who.arn, role)


def role_of(who: Who) -> str | None:
    """Return the ARN of the role a session belongs to, without the role's path."""
    head, found, rest = who.arn.partition(":assumed-role/")
    if not found:
        return None
    partition = head.split(":")[1] if ":" in head else "aws"
    return f"arn:{partition}:iam::{who.account}:role/{rest.partition('/')[0]}"


def is_planned(
    event: Event, service: ServiceId | None, told: Iterable[Told], watch: Watch
) -> bool | None:
    """Say whether a call was planned; `None` when nobody can tell."""
    if not watch.is_on:
        return None
    if watch.is_pipeline(event.who) or any(
        _explains(each, event, service, watch.window) for each in told
    ):
        return True
    return False if watch.watches(event.kind) else None


def _explains(told: Told, event: Event, service: ServiceId | None, window: timedelta) -> bool:
    if abs(told.at - event.time) > window:
        return False
    same_service = service is not None and told.service == service
    return same_service or not told.assets.isdisjoint(event.assets)


def labels_of(event: Event) -> Mapping[str, str]:
    """Return what is shown beside a call."""
    said = {"account": event.account, "region": event.region, "call": event.kind}
    return {name: value for name, value in said.items() if value}
