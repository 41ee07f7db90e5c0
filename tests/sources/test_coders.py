"""Further annotators in the codes, and the sheet that they fill in."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.cli import main
from buzanlib.errors import DataError, LockError
from buzanlib.files import BUSY
from buzanlib.measurement.reliability import reliability_table
from buzanlib.sources.coders import Added, add_codes, codes_with
from buzanlib.tables.descriptor import check
from buzanlib.tables.statements import count_tensor, load_statements
from buzanlib.theory.predictions import LOCK, verify_lock, write_lock

HEADER = "passage,coder,relevant,threats,primary,level,referent,agent,measure,pol kind,hostile"
CODED = "yes,cri,,1,economy,criminal,police,,"


@pytest.fixture
def folder(tmp_path: Path, data_dir: Path) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(data_dir, copy)
    return copy


@pytest.fixture(scope="module")
def passages(data_dir: Path) -> list[str]:
    """Some passages of the General Debate, in order."""
    table = pd.read_csv(data_dir / "passages.csv")
    return table.loc[table["doc_id"].str.startswith("UNGDC-"), "passage_id"].tolist()[:20]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def sheet(folder: Path, *rows: str) -> Path:
    path = folder.parent / "sheet.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def coded_by(folder: Path, name: str) -> list[str]:
    lines = (folder / "codes.csv").read_text().splitlines()
    return [line.partition(",")[0] for line in lines if line.split(",")[1] == name]


def test_coders_are_added_checked_and_locked(folder: Path, passages: list[str]) -> None:
    before = content(folder)
    rows = [f"{passage},Zoe,{CODED}" for passage in passages[:5]] + [f"{passages[0]},Ana,no,,,,,,,,"]
    assert add_codes(sheet(folder, *rows, f"{passages[9]},Ana,,,,,,,,,"), folder) == Added(
        {"Ana": 1, "Zoe": 5}, 1
    )
    after = content(folder)
    assert {name for name in after if after[name] != before.get(name)} == {
        "annotators.csv",
        "codes.csv",
        LOCK,
    }
    old, new = (set(one["codes.csv"].decode().splitlines()) for one in (before, after))
    assert old < new
    assert f"{passages[0]},Zoe,1,0,0,1,0,0,0,0,cri,1,economy,criminal,police,none,0" in new
    keys = [line.split(",")[:2] for line in after["codes.csv"].decode().splitlines()[1:]]
    assert keys == sorted(keys)
    annotators = pd.read_csv(folder / "annotators.csv", index_col="annotator")
    assert annotators.loc[["Ana", "Zoe"], ["codebook", "role"]].to_numpy().tolist() == [[2, "coder"]] * 2
    assert annotators.index.tolist() == sorted(annotators.index)
    assert check(folder) == []
    verify_lock(folder)


def test_counts_and_agreement_of_a_further_annotator(folder: Path, passages: list[str]) -> None:
    add_codes(sheet(folder, *(f"{passage},Zoe,{CODED}" for passage in passages)), folder)
    statements = load_statements(folder)
    tensor = count_tensor(statements, "Zoe")
    assert tensor.relevant.sum() == len(passages)
    assert tensor.counts.sum(axis=(0, 1, 2)).tolist() == [0, 0, len(passages), 0, 0, 0, 0]
    table = reliability_table(statements, draws=20, annotators=["Zoe", "adjudicated_2"])
    codes = statements.codes.set_index(["annotator", "passage_id"])["cri"]
    theirs = codes["adjudicated_2"].loc[passages]
    assert table.loc["cri", "n"] == len(passages)
    assert table.loc["cri", "agreement"] == pytest.approx((theirs == 1).mean())
    # Nobody saw a political threat beside somebody else who did.
    assert table.loc["pol_kind", "n"] == 0
    assert table.loc["pol_kind"].drop("n").isna().all()


def test_a_workbook_is_a_sheet(
    folder: Path, passages: list[str], write_workbook: Callable[..., Path]
) -> None:
    rows = [[passages[0], "Ana", *CODED.split(",")], [passages[1], "Ben", *CODED.split(",")]]
    path = write_workbook(pd.DataFrame(rows, columns=HEADER.split(",")), folder.parent / "sheet.xlsx")
    assert add_codes(path, folder).passages == {"Ana": 1, "Ben": 1}
    assert coded_by(folder, "Ben") == [passages[1]]


def test_every_worksheet_is_a_sheet_or_the_one_that_is_named(
    folder: Path, passages: list[str], write_workbook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    frames = {
        name: pd.DataFrame([[passages[0], name, *CODED.split(",")]], columns=HEADER.split(","))
        for name in ("Ana", "Ben")
    }
    sheets = {**frames, "codebook": pd.DataFrame({"word": ["cri"], "meaning": ["crime"]})}
    path = write_workbook(sheets, folder.parent / "sheet.xlsx")
    words = ["data", "codes", str(path), "--data", str(folder)]
    assert main([*words, "--worksheet", "Ben"]) == 0
    assert "sheet.xlsx: not read: worksheet 'Ana', 'codebook'" in capsys.readouterr().out
    assert (coded_by(folder, "Ana"), coded_by(folder, "Ben")) == ([], [passages[0]])
    assert main([*words, "--replace"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{'Ana':<20}     1 passages",
        f"{'Ben':<20}     1 passages",
        "in the sheet: 2 = 2 coded + 0 without any code, skipped",
        "sheet.xlsx: not read: worksheet 'codebook'",
        str(folder / "codes.csv"),
    ]
    assert coded_by(folder, "Ana") == [passages[0]]
    wrong = frames["Ben"].assign(level="9")
    write_workbook({**frames, "Ben": wrong}, path)
    with pytest.raises(DataError, match=r"sheet\.xlsx, worksheet Ben, row 2, column level: '9'; allowed"):
        add_codes(path, folder, replace=True)
    write_workbook({"Ana": frames["Ana"], "again": frames["Ana"]}, path)
    with pytest.raises(
        DataError, match=r"worksheet again, row 2, .*once, and Ana did in row 2 of sheet\.xlsx, worksheet Ana"
    ):
        add_codes(path, folder, replace=True)


@pytest.mark.parametrize("error", ["#N/A", "#BEZUG!"])
def test_an_error_of_a_spreadsheet_is_no_code_and_not_empty(
    error: str, folder: Path, passages: list[str]
) -> None:
    before = content(folder)
    with pytest.raises(DataError) as caught:
        add_codes(sheet(folder, f"{passages[0]},Ana,{CODED.replace('cri,,', f'cri,{error},')}"), folder)
    assert [(fault.row, fault.column, fault.value) for fault in caught.value.faults] == [
        (2, "primary", error)
    ]
    assert content(folder) == before


def test_a_passage_that_a_coder_has_coded_is_refused_and_its_codes_may_be_replaced(
    folder: Path, passages: list[str]
) -> None:
    add_codes(sheet(folder, *(f"{passage},Ana,{CODED}" for passage in passages[:3])), folder)
    before = content(folder)
    again = sheet(folder, f"{passages[1]},Ana,no,,,,,,,,", f"{passages[7]},Ana,{CODED}")
    with pytest.raises(
        DataError, match=rf"row 2, column passage: '{passages[1]}'; Ana has coded this passage already; --rep"
    ):
        add_codes(again, folder)
    assert content(folder) == before
    add_codes(again, folder, replace=True)
    assert coded_by(folder, "Ana") == [*passages[:3], passages[7]]
    assert f"{passages[1]},Ana,0,0" in (folder / "codes.csv").read_text()
    assert (folder / "annotators.csv").read_text().count("Ana,") == 1
    assert check(folder) == []


@pytest.mark.parametrize("name", ["A", "adjudicated", "C", "adjudicated_2"])
def test_annotators_that_ship_are_replaced_whole_or_not_at_all(
    name: str, folder: Path, passages: list[str]
) -> None:
    before = content(folder)
    mine = sheet(folder, f"{passages[0]},{name},{CODED}")
    with pytest.raises(DataError, match=rf"'{name}'; this name is one of those that ship; another is needed"):
        add_codes(mine, folder)
    with pytest.raises(
        DataError,
        match=rf"(1296|1427) faults.*\n.*codes\.csv.*{name}'; missing row; every passage of the General Debate",
    ):
        add_codes(mine, folder, replace=True)
    assert content(folder) == before


def test_nothing_is_written_unless_all_is_sound(folder: Path, passages: list[str]) -> None:
    before = content(folder)
    with pytest.raises(DataError, match=r"2 faults(?s:.*)row 3, column level(?s:.*)row 3, column passage"):
        add_codes(
            sheet(folder, f"{passages[0]},Ana,{CODED}", f"P1,Ana,{CODED.replace(',1,', ',one,')}"), folder
        )
    assert content(folder) == before


def test_a_folder_that_is_not_sound_stays_as_it_is(folder: Path, passages: list[str]) -> None:
    path = folder / "tiles.csv"
    path.write_text(path.read_text().replace("AFG", "AFX"))
    before = content(folder)
    with pytest.raises(DataError, match=r"tiles\.csv, row 2, column iso3: 'AFX'"):
        add_codes(sheet(folder, f"{passages[0]},Ana,{CODED}"), folder)
    assert content(folder) == before


def test_codes_that_were_changed_by_other_means_are_not_locked_in_passing(
    folder: Path, passages: list[str]
) -> None:
    path = folder / "codes.csv"
    path.write_text(path.read_text().replace(",defend,", ",norms,", 1))
    with pytest.raises(LockError, match=r"codes\.csv: SHA-256(?s:.*)buzan data lock locks them"):
        add_codes(sheet(folder, f"{passages[0]},Ana,{CODED}"), folder)
    write_lock(folder)
    add_codes(sheet(folder, f"{passages[0]},Ana,{CODED}"), folder)
    assert coded_by(folder, "Ana") == [passages[0]]


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_kill_leaves_every_file_whole(at: int, folder: Path, passages: list[str]) -> None:
    """Killed just before the n-th move into place: of the annotators, the codes, the lock."""
    before = content(folder)
    mine = sheet(folder, f"{passages[0]},Ana,{CODED}")
    code = f"""
