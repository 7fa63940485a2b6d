"""Facts about Stripe's API that the SDK does not contain, written by hand, each with its reason.

Only the generator imports them. It checks that the SDK still has every name in them.
"""
