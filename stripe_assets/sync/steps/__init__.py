"""Two steps of a key's run: `prepare` and `sweep`. `sync.run` puts all steps in order.

May import `engine`, `planning`, `retrieval` and `events`.
"""
