"""Tell open pages that something changed.

A poke names topics and carries nothing else. The page then asks
again for the part it shows, through the same door and the same permission check as before.
"""

from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request
from starlette.responses import StreamingResponse

from fireline.store.hub import Hub

HEARTBEAT_SECONDS = 15.0
MAX_TOPICS = 16


def pokes_of(hub: Hub, request: Request) -> StreamingResponse:
    """Stream the pokes of the topics the request names, until the page goes away."""
    topics = request.query_params.getlist("topic")[:MAX_TOPICS]
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_stream(hub, topics), media_type="text/event-stream", headers=headers)


async def _stream(hub: Hub, topics: Sequence[str]) -> AsyncIterator[str]:
    with hub.listening(*topics) as listener:
        yield "retry: 1000\nevent: poke\ndata: all\n\n"  # the page may have been stale when it came
        while True:
            poked = await listener.wait(HEARTBEAT_SECONDS)
            if poked:
                yield f"event: poke\ndata: {' '.join(sorted(poked))}\n\n"
            else:
                yield ": still here\n\n"
