"""The catalog as tables: which columns each has, and how their values are written as text.

May import `stripe_assets.catalog` and the modules of plain data at the top of `mirror`.
"""
