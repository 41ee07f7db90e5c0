"""A session that is added: counts in are counts out, codes stay with a text that stays, and nothing is half-written."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.cli import main
from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import new_session
from buzanlib.sources.coders import codes_with
from buzanlib.sources.new_session import GONE, MOVED, NEW, UNCHANGED, AddedSession, add_session
from buzanlib.sources.passages import Passage
from buzanlib.sources.sheet_words import CODES
from buzanlib.sources.write import ExistingTables, write_table
from buzanlib.tables.descriptor import check
from buzanlib.tables.statements import load_statements

POWER, CRIME, LIES = (
    "Cyber attacks threaten our power grid.",
    "Cyber crime is a danger to our banks.",
    "Disinformation is a danger to our nation.",
)
GAP = "The sea is blue. The sky is wide. The land is green. The corn is ripe. The harbour is full."

SESSION = {
    "EST": f"Friends. {POWER} We ask for norms. {GAP} {CRIME} We act.",
    "FRA": f"{GAP} {LIES}",
    "KEN": GAP,
}


def pack(folder: Path, speeches: dict[str, str], session: str = "82", year: str = "2027") -> Path:
    """A session in the publisher's layout, with what lies beside the speeches in it."""
    place = folder / f"Session {session} - {year}"
    place.mkdir(parents=True)
    for state, text in speeches.items():
        (place / f"{state}_{session}_{year}.txt").write_text("\ufeff" + text.replace(". ", ".\n\n"))
    (place / "._EST_82_2027.txt").write_bytes(b"\x00\x05\x16\x07")
    (folder / "README.txt").write_text("Notes.")
    return folder


