"""Mirrors that an older version of this project made, and what that version read from them.

`make.py` made the files. `history.py` is what happened at Stripe meanwhile: the test repeats it
in its own sandbox.
"""
