from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from buzanlib import __version__
from buzanlib.errors import BuzanError
from buzanlib.files import sha256
from buzanlib.study.manifest import MANIFEST, Manifest, Origin, _commit, _installed_from
from buzanlib.study.runner import run_study

pytestmark = pytest.mark.usefixtures("server")


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    command = ["git", *identity, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_a_manifest_says_what_a_run_was(write_study, root: Path) -> None:  # type: ignore[no-untyped-def]
    path = write_study("reads: {times: 2}\nnumbers:\n", seed="7", version="2nd edition")
    git(path.parent, "init", "--quiet")
    git(path.parent, "add", "study.yml")
    git(path.parent, "commit", "--quiet", "-m", "a study")
    results = run_study(path, progress=False)
    file = path.parent / "executed" / MANIFEST
    manifest = Manifest.load(file)

    assert manifest.title == "Tiny"
    # Notebooks and data come with the library, and are looked at there.
    assert manifest.study == Origin("2nd edition", git(path.parent, "rev-parse", "HEAD"), clean=True)
    assert (manifest.library.version, manifest.library.commit) == (
        __version__,
        git(root, "rev-parse", "HEAD"),
    )
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
    assert Manifest.load(file).study.clean is False


def test_what_is_under_no_version_control_names_no_commit(write_study, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(path.parent))
    run_study(path, progress=False)
    manifest = Manifest.load(path.parent / "executed" / MANIFEST)
    assert manifest.study == Origin("", "", clean=None)
    assert manifest.library.commit


def test_nothing_differed_only_where_all_that_was_read_is_in_a_commit_and_was_looked_at(
    write_study, root: Path, data_dir: Path, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    def study() -> bool | None:
        run_study(path, progress=False)
        return Manifest.load(tmp_path / "executed" / MANIFEST).study.clean

    shutil.copytree(data_dir, tmp_path / "data")
    shutil.copy(root / "tests" / "notebooks" / "numbers.ipynb", tmp_path / "mine.ipynb")
    path = write_study("mine reads", data="data")
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("mine.ipynb\nexecuted\n", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "one")
    assert study() is False  # a notebook is in no commit, though git would not tell
    git(tmp_path, "add", "--force", "mine.ipynb")
    git(tmp_path, "commit", "--quiet", "-m", "two")
    assert study() is True
    (tmp_path / "unread.txt").write_text("what no page reads", encoding="utf-8")
    assert study() is True
    (tmp_path / "data" / "README.md").write_text("# Other\n", encoding="utf-8")
    assert study() is False


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a mark beside itself."""
    path = tmp_path / "trap"
    path.write_text(f'#!/bin/sh\necho "$@" >> {path}.mark\nexit 1\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def watched(folder: Path, program: Path) -> None:
    git(folder, "config", "core.fsmonitor", str(program))


def included(folder: Path, program: Path) -> None:
    (folder / "more").write_text(f"[core]\n\tfsmonitor = {program}\n\thooksPath = {program.parent}\n")
    for key in ("include.path", "includeIf.onbranch:**.path"):
        git(folder, "config", key, str(folder / "more"))


def filtered(folder: Path, program: Path, name: str = "evil") -> None:
    (folder / ".gitattributes").write_text(f"* filter={name}\n", encoding="utf-8")
    for key, value in {"clean": program, "process": program, "smudge": program, "required": "true"}.items():
        git(folder, "config", f"filter.{name}.{key}", str(value))


def filtered_by_another_name(folder: Path, program: Path) -> None:
    filtered(folder, program, "evil=x")


def hooked(folder: Path, program: Path) -> None:
    git(folder, "config", "core.hooksPath", "hooks")
    (folder / "hooks").mkdir()
    (folder / "hooks" / "post-index-change").write_bytes(program.read_bytes())
    (folder / "hooks" / "post-index-change").chmod(0o755)


def partial(folder: Path, program: Path) -> None:
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": "ssh://nowhere/x",
        "protocol.allow": "always",
        "core.sshCommand": str(program),
    }.items():
        git(folder, "config", key, value)
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    (folder / ".git" / "objects" / tree[:2] / tree[2:]).unlink()


@pytest.mark.skipif(sys.platform == "win32", reason="the trap is a script of the shell")
@pytest.mark.parametrize("lay", [watched, included, filtered, filtered_by_another_name, hooked, partial])
def test_git_runs_nothing_that_a_folder_names(tmp_path: Path, trap: Path, lay: Callable[..., None]) -> None:
    folder, mark = tmp_path / "mine", trap.with_name("trap.mark")
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "a.txt").write_text("a\n", encoding="utf-8")
    git(folder, "add", "a.txt")
    git(folder, "commit", "--quiet", "-m", "one")
    commit = git(folder, "rev-parse", "HEAD")
    lay(folder, trap)
    os.utime(folder / "a.txt", (0, 0))  # so that git has to look into it
    index = (folder / ".git" / "index").read_bytes()

    said = _commit(folder / "a.txt", [folder / "a.txt"])
    assert said == (commit, None if lay in (filtered_by_another_name, partial) else True)
    assert not mark.exists()
    assert (folder / ".git" / "index").read_bytes() == index
    subprocess.run(["git", "status", "--porcelain"], cwd=folder, capture_output=True)
    assert mark.exists()  # the trap is one


def test_a_run_within_a_hook_of_another_project_names_the_commit_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.txt").write_text("a\n", encoding="utf-8")
    assert _commit(tmp_path / "a.txt", []) == ("", None)
    git(tmp_path, "add", "a.txt")
    git(tmp_path, "commit", "--quiet", "-m", "one")
    commit = git(tmp_path, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no index"))
    assert _commit(tmp_path / "a.txt", [tmp_path / "a.txt"]) == (commit, True)
    (tmp_path / "b.txt").write_text("a file that no commit has", encoding="utf-8")
    assert _commit(tmp_path / "b.txt", [tmp_path / "b.txt"]) == ("", None)
    assert _commit(tmp_path / "a.txt", [tmp_path / "a.txt", tmp_path.parent / "c.txt"]) == (commit, None)


def test_a_library_that_was_installed_from_an_address_of_git_names_its_commit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Installed:
        about: str | None = '{"url": "https://a.org/b.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}'

        def read_text(self, name: str) -> str | None:
            return self.about if name == "direct_url.json" else None

    monkeypatch.setattr("importlib.metadata.distribution", lambda _: Installed())
    assert _installed_from() == "abc"
    for about in ('{"url": "file:///a", "dir_info": {}}', None):
        Installed.about = about
        assert _installed_from() == ""


def test_missing_and_broken_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match=r"no manifest at run\.json: run the study first"):
        Manifest.load(tmp_path / MANIFEST)
    for text in ("{", "[]", "{}"):
        (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
        with pytest.raises(BuzanError, match=r"run\.json is not a manifest"):
            Manifest.load(tmp_path / MANIFEST)
    (tmp_path / MANIFEST).unlink()
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(BuzanError, match=r"run\.json cannot be read: Is a directory"):
        Manifest.load(tmp_path / MANIFEST)
