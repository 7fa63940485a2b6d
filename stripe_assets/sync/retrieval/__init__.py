"""Reads objects one by one, or many in their list; closes references; confirms deletions.

May import `sync.engine`.
"""
