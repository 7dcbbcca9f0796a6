"""The lab's port. Connections stay open between calls, as AWS's do: clients make thousands.

Werkzeug's own server closes a connection after each answer, since an application might leave a
part of the request unread, where the next would begin. The lab reads every request whole.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

# A client that says nothing for so long has gone.
_IDLE_SECONDS = 300


class _Keeping(MotoRequestHandler):
    """Answers one request after another on a connection."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    # One packet for head and body, sent at once.
    wbufsize = -1
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request. Its length is known: the lab tells that of each answer."""
        environ = self.make_environ()
        # Where a body in pieces ends is for its reader to know, not for us.
        self.close_connection |= "Transfer-Encoding" in self.headers
        for piece in self.server.app(environ, self._begin):
            if self.command != "HEAD":
                self.wfile.write(piece)
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        """Tell a client that asks before it sends a body to send it, at once."""
        told = super().handle_expect_100()
        self.wfile.flush()
        return told

    def finish(self) -> None:
        """End the connection; a client that did not wait for the rest of an answer is no fault."""
        with suppress(ConnectionError):
            super().finish()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the lab keeps records of its own."""

    def log_error(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: a client that fell silent has gone, as clients do."""

    def _begin(
        self, status: str, headers: list[tuple[str, str]], _failure: object = None, /
    ) -> Callable[[bytes], Any]:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        return self.wfile.write


class Listening(ThreadedWSGIServer):
    """Serves the lab on this machine alone, until it is closed; every connection ends then."""

    def __init__(self, port: int, application: Callable[..., Any]) -> None:
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__("127.0.0.1", port, application, _Keeping)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin to serve a connection."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Listen no more; end what is open, which nobody may be waiting on."""
        super().server_close()
        with self._lock:
            open_still = tuple(self._connections)
        for connection in open_still:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
