"""The instance rule: `.env` in the working directory says where Dagster's home is."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from stripe_assets.instance import InstanceError, read_env_file, settle_home


def test_a_missing_home_is_made_and_written_to_the_env_file(tmp_path: Path) -> None:
    environ: dict[str, str] = {}
    home = settle_home(tmp_path, environ)
    assert home == tmp_path / ".dagster"
    assert "applyLimitPerUniqueValue: true" in (home / "dagster.yaml").read_text()
    assert environ["DAGSTER_HOME"] == str(home)
    again: dict[str, str] = {}
    read_env_file(tmp_path, again)
    assert again == {"DAGSTER_HOME": str(home)}


def test_the_env_file_keeps_its_lines_and_is_private(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("STRIPE_SECRET_KEY=abc")
    settle_home(tmp_path, {})
    environ: dict[str, str] = {}
    read_env_file(tmp_path, environ)
    assert environ == {"STRIPE_SECRET_KEY": "abc", "DAGSTER_HOME": str(tmp_path / ".dagster")}
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_a_folder_with_a_space_survives_the_env_file(tmp_path: Path) -> None:
    folder = tmp_path / "my shop's $HOME"
    folder.mkdir()
    settle_home(folder, {})
    environ: dict[str, str] = {}
    read_env_file(folder, environ)
    assert environ["DAGSTER_HOME"] == str(folder / ".dagster")


def test_the_env_files_values_win(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"DAGSTER_HOME={tmp_path}/mine\n")
    environ = {"DAGSTER_HOME": "/elsewhere"}
    read_env_file(tmp_path, environ)
    assert settle_home(tmp_path, environ) == tmp_path / "mine"
    assert (tmp_path / "mine").is_dir()
    assert (tmp_path / ".env").read_text() == f"DAGSTER_HOME={tmp_path}/mine\n"


def test_an_existing_home_stays_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    settle_home(tmp_path, {"DAGSTER_HOME": str(home)})
    assert list(home.iterdir()) == []
    assert not (tmp_path / ".env").exists()


def test_a_relative_home_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match="absolute"):
        settle_home(tmp_path, {"DAGSTER_HOME": "dagster_home"})


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InstanceError, match="cannot be created"):
        settle_home(tmp_path, {"DAGSTER_HOME": str(tmp_path / "file" / "home")})
