"""`python -m stripe_assets.sandbox`: prints its URL and serves until it is stopped."""

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
    given = vars(_parser().parse_args(arguments))
    is_owned = given.pop("until_stdin_closes")
    if is_owned:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    settings = Settings(**{**given, "only": tuple(given["only"]), "more": tuple(given["more"])})
    try:
        serve(settings, started=announce)
    except OSError as error:
        # The process that started this one reads its stdout.
        stream = sys.stdout if is_owned else sys.stderr
        reason = f"The sandbox cannot listen on port {given['port']}: {error.strerror}"
        print(reason, file=stream)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stripe_assets.sandbox",
        description="A local Stripe stand-in, on loopback only.",
    )
    add = parser.add_argument
    add("--port", type=int, default=12111, help="0 takes a free one (default: %(default)s)")
    _add_data_options(parser)
    add("--rate-limits", action="store_true", help="answer 429 above Stripe's limits")
    add(
        "--latency",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="wait before each answer",
    )
    add(
        "--only",
        action="append",
        default=[],
        metavar="PREFIX",
        help="know only URLs with this prefix (repeatable)",
    )
    add(
        "--until-stdin-closes",
        action="store_true",
        help="end with the process that started this one",
    )
    return parser


def _add_data_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--seed",
        type=int,
        default=1,
        help="the same seed and --now give the same answers (default: %(default)s)",
    )
    add(
        "--now",
        type=int,
        help="the time of the sandbox's clock at its start, in Unix seconds "
        "(default: last midnight, UTC)",
    )
    add("--customers", type=int, default=0, help="how many customers to add, for benchmarks")
    add("--invoices", type=int, default=0, help="how many invoices to add, for benchmarks")
    add(
        "--more",
        action="append",
        default=[],
        metavar="RESOURCE=N",
        help="add N objects of another resource (repeatable)",
    )
    add(
        "--enlarge",
        default="sk_test_sandbox",
        metavar="KEY",
        choices=list(KEYS),
        help="the key whose account gets the added objects (default: %(default)s)",
    )
    add("--empty", action="store_true", help="accounts without any business")


def _end_with_stdin() -> None:
    # Not by sys.stdin: this thread would hold its lock while it waits, and Python ends with a
    # fatal error when the interpreter finishes before the thread.
    while os.read(0, 4096):
        pass
    # Python loses a signal that arrives while the server installs its handler, so send it again.
    while True:
        signal.raise_signal(signal.SIGTERM)
        time.sleep(0.1)


def announce(base: str) -> None:
    keys = ", ".join(KEYS)
    print(  # noqa: T201
        f"sandbox listening on {base} (STRIPE_API_BASE={base}; keys: {keys})", flush=True
    )


if __name__ == "__main__":
    sys.exit(main())
