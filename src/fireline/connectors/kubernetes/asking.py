"""One question to an API server, and its answer as a value: nothing here raises for the weather.

Two kinds of request exist: GET, and the two reviews by which a cluster says who somebody is and
what they may do (https://kubernetes.io/docs/reference/access-authn-authz/authentication/), which
are posted and keep nothing. There is no way here to make any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
import urllib3

from fireline.connectors.kubernetes.access import Client
from fireline.core.values.json import JsonObject
from fireline.ports.inventory import Why

WHO_AM_I = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
WHAT_MAY_I = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
# Names and labels alone, where nobody needs the objects; a server too old for it sends those.
ONLY_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
MAX_ANSWER_BYTES = 64 * 1024 * 1024

_SECONDS_TO_CONNECT = 3
_SECONDS_BETWEEN_BYTES = 20
_SAID_CHARACTERS = 300
_NOT_HERE = 404
_SERVER_FAULT = 500
_BY_STATUS = {
    401: Why.CREDENTIALS,
    403: Why.DENIED,
    _NOT_HERE: Why.UNSUPPORTED,
    405: Why.UNSUPPORTED,
    406: Why.UNSUPPORTED,
    429: Why.THROTTLED,
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an address inside the API, what is wanted of it, and a review to post."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    accept: str = "application/json"
    review: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is none. `status` is 0 where nothing was answered; `names` what was not found.

    `again_seconds` is how long the server asks to be left alone for before the next try.
    """

    why: Why
    said: str
    status: int = 0
    names: str = ""
    again_seconds: float | None = None


def ask(client: Client, question: Question) -> JsonObject | NoAnswer:
    """Ask once. Blocks: call it from a thread."""
    from kubernetes.client import ApiException  # noqa: PLC0415 - see access.open_client

    if question.review is not None and question.path not in {WHO_AM_I, WHAT_MAY_I}:
        msg = f"fireline changes nothing in a cluster, and would have by posting {question.path}"
        raise AssertionError(msg)
    try:
        answer = client.call_api(
            question.path,
            "GET" if question.review is None else "POST",
            query_params=list(question.query.items()),
            header_params={"Accept": question.accept, "Accept-Encoding": "gzip"},
            body=question.review,
            auth_settings=["BearerToken"],
            _preload_content=False,
            _return_http_data_only=True,
            _request_timeout=(_SECONDS_TO_CONNECT, _SECONDS_BETWEEN_BYTES),
        )
        return _read(answer)
    except ApiException as refused:
        return _refusal(cast("Any", refused))
    except urllib3.exceptions.HTTPError as weather:
        return NoAnswer(Why.UNREACHABLE, f"the API server did not answer: {_short(weather)}")
    except (OSError, ValueError) as wrong:
        # A token that is no header, a file that went away since the client was made.
        return NoAnswer(Why.CREDENTIALS, f"nothing could be asked: {type(wrong).__name__}")


def _read(answer: Any) -> JsonObject | NoAnswer:
    try:
        body: bytes = answer.read(MAX_ANSWER_BYTES + 1)
        if len(body) > MAX_ANSWER_BYTES:
            answer.close()
            return NoAnswer(Why.UNREADABLE, f"an answer has more than {MAX_ANSWER_BYTES} bytes")
    finally:
        answer.release_conn()
    said = _object(body)
    return NoAnswer(Why.UNREADABLE, "an answer is not a JSON object") if said is None else said


def _refusal(refused: Any) -> NoAnswer:
    status = int(refused.status or 0)
    if not status:
        # The client makes this of what OpenSSL said; it names no secret.
        reason = str(refused.reason).replace("\n", " ")[:_SAID_CHARACTERS]
        return NoAnswer(Why.UNREACHABLE, f"TLS failed: {reason}")
    headers = cast("Mapping[str, str]", refused.headers or {})
    said = _object(refused.body) or {}
    message = said.get("message")
    words = message if isinstance(message, str) else str(refused.reason)
    details = said.get("details")
    name = cast("JsonObject", details).get("name") if isinstance(details, dict) else None
    other = Why.UNREACHABLE if status >= _SERVER_FAULT else Why.UNREADABLE
    return NoAnswer(
        _BY_STATUS.get(status, other),
        f"the API server answered {status}: {words[:_SAID_CHARACTERS]}",
        status,
        # A path nobody serves is not found in plain words; an object is, in a Status that names it.
        name if status == _NOT_HERE and isinstance(name, str) else "",
        _seconds(headers.get("Retry-After")),
    )


def _object(body: object) -> dict[str, Any] | None:
    try:
        said: object = orjson.loads(cast("bytes", body))
    except (orjson.JSONDecodeError, TypeError):
        return None
    return cast("dict[str, Any]", said) if isinstance(said, dict) else None


def _seconds(text: str | None) -> float | None:
    # An API server gives whole seconds: k8s.io/apiserver, "Retry-After: 1".
    return float(text) if text and text.isascii() and text.isdigit() else None


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_SAID_CHARACTERS]
