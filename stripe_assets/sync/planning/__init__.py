"""Decides what a run sweeps and what follows events, continues interrupted sweeps, and makes the
plan.

May import `sync.engine`.
"""
