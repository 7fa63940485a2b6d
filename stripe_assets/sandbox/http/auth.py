"""Authentication of a request by its API key, and the permissions of the key."""

from __future__ import annotations

import base64
import binascii

from stripe_assets.sandbox.calls.errors import ApiError
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.keys import KEYS, Key, covers, masked


def authenticate(header: str | None) -> Key:
    """The key of an Authorization header: Bearer, or Basic as `curl -u` sends it.

    Raises ApiError (401, 403).
    """
    text = _text(header)
    if not text:
        message = "You did not provide an API key. Send it in the Authorization header: "
        raise ApiError(401, message + "'Bearer YOUR_SECRET_KEY'.")
    key = KEYS.get(text)
    if key is None:
        raise ApiError(401, f"Invalid API Key provided: {masked(text)}")
    if key.kind == "publishable":
        message = "This API call cannot be made with a publishable API key. Use a secret API key."
        raise ApiError(403, message, code="secret_key_required")
    return key


def _text(header: str | None) -> str:
    scheme, _, rest = (header or "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return rest.strip() if scheme.lower() == "bearer" else ""


def permit(key: Key, account: str, route: Route) -> None:
    """Refuses a route that the key may not use, or that the account is not set up for.

    Raises ApiError: 403 without the permission, 400 without the product.
    """
    if _all_covered(key.denied, route):
        permission = "rak_" + route.resources[0].replace(".", "_") + "_read"
        message = (
            f"The provided key '{key.shown}' does not have the required permissions "
            f"for this endpoint on account '{account}'. "
            f"Having the '{permission}' permission would allow this request to continue."
        )
        raise ApiError(403, message)
    if _all_covered(key.missing, route):
        area = route.resources[0].split(".")[-2].replace("_", " ").title()
        message = f"Your account is not set up to use {area}. Visit the dashboard to get started."
        raise ApiError(400, message)


def _all_covered(areas: tuple[str, ...], route: Route) -> bool:
    if not areas or not route.resources:
        return False
    return all(covers(areas, resource) for resource in route.resources)
