"""Speeches, strategies and the passages in them."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import annotation, documents, strategies, ungdc
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.progress import unseen
from buzanlib.sources.raw import RawFolder


def test_silent_documents_are_there_too(small_raw: Path, crosswalk: Crosswalk) -> None:
    table, passages = documents.build(RawFolder(small_raw), crosswalk.known(), unseen)
    assert table["doc_id"].tolist() == [
        "NCSS-TUR-2013",
        "UNGDC-EU-66-2011",
        "UNGDC-USA-60-2005",
        "UNGDC-YUG-60-2005",
    ]
    assert table["windows"].tolist() == [1, 0, 1, 0]
    assert table["sampled"].tolist() == [1, 0, 1, 0]
    assert table["words"].tolist() == [37, 2, 27, 3]
    assert table["cyber_security"].tolist() == [0, 0, 0, 0]
    assert table["session"].tolist() == [pd.NA, 66, 60, 60]
    assert len(passages) == 2


def test_names_of_the_matter_are_counted() -> None:
    text = (
        "Cybersecurity, cyber-security and cyber security. Information security! Insecurity, information, "
        "security. Cybersecurities."
    )
    uses = {name: len(pattern.findall(text)) for name, pattern in documents.TERMS.items()}
    assert uses == {"cyber_security": 3, "information_security": 1}


def test_archive_and_tree_read_alike(small_raw: Path, tmp_path: Path) -> None:
    archive = tmp_path / ungdc.ARCHIVE
    with tarfile.open(archive, "w:xz") as pack:
        pack.add(small_raw / "TXT", "TXT")
    by_id = {speech.doc_id: speech for speech in ungdc.read(archive)}
    assert by_id == {speech.doc_id: speech for speech in ungdc.read(small_raw / "TXT")}
    assert by_id["UNGDC-YUG-60-2005"].text == "All is well."


def test_archive_goes_before_the_tree(small_raw: Path) -> None:
    assert ungdc.locate(RawFolder(small_raw)) == small_raw / "TXT"
    (small_raw / ungdc.ARCHIVE).touch()
    assert ungdc.locate(RawFolder(small_raw)) == small_raw / ungdc.ARCHIVE


def test_no_speeches_at_all(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match=r"documents\.csv needs UNGDC_1995-2024\.tar\.xz"):
        ungdc.locate(RawFolder(tmp_path))


def test_damaged_archive(small_raw: Path, tmp_path: Path) -> None:
    archive = tmp_path / ungdc.ARCHIVE
    with tarfile.open(archive, "w:xz") as pack:
        pack.add(small_raw / "TXT", "TXT")
    archive.write_bytes(archive.read_bytes()[:100])
    with pytest.raises(BuzanError, match=r"UNGDC_1995-2024\.tar\.xz cannot be read"):
        list(ungdc.read(archive))


def test_text_with_a_strange_name(small_raw: Path) -> None:
    (small_raw / "TXT" / "notes.txt").touch()
    with pytest.raises(BuzanError, match=r"'notes\.txt' is not named ISO_NN_YYYY\.txt"):
        list(ungdc.read(small_raw / "TXT"))


def test_text_that_is_not_utf8(small_raw: Path) -> None:
    (small_raw / "TXT" / "USA_61_2006.txt").write_bytes(b"caf\xe9 ")
    with pytest.raises(BuzanError, match=r"USA_61_2006\.txt is not UTF-8"):
        list(ungdc.read(small_raw / "TXT"))


def test_unknown_speaker(small_raw: Path, crosswalk: Crosswalk) -> None:
    (small_raw / "TXT" / "USS_61_2006.txt").write_text("All is well.")
    with pytest.raises(UnknownNameError, match="unknown speaker 'USS'"):
        documents.build(RawFolder(small_raw), crosswalk.known(), unseen)


def test_changed_text_loses_its_coded_passage(small_raw: Path, crosswalk: Crosswalk) -> None:
    (path,) = small_raw.rglob("USA_60_2005.txt")
    path.write_text(path.read_text(encoding="utf-8").replace("hospitals", "hospices"), encoding="utf-8")
    with pytest.raises(
        BuzanError, match=r"1 of 2 coded passages are not in these texts, the first P.* UNGDC-USA"
    ):
        documents.build(RawFolder(small_raw), crosswalk.known(), unseen)


def test_passage_that_nobody_coded(small_raw: Path, crosswalk: Crosswalk) -> None:
    (path,) = small_raw.rglob("YUG_60_2005.txt")
    path.write_text("Cyber attacks harm us.", encoding="utf-8")
    with pytest.raises(
        BuzanError, match=r"1 passages of these texts were never coded, the first P.* UNGDC-YUG"
    ):
        documents.build(RawFolder(small_raw), crosswalk.known(), unseen)


def test_texts_and_sampling_must_have_the_same_documents(small_raw: Path) -> None:
    sampling = small_raw / "coding" / strategies.SAMPLING
    sampling.write_text("doc_id,seed\nNCSS-TUR-2014,x\n")
    with pytest.raises(BuzanError, match="the same documents: NCSS-TUR-2013, NCSS-TUR-2014"):
        strategies.read(small_raw / strategies.TEXTS, sampling)


def test_codes_are_sorted_and_none_is_a_code(small_raw: Path) -> None:
    codes = annotation.read_codes(small_raw / "coding" / annotation.CODES)
    assert codes["annotator"].tolist() == ["A", "B", "adjudicated"] * 2
    assert set(codes["referent"]) | set(codes["agent"]) == {"state", "none"}


@pytest.mark.raw
@pytest.mark.slow
def test_passages_of_both_corpora_are_cut_again(raw: Path, data_dir: Path) -> None:
    folder = RawFolder(raw)
    known = Crosswalk.read(data_dir / "states.csv").known()
    table, passages = documents.build(folder, known, unseen)
    coded = pd.read_csv(folder.find(annotation.PASSAGES, "passages.csv"))
    assert table["corpus"].value_counts().to_dict() == {"UNGDC": 5684, "NCSS": 62}
    assert len(passages) == 1297
    assert passages.equals(coded[annotation.LOCATOR].sort_values("passage_id", ignore_index=True))
    # How many passages each strategy has, and its length, were counted when they were drawn.
    drawn = pd.read_csv(folder.find(strategies.SAMPLING, "documents.csv")).set_index("doc_id")
    ours = table[table["corpus"] == "NCSS"].set_index("doc_id")
    assert ours["windows"].equals(drawn["threat_passages"].rename("windows"))
    assert ours["words"].equals(drawn["words"])


@pytest.mark.raw
def test_strategy_of_the_paper_is_the_cyberspace_policy_review(raw: Path) -> None:
    folder = RawFolder(raw)
    (doc_id,) = strategies.IN_PAPER
    texts = pd.read_parquet(folder.find(strategies.TEXTS, "documents.csv")).set_index("doc_id")["text"]
    title = "Assuring a Trusted and Resilient Information and Communications Infrastructure"
    assert title in " ".join(texts[doc_id].split())[:200]
