"""One API call before it is answered: its route, parameters, rate limit, log entry, and Stripe's errors.

It may import `objects`, `sandbox.keys` and `sandbox.settings`.
"""
