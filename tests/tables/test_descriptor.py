"""Checking and loading, on the tables that ship and on wrong input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from buzanlib.errors import DataError, UnknownNameError
from buzanlib.tables import descriptor
from buzanlib.tables.descriptor import Descriptor, Kept, check, keep, load, load_tables, load_to_keep
from buzanlib.tables.schema import FILE


def test_every_row_of_every_table_obeys_the_descriptor(data_dir: Path) -> None:
    assert check(data_dir) == []


def test_the_corpus_is_complete(data_dir: Path) -> None:
    documents = load(data_dir, "documents")
    assert documents["corpus"].value_counts().to_dict() == {"UNGDC": 6064, "NCSS": 62}
    assert documents.loc[documents["corpus"] == "UNGDC", "iso3"].nunique() == 197
    assert documents.loc[documents["corpus"] == "NCSS", "iso3"].nunique() == 52
    assert documents.loc[documents["in_paper"] == 1, "doc_id"].tolist() == ["NCSS-USA-2009"]
    passages = load(data_dir, "passages").merge(documents[["doc_id", "corpus"]], on="doc_id")
    assert passages["corpus"].value_counts().to_dict() == {"UNGDC": 842, "NCSS": 586}
    by_annotator = load(data_dir, "codes")["annotator"].value_counts().to_dict()
    assert by_annotator == {
        **dict.fromkeys(("A", "B", "adjudicated"), 1297),
        **dict.fromkeys(("C", "D", "adjudicated_2"), 1428),
        **dict.fromkeys(("C again", "D again"), 69),
    }
    assert len(load(data_dir, "gists")) == 1428
    origins = documents["text"].value_counts().to_dict()
    assert origins == {
        "record": 5492, "delegation": 192, "transcription": 190, "provisional": 190, "document": 62
    }  # fmt: skip


def test_every_speech_is_kept_whole_and_no_strategy_beyond_ten(data_dir: Path) -> None:
    documents = load(data_dir, "documents")
    speeches = documents["corpus"] == "UNGDC"
    read = documents[speeches].dropna(subset="windows")
    assert (read["sampled"] == read["windows"]).all()
    assert set(documents.loc[documents["windows"].isna(), "text"]) == {"provisional"}
    strategies = documents[~speeches]
    assert (strategies["sampled"] == strategies["windows"].clip(upper=10)).all()


@pytest.mark.parametrize("name", sorted(Descriptor.load(Path(__file__).parents[2] / "data").tables))
def test_loaded_types_are_those_of_the_descriptor(data_dir: Path, name: str) -> None:
    table, frame = Descriptor.load(data_dir).table(name), load(data_dir, name)
    assert tuple(frame.columns) == table.columns
    for field in table.fields:
        kind = frame[field.name].dtype
        if field.type in ("integer", "year"):
            assert str(kind) == ("int64" if field.required else "Int64")
        elif field.type == "number":
            assert str(kind) == "float64"
        elif field.type == "date":
            assert pd.api.types.is_datetime64_any_dtype(kind)
        else:
            assert str(kind) == "str"
        assert not (field.required and frame[field.name].isna().any())


def test_empty_cells_are_missing(world: Any) -> None:
    documents = load(world.path, "documents").set_index("doc_id")
    assert documents["session"].isna().tolist() == [True, False, False]
    assert documents["seed"].isna().tolist() == [False, True, True]


def test_each_file_is_loaded_with_all_its_faults(world: Any) -> None:
    world.set("codes.csv", 2, "primary", "poll")
    world.set("codes.csv", 5, "level", "3")
    with pytest.raises(
        DataError, match=r"(?s)2 faults in the data.*row 2, column primary.*row 5, column level"
    ):
        load(world.path, "codes")
    with pytest.raises(DataError, match="2 faults"):
        load_tables(world.path, ["states", "codes"])
    assert len(load(world.path, "states")) == 4


def test_an_unknown_table(world: Any) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown table 'panl'; nearest allowed: 'panel'"):
        load(world.path, "panl")
    with pytest.raises(UnknownNameError, match=r"unknown table 'vote'; nearest allowed: 'votes'"):
        check(world.path, ["vote"])


def missing_table(world: Any) -> None:
    (world.path / "codes.csv").rename(world.path / "code.csv")


def renamed_column(world: Any) -> None:
    world.rewrite("codes.csv", lambda lines: [lines[0].replace("measure", "mesure"), *lines[1:]])


def unknown_state(world: Any) -> None:
    world.set("documents.csv", 2, "iso3", "NLX")


def code_outside_codebook(world: Any) -> None:
    world.set("codes.csv", 3, "primary", "poll")


def coded_twice(world: Any) -> None:
    world.rewrite("codes.csv", lambda lines: [*lines, lines[2]])


def year_as_text(world: Any) -> None:
    world.set("documents.csv", 4, "year", "twenty-eleven")


WRONG = {
    missing_table: "codes.csv: 'missing'; the table must be in the data folder; "
    "is it 'code.csv' that is here?",
    renamed_column: "codes.csv, row 1, column mesure: 'mesure'; unknown column; nearest allowed: 'measure'",
    unknown_state: "documents.csv, row 2, column iso3: 'NLX'; not in column iso3 of states.csv; "
    "a code of ISO 3166 is needed",
    code_outside_codebook: "codes.csv, row 3, column primary: 'poll'; nearest allowed: 'pol'",
    coded_twice: "codes.csv, row 20, column passage_id+annotator: 'P00000001, B'; "
    "a key may occur only once, and this one is in row 3",
    year_as_text: "documents.csv, row 4, column year: 'twenty-eleven'; "
    "a year in four digits is needed, 1995 to 2050",
}


@pytest.mark.parametrize("spoil", WRONG, ids=lambda spoil: spoil.__name__)
def test_each_wrong_input_gives_one_error_of_its_own(world: Any, spoil: Any) -> None:
    spoil(world)
    assert [str(fault) for fault in check(world.path)] == [WRONG[spoil]]


def test_faults_of_several_tables_are_told_at_once(world: Any) -> None:
    for spoil in (renamed_column, unknown_state, year_as_text):
        spoil(world)
    world.set("gists.csv", 3, "gist", "")
    told = [str(fault) for fault in check(world.path)]
    assert told == [
        WRONG[renamed_column],
        WRONG[unknown_state],
        WRONG[year_as_text],
        "gists.csv, row 3, column gist: ''; a value is needed",
    ]


@pytest.mark.parametrize(
    ("line", "column", "value", "message"),
    [
        (8, "level", "1", "column level: '1'; 0 is needed here: the passage is not relevant"),
        (8, "cri", "1", "column cri: '1'; 0 is needed here: the passage is not relevant"),
        (2, "gen", "1", "column pol: '1'; 0 is needed here: gen stands alone"),
        (
            2,
            "primary",
            "mil",
            "column mil: '0'; 1 is needed here: the primary threat, mil, must itself be coded",
        ),
        (
            2,
            "primary",
            "none",
            "column primary: 'none'; pol or inf or .* is needed here: a relevant passage has",
        ),
        (5, "pol_kind", "regime", "column pol_kind: 'regime'; none is needed here: without pol"),
        (5, "hostile", "1", "column hostile: '1'; 0 is needed here: without pol"),
        (2, "pol_kind", "none", "column pol_kind: 'none'; regime or .* is needed here: pol has a kind"),
    ],
)
def test_the_rules_of_the_codebook(world: Any, line: int, column: str, value: str, message: str) -> None:
    world.set("codes.csv", line, column, value)
    with pytest.raises(DataError, match=f"codes.csv, row {line}, {message}"):
        load(world.path, "codes")


def test_a_passage_that_ends_before_it_starts(world: Any) -> None:
    world.set("passages.csv", 2, "end", "9")
    with pytest.raises(DataError, match=r"row 2, column end: '9'; a value greater than start, 10, is needed"):
        load(world.path, "passages")


def test_checking_writes_nothing(world: Any) -> None:
    year_as_text(world)
    before = {path.name: path.read_bytes() for path in world.path.iterdir()}
    check(world.path)
    assert {path.name: path.read_bytes() for path in world.path.iterdir()} == before


def test_the_descriptor_is_written_in_one_way(data_dir: Path) -> None:
    text = (data_dir / FILE).read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert "\r" not in text


@pytest.fixture
def kept(world: Any, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """The tables of the world, kept until this test ends."""
    monkeypatch.setattr(descriptor, "_kept", {})
    kept = load_to_keep(world.path)
    keep(kept)
    return kept


def read_from(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Names of tables, as they are read and checked from now on."""
    asked: list[list[str]] = []
    examine = descriptor.examine

    def noted(data_dir: Path, names: list[str]) -> Any:
        asked.append(names)
        return examine(data_dir, names)

    monkeypatch.setattr(descriptor, "examine", noted)
    return asked


