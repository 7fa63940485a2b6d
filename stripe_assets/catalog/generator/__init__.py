"""Makes the catalog's records from the installed stripe SDK's source files and from `overlay`.

Only `generate` imports it: a program that reads the catalog does not.
"""
