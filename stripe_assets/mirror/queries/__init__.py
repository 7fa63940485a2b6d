"""Questions about the models' rows: their objects, their counts, and what they refer to.

May import `mirror.transactions`, `mirror.rows`, `mirror.dialects`, `mirror.tables` and the modules
of plain data at the top of `mirror`.
"""
