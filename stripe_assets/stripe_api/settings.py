"""The settings that this package reads from the environment.

They are checked when they are read.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from urllib.parse import urlsplit

BASE_VARIABLE = "STRIPE_API_BASE"
MAX_RPS_VARIABLE = "STRIPE_ASSETS_MAX_RPS"
MAX_RPS_PER_ENDPOINT_VARIABLE = "STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT"


class InvalidSetting(ValueError):
    """An environment variable, or the parameter that replaces it, has a value that cannot be
    used."""


def rate(environ: Mapping[str, str], variable: str) -> float | None:
    """Requests a second. None: the variable is not set. 0: no limit. Raises InvalidSetting."""
    text = environ.get(variable, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise InvalidSetting(
            f"{variable}={text[:40]!r}: give a number of requests a second, or 0 for no limit"
        )
    return value


def checked_base(url: str) -> str:
    """The address of the API, without a slash at its end.

    Plain HTTP is allowed only for this machine: each request to another host would send the API key
    over the network in clear. Raises InvalidSetting.
    """
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    # The message leaves the address out: it may contain credentials.
    if (
        not host
        or parts.scheme not in ("http", "https")
        or parts.username is not None
        or parts.query
        or parts.fragment
    ):
        raise InvalidSetting(
            f"{BASE_VARIABLE} is not a valid address: give one such as https://api.stripe.com "
            "or http://localhost:8420"
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise InvalidSetting(
            f"{BASE_VARIABLE}: http://{host} would send API keys over the network in clear; "
            "use https"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
