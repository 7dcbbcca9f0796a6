"""Answers the lab gives in moto's place, in the wire format of the service asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model

from fireline.lab.aws.call import ApiCall

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Denial:
    """How AWS words its no."""

    status: int
    code: str
    message: str


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
        case "rest-xml" if service == "s3":
            text = f"<Error><Code>{code}</Code><Message>{message}</Message>{tail}</Error>"
        case _:
            error = f"<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
            text = f"<ErrorResponse><Error>{error}</Error>{tail}</ErrorResponse>"
    return Answer(denial.status, [("Content-Type", "text/xml")], text.encode())


def serialized(call: ApiCall, result: Mapping[str, Any], request_id: str) -> Answer:
    """Put an operation's result into the wire format of its service."""
    model = get_service_model(call.service)
    operation = model.operation_model(call.operation)
    serializer = get_serializer_class(call.service, str(model.protocol))
    written = serializer(operation, context=SerializationContext(request_id)).serialize(result)
    body = written["body"]
    headers = [(name, str(value)) for name, value in written["headers"].items()]
    raw = body if isinstance(body, bytes) else body.encode()
    return Answer(written["status_code"], [*headers, ("x-amzn-RequestId", request_id)], raw)


def not_offered(call: ApiCall, request_id: str) -> Answer:
    """Say that the simulated AWS cannot do this: a code a client can read, and need not retry."""
    said = f"The simulated AWS does not offer {call.name}."
    return refusal(Denial(501, "NotImplemented", said), call.service, request_id)


def broken(call: ApiCall, request_id: str) -> Answer:
    """Say that the simulated AWS failed, as AWS says it of itself."""
    said = f"The simulated AWS failed at {call.name}; its log says how."
    return refusal(Denial(500, "InternalFailure", said), call.service, request_id)


def _protocol(service: str) -> str:
    try:
        return str(get_service_model(service).protocol)
    except Exception:  # noqa: BLE001 - botocore raises many kinds for a service nobody models
        return "query"
