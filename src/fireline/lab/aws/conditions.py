"""Conditions of policies: what is known of a call, and how the operators compare it.

From "IAM JSON policy elements: Condition operators" in the IAM user guide. A key that is known to
be missing meets no condition but `...IfExists` and the negated ones, as there; a key this room
knows nothing of meets none.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from typing import cast

from fireline.lab.aws.call import ApiCall
from fireline.lab.aws.identify import (
    Known,
    RoleSession,
    UserKey,
    UserSession,
    arn_of,
    lease_of,
)

# Known keys in small letters. None: known to be missing.
Context = Mapping[str, str | None]
Compare = Callable[[str, str], bool]


def _moments(compare: Callable[[datetime, datetime], bool]) -> Compare:
    def compared(given: str, limit: str) -> bool:
        one, other = _moment(given), _moment(limit)
        return one is not None and other is not None and compare(one, other)

    return compared


def _within(given: str, network: str) -> bool:
    try:
        return ip_address(given) in ip_network(network, strict=False)
    except ValueError:
        return False


_POSITIVE: Mapping[str, Compare] = {
    "DateLessThan": _moments(lambda given, limit: given < limit),
    "DateLessThanEquals": _moments(lambda given, limit: given <= limit),
    "DateGreaterThan": _moments(lambda given, limit: given > limit),
    "DateGreaterThanEquals": _moments(lambda given, limit: given >= limit),
    "DateEquals": _moments(lambda given, limit: given == limit),
    "StringEquals": lambda given, wanted: given == wanted,
    "StringEqualsIgnoreCase": lambda given, wanted: given.lower() == wanted.lower(),
    "StringLike": fnmatchcase,
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
    "Bool": lambda given, wanted: given.lower() == wanted.lower(),
    "IpAddress": _within,
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "DateNotEquals": "DateEquals",
}


def context_of(caller: Known, call: ApiCall) -> Context:
    """Say what is known of a call when its conditions are read."""
    lease = lease_of(caller)
    match caller:
        case UserKey(user=user) | UserSession(user=user):
            username = user.name
        case _:
            username = None
    external = call.parameters.get("ExternalId") if call.name == "sts:AssumeRole" else None
    return {
        # A long-term key has no token, hence no issue time: a condition on it is never met.
        "aws:tokenissuetime": lease.issued.isoformat() if lease else None,
        "aws:multifactorauthpresent": str(lease.mfa).lower() if lease else None,
        "aws:sourceip": call.address,
        "aws:useragent": call.agent,
        "aws:requestedregion": call.region,
        "aws:principalaccount": caller.account,
        "aws:principalarn": caller.role.arn if isinstance(caller, RoleSession) else arn_of(caller),
        "aws:username": username,
        "aws:principalisawsservice": "false",
        "aws:securetransport": "true",
        **({"sts:externalid": str(external)} if external is not None else {}),
    }


def are_met(conditions: Mapping[str, Mapping[str, object]], context: Context) -> bool:
    """Tell whether every condition holds."""
    return all(
        _is_met(operator, key.lower(), texts(value), context)
        for operator, tests in conditions.items()
        for key, value in tests.items()
    )


def _is_met(operator: str, key: str, wanted: Sequence[str], context: Context) -> bool:
    if key not in context:
        return False
    given = context[key]
    if operator == "Null":
        return (given is None) == (wanted[:1] == ("true",) or wanted[:1] == ["true"])
    plain = operator.removesuffix("IfExists")
    if given is None:
        return operator != plain or plain in _NEGATED
    if plain in _NEGATED:
        compare = _POSITIVE[_NEGATED[plain]]
        return not any(compare(given, one) for one in wanted)
    compare = _POSITIVE.get(plain)
    return compare is not None and any(compare(given, one) for one in wanted)


def texts(value: object) -> Sequence[str]:
    """Read a policy's value, which may be one text or several; truths are texts there too."""
    match value:
        case str():
            return (value,)
        case bool():
            return (str(value).lower(),)
        case list():
            return [text for one in cast("list[object]", value) for text in texts(one)]
        case _:
            return ()


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
