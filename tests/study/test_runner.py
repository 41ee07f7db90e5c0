from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from buzanlib.errors import DataError, LockError, RunError, StudyError
from buzanlib.study.files import sha256, write_whole
from buzanlib.study.results import Results
from buzanlib.study.runner import run_study


def test_values_and_pages_of_all_notebooks_are_gathered(write_study, root: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers: {count: 5}\nfigure:\n", seed="7")
    results = run_study(path)
    executed = path.parent / "executed"

    assert results == Results.load(executed / "results.json")
    assert {key: results[key] for key in results.values} == {
        "tiny.count": 5,
        "tiny.share": 0.5,
        "tiny.negative": -1.5,
        "tiny.p": 0.0004,
        "tiny.label": "plain",
        "tiny.bold": False,
        "tiny.seed": 7,
        "tiny.found": True,  # the relative path of the data leads there from the folder of the templates
    }
    assert results.lock == sha256(root / "data" / "predictions.json")
    assert results.data["codes.csv"] == sha256(root / "data" / "codes.csv")
    assert results.notebooks["numbers"]["parameters"]["count"] == 5
    assert results.values["tiny.count"].notebook == "numbers"
    assert sorted(file.name for file in executed.iterdir()) == [
        "figure.ipynb",
        "numbers.ipynb",
        "results.json",
    ]

    figure = nbformat.read(executed / "figure.ipynb", as_version=4).cells[-1]
    assert figure.metadata.mystnb.image.alt == "A line, rising."
    assert figure.outputs[0].data["image/png"].startswith("iVBOR")
    told = capsys.readouterr().err
    assert "[1/2] " in told
    assert "[2/2] " in told


def test_the_same_study_gives_the_same_bytes(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers figure")
    first, second = [
        run_study(path, progress=False)
        and {file.name: file.read_bytes() for file in (path.parent / "executed").iterdir()}
        for _ in range(2)
    ]
    assert first == second


def test_a_page_names_no_folder_of_this_machine(write_study, root: Path) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers figure warns")
    run_study(path, progress=False)
    for file in (path.parent / "executed").iterdir():
        text = file.read_text(encoding="utf-8")
        assert str(root) not in text
        assert str(path.parent) not in text


def test_a_warning_is_printed_and_not_published(write_study, capsys) -> None:  # type: ignore[no-untyped-def]
    path = write_study("warns")
    run_study(path, progress=False)
    assert "warning: warns, cell 3: " in capsys.readouterr().err
    (output,) = nbformat.read(path.parent / "executed" / "warns.ipynb", as_version=4).cells[-1].outputs
    assert output.text == "done\n"


@pytest.mark.parametrize(
    ("notebooks", "message"),
    [
        (
            "fails",
            r"notebook fails failed in cell 3:\n    shares = .*\n    shares\[\"inf\"\]\nKeyError: 'inf'",
        ),
        ("two_figures", "two_figures, cell 4: a cell that shows a figure may show nothing else"),
        ("numbers again", "'tiny.count' is recorded by numbers and by again"),
    ],
)
def test_a_failure_is_named_and_nothing_is_written(write_study, notebooks: str, message: str) -> None:  # type: ignore[no-untyped-def]
    path = write_study(notebooks)
    with pytest.raises(RunError, match=message):
        run_study(path, progress=False)
    assert not (path.parent / "executed").exists()


def test_wrong_input_stops_before_anything_runs(write_study, tmp_path: Path, root: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StudyError, match="unknown notebook 'nubmers'"):
        run_study(write_study("nubmers"), progress=False)

    data = tmp_path / "broken"
    shutil.copytree(root / "data", data)
    text = (data / "predictions.json").read_text(encoding="utf-8")
    (data / "predictions.json").write_text(text.replace("B1", "B9", 1), encoding="utf-8")
    with pytest.raises(LockError, match=r"predictions\.json"):
        run_study(write_study("fails", data="broken"), progress=False)

    (data / "states.csv").unlink()
    with pytest.raises(DataError, match=r"states\.csv"):
        run_study(write_study("fails", data="broken"), progress=False)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    write_whole(path, "one\n")
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        write_whole(path, "half \ud800")
    assert path.read_bytes() == b"one\n"
    assert [file.name for file in path.parent.iterdir()] == ["a.txt"]
