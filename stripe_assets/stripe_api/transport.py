"""The stripe SDK's transport with one pool of connections for all clients and threads of the process."""

from __future__ import annotations

import functools
import ssl
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from requests import exceptions as failures
from requests.adapters import HTTPAdapter
from stripe import APIConnectionError, RequestsClient

from stripe_assets.stripe_api.settings import is_loopback

CONNECTIONS = 128
"""Kept open to a server: more than the threads of a run, which would otherwise open one for each request."""
CONNECT_TIMEOUT = 10.0
"""Seconds; a server that does not answer the knock by then will not."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever it is. `status` None: nothing did, and `problem` says why."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    problem: str = ""
    transient: bool = True


class _Session(requests.Session):
    """Sends what it was given where it was told to, and nothing else."""

    def __init__(self, *, trust_env: bool) -> None:
        super().__init__()
        # A proxy of the environment has no business with a server on this machine.
        self.trust_env = trust_env
        # Otherwise an entry of ~/.netrc would take the place of our Authorization header.
        self.auth = lambda request: request
        # Accounts share this session, and must not share cookies.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(pool_connections=8, pool_maxsize=CONNECTIONS))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Redirects are not followed: the key would go along."""
        return None


def send(url: str, headers: dict[str, str], timeout: float) -> Reply:
    """GET, once. Never raises for what the network does, so that no exception carries the request and its key."""
    host = urlsplit(url).hostname or ""
    try:
        body, status, received = _client(timeout, is_loopback(host)).request("get", url, headers)
    except APIConnectionError as error:
        return _broken(error.__cause__)
    return Reply(status, {name.lower(): value for name, value in received.items()}, body if isinstance(body, bytes) else body.encode())


@functools.cache
def _client(timeout: float, loopback: bool) -> RequestsClient:
    """`request` is called on it, not `request_with_retries`: no telemetry, no retries but our own, no logs of URLs."""
    return RequestsClient(timeout=(min(timeout, CONNECT_TIMEOUT), timeout), session=_Session(trust_env=not loopback))


def _broken(error: BaseException | None) -> Reply:
    if isinstance(error, failures.Timeout):
        return Reply(problem="no answer in time" if not isinstance(error, failures.ConnectTimeout) else "no connection in time")
    if isinstance(error, failures.SSLError):
        untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))
        return Reply(problem=f"TLS failed: {_innermost(error)}", transient=not untrusted)
    if isinstance(error, failures.ProxyError):
        return Reply(problem=f"the proxy did not let the request through: {_innermost(error)}")
    if isinstance(error, failures.ConnectionError | failures.ChunkedEncodingError | failures.ContentDecodingError):
        return Reply(problem=f"the connection failed: {_innermost(error)}")
    return Reply(problem=f"the request could not be sent: {type(error).__name__}", transient=False)


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it was made from: requests and urllib3 put causes in arguments and in `reason`."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(found) < 20:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
    return found


def _innermost(error: BaseException) -> str:
    """The words of the system, of TLS or of HTTP, without the layers above, whose texts show addresses of objects."""
    for cause in reversed(_causes(error)):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        if isinstance(cause, HTTPException) or not type(cause).__module__.startswith(("requests", "urllib3")):
            return str(cause) or type(cause).__name__
    return type(error).__name__
