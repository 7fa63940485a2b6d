"""The data that a sandbox starts with: a small business, and a few objects of every other resource.

It may import `objects`, `calls` (for the routes), `sandbox.keys` and `sandbox.settings`. `seeding`
makes all of it.
"""
