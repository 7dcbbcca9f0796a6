"""Spell S3's parameters: query flags, headers and bodies as they crossed the wire."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from moto.core.utils import get_service_model

from fireline.lab.aws.call import ApiCall
from fireline.lab.aws.names import host_of
from fireline.lab.aws.settings import Record
from fireline.lab.aws.spelling import xml_value

_SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_UNTOLD_HEADERS = re.compile(r"(?i)^x-amz-(sdk-)?(checksum|content-sha|date|security|meta)")
_IN_PATH = {"Bucket": "bucketName", "Key": "key"}


def s3_request(call: ApiCall, account: str) -> Record:
    """Spell the parameters of a call to S3, or to its control plane."""
    asked: Record = {}
    operation = get_service_model(call.service).operation_model(call.operation)
    for flag in str(operation.http["requestUri"]).partition("?")[2].split("&"):
        name, _, value = flag.partition("=")
        if name and name != "x-id":
            asked[name] = value
    members: Any = operation.input_shape.members if operation.input_shape else {}
    for name, value in call.parameters.items():
        asked |= _member(call, name, members[name], value) if name in members else {}
    asked["Host"] = s3_host(call, account)
    return asked


def s3_host(call: ApiCall, account: str) -> str:
    """Return the host a client of AWS would have spoken to."""
    if call.service == "s3control":
        return f"{account}.s3-control.{call.region}.amazonaws.com"
    bucket, host = call.parameters.get("Bucket"), host_of(call.service, call.region)
    return f"{bucket}.{host}" if bucket else host


def _member(call: ApiCall, name: str, shape: Any, value: object) -> Record:
    where, written = shape.serialization.get("location"), shape.serialization.get("name", name)
    if where == "uri":
        return {_IN_PATH.get(name, name[:1].lower() + name[1:]): value}
    if where == "querystring":
        return {str(written): str(value)}
    if where in {"header", "headers"}:
        told = str(written).lower()
        wanted = told.startswith("x-amz-") and not _UNTOLD_HEADERS.match(told)
        return {told: str(value)} if wanted and call.service == "s3" else {}
    return _body(name, shape, value)


def _body(name: str, shape: Any, value: object) -> Record:
    if name == "Policy":
        return {"bucketPolicy": _document(str(value))}
    if shape.type_name != "structure":
        # The content of an object is never in a record.
        return {}
    written = str(shape.serialization.get("name", name))
    inner: Any = _xml(shape, value)
    return {written: {"xmlns": _SPACE, **inner}} if isinstance(inner, dict) else {}


def _xml(shape: Any, value: object) -> Any:
    """Turn a body into what its XML becomes: a list of one is that one."""
    match value:
        case Mapping():
            inner = cast("Mapping[str, object]", value)
            return {
                key: told
                for name, one in inner.items()
                if name in shape.members
                for key, told in _element(name, shape.members[name], one).items()
            }
        case bool() | int():
            return value
        case _:
            return xml_value(str(value))


def _element(name: str, shape: Any, value: object) -> Record:
    written = str(shape.serialization.get("name", name))
    if shape.type_name != "list":
        return {written: _xml(shape, value)}
    told = [_xml(shape.member, one) for one in cast("list[object]", value)]
    collapsed: Any = told[0] if len(told) == 1 else told
    if shape.serialization.get("flattened"):
        return {written: collapsed}
    inner = str(shape.member.serialization.get("name", "member"))
    return {written: {inner: collapsed} if told else ""}


def _document(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
