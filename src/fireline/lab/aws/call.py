"""Read a signed HTTP request as the API call it is."""

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
}


@dataclass(frozen=True, slots=True)
class ApiCall:
    """Who, from where, asks which operation of which service, with what.

    `operation` is empty when the request matches none; the call is then moto's to refuse.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    access_key: str
    region: str
    address: str
    agent: str

    @property
    def name(self) -> str:
        """The call in IAM's spelling, `s3:ListBuckets`; faults are matched against it."""
        return f"{self.service}:{self.operation}"


def read_call(environ: Environ, body: bytes) -> ApiCall | None:
    """Read the call a request makes. None when nobody signed it."""
    scope = _scope(environ)
    if scope is None:
        return None
    access_key, region, signed = scope
    service = _MODELS.get(signed, signed)
    operation, parameters = _operation(service, {**environ, "wsgi.input": io.BytesIO(body)})
    return ApiCall(
        service=service,
        operation=operation,
        parameters=parameters,
        access_key=access_key,
        region=region or "us-east-1",
        # The lab's own clients say where they come from; all of them really sit on loopback.
        address=environ.get("HTTP_X_FORWARDED_FOR") or environ.get("REMOTE_ADDR", ""),
        agent=environ.get("HTTP_USER_AGENT", ""),
    )


def _scope(environ: Environ) -> tuple[str, str, str] | None:
    found = _SCOPE.search(environ.get("HTTP_AUTHORIZATION") or "")
    if found is None:
        presigned = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Credential", [""])[0]
        found = _SCOPE.search(f"Credential={presigned}")
    return (found[1], found[2], found[3]) if found else None


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
    return name, cast("Mapping[str, Any]", parsed or {})


def _named(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.split(".")[-1], {}
    action = request.values.get("Action")
    if action:
        return action, {}
    operation, in_path = get_service_router(service).match(request)
    return operation.name, in_path
