"""Dagster's side: one asset per model, partitioned by API key, a job for events, and what starts runs by itself.

Thin: what a run does is in `stripe_assets.sync`; here it gets its partition, its selection, its log and its place in the UI.
"""
