"""Connections that the sandbox can close without an answer.

uvicorn's protocol does not offer that, so this one keeps its transports by the client's address.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.auto import AutoHTTPProtocol

_open: dict[tuple[str, int], asyncio.BaseTransport] = {}


class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._transport = transport
        if peer := transport.get_extra_info("peername"):
            _open[(peer[0], peer[1])] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        for address in [
            address for address, transport in _open.items() if transport is self._transport
        ]:
            del _open[address]
        super().connection_lost(exc)


def drop(scope: Scope) -> None:
    """Closes the client's connection without an answer."""
    host, port = scope["client"]
    transport = _open.get((host, port))
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
