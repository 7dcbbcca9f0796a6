"""Answers the lab gives in moto's place, in the wire format of the service asked."""

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from moto.core.utils import get_service_model

from fireline.lab.aws.gate import Denial
from fireline.lab.aws.identify import Minted, UserSession
from fireline.lab.clock import stamp

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole."""

    status: int
    headers: Headers
    body: bytes


def refusal(denial: Denial, service: str, request_id: str) -> Answer:
    """Word a refusal as the service would."""
    code, message = escape(denial.code), escape(denial.message)
    tail = f"<RequestId>{request_id}</RequestId>"
    match _protocol(service):
        case "json" | "rest-json" | "smithy-rpc-v2-cbor":
            text = json.dumps({"__type": denial.code, "message": denial.message})
            headers = [("Content-Type", "application/x-amz-json-1.1")]
            headers.append(("x-amzn-ErrorType", denial.code))
            return Answer(denial.status, headers, text.encode())
        case "ec2":
            error = (
                f"<Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            )
            text = f"<Response>{error}<RequestID>{request_id}</RequestID></Response>"
        case "rest-xml":
            text = f"<Error><Code>{code}</Code><Message>{message}</Message>{tail}</Error>"
        case _:
            error = f"<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
            text = f"<ErrorResponse><Error>{error}</Error>{tail}</ErrorResponse>"
    return _xml(denial.status, text)


def session_token(minted: Minted, request_id: str) -> Answer:
    """Answer GetSessionToken."""
    given = (
        f"<AccessKeyId>{minted.access_key}</AccessKeyId>"
        f"<SecretAccessKey>{minted.secret}</SecretAccessKey>"
        f"<SessionToken>LAB{minted.secret}</SessionToken>"
        f"<Expiration>{stamp(minted.expires)}</Expiration>"
    )
    return _sts("GetSessionToken", f"<Credentials>{given}</Credentials>", request_id)


def caller_identity(session: UserSession, request_id: str) -> Answer:
    """Answer GetCallerIdentity of a session moto has never heard of."""
    said = (
        f"<Arn>{session.user.arn}</Arn><UserId>{session.user.id}</UserId>"
        f"<Account>{session.account}</Account>"
    )
    return _sts("GetCallerIdentity", said, request_id)


def _sts(operation: str, result: str, request_id: str) -> Answer:
    space = "https://sts.amazonaws.com/doc/2011-06-15/"
    text = (
        f'<{operation}Response xmlns="{space}"><{operation}Result>{result}</{operation}Result>'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        f"</{operation}Response>"
    )
    return _xml(200, text)


def _xml(status: int, text: str) -> Answer:
    return Answer(status, [("Content-Type", "text/xml")], text.encode())


def _protocol(service: str) -> str:
    try:
        return str(get_service_model(service).protocol)
    except Exception:  # noqa: BLE001 - botocore raises many kinds for a service nobody models
        return "query"
