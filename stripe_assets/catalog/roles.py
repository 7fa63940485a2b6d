"""The names that a sync treats in a way of its own. Every other package takes them from here."""

from __future__ import annotations

ACCOUNT = "account"
"""The resource whose rows are the accounts that a key reaches."""

CHARGE = "charge"
"""The resource whose live rows Stripe counts as transactions when it allots read requests."""

EVENT = "event"
"""The resource that says which objects changed."""

OWN_ACCOUNT = "/v1/account"
"""The route that returns the account that the key belongs to."""

EVENT_ACCOUNT = "account"
"""The field of an event that names the connected account whose object changed."""
