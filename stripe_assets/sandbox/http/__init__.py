"""The sandbox over HTTP: the server, its control calls, and the subprocess that runs it.

It may import every other room of the sandbox; no other room imports it.
"""