import os, signal, sys
from pathlib import Path
from buzanlib.sources.coders import add_codes
move, moved = Path.replace, []
def last(self, target):
    if Path(target).parent == Path(sys.argv[2]):
        moved.append(target)
        if len(moved) == {at}:
            os.kill(os.getpid(), signal.SIGKILL)
    return move(self, target)
Path.replace = last
add_codes(Path(sys.argv[1]), Path(sys.argv[2]))
"""
    done = subprocess.run([sys.executable, "-c", code, mine, folder], check=False)
    assert done.returncode == -signal.SIGKILL
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert after.pop(BUSY) == b""  # whose owner is gone, so that it is in nobody's way
    changed = {name for name in after if after[name] != before[name]}
    assert changed == set(("annotators.csv", "codes.csv")[: at - 1])
    assert check(folder) == []
    if at == 3:
        write_lock(folder)
        assert coded_by(folder, "Ana") == [passages[0]]
    else:
        add_codes(mine, folder)
    verify_lock(folder)


def mine(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def copied(data_dir: Path, folder: Path, tables: dict[str, pd.DataFrame]) -> Path:
    """A data folder of what codes are held against, with these tables."""
    folder.mkdir()
    for name in ("datapackage.json", "passages.csv"):
        shutil.copy(data_dir / name, folder)
    for name, table in tables.items():
        table.to_csv(folder / name, index=False)
    return folder


def test_a_coder_may_send_batch_after_batch(data_dir: Path, passages: list[str], tmp_path: Path) -> None:
    first, _ = codes_with(mine(tmp_path, *(f"{one},Ana,{CODED}" for one in passages[:3])), data_dir)
    folder = copied(data_dir, tmp_path / "data", first)
    second, added = codes_with(mine(tmp_path, *(f"{one},Ana,{CODED}" for one in passages[3:7])), folder)
    assert added.passages == {"Ana": 4}
    both = second["codes.csv"]
    assert both.loc[both["annotator"] == "Ana", "passage_id"].tolist() == sorted(passages[:7])
    assert second["annotators.csv"].equals(first["annotators.csv"])
    with pytest.raises(DataError, match=r"^2 faults") as caught:
        codes_with(mine(tmp_path, *(f"{one},Ana,{CODED}" for one in passages[1:5])), folder)
    assert [fault.value for fault in caught.value.faults] == passages[1:3]


@pytest.mark.parametrize("name", ["Ana María", "Чен Ли", "李明", "محمد علی", "अनिता", "O'Brien", "J.-P. Li"])
def test_a_name_may_be_of_any_script(name: str, data_dir: Path, passages: list[str], tmp_path: Path) -> None:
    typed = unicodedata.normalize("NFD", name).replace(" ", "  ")
    tables, added = codes_with(mine(tmp_path, f"{passages[0]},{typed},{CODED}"), data_dir)
    assert added.passages == {name: 1}
    assert name in set(tables["annotators.csv"]["annotator"])
    wide = ["passage", *(f"{one} ({typed})" for one in ("relevant", "threats", "level", "referent", "agent"))]
    header = ",".join([*wide, f"measure ({typed})"])
    _, added = codes_with(
        mine(tmp_path, f"{passages[0]},yes,cri,1,state,criminal,police", header=header), data_dir
    )
    assert added.passages == {name: 1}


def test_coders_who_split_the_corpus_and_ten_of_them(
    data_dir: Path, passages: list[str], tmp_path: Path
) -> None:
    rows = [f"{one},coder {at % 10},{CODED}" for at, one in enumerate(passages)]
    _, added = codes_with(mine(tmp_path, *rows), data_dir)
    assert added.passages == {f"coder {at}": 2 for at in range(10)}


def test_further_columns_of_a_sheet_are_left_and_named(
    data_dir: Path, passages: list[str], tmp_path: Path
) -> None:
    path = mine(tmp_path, f"{passages[0]},Ana,{CODED},blue,3,", header=f"{HEADER},colour of ink,minutes,")
    _, added = codes_with(path, data_dir)
    assert added.notes == ("mine.csv: not read: further columns 'colour of ink', 'minutes'",)
    nameless = mine(tmp_path, f"{passages[0]},Ana,{CODED},blue,x", header=f"{HEADER},,note")
    assert codes_with(nameless, data_dir)[1].notes == ("mine.csv: not read: further columns ''",)


def test_further_columns_of_own_tables_stay(data_dir: Path, passages: list[str], tmp_path: Path) -> None:
    tables = {
        name: pd.read_csv(data_dir / name, dtype="str", keep_default_na=False).assign(mine="x")
        for name in ("codes.csv", "annotators.csv")
    }
    folder = copied(data_dir, tmp_path / "data", tables)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for table in package["resources"]:
        if table["path"] in tables:
            table["schema"]["fields"].append({"name": "mine", "type": "string", "description": "Mine."})
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    made, _ = codes_with(mine(tmp_path, f"{passages[0]},Ana,{CODED}"), folder)
    for name, table in made.items():
        assert list(table.columns) == list(tables[name].columns)
        assert table.groupby(table["annotator"] == "Ana")["mine"].unique().map(list).tolist() == [["x"], [""]]


def test_between_whom_one_decides_must_be_there_and_the_same(
    data_dir: Path, passages: list[str], tmp_path: Path
) -> None:
    header = f"{HEADER},decides between"
    rows = [
        f'{passages[0]},Ana,{CODED},"C, D"',
        f'{passages[1]},Ana,{CODED},"C, B"',
        f'{passages[2]},Ben,{CODED},"C, Dora"',
        f"{passages[3]},Eve,{CODED},C",
    ]
    with pytest.raises(DataError) as caught:
        codes_with(mine(tmp_path, *rows, header=header), data_dir)
    needs = ["the same coders in every row", "'Dora' has coded nothing", "two or more others"]
    found = [fault for fault in caught.value.faults if fault.column == "decides between"]
    assert [fault.row for fault in found] == [3, 4, 5]
    assert all(need in fault.allowed for need, fault in zip(needs, found, strict=True))
