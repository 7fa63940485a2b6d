"""The example in the documentation does what it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from stripe_assets.sandbox import Sandbox

PAGE = Path(__file__).parents[2] / "docs" / "code.md"


def test_the_example_runs_as_printed(sandbox: Sandbox, tmp_path: Path) -> None:
    found = re.search(r"<!-- in code -->\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    variables = {
        "STRIPE_API_BASE": sandbox.base,
        "STRIPE_SECRET_KEY": "sk_test_sandbox",
        "STRIPE_ASSETS_DATABASE_URL": "sqlite:///x.db",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", found[1]],
        cwd=tmp_path,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "120 eur Pencil True",
        "Pencil [120]",
        "name                    string",
        "active                 boolean",
        "created    datetime64[us, UTC]",
        "dtype: object",
    ]
