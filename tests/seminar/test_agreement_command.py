"""`buzan seminar agreement`: what it prints, and that a file at fault stops it unless it is told to go on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import pytest
from coder_files import class_of_coders

from buzanlib.cli import main


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A class in the long form with a model and labels, and its key last."""
    paths = []
    for number, content in enumerate(class_of_coders(43)):
        path = tmp_path / f"{number:02}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        paths.append(str(path))
    return paths


def test_a_class_is_told_how_far_it_agrees(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "agreement.csv"
    assert main(["seminar", "agreement", *files[:-1], "--key", files[-1], "--csv", str(out)]) == 0
    printed, err = capsys.readouterr()
    assert err == ""
    for words in (
        "Set A: ",
        "1 by models, with its key",
        "Agreement of all coders",
        "De-stabilising political action",
        "Strength (ordinal)",
        "People with models (pairs of one of each)",
        "People with the key",
        "taken for each other",
        "Against the key, in per cent; accepted alternates apart",
        "Items, the hardest first",
        "The experiment: ",
        "by drawing the labels again",
    ):
        assert words in printed
    table = pd.read_csv(out)
    assert table["group"].unique().tolist() == ["all", "person-person", "person-model", "person-key"]
    row = table[(table["group"] == "all") & (table["variable"] == "primary")].iloc[0]
    assert f"{row['alpha']:.2f} [{row['alpha_low']:.2f}, {row['alpha_high']:.2f}]" in printed


def test_undefined_values_are_said_to_be(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = json.loads(Path(files[0]).read_text(encoding="utf-8"))
    one["codes"] = {item: {"threats": []} for item in ("A01", "A02")}
    paths = []
    for coder in ("x", "y"):
        paths.append(tmp_path / f"{coder}.json")
        paths[-1].write_text(json.dumps(one | {"coder": coder, "labels": None}), encoding="utf-8")
    assert main(["seminar", "agreement", *map(str, paths)]) == 0
    lines = capsys.readouterr().out.splitlines()
    crime = next(line for line in lines if "Criminal activity" in line)
    assert crime.split() == [
        "Criminal",
        "activity",
        "2",
        "1.00",
        "[undefined]",
        "undefined",
        "1.00",
        "[undefined]",
    ]
    assert "nan" not in "".join(lines)


def test_all_faults_are_named_at_once_and_nothing_is_printed_unless_the_rest_is_wanted(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(files[0]).write_text("{", encoding="utf-8")
    text = Path(files[1]).read_text(encoding="utf-8")
    Path(files[1]).write_text(text.replace('"set": "A"', '"set": "B"'), encoding="utf-8")
    out = tmp_path / "agreement.csv"
    words = ["seminar", "agreement", *files, "--csv", str(out)]
    assert main(words) == 2
    printed, err = capsys.readouterr()
    assert printed == ""
    assert not out.exists()
    for name in ("00.json, row 1: ", "01.json, $.labels: "):
        assert name in err
    assert main([*words, "--skip-faulty"]) == 0
    printed, err = capsys.readouterr()
    assert "Agreement of all coders" in printed
    assert "2 faults in the data" in err
    assert out.exists()


def test_one_coder_or_none_has_nothing_to_agree_with(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seminar", "agreement", files[0]]) == 0
    assert "Agreement needs two coders." in capsys.readouterr().out
    assert main(["seminar", "agreement", files[-1]]) == 2
    assert "no file of a coder is left" in capsys.readouterr().err
    assert main(["seminar", "agreement", "none.json"]) == 2
    assert "none.json: 'cannot be read'; No such file" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "match"), [
    ("", "a new file needs a name"), ("00.json", "00.json is there already"), ("pipe", "pipe is there already"),
    ("no/a.csv", "no folder 'no'"),
])  # fmt: skip
def test_a_table_is_written_over_nothing_and_said_before_anything_is_printed(
    name: str,
    match: str,
    files: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    before = Path(files[0]).read_bytes()
    assert main(["seminar", "agreement", *files[1:], "--csv", name]) == 2
    printed, err = capsys.readouterr()
    assert printed == ""
    assert match in err
    assert len(err.splitlines()) == 1
    assert Path(files[0]).read_bytes() == before
    assert Path("pipe").is_fifo()


def test_where_nothing_is_coded_that_is_said(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    coders = [json.loads(Path(file).read_text(encoding="utf-8")) for file in files[:2]]
    empty = [tmp_path / "x.json", tmp_path / "y.json"]
    for path, one in zip(empty, coders, strict=True):
        path.write_text(json.dumps(one | {"set": "B", "codes": {}, "labels": None}), encoding="utf-8")
    words = ["seminar", "agreement", "--csv", str(tmp_path / "a.csv"), *map(str, empty)]
    assert main(words) == 2
    assert capsys.readouterr() == ("", "buzan: nothing is coded in these files\n")
    assert main([*words, *files]) == 0
    assert set(pd.read_csv(tmp_path / "a.csv")["set"]) == {"A"}


def test_paths_that_cannot_be_read_are_faults_like_others(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, broken, loop, pipe = (tmp_path / name for name in ("folder", "broken", "loop", "pipe"))
    folder.mkdir()
    broken.symlink_to(tmp_path / "no")
    loop.symlink_to(loop)
    os.mkfifo(pipe)
    Path(files[0]).write_text("{", encoding="utf-8")
    words = ["seminar", "agreement", *map(str, (folder, broken, loop, pipe)), *files]
    assert main(words) == 2
    err = capsys.readouterr().err
    for said in (
        "5 faults",
        "00.json, row 1",
        "folder: 'cannot be read'; Is a dir",
        "broken: ",
        "loop: ",
        "pipe: ",
    ):
        assert said in err
    assert main([*words, "--skip-faulty"]) == 0
    assert "Agreement of all coders" in capsys.readouterr().out


def test_the_name_of_a_file_is_shown_as_values_are(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a\x1b[31m\nb.json").write_text("{}", encoding="utf-8")
    assert main(["seminar", "agreement", *files, str(tmp_path / "a\x1b[31m\nb.json")]) == 2
    err = capsys.readouterr().err
    assert r"a\x1b[31m\nb.json, $: 'missing'" in err
    assert len(err.splitlines()) == 2


def test_only_a_key_is_taken_as_one(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seminar", "agreement", *files[1:-1], "--key", files[0]]) == 2
    assert "00.json, $.kind: 'person'; allowed: 'key'" in capsys.readouterr().err
