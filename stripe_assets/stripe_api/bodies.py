"""The body of an answer: read within a time and up to a size, and inflated up to that size."""

from __future__ import annotations

import time
import zlib

from urllib3 import BaseHTTPResponse

LARGEST_BODY = 200_000_000
"""Bytes, before and after inflation. A page of Stripe's has a few million at most."""
_CHUNK = 524_288
_GZIP = b"\x1f\x8b"
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
"""zlib finds out which of the two it is."""


class BodyTooLarge(Exception):
    """The body has more than LARGEST_BODY bytes."""

    def __str__(self) -> str:
        return f"the answer has more than {LARGEST_BODY // 1_000_000} MB"


class BodyTooSlow(Exception):
    """The body had not arrived by the deadline."""


class BodyBroken(Exception):
    """The body cannot be inflated: it is cut off, or is not compressed as its header says."""


def read_body(answer: BaseHTTPResponse, deadline: float) -> bytes:
    """The body of an answer whose headers have arrived, inflated. It leaves the connection usable.

    `deadline`: by `time.monotonic`. Each wait for the server has its own timeout. But a server
    that sends a byte from time to time never reaches that one.

    Raises the errors of this module, and those of urllib3. Then the caller has to close `answer`.
    """
    if int(answer.headers.get("content-length") or 0) > LARGEST_BODY:
        raise BodyTooLarge
    parts, size = [], 0
    # `read1` returns what has arrived. `read` would wait until it had as many bytes as were asked
    # for.
    while part := answer.read1(_CHUNK, decode_content=False):
        parts.append(part)
        size += len(part)
        if size > LARGEST_BODY:
            raise BodyTooLarge
        if time.monotonic() > deadline:
            raise BodyTooSlow
    answer.release_conn()
    body = parts[0] if len(parts) == 1 else b"".join(parts)
    for encoding in reversed(answer.headers.get("content-encoding", "").lower().split(",")):
        if encoding.strip() in ("gzip", "x-gzip", "deflate"):
            body = inflated(body)
    return body


def inflated(body: bytes) -> bytes:
    """The content of a body in the form gzip, zlib or deflate.

    Raises BodyTooLarge as soon as the content is too large, and BodyBroken.
    """
    try:
        return _inflated(body, _GZIP_OR_ZLIB)
    except zlib.error:
        pass
    try:
        return _inflated(body, -zlib.MAX_WBITS)  # some servers leave out the header of zlib
    except zlib.error as error:
        raise BodyBroken(f"the answer cannot be decompressed: {error}") from None


def _inflated(body: bytes, wbits: int) -> bytes:
    parts, size = [], 0
    while body and (not parts or body.startswith(_GZIP)):  # gzip: one part may follow another
        inflater = zlib.decompressobj(wbits)
        parts.append(inflater.decompress(body, LARGEST_BODY + 1 - size))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            raise BodyTooLarge
        if not inflater.eof:
            raise BodyBroken("the answer is cut off: its compressed content has no end")
        body = inflater.unused_data
    return parts[0] if len(parts) == 1 else b"".join(parts)
