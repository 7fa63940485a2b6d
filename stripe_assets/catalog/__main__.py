"""`python -m stripe_assets.catalog [--check | --allow-breaking]`."""

from __future__ import annotations

import argparse
import sys

from stripe_assets.catalog import generate


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m stripe_assets.catalog",
        description="Generate the catalog from the installed stripe SDK.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 if a file differs from what the SDK gives",
    )
    parser.add_argument(
        "--allow-breaking",
        action="store_true",
        help="write the files even if they remove, rename or retype columns of existing databases",
    )
    options = parser.parse_args(arguments)
    if options.check:
        _say(
            f"Expansions that only Stripe's documentation names: {', '.join(generate.documented())}"
        )
        stale = generate.check()
        if stale:
            _say(
                f"{', '.join(stale)}: out of date with the installed stripe SDK. "
                "Run python -m stripe_assets.catalog and commit the result."
            )
        return 1 if stale else 0
    broken = generate.write(allow_breaking=options.allow_breaking)
    if broken:
        _say(
            "Nothing was written. Existing databases have columns that this catalog lacks:",
            *broken,
            "To write the files all the same, use --allow-breaking.",
        )
        return 1
    _say(
        "The catalog is written. Now run python -m stripe_assets.models: "
        "it writes the type stubs from this catalog."
    )
    return 0


def _say(*lines: str) -> None:
    sys.stderr.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
