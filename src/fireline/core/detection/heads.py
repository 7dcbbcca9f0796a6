"""The head of a record: the few scalar fields most rules ask for, decoded without the rest.

Reading only these is twice as fast as reading a whole record. The fields are a fixed list of
CloudTrail's own names: no name out of a rule ever reaches generated code.
"""

from collections.abc import Callable
from typing import Protocol, cast

import msgspec

KEY = ("eventSource", "eventName")

IDENTITY = "userIdentity"

# Always text, true, false, null or missing in CloudTrail; a record where one is not is read whole.
SCALARS = frozenset(
    {
        "awsRegion",
        "errorCode",
        "errorMessage",
        "eventCategory",
        "eventType",
        "readOnly",
        "recipientAccountId",
        "sourceIPAddress",
        "userAgent",
        "userIdentity.accessKeyId",
        "userIdentity.accountId",
        "userIdentity.arn",
        "userIdentity.invokedBy",
        "userIdentity.principalId",
        "userIdentity.type",
        "userIdentity.userName",
    }
)

_SCALAR = str | bool | None | msgspec.UnsetType


class Head(Protocol):
    """What every head has; the scalars it also has depend on the rules."""

    eventSource: str | bool | msgspec.UnsetType | None  # noqa: N815 - CloudTrail's name
    eventName: str | bool | msgspec.UnsetType | None  # noqa: N815 - CloudTrail's name


def head_decoder(paths: frozenset[str]) -> Callable[[bytes], Head]:
    """Make the decoder of a head that holds KEY and those of SCALARS that are in `paths`.

    It raises `msgspec.DecodeError` where a field is not a scalar or the text is not JSON.
    """
    wanted = sorted(SCALARS & paths)
    inner = [path.removeprefix(f"{IDENTITY}.") for path in wanted if "." in path]
    fields: list[tuple[str, object, object]] = [
        (name, _SCALAR, msgspec.UNSET)
        for name in (*KEY, *(path for path in wanted if "." not in path))
    ]
    if inner:
        identity = msgspec.defstruct(
            "Identity", [(name, _SCALAR, msgspec.UNSET) for name in inner], gc=False
        )
        # A missing userIdentity is left to the whole record, where a key may hold the dot.
        fields.append((IDENTITY, identity, msgspec.NODEFAULT))
    head = msgspec.defstruct("Head", fields, gc=False, kw_only=True)  # pyright: ignore[reportArgumentType] - the stub asks for the literal tuple form
    return cast("Callable[[bytes], Head]", msgspec.json.Decoder(head).decode)
