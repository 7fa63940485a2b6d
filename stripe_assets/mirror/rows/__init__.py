"""API objects as rows, and rows as API objects again. Objects with the same fields go together.

May import `mirror.tables` and the modules of plain data at the top of `mirror`.
"""
