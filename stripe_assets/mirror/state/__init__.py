"""The state of syncing: sweeps, the event ledger, keys' accounts, leases and request counts.

One store for each table. May import `mirror.transactions`, `mirror.dialects`, `mirror.tables` and
the modules of plain data at the top of `mirror`.
"""
