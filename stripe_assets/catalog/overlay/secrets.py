"""What Stripe returns and nobody should keep. Matched by name anywhere in an object, or by path in one resource."""

from __future__ import annotations

ANYWHERE = frozenset({"client_secret", "confirmation_secret", "signing_secret"})
"""Field names that hold credentials in whichever object they occur."""

PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "apps.secret": (("payload",),),
    "ephemeral_key": (("secret",),),
    "issuing.card": (("cvc",), ("number",)),
    "terminal.connection_token": (("secret",),),
    "webhook_endpoint": (("secret",),),
}
