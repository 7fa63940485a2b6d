"""One API call before it is answered: its route, parameters, rate limit, log entry, and errors.

It may import `objects` and `sandbox.keys`.
"""