def coded(sheet: Path, *coders: str, threat: str = "infrastructure") -> None:
    """Fill in a sheet."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        blank = list(csv.DictReader(file))
    values = dict.fromkeys(CODES, "") | {"relevant": "yes", "primary": threat, "level": "1"}
    values |= {"referent": "state", "agent": "none", "measure": "none"}
    pd.DataFrame({**row, "coder": one, **values} for row in blank for one in coders).to_csv(
        sheet, index=False
    )


def with_tables(data: Path, added: AddedSession, place: Path) -> Path:
    """A copy of a data folder with the tables of an added session in it."""
    shutil.copytree(data, place)
    for file in added.files:
        if (place / file.name).is_file():
            shutil.copy(file, place)
    return place


@pytest.fixture
def added(data_dir: Path, tmp_path: Path) -> AddedSession:
    return add_session(pack(tmp_path / "first", SESSION), data_dir, tmp_path / "added")


def test_new_speeches_come_behind_those_that_are_there(
    added: AddedSession, data_dir: Path, tmp_path: Path
) -> None:
    assert (added.new, added.changed, added.same) == (3, 0, 0)
    assert [added.passages(what) for what in (UNCHANGED, MOVED, NEW, GONE)] == [0, 0, 3, 0]
    assert len(added.not_read) == 2
    assert [path.name for path in added.files] == [
        "documents.csv",
        "passages.csv",
        "conventional.csv",
        "codes.csv",
        "gists.csv",
        "decisions.csv",
        "passages_moved.csv",
        "sheet.csv",
    ]
    more = {"documents.csv": 3, "passages.csv": 3, "conventional.csv": 3, "codes.csv": 0}
    more |= {"gists.csv": 0, "decisions.csv": 0}
    for name, rows in more.items():
        before, after = (
            (folder / name).read_text().splitlines() for folder in (data_dir, added.files[0].parent)
        )
        assert len(after) == len(before) + rows
        assert [line for line in after if line in set(before)] == before
    documents = pd.read_csv(added.files[0]).set_index("doc_id")
    assert documents.loc["UNGDC-EST-82-2027", ["text", "sampled", "session"]].tolist() == ["added", 2, 82]
    assert documents.loc["UNGDC-KEN-82-2027", "windows"] == 0


def test_links_and_folders_are_no_speeches(data_dir: Path, tmp_path: Path) -> None:
    given = pack(tmp_path / "given", SESSION)
    place = given / "Session 82 - 2027"
    (tmp_path / "elsewhere.txt").write_text("A cyber attack threatens us.")
    (place / "SWE_82_2027.txt").symlink_to(tmp_path / "elsewhere.txt")
    (place / "FIN_82_2027.txt").mkdir()
    added = add_session(given, data_dir, tmp_path / "added")
    assert added.new == len(SESSION)
    assert "Session 82 - 2027/SWE_82_2027.txt" in added.not_read


def test_whoever_codes_does_not_see_who_speaks(added: AddedSession) -> None:
    sheet = added.files[-1].read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(sheet.splitlines()))
    assert [*rows[0]][:2] == ["passage", "text"]
    assert {row["passage"] for row in rows} == set(added.account["passage_id"])
    assert not any(word in sheet for word in ("EST", "FRA", "2027"))


def test_a_passage_keeps_its_codes_where_its_text_is_the_same(
    added: AddedSession, data_dir: Path, tmp_path: Path
) -> None:
    data = with_tables(data_dir, added, tmp_path / "data")
    sheet = added.files[-1]
    coded(sheet, "Ana", "Ben")
    for name, table in codes_with(sheet, data)[0].items():
        write_table(table, data / name)
    assert check(data) == []

    def codes(folder: Path) -> pd.DataFrame:
        every = ExistingTables(folder).table("codes.csv", ["passage_id", "annotator", "primary"])
        return every[every["annotator"] == "Ana"]

    # Two speeches are one word longer ahead of a passage, of one a passage is reworded, and one state speaks anew.
    second = {
        "EST": SESSION["EST"].replace("Friends.", "Dear friends.").replace(CRIME, CRIME + " Always."),
        "FRA": SESSION["FRA"].replace("our nation", "all nations"),
        "PER": f"{POWER}",
    }
    again = add_session(pack(tmp_path / "second", second), data, tmp_path / "again")
    assert (again.new, again.changed, again.same, again.kept) == (1, 2, 0, ("UNGDC-KEN-82-2027",))
    account = again.account.set_index("doc_id")
    assert account["what"].value_counts().to_dict() == {GONE: 3, NEW: 4}
    assert (again.codes_kept, again.codes_gone) == (0, 6)

    third = {"EST": f"The day is long. {GAP} {SESSION['EST']}", "FRA": SESSION["FRA"], "KEN": GAP}
    more = add_session(pack(tmp_path / "third", third), data, tmp_path / "more")
    assert [more.passages(what) for what in (UNCHANGED, MOVED, NEW, GONE)] == [1, 2, 0, 0]
    assert (more.codes_kept, more.codes_gone) == (6, 0)
    moved = more.account[more.account["what"] == MOVED]
    assert set(moved["doc_id"]) == {"UNGDC-EST-82-2027"}
    now = codes(tmp_path / "more")
    assert set(now["passage_id"]) == set(more.account["passage_id"])
    assert not set(now["passage_id"]) & set(moved["before"])
    assert check(with_tables(data, more, tmp_path / "moved")) == []


def test_two_passages_of_one_text_keep_their_order() -> None:
    def passages(*starts: int) -> pd.DataFrame:
        cut = [Passage(start, start + len(POWER), POWER) for start in starts]
        rows = [(one.passage_id("D"), "D", one.start, one.end, one.sha256) for one in cut]
        return pd.DataFrame(rows, columns=new_session.LOCATOR).astype(str)

    old, new = passages(900, 1000), passages(1000, 1100, 1200)
    account = new_session._account(old, new).set_index("before")
    assert account.loc[old["passage_id"], "passage_id"].tolist() == new["passage_id"].tolist()[:2]
    assert sorted(account["what"]) == [MOVED, MOVED, NEW]


def test_a_session_that_is_there_already_writes_nothing(
    added: AddedSession, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = with_tables(data_dir, added, tmp_path / "data")
    words = ["data", "year", str(tmp_path / "first"), "--data", str(data), "--out", str(tmp_path / "none")]
    assert main(words) == 0
    assert not (tmp_path / "none").exists()
    assert capsys.readouterr().out.splitlines() == [
        "in 5 files: 3 speeches + 2 not read: 'README.txt', 'Session 82 - 2027/._EST_82_2027.txt'",
        "speeches of 2027: 3 = 0 new + 0 from another text than before + 3 unchanged",
        "speeches of 2027 that only the tables have: 0 kept as they are",
        "passages before: 3 = 3 unchanged + 0 moved + 0 gone",
        "passages now: 3 = 3 unchanged + 0 moved + 0 to code",
        "codes of these passages: 0 = 0 kept + 0 gone with their passages",
        "nothing is new, and nothing was written",
    ]


def test_the_publishers_text_takes_the_place_of_the_provisional_one(data_dir: Path, tmp_path: Path) -> None:
    given = pack(tmp_path / "given", {"LBR": f"{POWER} {GAP}", "EST": POWER}, "81", "2026")
    added = add_session(given, data_dir, tmp_path / "added")
    assert (added.new, added.changed, len(added.kept)) == (1, 1, 189)
    documents = pd.read_csv(tmp_path / "added" / "documents.csv").set_index("doc_id")
    assert documents.loc["UNGDC-LBR-81-2026", ["text", "windows"]].tolist() == ["added", 1]
    codes = pd.read_csv(tmp_path / "added" / "codes.csv", keep_default_na=False)
    gone = added.account.loc[added.account["what"] == GONE, "before"]
    shipped = pd.read_csv(data_dir / "codes.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(
        codes, shipped[~shipped["passage_id"].isin(gone)].reset_index(drop=True), check_dtype=False
    )


@pytest.mark.parametrize(
    ("speeches", "error", "says"),
    [
        ({}, BuzanError, r"no speech in 'given': texts named ISO_NN_YYYY\.txt from 1995 on are needed"),
        ({"XQX": POWER}, UnknownNameError, "unknown speaker of UNGDC-XQX-82-2027 'XQX'"),
    ],
)
def test_what_cannot_be_added_is_refused_and_writes_nothing(
    speeches: dict[str, str], error: type[Exception], says: str, data_dir: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says):
        add_session(pack(tmp_path / "given", speeches), data_dir, tmp_path / "added")
    assert [path.name for path in tmp_path.iterdir()] == ["given"]


def test_what_is_there_is_not_written_over(data_dir: Path, tmp_path: Path) -> None:
    given = pack(tmp_path / "given", SESSION)
    with pytest.raises(BuzanError, match="given is there already"):
        add_session(given, data_dir, given)
    with pytest.raises(BuzanError, match=r"there is no folder or file '.*gibt-es-nicht'"):
        add_session(tmp_path / "gibt-es-nicht", data_dir, tmp_path / "added")


def test_an_interruption_leaves_nothing(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_: pd.DataFrame) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(new_session, "render_sheet", stopped)
    with pytest.raises(KeyboardInterrupt):
        add_session(pack(tmp_path / "given", SESSION), data_dir, tmp_path / "added")
    assert [path.name for path in tmp_path.iterdir()] == ["given"]


def test_annotators_who_shared_the_passages_count_together(
    added: AddedSession, data_dir: Path, tmp_path: Path
) -> None:
    data = with_tables(data_dir, added, tmp_path / "data")
    coded(added.files[-1], "Ana")
    for name, table in codes_with(added.files[-1], data)[0].items():
        write_table(table, data / name)
    statements = load_statements(data)
    whole = statements.coded("adjudicated_2+Ana")
    assert len(whole) == len(statements.coded("adjudicated_2")) + 3
    assert set(whole["annotator"]) == {"adjudicated_2", "Ana"}
    twice = statements.coded("C+D")
    assert twice["annotator"].unique().tolist() == ["D"]
    assert len(twice) == len(statements.coded("C"))
    with pytest.raises(UnknownNameError, match=r"unknown annotator 'Anna'; nearest allowed: 'Ana'"):
        statements.coded("adjudicated_2+Anna")


@pytest.mark.raw
def test_a_year_taken_out_and_added_again_gives_the_tables_that_ship(
    raw: Path, data_dir: Path, tmp_path: Path
) -> None:
    data, held = tmp_path / "data", ExistingTables(data_dir)
    shutil.copytree(data_dir, data)
    documents = held.table("documents.csv", pd.read_csv(data_dir / "documents.csv", nrows=0).columns.tolist())
    taken = set(documents.loc[documents["doc_id"].str.endswith("-80-2025"), "doc_id"])
    places = held.table("passages.csv", new_session.LOCATOR)
    gone = set(places.loc[places["doc_id"].isin(taken), "passage_id"])
    for name, key, out in (
        ("documents", "doc_id", taken),
        ("passages", "doc_id", taken),
        ("conventional", "doc_id", taken),
        ("codes", "passage_id", gone),
        ("gists", "passage_id", gone),
        ("decisions", "passage_id", gone),
    ):
        table = pd.read_csv(data / f"{name}.csv", dtype="str", keep_default_na=False)
        write_table(table[~table[key].isin(out)], data / f"{name}.csv")
    (archive,) = raw.rglob("UNGDC_V14_session80_2025.tar.xz")
    guide = (data_dir.parent / "book" / "add_year.md").read_text(encoding="utf-8")
    assert "\n".join(add_session(archive, data_dir, tmp_path / "none").counts()) in guide
    added = add_session(archive, data, tmp_path / "added")
    assert (added.new, added.passages(NEW)) == (190, 63)
    for file in added.files[:3]:
        assert file.read_bytes() == (data_dir / file.name).read_bytes()
        shutil.copy(file, data)
    # The codes that ship come back as a sheet. Gists and decisions are no codes, and stay as they are.
    codes = held.table("codes.csv", new_session.CODE)
    theirs = codes[codes["annotator"].isin(set(codes.loc[codes["passage_id"].isin(gone), "annotator"]))]
    theirs.rename(columns={"annotator": "coder"}).to_csv(tmp_path / "sheet.csv", index=False)
    for name, table in codes_with(tmp_path / "sheet.csv", data, replace=True)[0].items():
        write_table(table, data / name)
    assert (data / "codes.csv").read_bytes() == (data_dir / "codes.csv").read_bytes()
    were, are = (pd.read_csv(folder / "annotators.csv", index_col="annotator") for folder in (data_dir, data))
    pd.testing.assert_frame_equal(are.drop(columns="kind"), were.drop(columns="kind"))
    assert set(are.index[are["kind"] != were["kind"]]) == set(
        theirs["annotator"]
    )  # now on record as of a sheet
    for name in ("gists.csv", "decisions.csv"):
        shutil.copy(data_dir / name, data)
    assert check(data) == []
