"""Folders that runs write to: what they have not made stays as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from buzanlib.errors import BuzanError, StudyError
from buzanlib.files import part_of
from buzanlib.study.cache import FOLDER, Cache
from buzanlib.study.dependencies import ROOT
from buzanlib.study.owned import RECORD, OwnedFolder, refusal


@pytest.fixture
def owned(tmp_path: Path) -> Iterator[OwnedFolder]:
    with OwnedFolder.claimed(tmp_path / "out") as folder:
        yield folder


def test_a_folder_is_taken_that_is_missing_or_empty_or_made_by_a_run(tmp_path: Path) -> None:
    for folder in (tmp_path / "deep" / "missing", tmp_path / "empty"):
        if folder.name == "empty":
            folder.mkdir()
        assert refusal(folder) == ""
        for text in ("one", "two"):
            with OwnedFolder.claimed(folder) as owned:
                owned.write(folder / "inner" / "page", text)
            assert (folder / "inner" / "page").read_text() == text


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            lambda folder: (folder / "thesis.docx").write_text("x"),
            "it holds 'thesis.docx', which no run has made",
        ),
        (lambda folder: (folder / ".hidden").write_text("x"), r"it holds '\.hidden'"),
        (lambda folder: (folder / "data").mkdir(), "it holds 'data'"),
        (
            lambda folder: (folder / RECORD).write_text("0" * 64 + " .\n"),
            "made by somebody else, or on another",
        ),
        (
            lambda folder: (folder / RECORD).symlink_to(folder / "thesis"),
            "made by somebody else, or on another",
        ),
        (lambda folder: os.mkfifo(folder / RECORD), "made by somebody else, or on another"),
    ],
)
def test_a_folder_with_anything_else_is_refused(tmp_path: Path, make, why: str) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(StudyError, match=why), OwnedFolder.claimed(tmp_path):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_no_run_writes_to_git_to_the_library_or_to_a_file(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "file").write_text("x")
    assert refusal(tmp_path / ".git") == "it lies in the folder of git"
    assert refusal(tmp_path / ".git" / "new") == "it lies in the folder of git"
    assert refusal(ROOT / "new") == "it lies in the library's own folder"
    assert refusal(tmp_path / "file") == "a file lies there"


def test_a_record_of_somebody_else_lists_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with OwnedFolder.claimed(tmp_path) as owned:
        owned.write(tmp_path / "page", "x")
    program = "from pathlib import Path; from buzanlib.study.owned import refusal; print(refusal(Path.cwd()))"
    for user, said in ((os.environ["XDG_DATA_HOME"], ""), (str(tmp_path / "other"), "made by somebody else")):
        monkeypatch.setenv("XDG_DATA_HOME", user)
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert said in done.stdout
        assert bool(said) == bool(done.stdout.strip())


def test_what_no_run_has_made_is_neither_written_over_nor_taken_away(owned: OwnedFolder) -> None:
    owned.write(owned.path / "failed" / "page", "mine")
    theirs = owned.path / "failed" / "thesis.docx"
    theirs.write_text("theirs")
    with pytest.raises(StudyError, match=r"thesis\.docx was not made by a run, and is not written over"):
        owned.write(theirs, "mine")
    owned.remove(theirs)
    owned.clear(theirs.parent)
    assert [file.name for file in theirs.parent.iterdir()] == ["thesis.docx"]
    assert theirs.read_text() == "theirs"
    assert owned.stranger(theirs.parent) == theirs
    theirs.unlink()
    owned.clear(theirs.parent)
    assert not theirs.parent.exists()


@pytest.mark.parametrize("place", ["data", "data/page", "page"])
def test_no_link_is_written_through(owned: OwnedFolder, tmp_path: Path, place: str) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "page").write_text("theirs")
    target = owned.path / "data" / "page" if "data" in place else owned.path / "page"
    owned.write(target, "mine")
    link = owned.path / place
    target.unlink()
    if link != target:
        target.parent.rmdir()
    link.symlink_to(victim / "page" if link == target else victim)
    for act in (
        lambda: owned.write(target, "mine"),
        lambda: owned.remove(target),
        lambda: owned.copy(victim / "page", target),
    ):
        with pytest.raises(StudyError, match="is a link, and no run writes through one"):
            act()
    assert (victim / "page").read_text() == "theirs"
    assert link.is_symlink()


def test_the_lock_is_no_way_to_a_file_either(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("theirs")
    out = tmp_path / "out"
    out.mkdir()
    (out / ".buzan.lock").symlink_to(tmp_path / "victim")
    with (
        pytest.raises(BuzanError, match="is a link, and no command writes through one"),
        OwnedFolder.claimed(out),
    ):
        pass
    assert (tmp_path / "victim").read_text() == "theirs"


def test_a_scratch_folder_goes_with_all_that_is_in_it_unless_no_run_has_made_it(owned: OwnedFolder) -> None:
    place = owned.scratch(owned.path / "running")
    (place / "inner").mkdir()
    (place / "inner" / "file").write_text("x")
    assert owned.scratch(place) == place
    assert list(place.iterdir()) == []
    owned.scrap(place)
    assert not place.exists()
    theirs = owned.path / "theirs"
    theirs.mkdir()
    owned.scrap(theirs)
    with pytest.raises(StudyError, match="theirs was not made by a run"):
        owned.scratch(theirs)
    assert theirs.is_dir()


def test_two_do_not_write_at_once(owned: OwnedFolder) -> None:
    with (
        pytest.raises(BuzanError, match="another command is at work in 'out'"),
        OwnedFolder.claimed(owned.path),
    ):
        pass
    owned.write(owned.path / "page", "x")  # the lock is still the first one's


def test_parts_of_a_killed_writer_go_and_others_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with OwnedFolder.claimed(out) as owned:
        owned.write(out / "page", "x")
    part_of(out / "page").write_text("half")
    (out / ".thesis.part").write_text("theirs")
    with OwnedFolder.claimed(out):
        pass
    assert sorted(file.name for file in out.iterdir()) == [RECORD, ".thesis.part", "page"]


def test_a_name_that_is_listed_and_was_never_made_is_no_claim(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with OwnedFolder.claimed(out) as owned:
        owned.listed(out / "page")
    (out / "page").write_text("theirs")
    with OwnedFolder.claimed(out) as owned, pytest.raises(StudyError, match="was not made by a run"):
        owned.write(out / "page", "mine")


FOLLOWED = """
import os, shutil, sys
from pathlib import Path
from buzanlib.study.owned import OwnedFolder
folder = Path(sys.argv[1])
OwnedFolder(folder).follow()
if os.fork() == 0:
    (folder / "of a child").write_text("x")
    os._exit(0)
