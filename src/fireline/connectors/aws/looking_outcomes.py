"""What AWS and the network did while we looked, as reasons: none of them means *nothing there*.

Codes are told apart, never messages. Only the message of a refusal is repeated, because it names
the missing permission; others may quote what a request was signed with.
"""

import re

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    UnknownRegionError,
)
from botocore.exceptions import (
    ConnectionError as NoConnectionError,
)
from botocore.parsers import ResponseParserError

from fireline.connectors.aws.pace import Stopped
from fireline.connectors.aws.plain_json import clean
from fireline.ports.inventory import CouldNotLook, Why

MAX_SAID = 300


class UnknownOperationError(BotoCoreError):
    """botocore, as installed, does not know an operation the table names."""

    fmt = "{service} has no operation {operation} here"


class TooManyCallsError(BotoCoreError):
    """One asset would take more calls than reading one may."""

    fmt = "it takes more than the {most} calls of one reading; the next look reads it"


# What asking may raise. A broken answer is no `BotoCoreError`; a broken endpoint a `ValueError`.
RAISED = (BotoCoreError, ClientError, ResponseParserError, ValueError, Stopped)

_DENIED = re.compile(
    r"AccessDenied.*|.*Unauthorized(Operation|Access|Exception)?|AuthorizationError(Exception)?"
    r"|NotAuthorized.*|Forbidden.*|403|InsufficientPrivileges.*|ExplicitDeny.*|KMS\.AccessDenied.*"
)
_THROTTLED = re.compile(
    r"Throttl.*|Request(Limit|Rate)Exceeded.*|SlowDown|TooManyRequests.*|RequestThrottled.*"
    r"|EC2Throttled.*|BandwidthLimitExceeded|PriorRequestNotComplete|429"
)
_CREDENTIALS = re.compile(
    r"Expired(Token|Credentials).*|RequestExpired|TokenRefreshRequired|InvalidToken"
    r"|InvalidClientTokenId|UnrecognizedClient.*|AuthFailure|InvalidAccessKeyId"
    r"|SignatureDoesNotMatch|InvalidSignature.*|IncompleteSignature.*|MissingAuthenticationToken.*"
    r"|InvalidSecurity"
)
# So AWS refuses good credentials in a region that is switched off (AWS General Reference,
# "Managing AWS Regions"); the same codes mean bad credentials elsewhere.
_AS_IF_OFF = re.compile(
    r"InvalidClientTokenId|UnrecognizedClient.*|AuthFailure|InvalidToken|OptInRequired"
)
_UNSUPPORTED = re.compile(
    r"OptInRequired|SubscriptionRequired.*|UnknownOperation.*|InvalidAction|Unsupported.*"
    r"|OperationNotSupported.*|NotImplemented.*|MethodNotAllowed|.*NotSubscribed.*|4(04|05)|50[01]"
)
_WEATHER = re.compile(r"Internal(Error|Failure|Server.*)|ServiceUnavailable.*|Unavailable|50[234]")
_GONE = re.compile(r".*(NotFound|NoSuch|NotExist|NonExist|Nonexist|Unknown(?!Operation)).*|404")
_NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
_ENCODED = re.compile(r"\s*Encoded authorization failure message:.*", re.DOTALL)
ASSUME_ROLE = "AssumeRole"


def code_of(error: Exception) -> str:
    """Return AWS's code of an error; empty when it is not AWS's."""
    if not isinstance(error, ClientError):
        return ""
    return str(error.response.get("Error", {}).get("Code", "") or "unknown")


def is_gone(error: Exception) -> bool:
    """Say whether AWS answered that there is no such thing."""
    return isinstance(error, ClientError) and _GONE.fullmatch(code_of(error)) is not None


def is_throttled(error: Exception) -> bool:
    """Say whether AWS answered that it was asked too often."""
    return _THROTTLED.fullmatch(code_of(error)) is not None


def may_pass(error: Exception) -> bool:
    """Say whether asking again at once may help: weather, not a word about us."""
    if isinstance(error, ClientError):
        return _WEATHER.fullmatch(code_of(error)) is not None
    return isinstance(error, NoConnectionError | HTTPClientError)


def as_if_off(why: CouldNotLook, error: Exception) -> bool:
    """Say whether this is also how a region answers that is switched off."""
    return why.why is not Why.THROTTLED and _AS_IF_OFF.fullmatch(code_of(error)) is not None


def could_not_look(error: Exception, where: str, *, role: str = "") -> CouldNotLook:
    """Say why something could not be looked at. `where` names a place, such as a region."""
    if isinstance(error, ClientError):
        return _answered(error, where, role)
    if isinstance(error, _NO_CREDENTIALS):
        said = f"there are no credentials for it ({type(error).__name__})"
        return CouldNotLook(Why.CREDENTIALS, said)
    if isinstance(error, UnknownOperationError | UnknownRegionError | ResponseParserError):
        said = f"{where}: it is not supported there ({type(error).__name__})"
        return CouldNotLook(Why.UNSUPPORTED, said)
    if isinstance(error, NoConnectionError | HTTPClientError | EndpointConnectionError | Stopped):
        return CouldNotLook(Why.UNREACHABLE, f"{where}: no answer ({type(error).__name__})")
    said = str(error) if isinstance(error, TooManyCallsError) else type(error).__name__
    return CouldNotLook(Why.UNREADABLE, f"{where}: {said}")


def _answered(error: ClientError, where: str, role: str) -> CouldNotLook:
    code, operation = code_of(error), str(error.operation_name)
    if operation == ASSUME_ROLE and not is_throttled(error) and not may_pass(error):
        said = f"the role {role or 'for looking'} could not be assumed: {code}"
        return CouldNotLook(Why.CREDENTIALS, said)
    why = _why(code)
    said = f"{operation} in {where}: {code}"
    if why is Why.DENIED:
        said = (
            f"{said}: {_ENCODED.sub('', str(error.response.get('Error', {}).get('Message', '')))}"
        )
    return CouldNotLook(why, clean(said)[:MAX_SAID])


def _why(code: str) -> Why:
    for pattern, why in (
        (_DENIED, Why.DENIED),
        (_THROTTLED, Why.THROTTLED),
        (_CREDENTIALS, Why.CREDENTIALS),
        (_UNSUPPORTED, Why.UNSUPPORTED),
        (_WEATHER, Why.UNREACHABLE),
    ):
        if pattern.fullmatch(code):
            return why
    return Why.UNREADABLE
