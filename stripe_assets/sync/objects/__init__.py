"""One object and what it refers to, in one transaction: what `sync_from_stripe_data` does.

May import `sync.engine` and `sync.retrieval`.
"""
