"""Runs the server on loopback, in this process."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.http.connections import Protocol
from stripe_assets.sandbox.http.server import App
from stripe_assets.sandbox.settings import Settings

HOST = "127.0.0.1"


def serve(
    settings: Settings | None = None,
    *,
    started: Callable[[str], None] | None = None,
    **options: object,
) -> None:
    """Serves until SIGTERM or Ctrl-C.

    `options` are the fields of `Settings`. `started` is called with the base URL.
    Raises OSError when the port is in use.
    """
    settings = settings or Settings(**options)  # type: ignore[arg-type]
    listener = socket.create_server((HOST, settings.port), backlog=512)
    app = App(World.of(settings))
    # The world's objects stay until the end. Without this, each full garbage collection would
    # walk all of them again, in the middle of an answer.
    gc.freeze()
    if started:
        started(f"http://{HOST}:{listener.getsockname()[1]}")
    server_of(app).run(sockets=[listener])


def server_of(app: ASGIApp) -> uvicorn.Server:
    """Returns a server for the app. It adds nothing to the app's answers, and it is silent."""
    config = uvicorn.Config(
        app,
        http=Protocol,
        lifespan="off",
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
