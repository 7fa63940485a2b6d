"""How fast the sandbox alone is: fetches the pages of the enlarged lists in a few threads and
discards the bytes.

python -m stripe_assets_tests.benchmarks.bare_fetch KEY RESOURCE=N=URL …
"""

from __future__ import annotations

import http.client
import json
import os
import queue
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import click

from stripe_assets.sandbox.business.scale import copy_id
from stripe_assets.sync.constants import PAGE


@click.command()
@click.argument("key")
@click.argument("lists", nargs=-1, required=True)
@click.option("--threads", default=4, show_default=True, help="Number of threads.")
def main(key: str, lists: tuple[str, ...], threads: int) -> None:
    """LISTS: for each list its resource, how many objects of it the sandbox has, and the URL of its
    first page."""
    pages: queue.SimpleQueue[str] = queue.SimpleQueue()
    for one in lists:
        resource, many, url = one.split("=", 2)
        for n in range(PAGE - 1, int(many), PAGE):
            pages.put(f"{url}&starting_after={copy_id(resource, n)}")
    count, began = pages.qsize(), time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for thread in [pool.submit(_fetch, key, pages) for _ in range(threads)]:
            thread.result()
    click.echo(json.dumps({"pages": count, "seconds": time.perf_counter() - began}))


def _fetch(key: str, pages: queue.SimpleQueue[str]) -> None:
    connection = http.client.HTTPConnection(urlsplit(os.environ["STRIPE_API_BASE"]).netloc)
    while True:
        try:
            url = pages.get_nowait()
        except queue.Empty:
            return connection.close()
        connection.request("GET", url, headers={"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise RuntimeError(answer.read().decode())
        answer.read()


if __name__ == "__main__":
    main()
