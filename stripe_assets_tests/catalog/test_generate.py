"""The data files are what the installed SDK gives, and columns stay."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest

from stripe_assets.catalog import catalog, codec, generate
from stripe_assets.catalog.__main__ import main


@pytest.fixture(scope="module")
def generated() -> Mapping[str, bytes]:
    return generate.generate()


@pytest.fixture
def folder(tmp_path: Path, generated: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data files. Generating them takes seconds, so it is done once."""
    for name in generated:
        shutil.copy(generate.FOLDER / name, tmp_path)
    monkeypatch.setattr(generate, "generate", lambda: generated)
    return tmp_path


def test_the_files_are_what_the_sdk_gives(folder: Path) -> None:
    assert generate.check(folder) == []


def test_a_changed_or_missing_file_is_noticed(folder: Path) -> None:
    (folder / "catalog.json").write_bytes(
        (folder / "catalog.json").read_bytes().replace(b'"charge"', b'"chrge"', 1)
    )
    (folder / "shapes.json").unlink()
    assert generate.check(folder) == ["catalog.json", "shapes.json"]


def test_check_on_the_command_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate.check, "__defaults__", (folder,))
    assert main(["--check"]) == 0
    (folder / "shapes.json").write_bytes(b"{}")
    assert main(["--check"]) == 1
    assert "shapes.json: out of date with the installed stripe SDK" in capsys.readouterr().err


def test_writing_names_the_command_that_has_to_follow(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate.write, "__defaults__", (folder, False))
    assert main([]) == 0
    assert "python -m stripe_assets.models" in capsys.readouterr().err


def test_a_column_is_never_dropped_or_retyped_unless_that_is_asked_for(
    folder: Path, generated: Mapping[str, bytes]
) -> None:
    data = orjson.loads((folder / "catalog.json").read_bytes())
    charge = next(item for item in data["resources"] if item["name"] == "charge")
    charge["fields"].append({"name": "gone", "kind": "string", "path": ["gone"], "column": "gone"})
    next(field for field in charge["fields"] if field["name"] == "amount")["kind"] = "float"
    before = orjson.dumps(data)
    (folder / "catalog.json").write_bytes(before)

    assert generate.write(folder) == [
        "charge.amount was float and would be integer",
        "charge.gone is gone",
    ]
    assert (folder / "catalog.json").read_bytes() == before

    assert generate.write(folder, allow_breaking=True) == []
    assert (folder / "catalog.json").read_bytes() == generated["catalog.json"]


def test_a_new_column_is_added(folder: Path, generated: Mapping[str, bytes]) -> None:
    data = orjson.loads((folder / "catalog.json").read_bytes())
    charge = next(item for item in data["resources"] if item["name"] == "charge")
    charge["fields"] = [field for field in charge["fields"] if field["name"] != "amount"]
    (folder / "catalog.json").write_bytes(orjson.dumps(data))
    assert generate.write(folder) == []
    assert (folder / "catalog.json").read_bytes() == generated["catalog.json"]


def test_records_survive_the_file() -> None:
    for item in catalog().resources.values():
        assert codec.resource(orjson.loads(orjson.dumps(codec.plain(item)))) == item
    for item in catalog().events.values():
        assert codec.event_type(orjson.loads(orjson.dumps(codec.plain(item)))) == item


def test_the_command_starts_without_the_present_data_files() -> None:
    """They may not fit the records any more: then only this command can write new ones."""
    code = (
        "import stripe_assets.catalog.__main__; from stripe_assets.catalog import catalog; "
        "print(catalog.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
