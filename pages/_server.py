"""Routes and middleware of the server: a health check and headers that keep the workspace's key in."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    # The workspace's id in the URL is its key: it must not travel to other sites.
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]


class Headers:
    """Adds `HEADERS` to every HTTP response; pure ASGI, so that streaming is left alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


async def health(request: Request) -> JSONResponse:
    """Alive, and able to answer."""
    return JSONResponse({"status": "ok"})


MIDDLEWARE = [Middleware(Headers)]
ROUTES = [Route("/healthz", health)]
