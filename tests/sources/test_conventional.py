"""Rival words are found where they name a present danger, and counted as passages are cut."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.sources import conventional, documents
from buzanlib.sources.catalogue import find_sources
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.passages import digital_passages
from buzanlib.sources.write import ExistingTables
from buzanlib.tables.descriptor import load

FOUND = {
    "war": "war|The wars|warfare|warring parties|war-torn|a civil war|war crimes|war against Ruritania",
    "nuclear": "nuclear weapons|Nuclear-weapon-free|nuclear Powers|non-nuclear|denuclearization|thermonuclear",
    "terrorism": "terror|Terrorists|counter-terrorism|counterterrorism|terrorize|narco-terrorist|terrorist-financing",
}

LEFT_OUT = {
    "war": "warn|warming|warrant|warlord|Cold War|post-cold-war|Second World War|post-war|postwar|inter-war years"
    "|a trade war|tug of war|tug-of-war|war on drugs|war against the poverty|war on terrorism|cyber war|cyber-warfare"
    "|cyberwar|information warfare|hybrid wars",
    "nuclear": "nuclear energy|nuclear technologies|nuclear power plants|nuclear safety|nuclear families|nucleus",
    "terrorism": "territory|terrible|cyberterrorism|cyber-terrorism|cyber terrorists|information terrorism",
}


def words(of: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in of.items() for text in texts.split("|")]


@pytest.mark.parametrize(("name", "text"), words(FOUND))
def test_present_dangers_are_found(name: str, text: str) -> None:
    assert conventional.window_counts(f"We fear {text} today.")[name] == 1


@pytest.mark.parametrize(("name", "text"), words(LEFT_OUT))
def test_what_the_word_names_besides_is_left_out(name: str, text: str) -> None:
    assert conventional.window_counts(f"We speak of {text} today.")[name] == 0


def test_windows_are_cut_as_passages_are() -> None:
    """One text, in which digital and other dangers stand in the same places."""
    plain = "Nothing here."
    layouts = ["X...X", "X....X", "..X", "XXXXXXXXXX", "X.X.X.X.X.X", "", "X.....X......X"]
    for layout in layouts:
        for name, word in {"war": "war", "nuclear": "nuclear arms", "terrorism": "terrorists"}.items():
            texts = [
                " ".join(f"We fear {danger}." if mark == "X" else plain for mark in layout)
                for danger in (word, "cyberattacks")
            ]
            assert conventional.window_counts(texts[0])[name] == len(digital_passages(texts[1]))


def test_a_sentence_counts_once_for_each_danger_that_it_names() -> None:
    text = "Terrorists want nuclear arms. War is near, a war of all."
    assert conventional.window_counts(text) == {"war": 1, "nuclear": 1, "terrorism": 1}
    assert conventional.window_counts("") == {"war": 0, "nuclear": 0, "terrorism": 0}


def test_every_speech_that_was_read_has_a_row(small_raw: Path, crosswalk: Crosswalk) -> None:
    (path,) = small_raw.rglob("USA_79_2024.txt")
    path.write_text("War. A pause. Another. And one more. Wars.", encoding="utf-8")
    made = documents.build(
        find_sources(small_raw), crosswalk.known(), ExistingTables(Path("none")), progress=False
    )
    table, _, windows = made
    read = table[(table["corpus"] == "UNGDC") & (table["text"] != "provisional")]
    assert windows["doc_id"].tolist() == read["doc_id"].tolist()
    assert windows.set_index("doc_id").loc["UNGDC-USA-79-2024"].tolist() == [2, 0, 0]


def test_the_table_that_ships_has_every_speech_with_a_text(data_dir: Path) -> None:
    table, speeches = load(data_dir, "conventional"), load(data_dir, "documents")
    known = speeches[(speeches["corpus"] == "UNGDC") & speeches["words"].notna()]
    assert table["doc_id"].tolist() == known["doc_id"].tolist()
    assert list(table.columns) == conventional.COLUMNS


def test_rows_of_a_source_that_is_missing_are_kept(
    small_raw: Path, crosswalk: Crosswalk, tmp_path: Path
) -> None:
    pd.DataFrame([("UNGDC-USA-60-2005", 1, 2, 3)], columns=conventional.COLUMNS).to_csv(
        tmp_path / conventional.TABLE, index=False
    )
    shutil.rmtree(small_raw / "TXT")
    _, _, windows = documents.build(
        find_sources(small_raw), crosswalk.known(), ExistingTables(tmp_path), progress=False
    )
    assert windows.to_numpy().tolist() == [["UNGDC-USA-60-2005", "1", "2", "3"]]
