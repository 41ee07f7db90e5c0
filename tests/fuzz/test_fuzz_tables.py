"""Every table, corrupted: accepted with the same result, or refused with the place."""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from corruptions import DATA, FILES, SEED, Corrupted, Corruption, Rows, cells, parsed, rendered, rng, tree

from buzanlib.cli import main
from buzanlib.errors import DataError, LockError
from buzanlib.sources.own_index import merge_index
from buzanlib.sources.own_tables import read_own
from buzanlib.tables.checks import check_table
from buzanlib.tables.descriptor import examine, load_tables
from buzanlib.tables.schema import Descriptor
from buzanlib.theory.predictions import LOCKED, write_lock

pytestmark = pytest.mark.soak

TABLES = sorted(path.name for path in DATA.glob("*.csv"))
CELLS = {f"{table}-{cell.field}-{cell.kind}": (table, cell) for table, cell in cells()}
CASES: dict[str, tuple[str, Corruption]] = {
    **{f"{table}-{corrupt.__name__}": (table, corrupt) for table in TABLES for corrupt in FILES},
    **CELLS,
}
#: Every field, and of whole files every kind with every fourth table: all tables together have every kind below.
ALONE = [
    name
    for place, name in enumerate(CASES)
    if name in CELLS or (place // len(FILES) + place % len(FILES)) % 4 == 0
]


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small, tmp_path / "data"))


def corrupted(folder: Path, name: str) -> Corrupted:
    """Corrupt a table of the folder; what comes of it depends on the name alone."""
    table, corrupt = CASES[name]
    found = corrupt((folder / table).read_bytes(), rng(name))
    if found.content is None:
        (folder / table).unlink()
    else:
        (folder / table).write_bytes(found.content)
    return found


def says(frame: pd.DataFrame) -> list[list[str]]:
    return [list(frame.columns), *frame.to_numpy(dtype=object).tolist()]


def test_there_are_enough_corruptions_of_every_table_and_field() -> None:
    assert len(CASES) > 450
    for table in TABLES:
        header = (DATA / table).read_text(encoding="utf-8").partition("\n")[0].split(",")
        assert {cell.field for file, cell in CELLS.values() if file == table} == set(header)


