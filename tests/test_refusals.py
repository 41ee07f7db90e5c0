"""What the system refuses is said in one sentence that names the file: no traceback, exit code 2."""

from __future__ import annotations

import errno
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from buzanlib.cli import main
from buzanlib.study.study_file import load_study

STUDY = "title: Tiny\ntemplates: {root}/tests/notebooks\ndata: {root}/data\noutput: {output}\nnotebooks:\n  numbers:\n"


def sentence(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(words) == 2
    err = capsys.readouterr().err
    assert err.startswith("buzan: ")
    assert err.count("\n") == 1, err
    return err.removeprefix("buzan: ").rstrip()


def study(tmp_path: Path, root: Path, output: str) -> Path:
    path = tmp_path / "study.yml"
    path.write_text(STUDY.format(root=root, output=output), encoding="utf-8")
    return path


# ---- Where nothing can be written ----------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no /proc")
@pytest.mark.parametrize("command", ["run", "book"])
def test_an_output_folder_that_cannot_be_made(
    tmp_path: Path, root: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = sentence([command, str(study(tmp_path, root, "/proc/self/x"))], capsys)
    assert re.match(r"'/proc/self/x(/[\w./]+)?': ", told)


@pytest.mark.parametrize(
    ("out", "why"),
    [
        ("nowhere/sheet.csv", "there is no folder '{tmp}/nowhere'"),
        ("file/sheet.csv", "Not a directory"),
    ],
)
@pytest.mark.parametrize("command", ["sheet", "index"])
def test_an_output_file_without_a_folder(
    tmp_path: Path, data_dir: Path, command: str, out: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "index.csv").write_text("iso3,year,value\nUSA,2011,1\n")
    own = [str(tmp_path / "index.csv"), "--axis", "power", "--name", "reach"] if command == "index" else []
    words = ["data", command, *own, "--data", str(data_dir), "--out", str(tmp_path / out)]
    if command == "index":  # which finds that out as it takes the folder for itself
        assert sentence(words, capsys) == f"there is no folder '{(tmp_path / out).parent}'"
    else:
        assert sentence(words, capsys) == f"'{tmp_path / out}': {why.format(tmp=tmp_path)}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "index.csv"]


@pytest.mark.parametrize("name", ["file/mine", "/proc/self/mine"])
def test_a_new_study_where_there_can_be_none(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert sentence(["new", str(tmp_path / name)], capsys).startswith(f"'{tmp_path / name}': ")


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "No space left on device; make room, and give the same command again"),
        (errno.EROFS, "Read-only file system; name another place"),
        (errno.EACCES, "Permission denied; name another place, or ask for the right to use it"),
    ],
)
@pytest.mark.parametrize("command", ["new", "sheet"])
def test_a_full_disk_and_a_place_that_is_only_read(
    tmp_path: Path,
    data_dir: Path,
    command: str,
    number: int,
    advice: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(descriptor: int, *given: object, **options: object) -> None:
        os.close(descriptor)
        raise OSError(number, os.strerror(number))

    out = tmp_path / ("x" if command == "new" else "x.csv")
    words = (
        ["new", str(out)]
        if command == "new"
        else ["data", "sheet", "--data", str(data_dir), "--out", str(out)]
    )
    monkeypatch.setattr(os, "fdopen", refuse)
    file = out / "tables" / "states.csv" if command == "new" else out
    assert sentence(words, capsys) == f"'{file}': {advice}"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_grows_too_large_for_the_system(tmp_path: Path, data_dir: Path) -> None:
    out = tmp_path / "sheet.csv"
    done = subprocess.run(
        [sys.executable, "-m", "buzanlib.cli", "data", "sheet", "--data", str(data_dir), "--out", str(out)],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )
    assert (done.returncode, done.stderr) == (2, f"buzan: '{out}': File too large\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_an_answer_that_cannot_be_printed() -> None:
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "buzanlib.cli", "version"]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    said = "buzan: No space left on device; make room, and give the same command again\n"
    assert (done.returncode, done.stderr) == (2, said)


# ---- What cannot be read -------------------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_table_that_may_not_be_read(tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "codes.csv"
    table.write_bytes((root / "data" / "codes.csv").read_bytes())
    table.chmod(0)
    path = study(tmp_path, root, "out")
    path.write_text(path.read_text().replace("notebooks:", f"tables: {{codes: {table}}}\nnotebooks:"))
    assert "codes.csv" in sentence(["status", str(path)], capsys)


@pytest.mark.parametrize("command", [["status"], ["run"], ["data", "check"]])
def test_a_table_that_the_system_will_not_give(
    tmp_path: Path,
    root: Path,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "codes.csv":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    told = sentence([*command, str(study(tmp_path, root, "out"))], capsys)
    assert told == f"'{root / 'data' / 'codes.csv'}': Permission denied" + (
        "; name another place, or ask for the right to use it"
    )


def test_results_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "results.json").touch()
    (tmp_path / "results.json").write_bytes(b"\xff")
    assert "results.json is not a file of results" in sentence(["diff", str(tmp_path), str(tmp_path)], capsys)
    if Path("/proc/self/mem").exists():
        told = sentence(["diff", "/proc/self/mem", "/proc/self/mem"], capsys)
        assert told == "mem cannot be read: Input/output error"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), "there is not enough memory for this"),
        (OSError("odd"), "odd"),
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
            "a text or the name of a file is not ",
        ),
    ],
)
def test_other_refusals(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*given: object, **options: object) -> None:
        raise error

    monkeypatch.setattr("buzanlib.study.plan.status", fail)
    assert sentence(["status"], capsys).startswith(told)


