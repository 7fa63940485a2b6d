"""Credentials that Stripe returns and that must not be stored: resource → paths.

See also `SECRET_NAMES` in `model`.
"""

from __future__ import annotations

STORED_BEFORE: dict[str, tuple[tuple[str, ...], ...]] = {
    "confirmation_token": (("payment_method_options", "card", "cvc_token"),),
    # Whoever has the link can hand in papers for the person.
    "identity.verification_session": (("url",),),
    "source": (("klarna", "client_token"),),
    "terminal.configuration": (
        ("wifi", "enterprise_eap_peap", "password"),
        ("wifi", "enterprise_eap_tls", "private_key_file_password"),
        ("wifi", "personal_psk", "password"),
    ),
}
"""Those that earlier releases did not know, and stored."""

PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    **STORED_BEFORE,
    "apps.secret": (("payload",),),
    # The link gives access to the customer's portal.
    "billing_portal.session": (("url",),),
    "ephemeral_key": (("secret",),),
    "issuing.card": (("cvc",), ("number",)),
    "terminal.connection_token": (("secret",),),
    "webhook_endpoint": (("secret",),),
}
