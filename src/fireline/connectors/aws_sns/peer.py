"""Reach SNS at the addresses it names: no redirects, little time, few bytes."""

import asyncio
from collections import OrderedDict
from http import HTTPStatus

import httpx2

from fireline.core.values.refusals import Unavailable

WHOLE_SECONDS = 5.0
MAX_BYTES = 64 * 1024
MAX_REMEMBERED = 64


TOO_MUCH = f"more than {MAX_BYTES} bytes"


class SnsSilent(Unavailable):
    """SNS did not give what it should at an address of its own."""

    code = "sns.silent"

    def __init__(self, answered: object) -> None:
        message = f"SNS does not answer as it should: {answered}."
        super().__init__(message, hint="SNS sends the message again.")


class AwsSns:
    """Fetches certificates and confirms subscriptions, over TLS that the system trusts."""

    def __init__(self, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._client = httpx2.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            timeout=WHOLE_SECONDS,
            transport=transport,
        )
        self._known: OrderedDict[str, bytes] = OrderedDict()

    async def aclose(self) -> None:
        """Let go of the client's connections."""
        await self._client.aclose()

    async def certificate(self, url: str) -> bytes:
        """Return the certificate at an address, fetched once."""
        known = self._known.get(url)
        if known is None:
            known = await self._get(url)
            self._known[url] = known
            while len(self._known) > MAX_REMEMBERED:
                self._known.popitem(last=False)
        return known

    async def confirm(self, url: str) -> None:
        """Visit the address that confirms a subscription."""
        await self._get(url)

    async def _get(self, url: str) -> bytes:
        try:
            async with asyncio.timeout(WHOLE_SECONDS), self._client.stream("GET", url) as answer:
                if answer.status_code != HTTPStatus.OK:
                    raise SnsSilent(answer.status_code)
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > MAX_BYTES:
                        raise SnsSilent(TOO_MUCH)
                return body
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL) as weather:
            raise SnsSilent(type(weather).__name__) from weather
