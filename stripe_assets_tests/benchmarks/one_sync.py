"""A full sync of some models in a process of its own. It prints its result as JSON. The benchmarks
run it.

python -m stripe_assets_tests.benchmarks.one_sync KEY MODEL …
"""

from __future__ import annotations

import json
import time
from dataclasses import replace

import click

from stripe_assets.mirror import Mirror
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import KeySync
from stripe_assets_tests.benchmarks.measure import peak_of


@click.command()
@click.argument("key")
@click.argument("models", nargs=-1, required=True)
def main(key: str, models: tuple[str, ...]) -> None:
    """Syncs the models with the database and the server of the environment."""
    api_key = replace(parse_api_key("benchmark", key), connected="none")
    with Mirror.open() as mirror:
        startup, began = time.process_time(), time.perf_counter()
        with KeySync(api_key, mirror, models, run_id="benchmark", mode="full") as sync:
            sync.prepare()
            results = list(sync.run())
    failed = [
        f"{result.model}: {result.error or result.availability}"
        for result in results
        if result.status != "ok"
    ]
    if failed:
        raise click.ClickException("; ".join(failed))
    said = {
        "rows": {result.model: result.rows_in_mirror for result in results},
        "requests": sync.progress.requests,
        "startup_cpu": startup,
        "sync_seconds": time.perf_counter() - began,
        "peak": peak_of(),
    }
    click.echo(json.dumps(said))


if __name__ == "__main__":
    main()
