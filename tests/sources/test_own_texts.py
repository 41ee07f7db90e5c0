"""Statements of one's own, from a folder of texts to a study."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.cli import main
from buzanlib.errors import BuzanError, DataError
from buzanlib.sources.own_texts import gather_texts
from buzanlib.sources.passages import Passage, digital_passages, normalise
from buzanlib.study.runner import run_study

SAID = (
    "We have heard much. Cyber attacks threaten our power grid. We thank the Chair. "
    "Fisheries matter to us. The climate matters, too. So does trade. And so do roads. "
    "Hackers rob our citizens. They must be stopped."
)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Three texts of two states, one of which says nothing of the matter."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "EST-2021.txt").write_bytes(b"\xef\xbb\xbf" + SAID.replace(". ", ".\r\n").encode())
    (folder / "EST-2021-2.txt").write_text("=Cyber crime is a danger to all.", encoding="utf-8")
    (folder / "FRA-2022.txt").write_text("The climate matters.", encoding="utf-8")
    (folder / "notes.md").write_text("not a text", encoding="utf-8")
    return folder


def test_passages_are_found_as_in_the_general_debate(texts: Path, data_dir: Path, tmp_path: Path) -> None:
    made = gather_texts(texts, "OEWG", data_dir, tmp_path / "mine")
    assert (made.documents, made.states, made.passages, made.silent) == (3, 2, 3, 1)
    documents, passages = (pd.read_csv(path) for path in made.files[:2])
    for mine, name in ((documents, "documents.csv"), (passages, "passages.csv")):
        own = mine[mine["doc_id"].str.startswith("OEWG-")]
        pd.testing.assert_frame_equal(
            mine.drop(own.index).reset_index(drop=True), pd.read_csv(data_dir / name), check_dtype=False
        )
    found = digital_passages(normalise(SAID))
    own = passages[passages["doc_id"] == "OEWG-EST-2021"].sort_values("start")
    assert own["sha256"].tolist() == [passage.sha256 for passage in found]
    assert documents.set_index("doc_id").loc["OEWG-FRA-2022", "sampled"] == 0


def test_the_sheet_shows_the_text_and_no_formula(texts: Path, data_dir: Path, tmp_path: Path) -> None:
    sheet = gather_texts(texts, "OEWG", data_dir, tmp_path).files[2]
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert "'=Cyber crime is a danger to all." in [row["text"] for row in rows]
    assert {row["coder"] for row in rows} == {""}


def test_a_sample_keeps_ten_of_a_text(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    away = "Fisheries matter. " * 8
    (folder / "EST-2021.txt").write_text(("Cyber attacks threaten us. " + away) * 30, encoding="utf-8")
    assert gather_texts(folder, "OEWG", data_dir, tmp_path / "all").passages == 30
    made = gather_texts(folder, "OEWG", data_dir, tmp_path / "some", sample=True)
    assert made.passages == 10
    again = gather_texts(folder, "OEWG", data_dir, tmp_path / "again", sample=True)
    assert [path.read_bytes() for path in made.files] == [path.read_bytes() for path in again.files]


def test_every_wrong_text_is_told_and_nothing_is_written(texts: Path, data_dir: Path, tmp_path: Path) -> None:
    (texts / "Estonia 2021.txt").write_text("Cyber.", encoding="utf-8")
    (texts / "ESX-2021.txt").write_text("Cyber.", encoding="utf-8")
    (texts / "EST-1921.txt").write_text("Cyber.", encoding="utf-8")
    (texts / "EST-2019.txt").write_text(" ", encoding="utf-8")
    (texts / "FRA-2020.txt").write_bytes(b"Cyber.\nS\xe9curit\xe9.")
    with pytest.raises(DataError) as raised:
        gather_texts(texts, "OEWG", data_dir, tmp_path / "mine")
    told = str(raised.value)
    assert told.startswith("5 faults")
    for part in (
        "Estonia 2021.txt: 'Estonia 2021.txt'; the name must be ISO3-YEAR.txt",
        "ESX-2021.txt: 'ESX'; not in column iso3 of states.csv; nearest allowed",
        "EST-1921.txt: '1921'; a year from 1995 to 2050 is needed",
        "EST-2019.txt: ''; the file is empty",
        "FRA-2020.txt, row 2: 'byte 0xe9'; every byte must be UTF-8",
    ):
        assert part in told
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("corpus", ["NCSS", "oewg", "A", "../UP"])
def test_a_corpus_needs_a_name_of_its_own(corpus: str, texts: Path, data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match="two to twelve capital letters are needed, and not UNGDC and NCSS"):
        gather_texts(texts, corpus, data_dir, tmp_path)


def test_folders_without_texts_or_passages_are_told_and_nothing_is_written_over(
    texts: Path, data_dir: Path, tmp_path: Path
) -> None:
    with pytest.raises(BuzanError, match="there is no folder"):
        gather_texts(tmp_path / "none", "OEWG", data_dir, tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BuzanError, match="no text in 'empty'"):
        gather_texts(tmp_path / "empty", "OEWG", data_dir, tmp_path)
    (tmp_path / "empty" / "EST-2021.txt").write_text("The climate matters.", encoding="utf-8")
    with pytest.raises(BuzanError, match="no passage in 1 texts of 'empty'"):
        gather_texts(tmp_path / "empty", "OEWG", data_dir, tmp_path)
    gather_texts(texts, "OEWG", data_dir, tmp_path)
    with pytest.raises(BuzanError, match=r"documents\.csv is there already, and is not written over"):
        gather_texts(texts, "OEWG", data_dir, tmp_path)


@pytest.mark.slow
def test_a_study_of_texts_and_a_sheet_runs(root: Path, data_dir: Path, tmp_path: Path) -> None:
    """As the guide has it: texts, a sheet filled in by two coders, a study."""
    folder = tmp_path / "texts"
    folder.mkdir()
    panel = pd.read_csv(data_dir / "panel.csv")
    speaking = panel.loc[(panel["year"] == 2015) & panel["fsi_cohesion_rank"].notna(), "iso3"].unique()[:120]
    for number, state in enumerate(speaking):
        said = "Cyber crime is a danger to all." if number % 2 else "Cyber attacks threaten our power grid."
        (folder / f"{state}-2021.txt").write_text(said, encoding="utf-8")
    made = gather_texts(folder, "OEWG", data_dir, tmp_path / "mine")
    with made.files[2].open(encoding="utf-8-sig", newline="") as file:
        blank = list(csv.DictReader(file))
    filled = []
    for row in blank:
        threat = "crime" if "crime" in row["text"] else "infrastructure"
        codes = {"relevant": "yes", "primary": threat, "level": "1", "referent": "state", "agent": "none"}
        filled += [{**row, "coder": coder, **codes, "measure": "none"} for coder in ("Ana", "Ben")]
    pd.DataFrame(filled).to_csv(made.files[2], index=False)
    study = tmp_path / "study.yml"
    study.write_text(
        f"""
