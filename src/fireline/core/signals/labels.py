"""What labels say: on what it is, whose it is, how bad it is. The habits of Prometheus and its kin.

Docs: https://prometheus.io/docs/practices/naming/, and the labels of kubernetes-mixin and of the
cloud exporters. The tables below are what `docs/how-to/connect-prometheus.md` lists.
"""

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from fireline.core.signals import entity as kinds
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import MAX_ENTITIES
from fireline.core.signals.severities import SEVERITIES
from fireline.core.values.priority import Priority

PRIORITY_LABELS = ("priority", "severity", "level")
SERVICE_LABELS = (
    "service",
    "service_name",
    "app",
    "application",
    "app_kubernetes_io_name",
    "job",
    "namespace",
)
TEAM_LABELS = ("team", "owner", "squad")
ENTITY_LABELS: Mapping[str, str] = {
    **dict.fromkeys(
        ("instance", "host", "hostname", "host_name", "node", "nodename", "server", "machine"),
        kinds.HOST,
    ),
    **dict.fromkeys(("pod", "pod_name", "exported_pod"), kinds.POD),
    **dict.fromkeys(("account", "account_id", "aws_account", "aws_account_id"), kinds.ACCOUNT),
    **dict.fromkeys(("region", "aws_region"), kinds.REGION),
    **dict.fromkeys(("principal", "user", "username", "user_name"), kinds.PRINCIPAL),
    **dict.fromkeys(("access_key", "access_key_id"), kinds.CREDENTIAL),
    **dict.fromkeys(
        ("ip", "address", "client_ip", "source_ip", "src_ip", "remote_addr"), kinds.ADDRESS
    ),
    **dict.fromkeys(("instance_id", "dimension_InstanceId"), kinds.HOST),
    **dict.fromkeys(("arn", "resource", "resource_arn"), kinds.ASSET),
}
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12}|aws)?:\S+")
_ACCOUNT = re.compile(r"\d{12}")
_PORT = re.compile(r"(?P<host>[^:\s]+|\[[^\]]+\]):\d{1,5}")
_MAY_BE_ADDRESS = re.compile(r"[0-9.]+$|[0-9a-fA-F.]*:")
_MAX_VALUE = 512


def priority_of(labels: Mapping[str, str], otherwise: Priority = Priority.P3) -> Priority:
    """Return the priority labels give, by SEVERITIES."""
    for name in PRIORITY_LABELS:
        found = SEVERITIES.get(labels.get(name, "").lower())
        if found is not None:
            return found
    return otherwise


def service_of(labels: Mapping[str, str]) -> str:
    """Return the service labels hint at, empty when none does."""
    return _first(labels, SERVICE_LABELS)


def team_of(labels: Mapping[str, str]) -> str:
    """Return the team labels name, empty when none does."""
    return _first(labels, TEAM_LABELS)


def entities_of(labels: Mapping[str, str]) -> tuple[Entity, ...]:
    """Return what labels say it is about, each thing once."""
    found: dict[Entity, None] = {}
    for name, value in labels.items():
        if name in ENTITY_LABELS or value.startswith("arn:aws"):
            about = _about(name, value)
            if about is not None:
                found[about] = None
    return tuple(found)[:MAX_ENTITIES]


def host_of(text: str) -> Entity | None:
    """Return the host or address in `host:port`, a URL or a bare name; loopback is nobody's."""
    bare = urlsplit(text).netloc.rpartition("@")[2] if "://" in text[:12] else text
    ported = _PORT.fullmatch(bare)
    host = (ported["host"] if ported else bare).strip("[]").rstrip(".")
    if not host or " " in host:
        return None
    if not _MAY_BE_ADDRESS.match(host):
        return None if host.lower() == "localhost" else Entity(kinds.HOST, host[:_MAX_VALUE])
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return Entity(kinds.HOST, host[:_MAX_VALUE])
    if address.is_loopback or address.is_unspecified:
        return None
    return Entity(kinds.ADDRESS, str(address))


# The same few values come again and again.
@lru_cache(maxsize=16_384)
def _about(name: str, value: str) -> Entity | None:
    if _ARN.fullmatch(value):
        return Entity(kinds.ASSET, value[:_MAX_VALUE])
    kind = ENTITY_LABELS.get(name)
    # A resource that is no ARN is a word too general to mean one thing.
    if kind is None or kind == kinds.ASSET or not value:
        return None
    if kind in {kinds.HOST, kinds.ADDRESS}:
        return _host(value)
    if kind == kinds.ACCOUNT and not _ACCOUNT.fullmatch(value):
        return None
    return Entity(kind, value[:_MAX_VALUE])


def _host(value: str) -> Entity | None:
    try:
        return host_of(value)
    except ValueError:  # a lone bracket in an address
        return None


def _first(labels: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")
