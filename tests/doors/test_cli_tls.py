"""The command line speaks TLS with those the machine trusts, and with nobody else."""

import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from fireline.core.values.secret import Secret
from fireline.doors.cli import client
from fireline.doors.cli.client import UNREACHABLE, Client, ClientFailed
from tests.intake.authority import Papers, issue


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"true")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return issue(tmp_path)


@pytest.fixture
def speaker(papers: Papers) -> Iterator[Client]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers.certificate, papers.key)
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield Client(f"https://127.0.0.1:{server.server_port}", Secret("token"))
        server.shutdown()


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    client._authorities.cache_clear()
    yield
    client._authorities.cache_clear()


def test_somebody_unknown_is_not_spoken_to(speaker: Client) -> None:
    with pytest.raises(ClientFailed, match="does not answer") as failed:
        speaker.get("me")
    assert failed.value.exit_code == UNREACHABLE


def test_somebody_the_machine_trusts_is(
    speaker: Client, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.authority))
    assert speaker.get("me") is True