def test_tables_that_are_kept_are_not_read_again_and_are_the_same(
    world: Any, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = read_from(monkeypatch)
    names = list(Descriptor.load(world.path).tables)
    found = load_tables(world.path, names)
    assert asked == []
    assert len(kept.tables) == len(names)
    assert list(kept.descriptors) == [(world.path / FILE).read_bytes()]
    monkeypatch.setattr(descriptor, "_kept", {})
    for name, frame in load_tables(world.path, names).items():
        pd.testing.assert_frame_equal(found[name], frame)
    assert asked == [names]


def test_what_is_done_to_a_table_does_not_reach_the_one_that_is_kept(world: Any, kept: Kept) -> None:
    changed = load(world.path, "states")
    changed.loc[0, "name"] = "Atlantis"
    changed["more"] = 1
    changed.index.name = "row"
    del changed["cow"]
    again = load(world.path, "states")
    assert again.loc[0, "name"] == "Estonia"
    assert tuple(again.columns) == Descriptor.load(world.path).table("states").columns
    assert again.index.name is None


def test_a_table_is_read_again_when_it_or_what_it_refers_to_has_changed(
    world: Any, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = read_from(monkeypatch)
    world.set("panel.csv", 2, "cinc", "0.5")
    assert load(world.path, "panel").loc[0, "cinc"] == 0.5
    load(world.path, "states")
    load(world.path, "votes")
    assert asked == [["panel"]]
    world.set("states.csv", 2, "name", "Eesti")
    assert load(world.path, "states").loc[0, "name"] == "Eesti"
    load(world.path, "votes")
    assert asked == [["panel"], ["states"], ["votes"]]
    world.set("states.csv", 2, "name", "Estonia")
    load(world.path, "votes")
    assert len(asked) == 3
    file = world.path / FILE
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    load(world.path, "votes")
    assert len(asked) == 4


def test_what_is_kept_hides_no_fault(world: Any, kept: Kept) -> None:
    world.set("votes.csv", 2, "iso3", "XXX")
    with pytest.raises(DataError, match="XXX"):
        load(world.path, "votes")
    (world.path / "votes.csv").unlink()
    with pytest.raises(DataError, match="the table must be in the data folder"):
        load(world.path, "votes")
    with pytest.raises(DataError, match=r"XXX|votes\.csv"):
        load_to_keep(world.path)


def test_nothing_is_kept_of_tables_that_change_meanwhile(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    load_all = descriptor.load_tables

    def slow(data_dir: Path, names: list[str]) -> dict[str, pd.DataFrame]:
        tables = load_all(data_dir, names)
        world.set("states.csv", 2, "name", "Eesti")
        return tables

    monkeypatch.setattr(descriptor, "load_tables", slow)
    assert load_to_keep(world.path) == Kept({}, {})
