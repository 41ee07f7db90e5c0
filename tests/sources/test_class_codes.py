"""The sheets of a class: gathered into one, refused with every fault, and coded as most of the class does."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, DataError
from buzanlib.sources.annotation import CODE
from buzanlib.sources.blank_sheets import write_sheets
from buzanlib.sources.class_codes import Tie, gather, plurality
from buzanlib.sources.class_items import Items, read_key
from buzanlib.sources.coders import codes_with
from buzanlib.sources.sheet_words import CODES, THREATS
from buzanlib.tables.checks import check_table
from buzanlib.tables.schema import Descriptor, Table

CODERS = {"amber-otter": "C", "rust-finch": "D", "teal-heron": "A"}


def row(coder: str, primary: str, passage: str = "P1", **more: str) -> dict[str, str]:
    """Codes of one who names a single threat."""
    codes = dict.fromkeys(CODES, "0") | dict.fromkeys(("referent", "agent", "measure", "pol_kind"), "none")
    named = {} if primary == "none" else {"relevant": "1", primary: "1"}
    return {"passage_id": passage, "annotator": coder, **codes, **named, "primary": primary} | more


@pytest.fixture(scope="module")
def table(data_dir: Path) -> Table:
    """Description of the codes."""
    return Descriptor.load(data_dir).table("codes")


@pytest.fixture
def sheets(data_dir: Path, tmp_path: Path) -> Path:
    """Sheets of a class of invented coders, who code as annotators that ship do; the key beside the folder."""
    write_sheets(data_dir, tmp_path / "sheet.csv", coders=list(CODERS), items=Items(12))
    behind = read_key(tmp_path / "sheet-key.csv")
    codes = pd.read_csv(data_dir / "codes.csv", dtype="str", keep_default_na=False)
    folder = tmp_path / "sheets"
    folder.mkdir()
    for coder, ships in CODERS.items():
        theirs = codes[codes["annotator"] == ships].set_index("passage_id").to_dict("index")
        blank = pd.read_csv(tmp_path / f"sheet-{coder}.csv", dtype="str", keep_default_na=False)
        filled = [one | theirs.get(behind[one["passage"]], {}) for one in blank.to_dict("records")]
        pd.DataFrame(filled).drop(columns="annotator").fillna("").to_csv(folder / f"{coder}.csv", index=False)
    return folder


def test_a_class_is_gathered_into_a_sheet_that_a_study_takes(sheets: Path, data_dir: Path) -> None:
    key, out = sheets.parent / "sheet-key.csv", sheets.parent / "class.csv"
    (sheets / "notes.txt").write_text("by hand", encoding="utf-8")
    (sheets / ".hidden.csv").write_text("x", encoding="utf-8")
    made = gather(sheets, data_dir, out, key)
    assert (made.files, made.left, list(made.passages)) == (3, ("notes.txt",), [*CODERS, "class"])
    assert made.counts()[0] == "3 sheets; not read: 'notes.txt'"
    tables, added = codes_with(out, data_dir)
    assert added.passages == made.passages
    codes = tables["codes.csv"]
    assert set(codes.loc[codes["annotator"] == "class", "passage_id"]) <= set(read_key(key).values())
    mine, ships = (
        codes[codes["annotator"] == one].set_index("passage_id")[list(CODES)] for one in ("rust-finch", "D")
    )
    assert len(mine) == 12
    pd.testing.assert_frame_equal(mine, ships.loc[mine.index])
    with pytest.raises(BuzanError, match=r"class\.csv is there already"):
        gather(sheets, data_dir, out, key)


def test_every_fault_of_every_sheet_is_told_and_nothing_written(sheets: Path, data_dir: Path) -> None:
    for name, column in (("amber-otter", "level"), ("teal-heron", "referent")):
        sheet = pd.read_csv(sheets / f"{name}.csv", dtype="str", keep_default_na=False)
        sheet.loc[0, ["relevant", "inf", "primary", column]] = ["1", "1", "inf", "nonsense"]
        sheet.to_csv(sheets / f"{name}.csv", index=False)
    with pytest.raises(DataError) as caught:
        gather(sheets, data_dir, sheets.parent / "class.csv", sheets.parent / "sheet-key.csv")
    assert {fault.file for fault in caught.value.faults} == {"amber-otter.csv", "teal-heron.csv"}
    assert not (sheets.parent / "class.csv").exists()


@pytest.mark.parametrize(
    ("coder", "match"),
    [
        ("rust-finch", "passages of this coder are in a sheet before"),
        ("Rust-Finch", "names that differ only in capitals"),
        ("Class", "the name of the class is no coder's"),
        ("adjudicated_2", "one of those that ship"),
    ],
)
def test_a_name_that_another_has_is_refused(coder: str, match: str, sheets: Path, data_dir: Path) -> None:
    sheet = pd.read_csv(sheets / "teal-heron.csv", dtype="str", keep_default_na=False).assign(coder=coder)
    sheet.to_csv(sheets / "teal-heron.csv", index=False)
    with pytest.raises(DataError, match=match):
        gather(sheets, data_dir, sheets.parent / "class.csv", sheets.parent / "sheet-key.csv")


@pytest.mark.parametrize(("name", "match"), [
    ("7", "a name is needed"), ("<b>", "a name is needed"), ("C", "one of those that ship"),
    ("adjudicated", "one of those that ship"), ("c AGAIN", "is an annotator of these tables"),
])  # fmt: skip
def test_a_class_needs_a_name_that_a_coder_may_have(
    name: str, match: str, sheets: Path, data_dir: Path
) -> None:
    out = sheets.parent / "class.csv"
    with pytest.raises(BuzanError, match=match):
        gather(sheets, data_dir, out, sheets.parent / "sheet-key.csv", name)
    assert not out.exists()


def test_neither_the_key_nor_what_is_written_is_a_sheet(sheets: Path, data_dir: Path) -> None:
    key = (sheets.parent / "sheet-key.csv").rename(sheets / "a-key.csv")
    with pytest.raises(BuzanError, match="would be a sheet of the folder that is read"):
        gather(sheets, data_dir, sheets / "class.csv", key)
    made = gather(sheets, data_dir, sheets.parent / "class.csv", sheets / ".." / "sheets" / "a-key.csv")
    assert (made.files, made.left) == (3, ("a-key.csv",))


def test_a_folder_without_sheets_is_refused(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BuzanError, match="has no sheet"):
        gather(tmp_path / "empty", data_dir, tmp_path / "class.csv")
    with pytest.raises(BuzanError, match="there is no folder"):
        gather(tmp_path / "no", data_dir, tmp_path / "class.csv")


def test_the_rest_is_coded_as_those_do_who_name_the_threat_of_most(table: Table) -> None:
    rows = [row("a", "pol", pol_kind="regime", level="1"), row("b", "pol", pol_kind="regime", level="1")]
    rows += [row(one, "inf", level="2", referent="state") for one in ("c",)]
    (found,) = plurality(pd.DataFrame(rows, columns=CODE), table)[0].to_dict("records")
    assert found == row("class", "pol", pol_kind="regime", level="1")


def test_a_tie_on_the_threat_leaves_the_passage_open_and_every_tie_is_named(table: Table) -> None:
    rows = [row("a", "pol", pol_kind="regime"), row("b", "inf")]
    rows += [
        row("a", "cri", "P2", level="2", inf="1", referent="economy"),
        row("b", "cri", "P2", referent="state"),
    ]
    codes, ties = plurality(pd.DataFrame(rows, columns=CODE), table)
    assert codes["passage_id"].tolist() == ["P2"]
    assert codes.loc[0, ["cri", "inf", "level", "referent"]].tolist() == ["1", "1", "0", "state"]
    assert set(ties) == {
        Tie("P1", "primary", ("pol", "inf")),
        Tie("P2", "inf", ("0", "1")),
        Tie("P2", "level", ("0", "2")),
        Tie("P2", "referent", ("state", "economy")),
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_codes_of_a_class_break_no_rule(seed: int, data_dir: Path, table: Table) -> None:
    """Coders take the codes of other passages, so that they disagree on everything, each within the rules."""
    shipped = pd.read_csv(data_dir / "codes.csv", dtype="str", keep_default_na=False)
    shipped = shipped[shipped["annotator"] == "C"]
    draw = random.Random(seed)
    passages = shipped["passage_id"].tolist()[:150]
    rows = [
        shipped.sample(len(passages), random_state=draw.randrange(2**32)).assign(
            passage_id=passages, annotator=name
        )
        for name in "abcde"
    ]
    codes, ties = plurality(pd.concat(rows), table)
    open_ = {tie.passage for tie in ties if tie.variable == "primary"}
    assert set(codes["passage_id"]) == set(passages) - open_
    assert not check_table(table, codes)
    named = codes[list(THREATS)].eq("1").any(axis=1)
    assert (named == codes["primary"].ne("none")).all()
