"""The WSGI application of the simulated AWS: identify, refuse, answer, tell."""

import io
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Lock
from typing import Any, cast

import structlog
from moto.backends import list_of_moto_modules
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.http import HTTP_STATUS_CODES

from fireline.lab.aws.answers import (
    Answer,
    Denial,
    Headers,
    broken,
    not_offered,
    refusal,
    serialized,
)
from fireline.lab.aws.asked import Asked
from fireline.lab.aws.call import ApiCall, Environ, read_call
from fireline.lab.aws.faults import Faults
from fireline.lab.aws.gate import bad_token, why_not, why_refuse
from fireline.lab.aws.identify import (
    Anonymous,
    Caller,
    Known,
    LabItself,
    Orphan,
    Register,
    RootKey,
    Stranger,
)
from fireline.lab.aws.own import OWN, mend, said_of_oneself
from fireline.lab.aws.public import find_bucket
from fireline.lab.aws.record import Served
from fireline.lab.aws.settings import Cloud

StartResponse = Callable[..., Any]

_log = structlog.get_logger()

_MOTO_ACCOUNT = "HTTP_X_MOTO_ACCOUNT_ID"
_HOSTS = 1024
_OFFERED = frozenset(list_of_moto_modules())
# Where moto's folder is not named as the API's model is.
_FOLDERS = {"lambda": "awslambda", "iot-data": "iotdata", "sesv2": "sesv2"}


class _Moto(DomainDispatcherApplication):
    """Moto's services by host. It looks into its own folder for every call; we remember."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._found = lru_cache(_HOSTS)(super().get_backend_for_host)

    def get_backend_for_host(self, host: str | None) -> Any:
        """Return which of moto's services answers for a host, or `None`."""
        return self._found(host)


class SimulatedAws:
    """Serve AWS's APIs. `told` hears of every call of a known caller, after it was answered."""

    def __init__(
        self,
        register: Register,
        faults: Faults,
        told: Callable[[Served], None],
        cloud: Cloud | None = None,
    ) -> None:
        self._register, self._faults, self._told = register, faults, told
        self.cloud = cloud or Cloud()
        self._moto = _Moto()
        self._lock = Lock()
        self.calls: Counter[str] = Counter()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        body = read_body(environ)
        answer = self._serve(environ, body)
        reason = HTTP_STATUS_CODES.get(answer.status, "Unknown")
        start_response(f"{answer.status} {reason}", _with_length(answer))
        return [answer.body]

    def _serve(self, environ: Environ, body: bytes) -> Answer:
        # Only the lab says which account a call belongs to.
        environ.pop(_MOTO_ACCOUNT, None)
        call = read_call(environ, body)
        if call is None:
            return self._ask_moto(environ, body)
        request_id = self.cloud.ids.fresh()
        match self._caller(call):
            case LabItself(account=account):
                hand = RootKey(account, call.access_key)
                return self._fulfil(self._asked(call, hand), request_id, environ, body)
            case Stranger() | Orphan():
                # A key nobody has belongs to no account, so no trail tells of it.
                self._count(call)
                fault = self._strike(call)
                return refusal(fault or bad_token(call.service), call.service, request_id)
            case caller:
                self._count(call)
                asked = self._asked(call, caller)
                answer = self._answer(asked, request_id, environ, body)
                self._tell(Served(call, caller, answer, asked.now, request_id))
                return answer

    def _caller(self, call: ApiCall) -> Caller:
        if call.access_key:
            return self._register.caller(call.access_key)
        bucket = find_bucket(str(call.parameters.get("Bucket", "")))
        return Stranger("") if bucket is None else Anonymous(bucket.account_id)

    def _asked(self, call: ApiCall, caller: Known) -> Asked:
        return Asked(call, caller, self.cloud.clock.now(), self.cloud, self._register)

    def _answer(self, asked: Asked, request_id: str, environ: Environ, body: bytes) -> Answer:
        try:
            denial = self._strike(asked.call) or why_refuse(asked) or why_not(asked)
        except Exception:  # noqa: BLE001 - moto's things have no promised shape; no client may wait
            _log.exception("lab.gate_failed", call=asked.call.name)
            return broken(asked.call, request_id)
        if denial is not None:
            return refusal(denial, asked.call.service, request_id)
        return self._fulfil(asked, request_id, environ, body)

    def _tell(self, served: Served) -> None:
        try:
            self._told(served)
        except Exception:  # noqa: BLE001 - a record that cannot be written must not undo the answer
            _log.exception("lab.record_failed", call=served.call.name)

    def _fulfil(self, asked: Asked, request_id: str, environ: Environ, body: bytes) -> Answer:
        """Do what is asked: by the lab where it knows better, or else by moto."""
        call = asked.call
        own = OWN.get(call.name)
        try:
            if own is not None:
                result = own(asked)
                if isinstance(result, Denial):
                    return refusal(result, call.service, request_id)
                return serialized(call, result, request_id)
            environ[_MOTO_ACCOUNT] = asked.account
            answer = self._ask_moto(environ, body + said_of_oneself(asked))
        except NotImplementedError:
            return not_offered(call, request_id)
        except Exception:  # noqa: BLE001 - moto breaks in many ways; clients must hear of it as of AWS
            if not _is_offered(call.service):
                return not_offered(call, request_id)
            _log.exception("lab.call_failed", call=call.name)
            return broken(call, request_id)
        return not_offered(call, request_id) if _is_page(answer) else mend(asked, answer)

    def _count(self, call: ApiCall) -> None:
        with self._lock:
            self.calls[call.name] += 1

    def _strike(self, call: ApiCall) -> Denial | None:
        held_up, fault = self._faults.strike(call.name)
        if held_up:
            time.sleep(held_up)
        return fault

    def _ask_moto(self, environ: Environ, body: bytes) -> Answer:
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        heard: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, _failure: object = None) -> Callable[..., None]:
            heard.append((status, headers))
            return _unused_write

        moto = cast("Callable[[Environ, StartResponse], Iterable[bytes]]", self._moto)
        chunks = moto(environ, start)
        try:
            answered = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        status, headers = heard[-1]
        return Answer(int(status.split()[0]), headers, answered)


def _is_offered(service: str) -> bool:
    return _FOLDERS.get(service, service.replace("-", "")) in _OFFERED or service in _OFFERED


def _is_page(answer: Answer) -> bool:
    """Tell whether an answer is a web page: moto's web server speaking, not moto."""
    return (
        answer.status in {404, 405, 500, 501} and answer.body.lstrip()[:9].lower() == b"<!doctype"
    )


def _unused_write(_written: bytes) -> None:
    """WSGI's old way of writing, which moto does not use."""


def read_body(environ: Environ) -> bytes:
    """Read a request's body, whole."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        return cast("bytes", environ["wsgi.input"].read(int(length)))
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        return cast("bytes", environ["wsgi.input"].read())
    return b""


def _with_length(answer: Answer) -> Headers:
    # moto's own lengths stay: a HEAD tells the length of a body it does not send.
    if any(name.lower() == "content-length" for name, _ in answer.headers):
        return answer.headers
    return [*answer.headers, ("Content-Length", str(len(answer.body)))]
