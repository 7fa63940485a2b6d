"""A SQL database that is an exact copy of one or more Stripe accounts, kept by Dagster assets."""
