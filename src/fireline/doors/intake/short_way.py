"""A short way for posts whose path is fixed: they come by the thousand, and need no router.

What a handler raises, and every other request, goes the usual way through the application.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

Handler = Callable[[Request], Awaitable[Response]]
Answers = Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]


class ShortWay:
    """ASGI around an application: the same answers, sooner."""

    def __init__(self, app: Starlette, routes: Iterable[BaseRoute], answers: Answers) -> None:
        self._app: ASGIApp = app
        self._known = app
        self._answers = dict(answers)
        self._posts = {
            route.path: route.endpoint
            for route in routes
            if isinstance(route, Route) and route.methods == {"POST"} and "{" not in route.path
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a post of a fixed path here; pass everything else on."""
        handler = self._posts.get(scope["path"]) if scope.get("method") == "POST" else None
        if handler is None:
            await self._app(scope, receive, send)
            return
        scope["app"] = self._known
        request = Request(scope, receive, send)
        response = await self._answered(handler, request)
        await response(scope, receive, send)

    async def _answered(self, handler: Handler, request: Request) -> Response:
        try:
            return await handler(request)
        except Exception as error:
            for kind, answer in self._answers.items():
                if isinstance(error, kind):
                    return await answer(request, error)
            raise
