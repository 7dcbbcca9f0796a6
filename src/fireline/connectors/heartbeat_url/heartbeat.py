"""Call an address to say that all is well.

Healthchecks takes HEAD, GET and POST at a check's ping address, and answers 200
(https://healthchecks.io/docs/http_api/); other watchers work alike. The address is a secret: who
has it can say that all is well. It is in no text that leaves here.
"""

import asyncio

import httpx2

from fireline.core.values.secret import Secret

WHOLE_SECONDS = 5.0


class UrlHeartbeat:
    """Calls one address with GET. Where it leads is the operator's own choice."""

    def __init__(self, url: Secret, *, whole_seconds: float = WHOLE_SECONDS) -> None:
        self._url = url
        self._whole_seconds = whole_seconds

    async def beat(self) -> str | None:
        """Call it once; return why that failed, or `None`."""
        try:
            async with (
                asyncio.timeout(self._whole_seconds),
                httpx2.AsyncClient(trust_env=False, timeout=self._whole_seconds) as client,
                client.stream("GET", self._url.reveal()) as answer,
            ):
                return None if answer.is_success else f"answered {answer.status_code}"
        except TimeoutError:
            return f"no answer within {self._whole_seconds:g} seconds"
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            # The error's own words may hold the address.
            return f"no answer: {type(error).__name__}"
