"""Join the doors into one application, and serve it."""

import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fireline.app.tls import TlsFiles
from fireline.core.access.principal import Principal
from fireline.core.values.refusals import Unavailable
from fireline.doors.api.app import build_api
from fireline.doors.gate import Gate, Shown
from fireline.doors.intake.app import build_intake, is_intake
from fireline.doors.intake.desk import IntakeDesk
from fireline.doors.web.app import build_pages
from fireline.doors.web.shell import Desk
from fireline.usecases import access
from fireline.usecases.access import NotSignedIn
from fireline.usecases.transaction import Transactions

API = "/api/v1"
Socket = socket.socket


class Front:
    """What a request meets first: intake's own paths, where a source's token decides, or the gate.

    The two share nothing: no session reaches intake, and no source's token anything else.
    """

    def __init__(self, intake: ASGIApp, gate: ASGIApp) -> None:
        self._intake = intake
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        inside = scope["type"] == "http" and is_intake(scope["path"])
        await (self._intake if inside else self._gate)(scope, receive, send)


def build(
    desk: Desk, intake: IntakeDesk | None = None, *, without_rooms: frozenset[str] = frozenset()
) -> ASGIApp:
    """Build the whole application: API and pages behind one gate, and intake beside it."""
    transactions = desk.transaction
    app = Starlette(
        routes=[
            Route("/healthz", _healthz, methods=["GET"]),
            Mount(API, build_api(transactions, channels=desk.channels, without=without_rooms)),
            *build_pages(desk),
        ]
    )
    app.state.desk = desk

    async def recognise(shown: Shown) -> Principal | None:
        return await _recognise(transactions, shown)

    gate = Gate(app, recognise)
    return gate if intake is None else Front(build_intake(intake), gate)


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else is started. Port 0 takes a free one."""
    taken = socket.create_server((host, port))
    taken.set_inheritable(False)
    # asyncio does this only for sockets it made itself. Without it an answer in two parts waits
    # 40 ms for the other side's delayed acknowledgement; what is accepted here inherits it.
    taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return taken


class Server(uvicorn.Server):
    """Uvicorn without its signal handlers: fireline ends more than a web server."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to whoever started us."""
        yield


def server(app: ASGIApp, tls: TlsFiles | None = None) -> Server:
    """Make a server that is quiet, and gives open pages a moment to go when it ends."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    return Server(config)


async def _healthz(request: Request) -> JSONResponse:
    """Say whether requests can be answered: the database answers too."""
    desk: Desk = request.app.state.desk
    try:
        async with desk.transaction():
            return JSONResponse({"ok": True})
    except Unavailable:
        return JSONResponse({"ok": False}, 503)


async def _recognise(transactions: Transactions, shown: Shown) -> Principal | None:
    if shown.bearer is None and shown.session is None:
        return None
    try:
        async with transactions() as tx:
            return await access.authenticate(tx, bearer=shown.bearer, session=shown.session)
    except NotSignedIn:
        return None
