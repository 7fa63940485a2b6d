"""Credentials that Stripe returns and that must not be stored: resource → paths.

See also `SECRET_NAMES` in `model`.
"""

from __future__ import annotations

PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "apps.secret": (("payload",),),
    # The link gives access to the customer's portal.
    "billing_portal.session": (("url",),),
    "ephemeral_key": (("secret",),),
    "issuing.card": (("cvc",), ("number",)),
    "terminal.connection_token": (("secret",),),
    "webhook_endpoint": (("secret",),),
}
