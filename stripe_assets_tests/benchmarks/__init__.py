"""What things cost, measured side by side in one run. Not part of the tests.

| `python -m stripe_assets_tests.benchmarks.…` | measures |
| --- | --- |
| `backfill` | a first sync: rows a second, CPU and requests a row, memory, on both databases, and the sandbox's own ceiling |
| `backfill --against dj-stripe` | dj-stripe from the registry on the same server and data, and the ratios |
| `limits` | a server that enforces Stripe's limits: the share of the allowed rate that is used, extra pages, 429s |
| `events` | what events cost: requests, seconds and memory |
| `startup` | the command line's help, the import of a model, `sync_models` with nothing to do |
| `scale` | 50 thousand objects against 500 thousand |
| `everything` | a full sync of every model of an account with short lists: requests a second, with answers at once and later |

Each prints a table, or with `--json` the same as JSON, and takes its sizes as options.
"""
