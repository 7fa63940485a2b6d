"""Runs the application on loopback."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable

import uvicorn

from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.http.connections import Protocol
from stripe_assets.sandbox.http.server import App
from stripe_assets.sandbox.settings import Settings

HOST = "127.0.0.1"


def serve(settings: Settings | None = None, *, started: Callable[[str], None] | None = None, **options: object) -> None:
    """Serves until SIGTERM or Ctrl-C. `options` are those of `Settings`; `started` is told the base URL.

    Raises OSError when the port is taken.
    """
    settings = settings or Settings(**options)  # type: ignore[arg-type]
    listener = socket.create_server((HOST, settings.port), backlog=512)
    app = App(World.of(settings))
    # What was built stays: without this each full collection walks it again, in the middle of an answer.
    gc.freeze()
    if started:
        started(f"http://{HOST}:{listener.getsockname()[1]}")
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
    uvicorn.Server(config).run(sockets=[listener])
