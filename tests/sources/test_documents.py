"""Speeches, strategies and the passages in them."""

from __future__ import annotations

import io
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import annotation, documents, strategies, ungdc
from buzanlib.sources.catalogue import find_sources
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.passages import TERMS, fold
from buzanlib.sources.write import ExistingTables


def build(raw: Path, crosswalk: Crosswalk, data: Path = Path("none")) -> tuple[pd.DataFrame, pd.DataFrame]:
    return documents.build(find_sources(raw), crosswalk.known(), ExistingTables(data), progress=False)[:2]


def test_silent_documents_are_there_too(small_raw: Path, crosswalk: Crosswalk) -> None:
    table, passages = build(small_raw, crosswalk)
    assert table["doc_id"].tolist() == [
        "NCSS-TUR-2013",
        "UNGDC-EU-66-2011",
        "UNGDC-SRB-81-2026",
        "UNGDC-TUR-81-2026",
        "UNGDC-USA-60-2005",
        "UNGDC-USA-79-2024",
        "UNGDC-USA-80-2025",
        "UNGDC-YUG-60-2005",
    ]
    assert table["sampled"].tolist() == [1, 0, 0, 1, 1, 0, 1, 0]
    assert table["session"].tolist() == [pd.NA, 66, 81, 81, 60, 79, 80, 60]
    # Nothing is known of a text that was not read; that is not the same as nothing found.
    unknown = [pd.NA, pd.NA]
    assert table["windows"].tolist() == [1, 0, *unknown, 1, 0, 1, 0]
    assert table["words"].tolist() == [37, 2, *unknown, 27, 3, 27, 3]
    assert table["cyber_security"].tolist() == [0, 0, *unknown, 0, 0, 0, 0]
    assert len(passages) == 4


def test_every_document_says_how_its_text_came_about(small_raw: Path, crosswalk: Crosswalk) -> None:
    table, _ = build(small_raw, crosswalk)
    assert dict(zip(table["doc_id"], table["text"], strict=True)) == {
        "NCSS-TUR-2013": "document",
        "UNGDC-EU-66-2011": "record",
        "UNGDC-SRB-81-2026": "provisional",
        "UNGDC-TUR-81-2026": "provisional",
        "UNGDC-USA-60-2005": "record",
        "UNGDC-USA-79-2024": "delegation",
        "UNGDC-USA-80-2025": "transcription",
        "UNGDC-YUG-60-2005": "record",
    }


def test_passages_of_2025_are_held_against_the_second_coding(small_raw: Path, crosswalk: Crosswalk) -> None:
    (path,) = small_raw.rglob("USA_80_2025.txt")
    path.write_text("Cyber attacks harm us.", encoding="utf-8")
    with pytest.raises(BuzanError, match=r"1 of 3 coded passages are not in these texts, .* UNGDC-USA-80"):
        build(small_raw, crosswalk)


def test_passages_of_2026_are_taken_as_listed(small_raw: Path, crosswalk: Crosswalk) -> None:
    _, passages = build(small_raw, crosswalk)
    (row,) = passages[passages["doc_id"] == "UNGDC-TUR-81-2026"][["start", "end"]].to_numpy().tolist()
    assert row == [40, 90]


def test_names_of_the_matter_are_counted() -> None:
    text = (
        "Cybersecurity, cyber-security and cyber security. Information security! Insecurity, information, "
        "security. Cybersecurities."
    )
    uses = {name: len(pattern.findall(fold(text))) for name, pattern in TERMS.items()}
    assert uses == {"cyber_security": 3, "information_security": 1}


def pack(tree: Path, path: Path) -> Path:
    """The corpus packed as the name says, with what a publisher's archive has beside the texts."""
    shadow = b"\x00\x05\x16\x07"
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(tree.rglob("*.txt")):
                archive.write(file, f"UNGDC/TXT/{file.relative_to(tree)}")
                archive.writestr(f"__MACOSX/{file.relative_to(tree)}", shadow)
            archive.writestr("UNGDC/README.txt", "Read me.")
        return path
    with tarfile.open(path, f"w:{path.suffix.removeprefix('.').replace('tgz', 'gz')}") as archive:
        archive.add(tree, "./UNGDC_1946-2024/TXT")
        for name in ("TXT/Session 60 - 2005/._USA_60_2005.txt", ".DS_Store", "Speakers.xlsx"):
            member = tarfile.TarInfo(name)
            member.size = len(shadow)
            archive.addfile(member, io.BytesIO(shadow))
    return path


