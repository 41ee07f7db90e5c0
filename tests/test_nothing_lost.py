"""Whatever a command is given: outside of what it says that it writes, every file stays as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from buzanlib.cli import main
from buzanlib.sources.sheets import CODES

pytestmark = pytest.mark.usefixtures("server")

STUDY = """\
title: Mine
data: ../data
templates: ../templates
book: ../book
output: {output}
{more}
notebooks:
  numbers:
  total:
"""

OWN = "tables: {tiles: tiles.csv}"


@pytest.fixture
def world(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the data, a study, and much that is nobody's business; every command is called in it."""
    shutil.copytree(root / "data", tmp_path / "data")
    shutil.copytree(root / "book", tmp_path / "book", ignore=shutil.ignore_patterns("executed", "_generated"))
    shutil.copy(root / "_config.yml", tmp_path)
    for name in ("numbers", "total"):
        (tmp_path / "templates").mkdir(exist_ok=True)
        shutil.copy(root / "tests" / "notebooks" / f"{name}.ipynb", tmp_path / "templates")
    mine = tmp_path / "mine"
    mine.mkdir()
    shutil.copy(tmp_path / "data" / "tiles.csv", mine)
    folders = {
        ".": ("thesis.docx", ".thesis.part", ".thesis.buzan-part"),
        "proj": (
            "data/thesis.docx",
            "book/thesis.docx",
            "failed/a",
            "preview/a.ipynb",
            ".a.part",
            ".cache/a",
        ),
        "site/_build": ("html/index.html", ".doctrees/environment.pickle"),
        ".git": ("config", "HEAD"),
    }
    for name in [f"{folder}/{name}" for folder, names in folders.items() for name in names]:
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text(f"what stands in {name}")
    (mine / "texts").mkdir()
    (mine / "texts" / "EST-2021.txt").write_text("Cyber attacks on our hospitals threaten us all. We act.")
    (mine / "reach.csv").write_text("iso3,year,value\nEST,2021,1\nFRA,2021,2\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def study(world: Path, output: str = "out", more: str = "") -> str:
    path = world / "mine" / "study.yml"
    path.write_text(STUDY.format(output=output, more=more))
    return str(path)


def disk(folder: Path) -> dict[str, object]:
    """Everything in a folder: bytes, links, modes and times of what is written."""
    return {
        str(path.relative_to(folder)): (
            path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None,
            path.lstat().st_mode,
            path.lstat().st_mtime_ns if path.is_file() else 0,
        )
        for path in sorted(folder.rglob("*"))
    }


def changed(before: dict[str, object], after: dict[str, object]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def calls(world: Path, *words: str) -> tuple[int, set[str]]:
    """Exit code of a command, and what it changed."""
    before = disk(world)
    code = main(list(words))
    return code, changed(before, disk(world))


@pytest.mark.parametrize("more", ["", OWN])
@pytest.mark.parametrize(
    "output", ["proj", "../mine", ".git", ".git/out", "texts", "site/_build", "thesis.docx"]
)
def test_a_folder_that_holds_anything_else_stays_as_it_is(
    world: Path, output: str, more: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = study(world, output, more)
    for words in (("status", path), ("data", "check", path), ("run", path), ("book", path)):
        assert calls(world, *words) == (2, set()), words
        assert "output" in capsys.readouterr().err


def test_what_looks_writes_nothing(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = study(world, more=OWN)
    looks = [
        ("status", path),
        ("data", "check", path),
        ("data", "check", "data"),
        ("cite",),
        ("completion", "bash"),
        ("version",),
        ("assess", "data/proposal.yml"),
        ("diff", "mine/out", "mine/out"),
    ]
    for ran in (False, True):
        if ran:
            assert main(["run", path]) == 0
        for words in looks:
            code, wrote = calls(world, *words)
            assert (code, wrote) == (2 if words[0] == "diff" and not ran else 0, set()), words
    # Also when the data were changed since, so that they have to be laid out and held against their form anew.
    tiles = world / "mine" / "tiles.csv"
    tiles.write_text(tiles.read_text().replace("EST", "LVA", 1).replace("LVA", "EST", 1))
    os.utime(tiles, (0, 0))
    assert calls(world, "status", path) == (0, set())


@pytest.mark.soak
def test_runs_and_books_write_to_their_output_alone(world: Path) -> None:
    path = study(world, more=OWN)
    for words in (
        ("run", path),
        ("run", path, "--force"),
        ("book", path),
        ("book", path, "--out", "mine/web"),
    ):
        code, wrote = calls(world, *words)
        assert code == 0
        assert wrote
        assert all(name.startswith(("mine/out", "mine/web")) for name in wrote), words
    # What somebody has put between what runs have made.
    theirs = [
        world / "mine" / "out" / name
        for name in ("thesis.docx", "book/thesis.docx", "failed/a", "data/a.txt")
    ]
    theirs += [world / "mine" / "out" / "_build" / "html" / "thesis.docx", world / "mine" / "out" / ".a.part"]
    for file in theirs:
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"what stands in {file}")
    study(world, more=OWN)
    with (world / "mine" / "study.yml").open("a") as file:
        file.write("  figure:\n")
    shutil.copy(Path(__file__).parent / "notebooks" / "figure.ipynb", world / "templates")
    assert main(["book", path, "--force"]) == 0
    assert [file.read_text() for file in theirs] == [f"what stands in {file}" for file in theirs]
    assert calls(world, "book", path, "--out", "mine/site") == (2, set())


def link_data(out: Path, victim: Path) -> None:
    shutil.rmtree(out / "data")
    (out / "data").symlink_to(victim)


def link_cache(out: Path, victim: Path) -> None:
    shutil.rmtree(out / ".cache")
    (out / ".cache").symlink_to(victim)


def link_lock(out: Path, victim: Path) -> None:
    (out / ".buzan.lock").symlink_to(victim / "tiles.csv")


def link_page(out: Path, victim: Path) -> None:
    (out / "numbers.ipynb").unlink()
    (out / "numbers.ipynb").symlink_to(victim / "tiles.csv")


@pytest.mark.parametrize("link", [link_data, link_cache, link_lock, link_page])
def test_no_link_is_followed(
    world: Path, link: Callable[[Path, Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    path = study(world, more=OWN)
    assert main(["run", path]) == 0
    victim = world / "mine" / "victim"
    shutil.copytree(world / "mine" / "out" / "data", victim)
    (victim / "tiles.csv").write_text("theirs\n")
    link(world / "mine" / "out", victim)
    before = disk(victim)
    for words in (("status", path), ("run", path), ("run", path, "--force"), ("book", path)):
        assert main(list(words)) in (0, 2)
        assert "Traceback" not in capsys.readouterr().err
        assert disk(victim) == before, words


def test_commands_for_data_write_what_they_name_and_nothing_else(world: Path) -> None:
    passage = (world / "data" / "passages.csv").read_text().splitlines()[1].split(",")[0]
    values = dict.fromkeys(CODES, "") | {"relevant": "no"}
    names = ",".join(["passage", "coder", *CODES])
    (world / "ana.csv").write_text(f"{names}\n{passage},Ana,{','.join(values.values())}\n")
    for words, wrote in (
        (("new", "fresh"), None),
        (("data", "sheet", "--passages", "3", "--out", "sheet.csv"), {"sheet.csv"}),
        (("data", "codes", "ana.csv"), {"data/annotators.csv", "data/codes.csv", "data/predictions.lock"}),
        (("data", "lock"), set()),
        (
            ("data", "texts", "mine/texts", "--corpus", "MINE", "--out", "own"),
            {"own", "own/documents.csv", "own/files.csv", "own/passages.csv", "own/sheet.csv"},
        ),
        (
            ("data", "index", "mine/reach.csv", "--axis", "power", "--name", "reach", "--out", "panel.csv"),
            {"panel.csv"},
        ),
    ):
        code, now = calls(world, *words)
        assert code == 0, words
        if wrote is None:
            assert all(name.startswith("fresh") for name in now)
        else:
            assert now == wrote
        if (
            words[1] in ("sheet", "texts", "index") or words[0] == "new"
        ):  # a second time they would write over it
            assert calls(world, *words) == (2, set())


def test_of_two_who_add_codes_at_once_both_or_one_and_a_refusal(world: Path) -> None:
    rows = (world / "data" / "passages.csv").read_text().splitlines()[1:]
    values = dict.fromkeys(CODES, "") | {"relevant": "no"}
    running = []
    for number, coder in enumerate(("Ana", "Ben", "Cleo")):
        row = [rows[number].split(",")[0], coder, *values.values()]
        (world / f"{coder}.csv").write_text(f"{','.join(['passage', 'coder', *CODES])}\n{','.join(row)}\n")
        words = ["-m", "buzanlib.cli", "data", "codes", f"{coder}.csv"]
        running.append(subprocess.Popen([sys.executable, *words], stderr=subprocess.PIPE, text=True))
    told = {process.communicate()[1] for process in running}
    assert told <= {"", "buzan: another command is at work in 'data'; wait for it to end\n"}
    coded = (world / "data" / "codes.csv").read_text()
    added = [f",{coder}," in coded for coder in ("Ana", "Ben", "Cleo")]
    assert added == [process.returncode == 0 for process in running]
    assert any(added)
    assert main(["data", "check", "data"]) == 0


def test_new_texts_are_as_private_as_the_user_wants(world: Path) -> None:
    before = os.umask(0o077)
    try:
        assert main(["data", "texts", "mine/texts", "--corpus", "MINE", "--out", "own"]) == 0
    finally:
        os.umask(before)
    assert {file.stat().st_mode & 0o777 for file in (world / "own").iterdir()} == {0o600}