# ---- Names of folders ----------------------------------------------------------------------------------------

NAMES = [
    "🌍👩‍💻",
    'say "no"',
    "it's",
    "a: b # c",
    "two\nlines",
    "\x01\x7f\x85\u2028\ufeff",
    "-dash",
    "שלום \u202eabc",
    "{num}`x` %s $HOME \\n",
    "<b>",
    "[a, b]",
    " spaces ",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_new_study_can_be_read_whatever_its_folder_is_called(
    tmp_path: Path, root: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "--", name]) == 0
    assert "What to do next" in capsys.readouterr().out
    made = load_study(tmp_path / name / "study.yml")
    assert (made.data, made.book, made.output) == (root / "data", root / "book", tmp_path / name / "out")
    assert made.title.isprintable() or "\u202e" in name or "\u200d" in name or "\ufeff" in name
    assert not set(made.title) & set("<>\n")
    if name == NAMES[0]:
        assert main(["status", name]) == 0
        assert made.title == f"Study {name}"


@pytest.mark.skipif(sys.platform == "darwin", reason="the system refuses such a name itself")
def test_a_folder_whose_name_is_not_utf_8_is_refused(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    assert "caf\\udce9' is not valid UTF-8: a study needs a folder of another name" in sentence(
        ["new", str(odd)], capsys
    )
    assert not odd.exists()
    odd.mkdir()
    assert "is not valid UTF-8" in sentence(["status", str(study(odd, root, "out"))], capsys)
    assert "is not valid UTF-8" in sentence(["run", str(odd)], capsys)


def test_a_name_that_cannot_be_shown_is_shown_in_other_signs(tmp_path: Path, data_dir: Path) -> None:
    out = os.fsencode(tmp_path) + b"/caf\xe9.csv"
    words = [sys.executable, "-m", "buzanlib.cli", "data", "sheet", "--data", str(data_dir), "--out", out]
    done = subprocess.run(words, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    gists = len((data_dir / "gists.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert f"caf\\udce9.csv: {gists} passages".encode() in done.stdout


def test_a_study_made_through_a_link_can_be_read(tmp_path: Path, root: Path) -> None:
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "near").symlink_to(tmp_path / "far" / "away")
    assert main(["new", str(tmp_path / "near" / "mine")]) == 0
    assert load_study(tmp_path / "near" / "mine" / "study.yml").data == root / "data"
