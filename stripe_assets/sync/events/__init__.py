"""Stripe's events: listed, kept in the ledger, and turned into reads of their objects.

`incremental` is the part of a sync that follows events. `event_run` processes events by themselves.
`watch` is what the sensors ask. May import `sync.engine`, `sync.planning` and `sync.retrieval`.
"""
