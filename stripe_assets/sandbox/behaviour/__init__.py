"""What Stripe does with a call: it reads, creates, changes or deletes objects, and writes events.

It may import `objects`, `calls`, `business`, `sandbox.keys` and `sandbox.settings`. It knows
nothing of HTTP. `effects` has what single routes do.
"""
