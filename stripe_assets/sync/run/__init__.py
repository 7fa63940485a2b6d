"""One key's run: `key_sync` puts its steps in order. It prepares, follows events, sweeps, finishes.

May import all other rooms of `sync`.
"""