PACKED = ["UNGDC_1995-2024.tar.xz", "UNGDC_1946-2024.tar.gz", "UNGDC_1946-2024.tgz", "ungdc.zip"]


@pytest.mark.parametrize("name", PACKED)
def test_packed_and_unpacked_read_alike(name: str, small_raw: Path, tmp_path: Path) -> None:
    by_id = {speech.doc_id: speech for speech in ungdc.read(pack(small_raw / "TXT", tmp_path / name))}
    assert by_id == {speech.doc_id: speech for speech in ungdc.read(small_raw / "TXT")}
    assert by_id["UNGDC-YUG-60-2005"].text == "All is well."


@pytest.mark.parametrize("name", PACKED)
def test_a_pack_goes_before_the_tree(name: str, small_raw: Path, crosswalk: Crosswalk) -> None:
    before = build(small_raw, crosswalk)
    pack(small_raw / "TXT", small_raw / name)
    find = find_sources(small_raw).sources["ungdc"]
    assert find.paths == (small_raw / name,)
    assert [path.name for path in find.spare] == ["TXT"]
    for made, again in zip(before, build(small_raw, crosswalk), strict=True):
        assert again.equals(made)


def test_years_beyond_the_panel_are_left_out(small_raw: Path) -> None:
    for name in ("YDYE_22_1967", "USA_81_2026"):
        (small_raw / "TXT" / f"{name}.txt").write_bytes(b"caf\xe9")
    assert [speech.year for speech in ungdc.read(small_raw / "TXT")] == [2005, 2005, 2011, 2024, 2025]


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_damaged_archive(name: str, share: float, small_raw: Path, tmp_path: Path) -> None:
    archive = pack(small_raw / "TXT", tmp_path / name)
    content = archive.read_bytes()
    archive.write_bytes(content[: int(share * len(content))])
    with pytest.raises(BuzanError, match=rf"{re.escape(name)} cannot be read"):
        list(ungdc.read(archive))


def test_speech_that_is_there_twice(small_raw: Path, crosswalk: Crosswalk) -> None:
    (small_raw / "TXT").rename(small_raw / "first")
    shutil.copytree(small_raw / "first", small_raw / "second")
    with pytest.raises(BuzanError, match="5 documents are there twice, the first UNGDC-"):
        build(small_raw, crosswalk)


def test_tree_without_a_statement_of_the_years_wanted(small_raw: Path, crosswalk: Crosswalk) -> None:
    shutil.rmtree(small_raw / "TXT")
    (small_raw / "Session 22 - 1967").mkdir()
    with pytest.raises(BuzanError, match="Session 22 - 1967 has no statement of the years 1995 to 2025"):
        build(small_raw, crosswalk)


def test_text_with_a_strange_name(small_raw: Path) -> None:
    (small_raw / "TXT" / "notes.txt").touch()
    with pytest.raises(BuzanError, match=r"'notes\.txt' is not named ISO_NN_YYYY\.txt"):
        list(ungdc.read(small_raw / "TXT"))


def test_all_texts_that_cannot_be_taken_are_told(small_raw: Path) -> None:
    (small_raw / "TXT" / "USA_61_2007.txt").write_text("All is well.")
    (small_raw / "TXT" / "usa.txt").write_text("All is well.")
    (small_raw / "TXT" / "FRA_61_2006.txt").write_bytes(b"caf\xe9 ")
    says = r"FRA_61_2006\.txt is not UTF-8.*'USA_61_2007\.txt': session 61 was held in 2006.*'usa\.txt' is not named"
    with pytest.raises(BuzanError, match=says):
        list(ungdc.read(small_raw / "TXT"))


def test_text_that_is_not_utf8(small_raw: Path) -> None:
    (small_raw / "TXT" / "USA_61_2006.txt").write_bytes(b"caf\xe9 ")
    with pytest.raises(BuzanError, match=r"USA_61_2006\.txt is not UTF-8"):
        list(ungdc.read(small_raw / "TXT"))


