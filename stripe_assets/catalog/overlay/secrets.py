"""What Stripe returns and nobody should keep, by path in one resource. See also `SECRET_NAMES` in `catalog.model`."""

from __future__ import annotations

PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "apps.secret": (("payload",),),
    # Whoever has the link is in the customer's portal.
    "billing_portal.session": (("url",),),
    "ephemeral_key": (("secret",),),
    "issuing.card": (("cvc",), ("number",)),
    "terminal.connection_token": (("secret",),),
    "webhook_endpoint": (("secret",),),
}
