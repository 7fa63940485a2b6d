"""Reads and writes pages: tasks, the threads that do them, the handlers of a sweep, and the writer.

The engine knows what a task asks and who handles its answer. It does not decide what a run reads.
May import `sync.constants` and `sync.results`, and no other room of `sync`.
"""
