"""Read an HTTP request as the API call it is."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

Environ = dict[str, Any]

_SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/([^/]*)/([^/]+)/aws4_request")
# Where the name in the signature is not the name of the API's model.
_MODELS = {
    "monitoring": "cloudwatch",
    "elasticloadbalancing": "elbv2",
    "states": "stepfunctions",
    "email": "ses",
    "tagging": "resourcegroupstaggingapi",
    "elasticfilesystem": "efs",
    "access-analyzer": "accessanalyzer",
    "aoss": "opensearchserverless",
}
_CLASSIC_BALANCERS = b"Version=2012-06-01"
_CONTROL_OF_S3 = "/v20180820/"


@dataclass(frozen=True, slots=True)
class ApiCall:
    """Who, from where, asks which operation of which service, with what.

    `operation` is empty when the request matches none; the call is then moto's to refuse. An
    anonymous call has no access key.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    access_key: str
    region: str
    address: str
    agent: str
    presigned: bool = False
    sent: int = 0

    @property
    def name(self) -> str:
        """The call in IAM's spelling, `s3:ListBuckets`; faults are matched against it."""
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class _Signed:
    """What a signature says, whoever made it."""

    access_key: str
    region: str
    service: str
    presigned: bool


def read_call(environ: Environ, body: bytes) -> ApiCall | None:
    """Read the call a request makes. None when nobody signed it, and it is not for a bucket."""
    signed = _signed(environ) or _unsigned(environ)
    if signed is None:
        return None
    service = _service(signed.service, environ, body)
    operation, parameters = _operation(service, {**environ, "wsgi.input": io.BytesIO(body)})
    if not signed.access_key and (not operation or "Bucket" not in parameters):
        return None
    return ApiCall(
        service=service,
        operation=operation,
        parameters=parameters,
        access_key=signed.access_key,
        region=signed.region or "us-east-1",
        # The lab's own clients say where they come from; all of them really sit on loopback.
        address=environ.get("HTTP_X_FORWARDED_FOR") or environ.get("REMOTE_ADDR", ""),
        agent=environ.get("HTTP_USER_AGENT", ""),
        presigned=signed.presigned,
        sent=len(body),
    )


def _signed(environ: Environ) -> _Signed | None:
    found = _SCOPE.search(environ.get("HTTP_AUTHORIZATION") or "")
    if found is not None:
        return _Signed(found[1], found[2], found[3], presigned=False)
    presigned = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Credential", [""])[0]
    found = _SCOPE.search(f"Credential={presigned}")
    return _Signed(found[1], found[2], found[3], presigned=True) if found else None


def _unsigned(environ: Environ) -> _Signed | None:
    """Read a request nobody signed as one to S3, the only service that answers such."""
    path = str(environ.get("PATH_INFO", "/"))
    if path.strip("/") == "" or path.startswith(("/moto-api", _CONTROL_OF_S3)):
        return None
    if environ.get("HTTP_X_AMZ_TARGET") or "Action=" in environ.get("QUERY_STRING", ""):
        return None
    return _Signed("", "", "s3", presigned=False)


def _service(signed: str, environ: Environ, body: bytes) -> str:
    if signed == "s3" and str(environ.get("PATH_INFO", "")).startswith(_CONTROL_OF_S3):
        return "s3control"
    if signed == "elasticloadbalancing" and _CLASSIC_BALANCERS in body:
        return "elb"
    return _MODELS.get(signed, signed)


def _operation(service: str, environ: Environ) -> tuple[str, Mapping[str, Any]]:
    request = Request(environ)
    try:
        model = get_service_model(service)
        name, in_path = _named(service, request)
        operation = model.operation_model(name)
        protocol = determine_request_protocol(model, request.content_type)
        parsed = PROTOCOL_PARSERS[protocol](operation).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": in_path,
            }
        )
    except Exception:  # noqa: BLE001 - the edge of a request: moto itself answers what it cannot read
        return "", {}
    return name, _asked(operation, cast("Mapping[str, Any]", parsed or {}))


def _asked(operation: Any, parsed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the empty lists moto reads from a query in which nobody wrote them."""
    members: Any = operation.input_shape.members if operation.input_shape else {}
    return {
        name: value
        for name, value in parsed.items()
        if value != [] or members[name].serialization.get("location") != "querystring"
    }


def _named(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.split(".")[-1], {}
    action = request.values.get("Action")
    if action:
        return action, {}
    operation, in_path = get_service_router(service).match(request)
    return operation.name, in_path