def test_the_small_folder_is_sound(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(folder)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(TABLES)
    for table in TABLES:
        content = (folder / table).read_bytes()
        assert rendered(parsed(content)) == content
        assert len(parsed(content)) > 1


@pytest.mark.parametrize("name", ALONE)
def test_a_corrupted_table_is_the_same_or_refused(name: str, folder: Path) -> None:
    table, _ = CASES[name]
    found = corrupted(folder, name)
    before = tree(folder.parent)
    stem = Path(table).stem
    frames, faults = examine(folder, [stem])
    assert tree(folder.parent) == before
    if found.place is not None:
        told = [str(fault) for fault in faults]
        assert any(re.match(rf"{re.escape(table)}(, |: ){found.place}", line) for line in told), told[:20]
        assert max(map(len, told)) < 2500
    else:
        assert (faults, says(frames[stem])) == ([], found.rows)


@pytest.mark.parametrize("corrupt", FILES, ids=lambda corrupt: corrupt.__name__)
def test_all_tables_corrupted_alike(
    corrupt: Corruption, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {table: corrupted(folder, f"{table}-{corrupt.__name__}") for table in TABLES}
    told(folder, found, capsys)


@pytest.mark.parametrize("turn", range(6))
def test_one_cell_of_every_table_corrupted(
    turn: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(f"{SEED} {turn}")
    names = {table: [name for name, (file, cell) in CELLS.items() if file == table] for table in TABLES}
    found = {table: corrupted(folder, draw.choice(names[table])) for table in TABLES}
    told(folder, found, capsys)


def told(folder: Path, found: dict[str, Corrupted], capsys: pytest.CaptureFixture[str]) -> None:
    """Hold what the command says of a folder of corrupted tables against what was done to them."""
    if all((folder / name).is_file() for name in LOCKED):
        write_lock(folder)  # else the lock would hide what lies behind it
    before = tree(folder.parent)
    status = main(["data", "check", str(folder)])
    out, err = capsys.readouterr()
    assert tree(folder.parent) == before
    assert "\x1b" not in out + err
    for table, one in found.items():
        if one.place is not None:
            assert status == 2
            assert re.search(rf"^ *(buzan: )?{re.escape(table)}(, |: ){one.place}", err, re.MULTILINE), err
    if status == 0:
        assert err == ""
        frames = load_tables(folder, [Path(table).stem for table in found])
        for table, one in found.items():
            assert one.rows is not None
            empty = [[cell == "" for cell in row] for row in one.rows[1:]]
            assert frames[Path(table).stem].isna().to_numpy().tolist() == empty, "NA and null are words"


@pytest.mark.parametrize("name", LOCKED)
def test_what_is_locked_cannot_change_by_a_byte(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content.removesuffix(b"\n"))
    before = tree(folder)
    assert main(["data", "check", str(folder)]) == 2
    assert f"{name}: SHA-256" in capsys.readouterr().err
    assert tree(folder) == before


def test_a_folder_without_a_lock_is_refused(folder: Path) -> None:
    (folder / "predictions.json").write_text("{}", encoding="utf-8")
    with pytest.raises(LockError, match=r"predictions\.json: SHA-256 .* predictions never change"):
        write_lock(folder)


#: Forms in which people keep a table: read as the table that it is.
FORMS: dict[str, Callable[[Rows], bytes]] = {
    "byte_order_mark": lambda rows: b"\xef\xbb\xbf" + rendered(rows),
    "windows_line_ends": lambda rows: rendered(rows).replace(b"\n", b"\r\n"),
    "semicolons": lambda rows: separated(rows, ";"),
    "separator_named": lambda rows: b"sep=;\n" + separated(rows, ";"),
    "tabs": lambda rows: separated(rows, "\t"),
    "title_above": lambda rows: b"\xef\xbb\xbfA title, mine\n\n" + rendered(rows),
    "columns_reversed": lambda rows: rendered([row[::-1] for row in rows]),
    "empty_rows": lambda rows: rendered(rows).replace(b"\n", b"\r\n\r\n"),
}


def separated(rows: Rows, mark: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", TABLES)
def test_a_table_in_another_form_is_the_same(table: str, form: str, folder: Path, tmp_path: Path) -> None:
    content = (folder / table).read_bytes()
    (tmp_path / table).write_bytes(FORMS[form](parsed(content)))
    own = read_own(tmp_path / table, Descriptor.load(folder).table(Path(table).stem))
    assert own.faults == []
    if "\n" not in "".join(cell for row in parsed(content) for cell in row):
        assert own.rendered().encode() == content


@pytest.mark.parametrize("turn", range(300))
def test_any_corruption_of_a_table_of_ones_own_is_read_or_refused(
    turn: int, folder: Path, tmp_path: Path
) -> None:
    draw = rng(f"own {turn}")
    table = draw.choice(TABLES)
    rows = parsed((folder / table).read_bytes())[:40]
    at = draw.randrange(1, len(rows))
    cell = [
        "NA",
        "..",
        "-",
        ".5",
        "0,5",
        "1,234",
        "#N/A",
        "=1+1",
        "",
        "\ufeff",
        "x",
        "1e400",
        "\0",
        '"',
        "\n",
    ]
    rows[at][draw.randrange(len(rows[0]))] = draw.choice(cell)
    content = bytearray(FORMS[draw.choice(sorted(FORMS))](rows))
    for _ in range(draw.randrange(3)):
        place = draw.randrange(len(content))
        content[place : place + draw.randrange(3)] = draw.choice(
            (b"", b",", b";", b'"', b"\n", b"\xe9", b"\t")
        )
    (tmp_path / table).write_bytes(content)
    described = Descriptor.load(folder).table(Path(table).stem)
    own, faults = None, ()
    try:
        own = read_own(tmp_path / table, described)
    except DataError as error:
        faults = error.faults
    assert all(fault.file == table and len(str(fault)) < 2500 for fault in faults)
    if own is not None:
        assert own.same or set(described.columns) <= set(own.frame.columns)
        assert own.same or own.faults or not check_table(own.table, own.frame)


VALUES = (
    "NA",
    "..",
    "n/a",
    "-",
    ".5",
    "+1",
    "0,5",
    "1,234",
    "#N/A",
    "=1+1",
    "",
    "x",
    "1e400",
    "-99",
    "２",
    "1 000",
    "5 %",
)


@pytest.mark.parametrize("turn", range(300))
def test_any_index_of_ones_own_is_counted_whole_or_refused(turn: int, folder: Path, tmp_path: Path) -> None:
    draw = rng(f"index {turn}")
    others = ["est", "XXX", "WLD", "", "YUG", "Estonie", "FRN", "Korea", "World", "HKG", "U.S.A.", "2", "NIG"]
    states = ["EST", "LVA", "NLD", "RUS", *draw.sample(others, draw.randrange(3))]
    years = ["2010", "2011", *draw.sample(["2010.0", "1890", "MMX", "2031"], draw.randrange(2))]
    rows = [
        [state, year, draw.choice(VALUES) if draw.random() < 0.1 else f"{draw.random():.3f}"]
        for state in states
        for year in years
    ]
    content = FORMS[draw.choice(sorted(FORMS))]([["iso3", "year", "value"], *rows])
    (tmp_path / "mine.csv").write_bytes(content)
    made, faults = None, ()
    try:
        made = merge_index(tmp_path / "mine.csv", "power", "mine", folder, tmp_path / "panel.csv")
    except DataError as error:
        faults = error.faults
    assert all(fault.file == "mine.csv" and (fault.row or fault.value == "no value") for fault in faults)
    assert (tmp_path / "panel.csv").exists() == (made is not None)
    if made is not None:
        assert made.values + made.missing + made.skipped == len(rows)  # noqa: PD011
        assert pd.read_csv(tmp_path / "panel.csv")["power_mine"].notna().sum() == made.values  # noqa: PD011
