"""What makes the graph of references acyclic.

A resource depends on the parents of its lists and sublists, and on what its reference columns point at. Left out by rule:
references to itself, unions of many resources, and nullable `latest_`, `last_` and `default_` pointers, which point at
something that was made later. What no list returns (`discount`) comes with what embeds it, so there the edge is turned
round. Left out by name, with the reason: the edges here.
"""

from __future__ import annotations

POINTER_PREFIXES = ("latest_", "last_", "default_")

DROPPED: dict[tuple[str, str], str] = {
    (
        "account",
        "customer",
    ): "customers' old `sources` may hold an account, but accounts have a list and need no customer",
    (
        "account",
        "person",
    ): "`individual` repeats one of the account's persons, who are listed under it",
    ("charge", "application_fee"): "the fee is taken from the charge, and always names it",
    ("charge", "review"): "a review is opened for a charge",
    ("charge", "transfer"): "a transfer is made from a charge",
    ("credit_note", "customer_balance_transaction"): "the transaction is made by the credit note",
    ("invoice", "quote"): "only an accepted quote makes an invoice, and then names it",
    ("issuing.authorization", "issuing.transaction"): "a transaction captures an authorization",
    (
        "issuing.transaction",
        "issuing.dispute",
    ): "a dispute is about a transaction, and always names it",
    ("payment_intent", "review"): "a review is opened for an intent",
    (
        "payout",
        "application_fee",
    ): "balance transactions are asked for by payout, and fees point at theirs",
    ("payout", "balance_transaction"): "balance transactions are asked for by payout",
    ("refund", "transfer_reversal"): "the reversal is made by the refund",
    (
        "subscription",
        "subscription_schedule",
    ): "most subscriptions have no schedule, schedules have a subscription once they start",
}
"""(dependent, dependency) → why the edge is left out."""
