"""`python -m stripe_assets.sandbox`: serves until it is stopped, and says where."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time

from stripe_assets.sandbox.http.running import serve
from stripe_assets.sandbox.keys import KEYS
from stripe_assets.sandbox.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m stripe_assets.sandbox", description="A local Stripe stand-in, on loopback only.")
    parser.add_argument("--port", type=int, default=12111, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="same seed and same --now: same answers (default: %(default)s)")
    parser.add_argument("--now", type=int, help="where the sandbox's clock starts, in Unix seconds (default: last midnight, UTC)")
    parser.add_argument("--rate-limits", action="store_true", help="answer 429 above Stripe's limits")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="wait before each answer")
    parser.add_argument("--only", action="append", default=[], metavar="PREFIX", help="know only URLs with this prefix (repeatable)")
    parser.add_argument("--customers", type=int, default=0, help="so many more customers, for benchmarks")
    parser.add_argument("--invoices", type=int, default=0, help="so many more invoices, for benchmarks")
    parser.add_argument("--more", action="append", default=[], metavar="RESOURCE=N", help="so many more of another resource (repeatable)")
    parser.add_argument(
        "--enlarge", default="sk_test_sandbox", metavar="KEY", choices=list(KEYS), help="whose they are (default: %(default)s)"
    )
    parser.add_argument("--empty", action="store_true", help="accounts without any business")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the process that started this one")
    given = vars(parser.parse_args(arguments))
    owned = given.pop("until_stdin_closes")
    if owned:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        serve(Settings(**{**given, "only": tuple(given["only"]), "more": tuple(given["more"])}), started=announce)
    except OSError as error:
        print(f"The sandbox cannot listen on port {given['port']}: {error.strerror}", file=sys.stdout if owned else sys.stderr)
        return 1
    return 0


def _end_with_stdin() -> None:
    # Not through sys.stdin: its lock, held while this thread waits, would be a fatal error when the interpreter ends first.
    while os.read(0, 4096):
        pass
    while True:  # Python loses a signal that comes in the middle of the server's putting its handler in place
        signal.raise_signal(signal.SIGTERM)
        time.sleep(0.1)


def announce(base: str) -> None:
    keys = ", ".join(KEYS)
    print(f"sandbox listening on {base} (STRIPE_API_BASE={base}; keys: {keys})", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
