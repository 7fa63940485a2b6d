"""Which references are left out of `Resource.depends_on`, so that the dependencies have no cycle.

A resource depends on the parents of its lists, on the resources whose sublists contain it, and on
the resources that its references point at. A rule leaves out references to the resource itself,
references with several targets, and nullable references whose name starts with `latest_`, `last_`
or `default_`: they point at an object that was created later. A resource that no list returns
(`discount`) is read with the resource that embeds it, so there the dependency is the other way
round. The table below leaves out single references.
"""

from __future__ import annotations

POINTER_PREFIXES = ("latest_", "last_", "default_")

DROPPED: dict[tuple[str, str], str] = {
    (
        "account",
        "customer",
    ): "a customer's old `sources` may contain accounts, but these have a list of their own",
    (
        "account",
        "person",
    ): "`individual` is one of the account's persons, and they are listed under the account",
    ("charge", "application_fee"): "the fee is taken from the charge, and always names the charge",
    ("charge", "review"): "a review is opened for a charge",
    ("charge", "transfer"): "a charge creates the transfer",
    ("credit_note", "customer_balance_transaction"): "the credit note creates the transaction",
    ("invoice", "quote"): "only an accepted quote creates an invoice, and it names that invoice",
    ("issuing.authorization", "issuing.transaction"): "a transaction captures an authorization",
    (
        "issuing.transaction",
        "issuing.dispute",
    ): "a dispute is about a transaction, and always names the transaction",
    ("payment_intent", "review"): "a review is opened for an intent",
    (
        "payout",
        "application_fee",
    ): "balance transactions are listed for a payout, and application fees point at them",
    ("payout", "balance_transaction"): "balance transactions are listed for a payout",
    ("refund", "transfer_reversal"): "the refund creates the reversal",
    (
        "subscription",
        "subscription_schedule",
    ): "most subscriptions have no schedule, and a started schedule has a subscription",
}
"""(resource, resource that it would depend on) → why it does not."""
