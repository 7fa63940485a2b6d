"""What the SDK cannot say of Stripe's API: short hand-written facts, each with its reason.

The generator reads them and checks that every name in them still exists in the SDK; at run time nobody imports them.
"""
