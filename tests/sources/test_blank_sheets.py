"""Sheets to fill in: blind, in an order of each coder's own, and read back as they were filled in."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from python_calamine import CalamineWorkbook

from buzanlib.cli import main
from buzanlib.errors import BuzanError, DataError
from buzanlib.sources.annotation import CODE
from buzanlib.sources.blank_sheets import Written, write_sheets
from buzanlib.sources.coders import codes_with
from buzanlib.sources.passages import Passage
from buzanlib.sources.sheet_files import render_sheet
from buzanlib.sources.sheet_words import CODES, OFFERED, THREATS
from buzanlib.sources.sheet_workbook import LONGEST, render_workbook
from buzanlib.sources.write import write_table
from buzanlib.tables.formulas import begins_formula

BINARY = ("relevant", *THREATS, "hostile")
GISTS = 1428


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a sheet, by heading."""
    if path.suffix == ".xlsx":
        header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name("codes").to_python()
        return [dict(zip(map(str, header), map(str, row), strict=True)) for row in rows]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(rows: list[dict[str, str]], codes: pd.DataFrame) -> pd.DataFrame:
    """A sheet with the words of codes in its cells, by passage."""
    words = {"0": "no", "1": "yes"}
    for row in rows:
        for name in CODES:
            code = str(codes.loc[row["passage"], name])
            row[name] = words[code] if name in BINARY else code
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def codes(data_dir: Path) -> pd.DataFrame:
    table = pd.read_csv(data_dir / "codes.csv", dtype="str", keep_default_na=False)
    return table[table["annotator"] == "C"].set_index("passage_id")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_sheet_tells_nothing_of_who_speaks_or_when(form: str, data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / f"sheet.{form}"
    assert write_sheets(data_dir, out) == Written((out,), GISTS, 0)
    rows = rows_of(out)
    assert list(rows[0]) == ["passage", "gist", "coder", *CODES]
    assert all(row["gist"] for row in rows)
    assert not any(row[name] for row in rows for name in ("coder", *CODES))
    documents = pd.read_csv(data_dir / "documents.csv")
    told = json.dumps([row["passage"] for row in rows])
    assert not re.search(rf"{'|'.join(documents['iso3'].unique())}|-|\b(19|20)[0-9]{{2}}\b", told)
    with pytest.raises(BuzanError, match=rf"sheet\.{form} is there already, and is not written over"):
        write_sheets(data_dir, out)


def test_a_gist_that_names_its_speaker_is_masked_and_a_passage_without_one_left_out(
    data_dir: Path, tmp_path: Path
) -> None:
    """Both can be of a session that a reader added."""
    data = Path(shutil.copytree(data_dir, tmp_path / "data"))
    documents, passages = (
        pd.read_csv(data / f"{name}.csv", dtype="str") for name in ("documents", "passages")
    )
    added = (documents["iso3"] == "EST") & (documents["corpus"] == "UNGDC") & (documents["year"] != "2026")
    documents.loc[added, "text"] = "added"
    write_table(documents, data / "documents.csv")
    lacking, naming = passages.loc[passages["doc_id"].isin(documents.loc[added, "doc_id"]), "passage_id"][:2]
    gists = pd.read_csv(data / "gists.csv", index_col="passage_id").drop(lacking)
    gists.loc[naming] = "Says that ESTONIA, not Latvia, was attacked."
    write_table(gists.reset_index(), data / "gists.csv")
    assert write_sheets(data, tmp_path / "sheet.csv").without == 1
    told = {row["passage"]: row["gist"] for row in rows_of(tmp_path / "sheet.csv")}
    assert told.keys() == {*gists.index}
    assert told[naming] == "Says that [STATE], not Latvia, was attacked."


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_coder_has_a_file_in_an_order_of_its_own(form: str, data_dir: Path, tmp_path: Path) -> None:
    names = ["Ana María", "李明", "محمد"]
    made = write_sheets(data_dir, tmp_path / f"codes.{form}", 30, coders=names)
    assert [file.name for file in made.files] == [f"codes-{name}.{form}" for name in names]
    sheets = [rows_of(file) for file in made.files]
    orders = [[row["passage"] for row in rows] for rows in sheets]
    assert len({tuple(order) for order in orders}) == 3
    assert len({frozenset(order) for order in orders}) == 1
    assert [{row["coder"] for row in rows} for rows in sheets] == [{name} for name in names]
    again = write_sheets(data_dir, tmp_path / f"again.{form}", 30, coders=names)
    assert [file.read_bytes() for file in again.files] == [file.read_bytes() for file in made.files]


def test_a_sample_is_part_of_every_larger_one(data_dir: Path, tmp_path: Path) -> None:
    drawn = []
    for number, size, seed in ((1, 10, 1), (2, 10, 1), (3, 40, 1), (4, 10, 2)):
        out = tmp_path / f"{number}.csv"
        assert write_sheets(data_dir, out, size, seed).passages == size
        drawn.append({row["passage"] for row in rows_of(out)})
    assert drawn[0] == drawn[1] < drawn[2]
    assert drawn[3] != drawn[0]
    for size in (0, GISTS + 1):
        with pytest.raises(BuzanError, match=f"a sample of {size} passages; allowed: 1 to {GISTS}"):
            write_sheets(data_dir, tmp_path / "none.csv", size)
    assert not (tmp_path / "none.csv").exists()


@pytest.mark.parametrize(
    ("coders", "message"),
    [
        (["=Ana"], "coder '=Ana': a name is needed"),
        (["../Ana"], "a name is needed"),
        ([""], "coder '': a name is needed"),
        (["Ana", "ANA"], "coder 'ANA': named twice"),
        (["Ana", "C"], "coder 'C': this name is one of those that ship; another is needed"),
        (["Mari\u0301a", "Mar\u00eda"], "named twice"),
    ],
)
def test_a_name_that_is_none_is_refused(
    coders: list[str], message: str, data_dir: Path, tmp_path: Path
) -> None:
    with pytest.raises(BuzanError, match=message):
        write_sheets(data_dir, tmp_path / "sheet.csv", 3, coders=coders)
    assert not list(tmp_path.iterdir())


def test_a_workbook_offers_the_words_of_the_codebook_and_holds_it(data_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.xlsx"
    write_sheets(data_dir, out, 5)
    book = CalamineWorkbook.from_path(out)
    assert book.sheet_names == ["codes", "codebook"]
    told = {row[0]: row[2] for row in book.get_sheet_by_name("codebook").to_python() if row[1]}
    assert told.keys() >= set(CODES)
    assert "Several of pol inf cri mil ter oth may be 1" in str(
        book.get_sheet_by_name("codebook").to_python()
    )
    with zipfile.ZipFile(out) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    lists = dict(re.findall(r'sqref="([A-Z]+)2:[A-Z]+6"><formula1>"([^"]*)"', sheet))
    assert len(lists) == len(CODES)
    for offered, name in zip(lists.values(), CODES, strict=True):
        assert set(offered.split(",")) <= set(OFFERED[name])
    assert 'ySplit="1"' in sheet
    assert "sheetProtection" not in sheet


@pytest.mark.parametrize("form", ["csv", "xlsx", "german.csv"])
def test_a_sheet_that_was_filled_in_is_read_as_it_was_filled_in(
    form: str, data_dir: Path, tmp_path: Path, codes: pd.DataFrame, write_workbook: Callable[..., Path]
) -> None:
    out = tmp_path / f"sheet.{form.rpartition('.')[2]}"
    write_sheets(data_dir, out, 100, coders=["Ana María"])
    filled = fill(rows_of(out.with_stem("sheet-Ana María")), codes)
    if form == "xlsx":
        write_workbook({"codes": filled, "codebook": pd.DataFrame({"variable": ["relevant"]})}, out)
    elif form == "german.csv":
        filled.to_csv(out, index=False, sep=";", lineterminator="\r\n", encoding="utf-8-sig")
    else:
        out.write_bytes(render_sheet(filled))
    tables, added = codes_with(out, data_dir)
    assert added.passages == {"Ana María": 100}
    table = tables["codes.csv"]
    mine = table[table["annotator"] == "Ana María"].set_index("passage_id")
    assert mine[list(CODES)].equals(codes.loc[mine.index, list(CODES)])


def test_a_sheet_of_texts_has_them_masked_and_refuses_another_text(data_dir: Path, tmp_path: Path) -> None:
    passages = pd.read_csv(data_dir / "passages.csv").merge(pd.read_csv(data_dir / "documents.csv"))
    one = str(passages.loc[passages["iso3"] == "EST", "passage_id"].iloc[0])
    texts, folder = tmp_path / "texts.csv", tmp_path
    (folder / "documents.csv").write_text("doc_id,iso3\nOEWG-EST,EST\n")
    text = "=A text of Estonia; -with a part"
    digits = "0" * 16
    (folder / "passages.csv").write_text(
        f"passage_id,doc_id,start,end,sha256\nP00000001,OEWG-EST,0,9,{digits}\n"
    )
    frame = pd.DataFrame({"passage": ["P00000001", "P00000002"], "text": [text, "Plain"]})
    texts.write_bytes(render_sheet(frame))
    with pytest.raises(
        DataError, match=r"row 2, column text: .*; the text of P00000001 is another: its SHA-256"
    ):
        write_sheets(data_dir, folder / "sheet.csv", texts=texts)
    digits = Passage(0, 0, text).sha256
    (folder / "passages.csv").write_text(
        f"passage_id,doc_id,start,end,sha256\nP00000001,OEWG-EST,0,9,{digits}\n"
    )
    write_sheets(data_dir, folder / "sheet.csv", texts=texts)
    rows = {row["passage"]: row["text"] for row in rows_of(folder / "sheet.csv")}
    assert rows == {"P00000001": "'=A text of [STATE];' -with a part", "P00000002": "Plain"}
    frame.loc[0, "passage"] = one
    texts.write_bytes(render_sheet(frame))
    with pytest.raises(DataError, match=f"the text of {one} is another"):
        write_sheets(data_dir, folder / "more.csv", texts=texts)
    texts.write_text("passage,words\nP1,x\n")
    with pytest.raises(DataError, match="column text: ''; missing column"):
        write_sheets(data_dir, folder / "more.csv", texts=texts)
    texts.write_text("passage,text\nP1,x\nP1,y\n")
    with pytest.raises(DataError, match="row 3, column passage: 'P1'; a passage may occur only once"):
        write_sheets(data_dir, folder / "more.csv", texts=texts)


def test_prompts_have_codebook_passage_and_the_schema_of_the_answer(
    data_dir: Path, tmp_path: Path, codes: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sheet.jsonl"
    assert (
        main(["data", "sheet", "--jsonl", "--data", str(data_dir), "--out", str(out), "--passages", "50"])
        == 0
    )
    assert "neither text nor gist" not in capsys.readouterr().out
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    gists = pd.read_csv(data_dir / "gists.csv").set_index("passage_id")["gist"]
    assert len(lines) == 50
    for line in lines:
        assert (data_dir / "codebook.md").read_text(encoding="utf-8") in line["system"]
        assert line["prompt"] == f"The gist of the passage:\n\n{gists[line['passage_id']]}"
        assert line.keys() == {"passage_id", "system", "prompt"}
    schema = json.loads(out.with_suffix(".schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)
    whole = pd.read_csv(data_dir / "codes.csv", keep_default_na=False)[CODE[2:]]
    assert all(check.is_valid(row) for row in whole.to_dict("records"))
    assert not check.is_valid(whole.iloc[0].to_dict() | {"level": 3})
    assert main(["data", "sheet", "--jsonl", "--data", str(data_dir), "--out", str(tmp_path / "x.csv")]) == 2
    with pytest.raises(BuzanError, match="prompts are for no coder"):
        write_sheets(data_dir, tmp_path / "y.jsonl", coders=["Ana"])


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_coders_differ_in_is_decided_blind_and_read_back(
    form: str, data_dir: Path, tmp_path: Path
) -> None:
    out = tmp_path / f"sheet.{form}"
    made = write_sheets(data_dir, out, coders=["Zoe"], between=["C", "D"])
    (file,) = made.files
    rows = rows_of(file)
    whole = pd.read_csv(data_dir / "codes.csv", dtype="str", keep_default_na=False)
    by = {name: whole[whole["annotator"] == name].set_index("passage_id")[list(CODES)] for name in "CD"}
    differ = (by["C"] != by["D"]).any(axis=1)
    assert {row["passage"] for row in rows} <= set(differ.index[differ])
    assert made.passages + made.without == differ.sum()
    first = []
    for row in rows:
        assert row["between"] == "C, D"
        readings = [
            [
                {"yes": "1", "no": "0"}.get(row[f"{name}, reading {at}"], row[f"{name}, reading {at}"])
                for name in CODES
            ]
            for at in (1, 2)
        ]
        theirs = [by[name].loc[row["passage"]].tolist() for name in "CD"]
        assert readings in (theirs, theirs[::-1])
        first.append(readings == theirs)
    assert 0.3 < sum(first) / len(first) < 0.7
    undecided = rows.pop()["passage"]
    filled = fill(rows, by["D"])
    if form == "xlsx":
        out.write_bytes(render_workbook(filled, {}, ""))
    else:
        out.write_bytes(render_sheet(filled))
    tables, added = codes_with(out, data_dir)
    assert added.passages == {"Zoe": len(rows)}
    assert any(
        note
        == f"Zoe: {(~differ).sum()} more passages as C and D agree on them; {made.without + 1} on which they"
        " differ are not decided yet"
        for note in added.notes
    )
    codes = tables["codes.csv"]
    mine = codes[codes["annotator"] == "Zoe"].set_index("passage_id")[list(CODES)]
    assert mine.equals(by["D"].loc[mine.index])
    assert undecided not in mine.index
    annotators = tables["annotators.csv"].set_index("annotator")
    assert annotators.loc["Zoe", ["role", "note", "kind"]].tolist() == [
        "adjudication", "decided between C and D", "sheet",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("between", "message"),
    [
        (["C"], "two or more"),
        (["C", "Dd"], "unknown annotator 'Dd'; nearest"),
        (["C", "C"], "each named once"),
    ],
)
def test_between_whom_is_decided(between: list[str], message: str, data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match=message):
        write_sheets(data_dir, tmp_path / "sheet.csv", between=between)


texts = st.text(
    st.sampled_from("'=+-@;\t\n ax\u200b＝") | st.characters(exclude_categories=["Cs", "Cc"]), max_size=20
)


@given(cells=st.lists(texts, min_size=1, max_size=5))
@settings(max_examples=25)
def test_no_cell_for_people_is_a_formula_and_each_comes_back(cells: list[str]) -> None:
    frame = pd.DataFrame({"passage": [f"P{at}" for at in range(len(cells))], "text": cells}, dtype="str")
    sheet = render_sheet(frame).decode("utf-8-sig")
    assert not any(begins_formula(row["text"]) for row in csv.DictReader(io.StringIO(sheet, newline="")))
    with zipfile.ZipFile(io.BytesIO(book := render_workbook(frame, {}, "# =1+1\n| =2 | a |\n"))) as parts:
        written = "".join(parts.read(name).decode() for name in parts.namelist() if "worksheets" in name)
    assert "<f>" not in written
    assert "<hyperlink" not in written
    _, *rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("codes").to_python()
    assert [str(row[1]) for row in rows] == cells


def test_a_cell_that_no_workbook_can_hold_is_refused() -> None:
    with pytest.raises(
        BuzanError, match=f"{LONGEST + 1} characters; a cell of a workbook may have {LONGEST}"
    ):
        render_workbook(pd.DataFrame({"text": ["x" * (LONGEST + 1)]}), {}, "")


def test_of_several_files_all_are_written_or_none(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def full(file: Path, content: bytes) -> None:
        if written:
            raise OSError("no room")
        written.append(file)
        file.write_bytes(content)

    monkeypatch.setattr("buzanlib.files.create_whole", full)
    with pytest.raises(OSError, match="no room"):
        write_sheets(data_dir, tmp_path / "sheet.csv", 3, coders=["Ana", "Li"])
    assert written
    assert list(tmp_path.iterdir()) == []
