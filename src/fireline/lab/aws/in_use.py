"""What AWS will not do to things as they stand, though moto would."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.ec2.models import ec2_backends

from fireline.lab.aws.answers import Denial
from fireline.lab.aws.asked import Asked

_EVERYBODY = "all"


def why_not_now(asked: Asked) -> Denial | None:
    """Say why a call is refused as things stand. None lets it pass."""
    look = _LOOKS.get(asked.call.name)
    return look(asked) if look is not None else None


def _group_in_use(asked: Asked) -> Denial | None:
    """Refuse to delete a security group that a network interface or another group's rule names."""
    group = asked.given("GroupId")
    backend = _ec2(asked)
    held = any(
        group in (one.id for one in interface.group_set) for interface in _interfaces(backend)
    )
    if not held and not any(_names(other, str(group)) for other in _groups(backend)):
        return None
    said = f"resource {group} has a dependent object"
    return Denial(400, "DependencyViolation", said)


def _names(group: Any, wanted: str) -> bool:
    if group.id == wanted:
        return False
    rules = [*group.ingress_rules, *group.egress_rules]
    return any(rule.source_group.get("GroupId") == wanted for rule in rules)


def _several_interfaces(asked: Asked) -> Denial | None:
    """Refuse to swap the groups of an instance with several network interfaces."""
    if not asked.given("Groups"):
        return None
    wanted = asked.given("InstanceId")
    attached = [
        one for one in _interfaces(_ec2(asked)) if getattr(one.instance, "id", None) == wanted
    ]
    if len(attached) < 2:
        return None
    said = (
        f"There are multiple interfaces attached to instance '{wanted}'. Please specify an "
        "interface ID for the operation instead."
    )
    return Denial(400, "InvalidInstanceID", said)


def _snapshot_shared(asked: Asked) -> Denial | None:
    """Refuse to share a snapshot with everybody where that is blocked."""
    blocked = asked.here.snapshot_block != "unblocked"
    shared = _is_shared(asked, "CreateVolumePermission", "GroupNames")
    return _sharing_blocked("snapshots") if blocked and shared else None


def _image_shared(asked: Asked) -> Denial | None:
    """Refuse to share an image with everybody where that is blocked."""
    blocked = asked.here.image_block != "unblocked"
    shared = _is_shared(asked, "LaunchPermission", "UserGroups")
    return _sharing_blocked("AMIs") if blocked and shared else None


def _is_shared(asked: Asked, permission: str, names: str) -> bool:
    """Tell whether a call shares with everybody, in either of the two ways of asking for it."""
    given: Any = asked.given(permission, {})
    added: Any = given.get("Add") or ()
    named = asked.given("OperationType") == "add" and _EVERYBODY in asked.given(names, ())
    return named or any(one.get("Group") == _EVERYBODY for one in added)


def _sharing_blocked(what: str) -> Denial:
    said = f"You can't publicly share {what} because block public access is enabled."
    return Denial(400, "OperationNotPermitted", said)


def _ec2(asked: Asked) -> Any:
    return ec2_backends[asked.account][asked.call.region]


def _interfaces(backend: Any) -> Iterable[Any]:
    return list(backend.enis.values())


def _groups(backend: Any) -> Iterable[Any]:
    return [one for groups in list(backend.groups.values()) for one in list(groups.values())]


_LOOKS: Mapping[str, Callable[[Asked], Denial | None]] = {
    "ec2:DeleteSecurityGroup": _group_in_use,
    "ec2:ModifyInstanceAttribute": _several_interfaces,
    "ec2:ModifySnapshotAttribute": _snapshot_shared,
    "ec2:ModifyImageAttribute": _image_shared,
}
