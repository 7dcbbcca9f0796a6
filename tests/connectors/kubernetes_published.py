"""Kubernetes' API as it is published: which requests there are, and what answers look like.

The official client is generated from the API's OpenAPI description. Its operations say which paths
and parameters exist, its models which fields there are, of what type, and which must be there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from kubernetes import client

_APIS = (
    client.CoreV1Api,
    client.AppsV1Api,
    client.BatchV1Api,
    client.NetworkingV1Api,
    client.RbacAuthorizationV1Api,
    client.AuthenticationV1Api,
    client.AuthorizationV1Api,
    client.VersionApi,
)
_READING = re.compile(r"(list_|read_|get_code$|create_self_subject_(access_)?review$)")
_INNER = re.compile(r"_(status|scale|log|ephemeralcontainers|resize|approval)$")
_ASKED = {"limit": 1, "_continue": "x", "label_selector": "y"}
_GIVEN = {"name": "NAME", "namespace": "NAMESPACE", "path": "PATH"}


@dataclass(frozen=True)
class Operation:
    """One published request: its parameters, and the model of its answer."""

    method: str
    path: str
    query: frozenset[str]
    model: str


class _Recorder(client.ApiClient):
    """Says what would have been called."""

    def call_api(self, path: str, method: str, *rest: Any, **said: Any) -> Operation:  # pyright: ignore[reportIncompatibleMethodOverride] - it calls nothing
        query = {name for name, _ in rest[1]}
        return Operation(method, path, frozenset(query), said["response_type"] or "")


@cache
def operations() -> tuple[Operation, ...]:
    """List the published requests that read, and the reviews."""
    found = {_operation(api(_Recorder()), name) for api in _APIS for name in _reading(api)}
    return tuple(sorted(found, key=lambda each: (each.path.count("{"), each.path)))


def find(method: str, path: str) -> Operation | None:
    """Find the published request for a path."""
    for each in operations():
        pattern = re.sub(r"\{\w+\}", "[^/]+", each.path)
        if each.method == method and re.fullmatch(pattern, path):
            return each
    return None


def check(said: Any, model: str) -> None:
    """Hold an answer against its published model: every field known, typed, and none missing."""
    read = _models().deserialize(SimpleNamespace(data=json.dumps(said)), model)
    written = _models().sanitize_for_serialization(read)
    wrong = _difference(said, written, model)
    assert wrong is None, wrong


@cache
def _models() -> Any:
    return client.ApiClient()


def _reading(api: type) -> list[str]:
    names = [name for name in dir(api) if _READING.match(name) and not _INNER.search(name)]
    return [name for name in names if not name.endswith("_with_http_info")]


def _operation(api: Any, name: str) -> Operation:
    call = getattr(api, name)
    if name == "get_code":
        return call()
    if name.startswith("create_"):
        return call({"spec": {}})
    wanted = re.findall(r":param str (name|namespace|path):.*\(required\)", call.__doc__)
    asked = _ASKED if name.startswith("list_") else {}
    return call(**{each: _GIVEN[each] for each in wanted}, **asked)


def _difference(said: Any, written: Any, where: str) -> str | None:
    if isinstance(said, Mapping):
        if not isinstance(written, Mapping):
            return f"{where} should not be an object"
        for key in said:
            if key not in written:
                return f"{where} has no {key}"
            if wrong := _difference(said[key], written[key], f"{where}.{key}"):
                return wrong
        return None
    if isinstance(said, list):
        pairs = zip(said, written, strict=True)
        found = (_difference(*pair, f"{where}[{at}]") for at, pair in enumerate(pairs))
        return next((wrong for wrong in found if wrong), None)
    return None if _same(said, written) else f"{where} is {said!r} and should be {written!r}"


def _same(said: Any, written: Any) -> bool:
    if type(said) is type(written) and said == written:
        return True
    try:
        return datetime.fromisoformat(said) == datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return False
