"""Falco's alerts, as its HTTP output posts them and as Falcosidekick forwards them.

Shape: https://falco.org/docs/concepts/outputs/formatting/ (`json_output: true`) and
https://github.com/falcosecurity/falcosidekick (the same object with `uuid` and `source`, and its
`customFields` among the output's fields). A rule that finds the same thing in the same container
again is the same problem. Falco never says that one is over.
"""

from collections.abc import Iterator, Mapping

from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import ADDRESS, HOST, POD, PRINCIPAL, Entity
from fireline.core.signals.fields import (
    flat,
    inner,
    listed,
    read_object,
    required,
    single_text,
    text,
)
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload, Reading
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

# https://falco.org/docs/concepts/rules/basic-elements/#priority
_PRIORITIES: Mapping[str, Priority] = {
    "emergency": Priority.P1,
    "alert": Priority.P1,
    "critical": Priority.P1,
    "error": Priority.P2,
    "warning": Priority.P3,
    "notice": Priority.P4,
    "informational": Priority.P5,
    "info": Priority.P5,
    "debug": Priority.P5,
}
_MITRE = "mitre_"
_NONE = frozenset({"", "<NA>", "null", "host"})  # what Falco writes where a field has no value


def read(payload: Payload) -> Reading:
    """Read one alert of Falco."""
    return read_object(payload.body, "falco", _notice)


def _notice(said: JsonObject) -> Notice:
    rule = required(said, "rule")
    fields = inner(said, "output_fields")
    tags = [single_text(each) for each in listed(said, "tags")]
    host = text(said, "hostname")
    container, pod = _known(fields, "container.id"), _pod(fields)
    subject = container or pod or host
    process = _known(fields, "proc.name") if not container else ""
    return Notice(
        key=f"{rule}:{subject}:{process}",
        status=Status.FIRING,
        title=f"{rule} on {pod or _known(fields, 'container.name') or host}".removesuffix(" on "),
        priority=_PRIORITIES.get(text(said, "priority").lower(), Priority.P3),
        at=moment_of(said.get("time")),
        kind=rule,
        description=text(said, "output"),
        service=_service(fields),
        entities=tuple(_entities(fields, host)),
        tactics=tuple(
            tag.removeprefix(_MITRE).replace("_", "-") for tag in tags if tag.startswith(_MITRE)
        ),
        tags=("falco", *tags),
        labels={**flat(fields), "host": host, "falco_source": text(said, "source")},
    )


def _known(fields: JsonObject, name: str) -> str:
    value = text(fields, name)
    return "" if value in _NONE else value


def _pod(fields: JsonObject) -> str:
    pod = _known(fields, "k8s.pod.name") or _known(fields, "ka.target.pod.name")
    space = _known(fields, "k8s.ns.name") or _known(fields, "ka.target.namespace")
    return f"{space}/{pod}" if pod and space else pod


def _service(fields: JsonObject) -> str:
    names = ("k8s.deployment.name", "k8s.rc.name", "k8s.rs.name")
    return next((found for name in names if (found := _known(fields, name))), "")


def _entities(fields: JsonObject, host: str) -> Iterator[Entity]:
    yield Entity(POD, _pod(fields))
    yield Entity(HOST, _known(fields, "k8s.node.name") or host)
    # In a container everybody is root, and root is everywhere: neither says who it was.
    user = _known(fields, "user.name")
    if not _known(fields, "container.id") and user != "root":
        yield Entity(PRINCIPAL, user)
    yield Entity(PRINCIPAL, _known(fields, "ka.user.name"))
    yield Entity(PRINCIPAL, _known(fields, "ct.user"))
    for name in ("fd.rip", "fd.cip", "ka.sourceips", "ct.srcip"):
        yield Entity(ADDRESS, _known(fields, name))
