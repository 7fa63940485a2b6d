"""What Stripe does: lists and retrieves, creates, changes and deletes objects, and sends the events of each change.

It may import `objects`, `calls`, `business`, `sandbox.keys` and `sandbox.settings`, and knows nothing of HTTP.
"""