title: Texts of my own
data: {data_dir}
templates: {root / "notebooks"}
output: out
tables: {{documents: mine/documents.csv, passages: mine/passages.csv}}
sheets: [mine/sheet.csv]
parameters: {{corpus: OEWG, annotator: Ana, one: Ana, other: Ben, draws: 49, bootstrap: 29}}
notebooks: {{own_statements: }}
""",
        encoding="utf-8",
    )
    results = run_study(study, progress=False)
    assert results["own.n_passages"] == len(blank)
    assert results["own.n_both"] == len(blank)
    assert results["n_states"] > 100


def test_a_link_or_what_is_no_file_is_told_and_nothing_of_it_read(
    texts: Path, data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(SAID)
    (texts / "DEU-2021.txt").symlink_to(tmp_path / "secret")
    (texts / "DNK-2021.txt").symlink_to(tmp_path / "nowhere")
    (texts / "FIN-2021.txt").mkdir()
    os.mkfifo(texts / "LVA-2021.txt")
    (texts / "LTU-2021.txt").symlink_to("/dev/zero")
    with pytest.raises(DataError) as caught:
        gather_texts(texts, "OEWG", data_dir, tmp_path / "mine")
    told = {fault.file: fault.allowed for fault in caught.value.faults}
    assert told == {
        **dict.fromkeys(
            ("DEU-2021.txt", "DNK-2021.txt", "LTU-2021.txt"), "a file is needed: links are not followed"
        ),
        "FIN-2021.txt": "Is a directory",
        "LVA-2021.txt": "a file is needed: this is a pipe or a device",
    }
    assert not (tmp_path / "mine").exists()


def test_passages_of_ones_own_have_long_names_and_those_of_one_name_are_told(
    texts: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = gather_texts(texts, "OEWG", data_dir, tmp_path / "mine")
    passages = pd.read_csv(made.files[1])
    own = passages["doc_id"].str.startswith("OEWG-")
    assert set(passages.loc[own, "passage_id"].str.len()) == {17}
    assert set(passages.loc[~own, "passage_id"].str.len()) == {9}
    monkeypatch.setattr(Passage, "own_id", lambda self, doc_id: f"P{self.start:016x}")
    with pytest.raises(
        BuzanError, match=r"OEWG-EST-2021 and OEWG-EST-2021-2 have passages of one name, P0{16}"
    ):
        gather_texts(texts, "OEWG", data_dir, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_what_is_not_read_of_a_folder_is_counted_and_named(
    texts: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (texts / "._EST-2021.txt").write_bytes(b"\0\5\x16\7\0\2Mac OS X")
    (texts / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    words = ["data", "texts", str(texts), "--corpus", "OEWG", "--data", str(data_dir)]
    assert main([*words, "--out", str(tmp_path / "mine")]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "in the folder: 6 = 3 texts + 3 not read: '.DS_Store', '._EST-2021.txt', 'notes.md'",
        "texts of 2 states: 3 = 2 with passages + 1 without any",
        "passages: 3",
    ]
