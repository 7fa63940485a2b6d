"""Keys: whose they are, and what they may not."""

from __future__ import annotations

import base64
import binascii

from stripe_assets.sandbox.calls.errors import ApiError
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.keys import KEYS, Key, covers, masked


def authenticate(header: str | None) -> Key:
    """The key of an Authorization header (Bearer, or Basic as curl's -u sends it). Raises ApiError (401, 403)."""
    text = _text(header)
    if not text:
        raise ApiError(401, "You did not provide an API key. Send it in the Authorization header: 'Bearer YOUR_SECRET_KEY'.")
    key = KEYS.get(text)
    if key is None:
        raise ApiError(401, f"Invalid API Key provided: {masked(text)}")
    if key.kind == "publishable":
        raise ApiError(403, "This API call cannot be made with a publishable API key. Use a secret API key.", code="secret_key_required")
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
    """Raises ApiError: 403 where the key lacks a permission, 400 where the account lacks the product."""
    own = all(covers(key.denied, resource) for resource in route.resources)
    if key.denied and route.resources and own:
        permission = "rak_" + route.resources[0].replace(".", "_") + "_read"
        message = (
            f"The provided key '{key.shown}' does not have the required permissions for this endpoint on account '{account}'. "
            f"Having the '{permission}' permission would allow this request to continue."
        )
        raise ApiError(403, message)
    if key.missing and route.resources and all(covers(key.missing, resource) for resource in route.resources):
        area = route.resources[0].split(".")[-2].replace("_", " ").title()
        raise ApiError(400, f"Your account is not set up to use {area}. Visit the dashboard to get started.")
