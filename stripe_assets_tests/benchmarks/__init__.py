"""What things cost, measured side by side in one run. The tests do not run these.

Run each as `python -m stripe_assets_tests.benchmarks.NAME`:

- `backfill`: a first sync on both databases. It measures rows a second, CPU and requests for each
  row, memory, and how fast the sandbox alone is.
- `backfill --against dj-stripe`: dj-stripe from the package registry on the same server and data,
  and the ratios.
- `limits`: a sync with a server that enforces Stripe's limits. It measures the share of the allowed
  rate that is used, extra pages and 429s.
- `events`: the requests, seconds and memory that events cost.
- `startup`: the help of the command line, the import of a model, and `sync_models` with nothing to
  do.
- `scale`: 50 thousand objects against 500 thousand.
- `everything`: a full sync of all models of an account with short lists. It measures requests a
  second, with answers at once and with slow answers.

Each prints a table, or the same as JSON with `--json`. Its sizes are options.
"""
