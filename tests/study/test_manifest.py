from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from buzanlib import __version__
from buzanlib.errors import BuzanError
from buzanlib.files import sha256
from buzanlib.study.manifest import MANIFEST, Manifest
from buzanlib.study.runner import run_study


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    command = ["git", *identity, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_a_manifest_says_what_a_run_was(write_study, root: Path) -> None:  # type: ignore[no-untyped-def]
    path = write_study("reads: {times: 2}\nnumbers:\n", seed="7")
    git(path.parent, "init", "--quiet")
    git(path.parent, "add", "study.yml")
    git(path.parent, "commit", "--quiet", "-m", "a study")
    results = run_study(path, progress=False)
    file = path.parent / "executed" / MANIFEST
    manifest = Manifest.load(file)

    assert (manifest.title, manifest.version) == ("Tiny", __version__)
    assert (manifest.commit, manifest.clean) == (git(path.parent, "rev-parse", "HEAD"), True)
    assert (manifest.python, manifest.platform) == (platform.python_version(), platform.platform())
    assert manifest.packages["pandas"] == version("pandas")
    assert "pytest" not in manifest.packages
    assert manifest.requirements == sha256(root / "requirements.txt")
    assert (manifest.predictions, manifest.data) == (results.lock, results.data)
    reads = manifest.notebooks["reads"]
    assert reads["template"] == sha256(root / "tests" / "notebooks" / "reads.ipynb")
    assert reads["parameters"] == results.notebooks["reads"]["parameters"]
    assert reads["read"] == ["tiles.csv"]
    assert reads["seconds"] > 0
    assert manifest.notebooks["numbers"]["parameters"]["seed"] == 7

    before = file.read_bytes()
    run_study(path, progress=False)
    assert file.read_bytes() == before
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    run_study(path, progress=False)
    assert Manifest.load(file).clean is False


def test_what_is_under_no_version_control_names_no_commit(write_study, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(path.parent))
    run_study(path, progress=False)
    manifest = Manifest.load(path.parent / "executed" / MANIFEST)
    assert (manifest.commit, manifest.clean) == ("", False)


def test_missing_and_broken_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match=r"no manifest at run\.json: run the study first"):
        Manifest.load(tmp_path / MANIFEST)
    for text in ("{", "[]", "{}"):
        (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
        with pytest.raises(BuzanError, match=r"run\.json is not a manifest"):
            Manifest.load(tmp_path / MANIFEST)