def test_unknown_speaker(small_raw: Path, crosswalk: Crosswalk) -> None:
    (small_raw / "TXT" / "USS_61_2006.txt").write_text("All is well.")
    with pytest.raises(UnknownNameError, match=r"unknown speaker of UNGDC-USS-61-2006 'USS'"):
        build(small_raw, crosswalk)


def test_changed_text_loses_its_coded_passage(small_raw: Path, crosswalk: Crosswalk) -> None:
    (path,) = small_raw.rglob("USA_60_2005.txt")
    path.write_text(path.read_text(encoding="utf-8").replace("hospitals", "hospices"), encoding="utf-8")
    with pytest.raises(
        BuzanError, match=r"1 of 3 coded passages are not in these texts, the first P.* UNGDC-USA"
    ):
        build(small_raw, crosswalk)


def test_passage_that_nobody_coded(small_raw: Path, crosswalk: Crosswalk) -> None:
    (path,) = small_raw.rglob("YUG_60_2005.txt")
    path.write_text("Cyber attacks harm us.", encoding="utf-8")
    with pytest.raises(
        BuzanError, match=r"1 passages of these texts were never coded, the first P.* UNGDC-YUG"
    ):
        build(small_raw, crosswalk)


def test_texts_and_seeds_must_have_the_same_documents(small_raw: Path) -> None:
    with pytest.raises(
        BuzanError,
        match=r"ncss_texts\.parquet and seeds\.csv do not have the same documents: NCSS-TUR-2013, NCSS-TUR-2014",
    ):
        strategies.read(small_raw / strategies.TEXTS, {"NCSS-TUR-2014": "x"}, "seeds.csv")


def test_without_any_seed_each_strategy_has_its_own_name(small_raw: Path) -> None:
    (strategy,) = strategies.read(small_raw / strategies.TEXTS, {}, "seeds.csv")
    assert (strategy.doc_id, strategy.seed) == ("NCSS-TUR-2013", "strategies-NCSS-TUR-2013")


def test_codes_are_sorted_and_none_is_a_code(small_raw: Path) -> None:
    codes = annotation.read_codes(small_raw / "coding" / annotation.CODES)
    assert codes["annotator"].tolist() == ["A", "B", "adjudicated"] * 2
    assert set(codes["referent"]) | set(codes["agent"]) == {"state", "none"}


@pytest.mark.raw
@pytest.mark.slow
def test_passages_of_both_corpora_are_cut_again(raw: Path, data_dir: Path) -> None:
    crosswalk = Crosswalk.read(data_dir / "states.csv")
    table, passages = build(raw, crosswalk)
    files = annotation.files(find_sources(raw)) | annotation.files(find_sources(raw), annotation.SECOND)
    coded = pd.concat([pd.read_csv(files[name]) for name in (annotation.PASSAGES, annotation.PASSAGES_2)])
    assert table["corpus"].value_counts().to_dict() == {"UNGDC": 6064, "NCSS": 62}
    assert len(passages) == 1428
    ours = passages.astype(dict.fromkeys(("start", "end"), "int64"))
    assert ours.equals(coded[annotation.LOCATOR].sort_values("passage_id", ignore_index=True))
    # How many passages each strategy has, and its length, were counted when they were drawn.
    drawn = pd.read_csv(files[annotation.SAMPLING]).set_index("doc_id")
    ours = table[table["corpus"] == "NCSS"].set_index("doc_id")
    assert ours["windows"].tolist() == drawn["threat_passages"].tolist()
    assert ours["words"].tolist() == drawn["words"].tolist()


@pytest.mark.raw
def test_strategy_of_the_paper_is_the_cyberspace_policy_review(raw: Path) -> None:
    (doc_id,) = strategies.IN_PAPER
    texts = pd.read_parquet(find_sources(raw).paths(strategies.SOURCE)[0]).set_index("doc_id")["text"]
    title = "Assuring a Trusted and Resilient Information and Communications Infrastructure"
    assert title in " ".join(texts[doc_id].split())[:200]
