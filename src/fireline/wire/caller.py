"""One request to one address that was judged first, and its answer within bounds.

The name is resolved once and the very address that was judged is called, so that a name cannot mean
one thing when looked at and another when called. What went wrong is told without the address it was
sent to: a path, a query or a user's part of it may be a secret.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import cast

import httpx2
import orjson

from fireline.core.values.json import JsonValue
from fireline.ports.channel import Refused, TryAgain, Unknown
from fireline.wire.addresses import INTERNET, Reach, why_refused

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 10.0
MAX_BODY_BYTES = 1_000_000
MAX_ANSWER_BYTES = 64 * 1024

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask of whom. The address does not show in what is printed of it."""

    url: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: its body cut at a length, its headers by small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300

    def said(self) -> Mapping[str, JsonValue]:
        """Return the JSON object in the body; an empty one when there is none."""
        try:
            read: object = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return cast("dict[str, JsonValue]", read) if isinstance(read, dict) else {}


Heard = Answer | TryAgain | Refused | Unknown


@dataclass(slots=True)
class _Progress:
    """How far an attempt got: once the request is on its way, silence is no proof of loss."""

    sent: bool = False

    async def note(self, event: str, told: object) -> None:
        """Be told by the client what it does."""
        del told
        if event == "http11.send_request_headers.started":
            self.sent = True


async def by_the_system(host: str, port: int) -> Sequence[str]:
    """Resolve a host as this machine does."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Caller:
    """Makes requests within a reach. It follows no redirect and knows no proxy.

    `read_bytes` says how much of an answer is read; 0 leaves its body alone.
    """

    def __init__(
        self,
        reach: Reach = INTERNET,
        *,
        resolve: Resolve = by_the_system,
        whole_seconds: float = WHOLE_SECONDS,
        read_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        self._reach = reach
        self._resolve = resolve
        self._whole_seconds = whole_seconds
        self._read_bytes = read_bytes
        self._client: httpx2.AsyncClient | None = None

    async def aclose(self) -> None:
        """Let go of the client's connections."""
        if self._client is not None:
            await self._client.aclose()

    async def call(self, request: Request) -> Heard:
        """Ask once. Never raise for what the network or the other side did."""
        if len(request.body) > MAX_BODY_BYTES:
            return Refused(f"{len(request.body)} bytes are more than the {MAX_BODY_BYTES} allowed")
        url = _url(request.url)
        if isinstance(url, Refused):
            return url
        progress = _Progress()
        try:
            async with asyncio.timeout(self._whole_seconds):
                addresses = await self._addresses(url)
                if isinstance(addresses, Refused | TryAgain):
                    return addresses
                return await self._ask(url, request, addresses, progress)
        except TimeoutError:
            why = f"no answer within {self._whole_seconds:g} seconds"
        except httpx2.TransportError as error:
            why = f"no answer: {type(error).__name__}: {error}"
        return Unknown(why) if progress.sent else TryAgain(why)

    async def _addresses(self, url: httpx2.URL) -> Sequence[str] | Refused | TryAgain:
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = await self._resolve(url.host, port)
        except (OSError, UnicodeError) as error:
            return TryAgain(f"{url.host} does not resolve: {error}")
        for address in addresses:
            # One bad address among good ones is refused: the next look-up may choose it.
            why = why_refused(address, self._reach)
            if why is not None:
                return Refused(f"{url.host} may not be called: {why}")
        return addresses or TryAgain(f"{url.host} has no address")

    async def _ask(
        self, url: httpx2.URL, request: Request, addresses: Sequence[str], progress: _Progress
    ) -> Answer | TryAgain:
        why = "no address answered"
        for address in addresses:
            try:
                return await self._ask_at(address, url, request, progress)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                why = f"could not connect to {address}: {error}"
        return TryAgain(why)

    async def _ask_at(
        self, address: str, url: httpx2.URL, request: Request, progress: _Progress
    ) -> Answer:
        async with self._opened().stream(
            request.method,
            url.copy_with(host=address),
            content=request.body,
            headers={
                "User-Agent": "fireline",
                **request.headers,
                # The connection goes to an address; the other side is asked for by its name.
                "Host": url.netloc.decode("ascii"),
            },
            extensions={"sni_hostname": url.host, "trace": progress.note},
        ) as answer:
            body = await _beginning(answer, self._read_bytes)
            headers = {name.lower(): text for name, text in answer.headers.items()}
            return Answer(answer.status_code, headers, body)

    def _opened(self) -> httpx2.AsyncClient:
        """Make the client when it is first needed: most channels of a house are never used."""
        if self._client is None:
            # No connection is kept: the pool knows an address, not the name its certificate was
            # for.
            self._client = httpx2.AsyncClient(
                verify=_trust(),
                follow_redirects=False,
                trust_env=False,
                timeout=httpx2.Timeout(self._whole_seconds, connect=CONNECT_SECONDS),
                limits=httpx2.Limits(max_keepalive_connections=0),
            )
        return self._client


@cache
def _trust() -> ssl.SSLContext:
    """Read the certificates of those whom the web trusts, once for all callers."""
    return httpx2.create_ssl_context()


def _url(text: str) -> httpx2.URL | Refused:
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        return Refused("not an address")
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
        return Refused("not a plain http or https address")
    return url


async def _beginning(answer: httpx2.Response, most: int) -> bytes:
    """Read no more of an answer than this, however long it is."""
    read = bytearray()
    if most > 0:
        async for piece in answer.aiter_bytes():
            read += piece
            if len(read) >= most:
                break
    return bytes(read[:most])
