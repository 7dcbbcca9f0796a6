"""Post a message to the address the plan names, signed, and read the answer by its status alone."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx2

from fireline.connectors.webhook.addresses import why_refused
from fireline.connectors.webhook.signature import HEADER, sign
from fireline.core.values.secret import Secret
from fireline.ports.channel import Delivered, Message, Outcome, Refused, TryAgain, Unknown

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 10.0
MAX_BODY_BYTES = 1_000_000
_TRY_LATER = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)

AddressOf = Callable[[Message], str]
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class _Letter:
    """One request: to which URL, with which bytes and headers."""

    url: httpx2.URL
    body: bytes
    headers: dict[str, str]


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


class WebhookChannel:
    """Posts messages, to the internet only or, for drills, to this machine only.

    `address_of` says where a message goes; the plan's address unless a drill's lab knows better.
    The name is resolved once and the very address that was judged is called, so that a name cannot
    mean one thing when looked at and another when called.
    """

    name = "webhook"

    def __init__(
        self,
        secret: Secret,
        *,
        loopback_only: bool = False,
        address_of: AddressOf = lambda message: message.to,
        resolve: Resolve = by_the_system,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._secret = secret
        self._loopback_only = loopback_only
        self._address_of = address_of
        self._resolve = resolve
        self._whole_seconds = whole_seconds
        # No connection is kept: the pool knows an address, not the name its certificate was for.
        self._client = httpx2.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            timeout=httpx2.Timeout(whole_seconds, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    async def aclose(self) -> None:
        """Let go of the client's connections."""
        await self._client.aclose()

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        letter = self._letter(message)
        if isinstance(letter, Refused):
            return letter
        progress = _Progress()
        try:
            async with asyncio.timeout(self._whole_seconds):
                addresses = await self._addresses(letter.url)
                if isinstance(addresses, Refused | TryAgain):
                    return addresses
                return await self._post(letter, addresses, progress, message.at)
        except TimeoutError:
            why = f"no answer within {self._whole_seconds:g} seconds"
        except httpx2.TransportError as error:
            why = f"no answer: {type(error).__name__}: {error}"
        return Unknown(why) if progress.sent else TryAgain(why)

    def _letter(self, message: Message) -> _Letter | Refused:
        body = message.body.encode("utf-8", "replace")
        if len(body) > MAX_BODY_BYTES:
            return Refused(f"{len(body)} bytes are more than the {MAX_BODY_BYTES} a webhook takes")
        try:
            url = httpx2.URL(self._address_of(message))
        except (httpx2.InvalidURL, ValueError) as error:
            return Refused(f"not an address: {error}")
        if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
            return Refused("not a plain http or https address")
        at_unix = int(message.at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            "User-Agent": "fireline",
            HEADER: sign(self._secret, at_unix, body),
            # The connection goes to an address; the other side is asked for by its name.
            "Host": url.netloc.decode("ascii"),
        }
        return _Letter(url, body, headers)

    async def _addresses(self, url: httpx2.URL) -> Sequence[str] | Refused | TryAgain:
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = await self._resolve(url.host, port)
        except OSError as error:
            return TryAgain(f"{url.host} does not resolve: {error}")
        for address in addresses:
            # One bad address among good ones is refused: the next look-up may choose it.
            why = why_refused(address, loopback_only=self._loopback_only)
            if why is not None:
                return Refused(f"{url.host} may not be called: {why}")
        return addresses or TryAgain(f"{url.host} has no address")

    async def _post(
        self, letter: _Letter, addresses: Sequence[str], progress: _Progress, at: datetime
    ) -> Outcome:
        why = "no address answered"
        for address in addresses:
            try:
                return await self._post_to(letter, address, progress, at)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                why = f"could not connect to {address}: {error}"
        return TryAgain(why)

    async def _post_to(
        self, letter: _Letter, address: str, progress: _Progress, at: datetime
    ) -> Outcome:
        async with self._client.stream(
            "POST",
            letter.url.copy_with(host=address),
            content=letter.body,
            headers=letter.headers,
            extensions={"sni_hostname": letter.url.host, "trace": progress.note},
        ) as answer:
            # The body is never read: the status says all, and nobody can make it long.
            return _outcome(answer, at)


def _outcome(answer: httpx2.Response, at: datetime) -> Outcome:
    why = f"answered {answer.status_code}"
    if answer.is_success:
        return Delivered(answer.headers.get("X-Request-Id", why)[:200])
    if answer.is_server_error or answer.status_code in _TRY_LATER:
        return TryAgain(why, _asked(answer.headers.get("Retry-After", ""), at))
    if answer.is_redirect:
        return Refused(f"{why}: redirects are not followed; put the final address in the plan")
    return Refused(why)


def _asked(retry_after: str, at: datetime) -> timedelta | None:
    """Read how long the other side asks to be left alone: seconds, or a date."""
    if retry_after.isascii() and retry_after.isdecimal():
        return timedelta(seconds=min(int(retry_after[:9]), 86_400))
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(aware - at, timedelta())
