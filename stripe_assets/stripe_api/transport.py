"""GET over HTTP.

All clients and threads of the process share one pool of connections to a server.
"""

from __future__ import annotations

import functools
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout
from urllib3 import exceptions as failures

from stripe_assets.stripe_api.bodies import BodyBroken, BodyTooLarge, BodyTooSlow, read_body
from stripe_assets.stripe_api.settings import is_loopback

CONNECTIONS = 128
"""How many connections to a server are kept open: more than a run has threads, which would
otherwise open one for each request."""
CONNECT_TIMEOUT = 10.0
"""Seconds. A server that has not accepted a connection by then will not."""
WHOLE_REQUEST = 2.0
"""A request may take as many times its timeout, from its sending to the end of its body. With 80
seconds, a page of 500 kilobytes arrives in that time on a link of 25 kilobits a second."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server sent, or why nothing came."""

    status: int | None = None
    """The HTTP status. None: no reply came, and `problem` says why."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """A mapping that ignores the case of names, or one with names in lower case."""
    body: bytes = b""
    problem: str = ""
    """Why there is no reply, or no body of it."""
    transient: bool = True
    """Without a status: whether another attempt may succeed."""


def send(base: str, target: str, headers: Mapping[str, str], timeout: float) -> Reply:
    """Sends GET `base` + `target` once.

    Parameters: timeout: seconds, for each wait for the server. WHOLE_REQUEST limits their sum.

    It raises no error of the network, so that no exception contains the request and its key.
    """
    try:
        pool, path = _server(base)
    except Exception as error:
        return Reply(problem=_unsendable(error), transient=False)
    deadline = time.monotonic() + WHOLE_REQUEST * timeout
    try:
        # No retries besides our own. No redirects: they would take the key with them. No cookies
        # and no ~/.netrc.
        answer = pool.urlopen(
            "GET",
            path + target,
            headers=headers,
            timeout=_timeout(timeout),
            retries=False,
            redirect=False,
            preload_content=False,
        )
    except Exception as error:
        return _broken(error)
    try:
        return Reply(answer.status, answer.headers, read_body(answer, deadline))
    except (BodyTooLarge, BodyBroken) as error:
        problem = str(error)
    except BodyTooSlow:
        return Reply(problem=f"no whole answer within {WHOLE_REQUEST * timeout:g} s")
    except Exception as error:
        return _broken(error)
    finally:
        _done_with(answer)
    return Reply(answer.status, answer.headers, problem=problem)


def _done_with(answer: BaseHTTPResponse) -> None:
    """Closes the connection of an answer that was not read to its end. Another one stays open."""
    if answer.connection is not None:
        answer.close()
        answer.release_conn()


class _Pools(HTTPAdapter):
    """Takes proxies, NO_PROXY and REQUESTS_CA_BUNDLE from the environment, as requests does."""

    def pool(self, url: str) -> HTTPConnectionPool:
        with requests.Session() as session:
            # No proxy for a server on this machine.
            session.trust_env = not is_loopback(urlsplit(url).hostname or "")
            settings = session.merge_environment_settings(url, {}, False, True, None)
        request = requests.Request("GET", url).prepare()
        pool = self.get_connection_with_tls_context(
            request, settings["verify"], proxies=settings["proxies"]
        )
        self.cert_verify(pool, url, settings["verify"], None)
        return pool


@functools.cache
def _server(base: str) -> tuple[HTTPConnectionPool, str]:
    """The connections to the server of `base`, and the path of `base`."""
    return _Pools(pool_connections=1, pool_maxsize=CONNECTIONS).pool(base), urlsplit(base).path


@functools.cache
def _timeout(seconds: float) -> Timeout:
    return Timeout(connect=min(seconds, CONNECT_TIMEOUT), read=seconds)


def _broken(error: Exception) -> Reply:
    if isinstance(error, failures.ReadTimeoutError):
        return Reply(problem="no answer in time")
    if isinstance(error, failures.ConnectTimeoutError) and not isinstance(
        error, failures.NewConnectionError
    ):
        return Reply(problem="no connection in time")
    if isinstance(error, failures.SSLError):
        untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))
        return Reply(problem=f"TLS failed: {_innermost(error)}", transient=not untrusted)
    if isinstance(error, failures.ProxyError):
        return Reply(problem=f"the proxy did not let the request through: {_innermost(error)}")
    if isinstance(
        error, failures.NewConnectionError | failures.ProtocolError | failures.DecodeError
    ):
        return Reply(problem=f"the connection failed: {_innermost(error)}")
    return Reply(problem=_unsendable(error), transient=False)


def _unsendable(error: Exception) -> str:
    # The text of another error may contain the password of a proxy.
    why = f": {error}" if type(error) is OSError else ""
    return f"the request could not be sent: {type(error).__name__}{why}"


def _causes(error: BaseException) -> list[BaseException]:
    """The error and its causes. urllib3 puts causes into arguments and into `reason`."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(found) < 20:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
    return found


def _innermost(error: BaseException) -> str:
    """The text of the system, of TLS or of HTTP.

    The texts of the layers above show addresses of objects.
    """
    for cause in reversed(_causes(error)):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        if isinstance(cause, HTTPException) or not type(cause).__module__.startswith("urllib3"):
            return str(cause) or type(cause).__name__
    return type(error).__name__
