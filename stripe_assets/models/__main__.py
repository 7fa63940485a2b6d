"""`python -m stripe_assets.models [--check]`."""

from __future__ import annotations

import argparse
import sys

from stripe_assets.models import stubs


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m stripe_assets.models",
        description="Write the type stubs of the models from the catalog.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 when the stubs are out of date with the catalog",
    )
    options = parser.parse_args(arguments)
    if not options.check:
        stubs.write()
        return 0
    stale = stubs.check()
    if stale:
        sys.stderr.write(
            f"{', '.join(stale)}: out of date with the catalog. "
            "Run python -m stripe_assets.models and commit the result.\n"
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
