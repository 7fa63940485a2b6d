"""Facts about Stripe's API that the SDK does not contain, written by hand, each with its reason.

Only the generator imports them. It checks that the SDK still has every name in them.

A new resource or field needs no code. `python -m stripe_assets.catalog` takes it from the installed
SDK. What the SDK does not say about it is a line here: `names.py` for class names and aliases,
`references.py` for what a field refers to and for id prefixes, `routes.py` for lists that need
parameters or leave something out, `events.py` for what an event is about, `order.py` for circles
of references, `secrets.py` for fields that are never stored. Then run the command, and `python -m
stripe_assets.models`.
"""
