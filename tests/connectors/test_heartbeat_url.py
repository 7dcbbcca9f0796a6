"""A watcher outside is called, and what went wrong is said without the address."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fireline.connectors.heartbeat_url.heartbeat import UrlHeartbeat
from fireline.core.values.secret import Secret


class Watcher:
    """A check of some service; hangs where it has no answer."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.answer: bytes | None = b"200 OK"
        self.port = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls.append((await reader.readline()).decode().rstrip())
        await reader.readuntil(b"\r\n\r\n")
        if self.answer is not None:
            writer.write(b"HTTP/1.1 " + self.answer + b"\r\nContent-Length: 2\r\n\r\nOK")
            await writer.drain()
        else:
            await reader.read()
        writer.close()


@pytest.fixture
async def watcher() -> AsyncIterator[Watcher]:
    made = Watcher()
    server = await asyncio.start_server(made.take, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def to(port: int) -> UrlHeartbeat:
    return UrlHeartbeat(Secret(f"http://127.0.0.1:{port}/secret-uuid?x=1"), whole_seconds=0.5)


async def test_it_is_called_once(watcher: Watcher):
    assert await to(watcher.port).beat() is None
    assert watcher.calls == ["GET /secret-uuid?x=1 HTTP/1.1"]


@pytest.mark.parametrize("answer", [b"500 Oh", b"404 Not Found", b"302 Found", None])
async def test_what_is_not_heard_is_said(watcher: Watcher, answer: bytes | None):
    watcher.answer = answer
    why = await to(watcher.port).beat()
    assert why is not None
    assert "secret" not in why
    assert why.startswith("answered" if answer else "no answer within")


async def test_nobody_there_and_no_address_are_told_without_the_address():
    for port in ("1", "not-a-port"):
        why = await UrlHeartbeat(Secret(f"http://127.0.0.1:{port}/secret-uuid")).beat()
        assert why is not None
        assert "secret" not in why
