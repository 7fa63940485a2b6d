"""Batches into the database, within the caller's transaction: upserts, tombstones, checkpoints.

May import `mirror.dialects`, `mirror.tables` and the modules of plain data at the top of `mirror`.
"""
