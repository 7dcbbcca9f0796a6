"""What AWS and the network did, as values: nothing below raises into fireline."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from fireline.ports.cloud import Declined, Unreadable, Unsure

# What a client may raise. A broken answer is no `BotoCoreError`; a broken endpoint a `ValueError`.
RAISED = (BotoCoreError, ClientError, ResponseParserError, ValueError)
_ABSENT = frozenset({"NoSuchEntity"})
_THROTTLED = frozenset(
    {"Throttling", "ThrottlingException", "RequestLimitExceeded", "ServiceUnavailable"}
)
_NEVER_SENT = (NoCredentialsError, PartialCredentialsError, ParamValidationError)
_SERVER_FAULT = 500


def is_absent(error: Exception) -> bool:
    """Say whether AWS answered that there is no such thing."""
    return isinstance(error, ClientError) and _code(error) in _ABSENT


def unreadable(error: Exception) -> Unreadable:
    """Say why something could not be read."""
    if isinstance(error, ClientError):
        if _status(error) >= _SERVER_FAULT:
            return Unreadable(f"{error.operation_name} failed or is not supported: {_code(error)}")
        return Unreadable(f"{error.operation_name}: {_code(error)}")
    return Unreadable(_short(error))


def call_failed(error: Exception) -> Declined | Unsure:
    """Say what is known of a call that raised: certainly not done, or nobody knows.

    A throttled call was not done, but the next reading settles that as well as any word of ours.
    """
    if isinstance(error, ClientError):
        code, status = _code(error), _status(error)
        if code in _THROTTLED or status >= _SERVER_FAULT:
            return Unsure(f"{code} ({status})")
        return Declined(code, str(error))
    if isinstance(error, _NEVER_SENT):
        return Declined(type(error).__name__, str(error))
    return Unsure(_short(error))


def _short(error: Exception) -> str:
    # A broken answer is quoted whole in the error; the beginning says enough.
    return f"{type(error).__name__}: {error}"[:300]


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "unknown")


def _status(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
