"""Statements of one's own, from a folder of texts to a study."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.cli import main
from buzanlib.errors import BuzanError, DataError
from buzanlib.files import create_whole
from buzanlib.sources.own_texts import gather_texts
from buzanlib.sources.passages import Passage, digital_passages, normalise
from buzanlib.sources.text_folder import Skipped
from buzanlib.sources.text_names import FORM
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
    (folder / "notes.odt").write_text("not a text", encoding="utf-8")
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
    assert {"iso3", "year", "document"}.isdisjoint(rows[0])  # a coder does not know whose text it is


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
    for name in ("Speech of Estonia 2021", "ESX-2021", "EST-1921", "EST-2019-2021", "EST", "2021"):
        (texts / f"{name}.txt").write_text("Cyber.", encoding="utf-8")
    with pytest.raises(DataError) as raised:
        gather_texts(texts, "OEWG", data_dir, tmp_path / "mine")
    told = str(raised.value)
    assert told.startswith("6 faults")
    for name, why in {
        "Speech of Estonia 2021": "'Speech of Estonia': no name or code of a state that is known",
        "ESX-2021": "'ESX': no name or code of a state that is known",
        "EST-1921": "a year from 1995 to 2050 is needed, not 1921",
        "EST-2019-2021": "one year of four digits is needed",
        "EST": "one year of four digits is needed",
        "2021": "it names no state",
    }.items():
        need = f"{why}; the name must have {FORM}, or list files, states and years in a table (--names)"
        assert f"texts: '{name}.txt'; {need}" in told
    assert not (tmp_path / "mine").exists()


def test_wrong_names_of_one_kind_are_told_together(
    texts: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(100):
        (texts / f"speech {number}.txt").write_text("Cyber.", encoding="utf-8")
    words = ["data", "texts", str(texts), "--corpus", "OEWG", "--data", str(data_dir)]
    assert main([*words, "--out", str(tmp_path / "mine")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 7
    assert told[-1].startswith("  ... and 95 more like this in texts: 'speech 13.txt', 'speech 14.txt'")


def test_what_is_not_utf_8_is_refused_with_what_it_may_be(
    texts: Path, data_dir: Path, tmp_path: Path
) -> None:
    (texts / "FRA-2020.txt").write_bytes("Cyber.\nLa sécurité.".encode("cp1252"))
    (texts / "FRA-2019.txt").write_bytes("Cyber attacks.\nThey threaten.".encode("utf-16"))
    (texts / "FRA-2018.txt").write_bytes("Cyber attacks.\nThey threaten.".encode("utf-16-le"))
    with pytest.raises(DataError) as raised:
        gather_texts(texts, "OEWG", data_dir, tmp_path / "mine")
    told = {fault.value: fault.allowed for fault in raised.value.faults}
    assert re.fullmatch(
        r"UTF-8 is needed, and line 2 is not; it may be \w+: save it as UTF-8", told["FRA-2020.txt"]
    )
    for name in ("FRA-2019.txt", "FRA-2018.txt"):
        assert re.fullmatch(
            r"UTF-8 is needed, and line 1 (is not|has a NUL); it may be utf_16\w*: save it as UTF-8",
            told[name],
        )
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
        BuzanError, match=r"OEWG-EST-2021-2 and OEWG-EST-2021 have passages of one name, P0{16}"
    ):
        gather_texts(texts, "OEWG", data_dir, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_everything_in_a_folder_is_read_or_skipped_with_why(
    texts: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (texts / "._EST-2021.txt").write_bytes(b"\0\5\x16\7\0\2Mac OS X")
    (texts / ".git" / "deep").mkdir(parents=True)
    (texts / ".git" / "deep" / "EST-2019.txt").write_text(SAID)
    (texts / "session 2").mkdir()
    (texts / "session 2" / "EST-2021.TXT").write_text(SAID + " So be it.")
    (texts / "FIN-2021.txt").mkdir()
    (texts / "FIN-2021.txt" / "FIN-2021.Text").write_text("Hackers rob us.")
    (tmp_path / "secret").write_text(SAID)
    (texts / "DEU-2021.txt").symlink_to(tmp_path / "secret")
    (texts / "DNK-2021.txt").symlink_to(tmp_path / "nowhere")
    (texts / "AUT-2021.txt").symlink_to(texts / "EST-2021.txt")
    (texts / "LTU-2021.txt").symlink_to("/dev/zero")
    (texts / "loop").symlink_to(texts)
    os.mkfifo(texts / "LVA-2021.txt")
    (texts / "BEL-2021.txt").write_text(" \n")
    (texts / "BGR-2021.md").write_text("Кибератаки угрожают критической инфраструктуре.", encoding="utf-8")
    words = ["data", "texts", str(texts), "--corpus", "OEWG", "--data", str(data_dir)]
    assert main([*words, "--out", str(tmp_path / "new" / "mine")]) == 0
    assert capsys.readouterr().out.splitlines()[:13] == [
        "in the folder: 17 = 5 read + 12 skipped",
        "  1 a folder named like a text: 'FIN-2021.txt'",
        "  2 a link out of the folder: 'DEU-2021.txt', 'LTU-2021.txt'",
        "  1 a link that leads nowhere: 'DNK-2021.txt'",
        "  2 a link within the folder: 'AUT-2021.txt', 'loop'",
        "  1 a pipe or a device: 'LVA-2021.txt'",
        "  1 empty: 'BEL-2021.txt'",
        "  2 hidden: '._EST-2021.txt', '.git'",
        "  1 in another language than English: 'BGR-2021.md' (Russian)",
        "  1 of another kind: 'notes.odt'",
        "texts of 3 states: 5 = 4 with passages + 1 without any",
        "passages: 6",
        f"{tmp_path}/new/mine/files.csv: what became of every file",
    ]
    files = pd.read_csv(tmp_path / "new" / "mine" / "files.csv", keep_default_na=False)
    assert len(files) == 17
    became = files.set_index("file")
    assert became.loc["session 2/EST-2021.TXT", "document"] == "OEWG-EST-2021-3"
    assert became.loc["BGR-2021.md", "became"] == "skipped: in another language than English"
    assert became.loc[became["became"] == "read", "passages"].astype(int).sum() == 6


def test_duplicates_of_a_state_are_refused_merged_or_kept(
    texts: Path, data_dir: Path, tmp_path: Path
) -> None:
    (texts / "EST-2021-3.md").write_text(SAID)  # which EST-2021.txt has with other white space
    (texts / "LVA-2021.txt").write_text(SAID)  # as a joint statement has it
    for treatment in ("refuse", "other"):
        with pytest.raises(BuzanError) as raised:
            gather_texts(texts, "OEWG", data_dir, tmp_path / "mine", duplicates=treatment)
        if treatment == "refuse":
            assert "texts: 'EST-2021-3.md'; the same text as that of 'EST-2021.txt'; remove one" in str(
                raised.value
            )
    merged = gather_texts(texts, "OEWG", data_dir, tmp_path / "merged", duplicates="merge")
    assert (merged.documents, merged.passages) == (4, 5)
    assert [one for one in merged.skipped if one.why == "a duplicate"] == [
        Skipped("EST-2021-3.md", "a duplicate", "of 'EST-2021.txt'")
    ]
    assert merged.notes == ("2 files have one text: EST-2021.txt, LVA-2021.txt",)
    kept = gather_texts(texts, "OEWG", data_dir, tmp_path / "kept", duplicates="keep")
    assert (kept.documents, kept.passages, len(kept.skipped)) == (5, 7, 1)


def test_another_language_is_taken_if_that_is_wanted(texts: Path, data_dir: Path, tmp_path: Path) -> None:
    (texts / "BGR-2021.txt").write_text("Кибератаки cyber угрожают инфраструктуре.", encoding="utf-8")
    assert gather_texts(texts, "OEWG", data_dir, tmp_path / "some").passages == 3
    assert gather_texts(texts, "OEWG", data_dir, tmp_path / "all", any_language=True).passages == 4


def test_an_explicit_number_is_kept_and_further_texts_get_the_next(
    texts: Path, data_dir: Path, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (texts / folder).mkdir()
        (texts / folder / "Estonia_2021.txt").write_text(f"Hackers rob us in {folder}.")
    files = gather_texts(texts, "OEWG", data_dir, tmp_path / "mine").files[3]
    ids = pd.read_csv(files, keep_default_na=False).set_index("file")["document"]
    assert ids.loc[
        ["EST-2021.txt", "EST-2021-2.txt", "a/Estonia_2021.txt", "b/Estonia_2021.txt"]
    ].tolist() == [
        "OEWG-EST-2021",
        "OEWG-EST-2021-2",
        "OEWG-EST-2021-3",
        "OEWG-EST-2021-4",
    ]


def test_an_output_folder_that_is_a_file_is_told_before_anything_is_read(
    texts: Path, data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    (texts / "wrong.txt").write_text("")
    with pytest.raises(BuzanError, match=r"file' is a file, so that no folder '.*file/mine' can be made"):
        gather_texts(texts, "OEWG", data_dir, tmp_path / "file" / "mine")


def test_all_files_are_written_or_none(
    texts: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: str | bytes) -> None:
        if path.name == "sheet.csv":
            raise OSError(28, "No space left on device")
        create_whole(path, content)

    monkeypatch.setattr("buzanlib.files.create_whole", full)
    with pytest.raises(OSError, match="No space left"):
        gather_texts(texts, "OEWG", data_dir, tmp_path / "mine")
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_name_of_a_file_starts_no_formula_in_the_list(texts: Path, data_dir: Path, tmp_path: Path) -> None:
    (texts / "=cmd.exe").write_text("")
    made = gather_texts(texts, "OEWG", data_dir, tmp_path / "mine")
    with made.files[3].open(encoding="utf-8-sig", newline="") as file:
        assert "'=cmd.exe" in [row["file"] for row in csv.DictReader(file)]


def test_a_table_of_names_says_states_and_years(texts: Path, data_dir: Path, tmp_path: Path) -> None:
    (texts / "a").mkdir()
    (texts / "a" / "speech.txt").write_text("Hackers rob us.")
    (texts / "a" / "old.txt").write_text("Hackers robbed us.")
    table = tmp_path / "names.csv"
    table.write_text(
        "file;State;year;date;who\n"
        "a/speech.txt;Côte d’Ivoire;2021;2021-05-01;x\n"
        "old.txt;Ivory Coast;2021;2021-03-01;y\n"
    )
    made = gather_texts(texts, "OEWG", data_dir, tmp_path / "mine", names=table)
    files = pd.read_csv(made.files[3], keep_default_na=False).set_index("file")
    assert files["document"].to_dict() == {
        "a/old.txt": "OEWG-CIV-2021",
        "a/speech.txt": "OEWG-CIV-2021-2",
        **dict.fromkeys(("EST-2021.txt", "EST-2021-2.txt", "FRA-2022.txt", "notes.odt"), ""),
    }
    assert files.loc["FRA-2022.txt", "became"] == "skipped: not in names.csv"
