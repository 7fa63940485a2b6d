"""Stripe's objects as data: their fields, ids and values, their tables, and their JSON.

It may import `catalog` and nothing else of the sandbox. It knows nothing of calls and of HTTP.
"""
