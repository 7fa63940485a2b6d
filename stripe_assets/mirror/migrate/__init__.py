"""The schema follows the catalog: new tables, new columns, and values for new columns.

May import `mirror.write`, `mirror.rows`, `mirror.dialects`, `mirror.tables` and the modules of
plain data at the top of `mirror`.
"""