os.wait()
(folder / "of a child").write_text("again, by another process")
(folder / "new.tmp").write_text("x")
os.replace(folder / "new.tmp", folder / "moved")
os.mkdir(folder / "inner")
shutil.copy(__file__ if "__file__" in globals() else folder / "moved", folder / "inner" / "copy")
os.close(os.open(folder / "opened", os.O_RDWR | os.O_CREAT))
(folder.parent / "elsewhere").write_text("x")
try:
    (folder / "theirs").write_text("x")
except Exception as error:
    print(error)
"""


def test_what_another_program_writes_is_listed_and_nothing_of_others_is_written_over(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with OwnedFolder.claimed(out):
        (out / "theirs").write_text("theirs")
        done = subprocess.run(
            [sys.executable, "-c", FOLLOWED, out], capture_output=True, text=True, check=True
        )
        made = OwnedFolder(out)
        names = {file.relative_to(out).as_posix() for file in made.files(out)}
    assert names == {"of a child", "moved", "inner/copy", "opened"}
    assert "theirs was not made by a run" in done.stdout
    assert (out / "theirs").read_text() == "theirs"


def test_a_digest_knows_every_byte_that_runs_have_made(owned: OwnedFolder) -> None:
    owned.write(owned.path / "html" / "a", "one")
    before = owned.digest(owned.path / "html")
    (owned.path / "html" / "theirs").write_text("x")
    assert owned.digest(owned.path / "html") == before
    (owned.path / "html" / "a").write_text("two")
    assert owned.digest(owned.path / "html") != before


def test_no_seal_of_a_note_is_one_of_a_file_nor_the_other_way_round(tmp_path: Path) -> None:
    out, content = tmp_path / "out", '{"name": 1}'
    with OwnedFolder.claimed(out) as owned:
        Cache(owned).remember("note.json", {"name": 1})
        owned.write(out / content, "made by a run")
    note = out / FOLDER / "note.json"
    assert Cache(out).recall("note.json") == {"name": 1}
    sealed = json.loads(note.read_text())["seal"]
    (line,) = (line for line in (out / RECORD).read_text().splitlines() if line.endswith(f" {content}"))
    note.write_text(json.dumps({"name": 1, "seal": line.split()[0]}))
    assert Cache(out).recall("note.json") == {}
    record = (out / RECORD).read_text().replace(line, f"{sealed} {content}")
    (out / RECORD).write_text(record)
    with OwnedFolder.claimed(out) as owned, pytest.raises(StudyError, match="was not made by a run"):
        owned.write(out / content, "another")
