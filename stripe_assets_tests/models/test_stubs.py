"""The stubs for editors and type checkers say what there is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import stripe_assets
from stripe_assets import models
from stripe_assets.catalog import catalog
from stripe_assets.models import stubs
from stripe_assets.models.__main__ import main
from stripe_assets.models.mapping import relations

EXAMPLE = Path(__file__).parent / "example.py"

MISTAKES = """\
from sqlalchemy import select
from sqlalchemy.orm import Session
from stripe_assets.models import Invoice
from stripe_assets.models import Invoyce
select(Invoice).where(Invoice.statos == "paid")
def misread(invoice: Invoice) -> None:
    print(invoice.custmer)
    print(invoice.customer.nam if invoice.customer else "")
    invoice.status = "paid"
    invoice.total.upper()
Invoice.sync_from_stripe_data({}, mirorr=None)
"""
"""Every line from the fourth on is a mistake, except the `def`."""


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, set[int]]:
    """File → the lines with errors."""
    pytest.importorskip("pyright")
    folder = tmp_path_factory.mktemp("typed")
    shutil.copy(EXAMPLE, folder / "example.py")
    (folder / "mistakes.py").write_text(MISTAKES)
    root = Path(stripe_assets.__file__).parents[1]
    (folder / "pyrightconfig.json").write_text(
        json.dumps({"include": ["."], "extraPaths": [str(root)]})
    )
    command = [
        sys.executable,
        "-m",
        "pyright",
        "--outputjson",
        "--pythonpath",
        sys.executable,
        "--project",
        str(folder),
    ]
    report = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
    assert report["summary"]["filesAnalyzed"] == 2
    found: dict[str, set[int]] = {"example.py": set(), "mistakes.py": set()}
    for one in report["generalDiagnostics"]:
        found[Path(one["file"]).name].add(one["range"]["start"]["line"] + 1)
    return found


def test_a_program_that_uses_ten_models_passes(errors: Mapping[str, set[int]]) -> None:
    assert errors["example.py"] == set()


def test_what_is_misspelt_or_misused_fails(errors: Mapping[str, set[int]]) -> None:
    assert errors["mistakes.py"] == {4, 5, 7, 8, 9, 10, 11}


def test_the_stubs_are_what_the_catalog_gives(tmp_path: Path) -> None:
    assert stubs.check() == []
    changed = tmp_path / "catalog.json"
    changed.write_bytes(
        stubs.CATALOG.read_bytes().replace(b'"column":"amount_due"', b'"column":"amount_duo"')
    )
    assert stubs.check(changed) == ["__init__.pyi"]
    stubs.write(changed, tmp_path / "new.pyi")
    assert stubs.check(changed, tmp_path / "new.pyi") == []
    assert "    amount_duo: Attribute[int]\n" in (tmp_path / "new.pyi").read_text()


def test_check_and_write_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "__init__.pyi"
    shutil.copy(stubs.STUBS, copy)
    for function in (stubs.check, stubs.write):
        monkeypatch.setattr(function, "__defaults__", (stubs.CATALOG, copy))
    assert main(["--check"]) == 0
    copy.write_bytes(b"")
    assert main(["--check"]) == 1 and copy.read_bytes() == b""
    error = capsys.readouterr().err
    assert "__init__.pyi: out of date with the catalog" in error
    assert "python -m stripe_assets.models" in error
    assert main([]) == 0
    assert copy.read_bytes() == stubs.STUBS.read_bytes()


def test_every_attribute_of_the_stubs_exists() -> None:
    inherited = {
        "id",
        "_account_id",
        "_livemode",
        "_observed_at",
        "_api_version",
        "_synced_at",
        "_deleted_at",
        "_unlisted_at",
        "_extra",
    }
    for text in stubs.STUBS.read_text().split("\nclass ")[3:]:
        name = text.partition("(")[0]
        lines = [line.strip() for line in text.splitlines()]
        declared = {
            line.partition(":")[0]
            for line in lines
            if ": Attribute[" in line or line.endswith(": Any")
        }
        declared |= {
            line.removeprefix("def ").partition("(")[0] for line in lines if line.startswith("def ")
        }
        cls = getattr(models, name)
        assert (
            declared | inherited
            == relations().columns(cls.resource).keys() | relations().of(cls.resource).keys()
        )
    assert len(stubs.STUBS.read_text().split("\nclass ")) - 3 == len(catalog().resources)
