"""The WSGI application of the simulated AWS: identify, refuse, answer, tell."""

import io
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from threading import Lock
from typing import Any, cast

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.http import HTTP_STATUS_CODES

from fireline.lab.aws.answers import (
    Answer,
    Headers,
    caller_identity,
    refusal,
    session_token,
)
from fireline.lab.aws.call import ApiCall, Environ, read_call
from fireline.lab.aws.faults import Faults
from fireline.lab.aws.gate import Denial, why_refuse
from fireline.lab.aws.identify import (
    Caller,
    LabItself,
    Orphan,
    Register,
    Stranger,
    UserKey,
    UserSession,
)
from fireline.lab.aws.record import Served
from fireline.lab.clock import fresh_id, now

StartResponse = Callable[..., Any]

_MOTO_ACCOUNT = "HTTP_X_MOTO_ACCOUNT_ID"


class SimulatedAws:
    """Serve AWS's APIs. `told` hears of every call of a known caller, after it was answered."""

    def __init__(self, register: Register, faults: Faults, told: Callable[[Served], None]) -> None:
        self._register, self._faults, self._told = register, faults, told
        self._moto = DomainDispatcherApplication(create_backend_app)
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
        caller = self._register.caller(call.access_key)
        if isinstance(caller, LabItself):
            environ[_MOTO_ACCOUNT] = caller.account
            return self._ask_moto(environ, body)
        with self._lock:
            self.calls[call.name] += 1
        answer = self._answer(environ, body, call, caller)
        # A key nobody has belongs to no account, so no trail tells of it; nor does a real one.
        if not isinstance(caller, Stranger | Orphan):
            self._told(Served(call, caller, answer, now()))
        return answer

    def _answer(self, environ: Environ, body: bytes, call: ApiCall, caller: Caller) -> Answer:
        denial = self._denial(call, caller)
        if denial is not None or isinstance(caller, Stranger | Orphan | LabItself):
            denial = denial or Denial(403, "AccessDenied", "nobody known")
            return refusal(denial, call.service, fresh_id())
        if isinstance(caller, UserSession) and call.name == "sts:GetCallerIdentity":
            return caller_identity(caller, fresh_id())
        if isinstance(caller, UserKey) and call.name == "sts:GetSessionToken":
            lasts = timedelta(seconds=int(call.parameters.get("DurationSeconds") or 43200))
            minted = self._register.mint(caller.account, caller.user.name, lasts, now())
            return session_token(minted, fresh_id())
        environ[_MOTO_ACCOUNT] = caller.account
        return self._ask_moto(environ, body)

    def _denial(self, call: ApiCall, caller: Caller) -> Denial | None:
        held_up, fault = self._faults.strike(call.name)
        if held_up:
            time.sleep(held_up)
        return fault or why_refuse(caller, call, now())

    def _ask_moto(self, environ: Environ, body: bytes) -> Answer:
        environ["wsgi.input"] = io.BytesIO(body)
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
