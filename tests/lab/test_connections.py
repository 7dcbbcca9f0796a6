"""The lab's connections stay open from call to call, whatever was asked, and end with the lab."""

import http.client
import socket
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from fireline.lab.lab import Lab
from fireline.lab.listening import Listening
from fireline.lab.options import LabOptions
from fireline.lab.world import World


@pytest.fixture(scope="module")
def lab(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, int]]:
    lab = Lab(world, tmp_path_factory.mktemp("lab"), LabOptions())
    state = lab.open(0)
    yield lab, int(state.endpoint.rpartition(":")[2])
    lab.close()


@pytest.fixture
def connection(lab: tuple[Lab, int]) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", lab[1], timeout=10)
    yield made
    made.close()


def ask(connection: http.client.HTTPConnection, method: str, path: str, **more: Any) -> bytes:
    connection.request(method, path, **more)
    return connection.getresponse().read()


def test_many_calls_go_over_one_connection(connection: http.client.HTTPConnection) -> None:
    ask(connection, "GET", "/lab/status")
    first = connection.sock
    assert first is not None
    for _ in range(3):
        assert b"endpoint" in ask(connection, "GET", "/lab/status")
    assert connection.sock is first


def test_what_a_head_asks_for_has_no_body_that_the_next_answer_begins_with(
    connection: http.client.HTTPConnection,
) -> None:
    assert ask(connection, "HEAD", "/lab/status") == b""
    assert b"endpoint" in ask(connection, "GET", "/lab/status")


def test_a_body_in_pieces_is_read_and_ends_its_connection(
    connection: http.client.HTTPConnection,
) -> None:
    pieces = iter([b'{"advance_', b'seconds": 0}'])
    assert b"now" in ask(connection, "POST", "/lab/clock", body=pieces, encode_chunked=True)
    assert connection.sock is None


def test_a_client_that_leaves_in_the_middle_disturbs_nobody(
    lab: tuple[Lab, int], connection: http.client.HTTPConnection
) -> None:
    with socket.create_connection(("127.0.0.1", lab[1])) as gone:
        gone.sendall(b"POST /lab/clock HTTP/1.1\r\nHost: lab\r\nContent-Length: 900\r\n\r\n{")
    assert b"endpoint" in ask(connection, "GET", "/lab/status")


def test_a_client_that_asks_before_it_sends_is_told_at_once(lab: tuple[Lab, int]) -> None:
    with socket.create_connection(("127.0.0.1", lab[1]), timeout=10) as asking:
        head = "Host: lab\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        asking.sendall(f"POST /lab/clock HTTP/1.1\r\n{head}".encode())
        assert asking.recv(100).startswith(b"HTTP/1.1 100 ")
        asking.sendall(b"{}")
        assert asking.recv(100).startswith(b"HTTP/1.1 200 ")


def test_connections_end_when_the_lab_does() -> None:
    def answer(_: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    server = Listening(0, answer)
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    assert ask(connection, "GET", "/") == b"ok"
    server.shutdown()
    server.server_close()
    serving.join(5)
    assert connection.sock is not None
    assert connection.sock.recv(1) == b""
    connection.close()
