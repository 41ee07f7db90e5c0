"""Passages for a class: of every difficulty and threat, under numbers that tell nothing, with a key behind them."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.cli import main
from buzanlib.errors import BuzanError, DataError, UnknownNameError
from buzanlib.sources.annotation import CODE
from buzanlib.sources.blank_sheets import write_sheets
from buzanlib.sources.class_items import KEY, Difficulty, Items, difficulties, read_key
from buzanlib.sources.coders import add_codes, codes_with
from buzanlib.sources.sheet_words import CODES
from buzanlib.tables.descriptor import load
from buzanlib.theory.predictions import verify_lock


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def codes(data_dir: Path) -> pd.DataFrame:
    return pd.read_csv(data_dir / "codes.csv", dtype="str", keep_default_na=False)


@pytest.fixture
def sheet(data_dir: Path, tmp_path: Path) -> Path:
    """A sheet of twelve, and its key beside it."""
    out = tmp_path / "sheet.csv"
    write_sheets(data_dir, out, items=Items(12))
    return out


@pytest.mark.parametrize("seed", range(6))
def test_each_difficulty_and_each_threat_comes_as_often_as_it_can(seed: int, data_dir: Path) -> None:
    pool = load(data_dir, "passages")["passage_id"].tolist()
    key = Items(12).key(data_dir, pool, seed)
    assert list(key.columns) == KEY
    assert key["difficulty"].value_counts().to_dict() == dict.fromkeys(map(str, Difficulty), 4)
    threats = key["primary"].value_counts()
    assert len(threats) == 8  # seven threats, and none
    assert threats.max() - threats.min() <= 1
    assert key["doc_id"].is_unique
    (mark,) = {item[:5] for item in key["item"]}
    assert key["item"].tolist() == [f"{mark}-{number:02d}" for number in range(1, 13)]
    # The order tells nothing of what the balance was made from.
    assert key["difficulty"].tolist() != key["difficulty"].tolist()[:3] * 4


def test_the_same_seed_gives_the_same_sheet_and_another_seed_another(data_dir: Path, tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_sheets(data_dir, tmp_path / f"{name}.csv", seed=seed, items=Items(12))
    for kind in ("", "-key"):
        one, again, other = (
            (tmp_path / f"{name}{kind}.csv").read_bytes() for name in ("one", "again", "other")
        )
        assert one == again != other


def test_no_number_or_row_names_a_speaker_and_the_key_has_all(sheet: Path, data_dir: Path) -> None:
    rows, key = rows_of(sheet), {row["item"]: row for row in rows_of(sheet.with_name("sheet-key.csv"))}
    assert list(rows[0]) == ["passage", "gist", "coder", *CODES]
    assert {row["passage"] for row in rows} == set(key)
    documents = load(data_dir, "documents").set_index("doc_id")
    states = load(data_dir, "states").set_index("iso3")["name"]
    gists = load(data_dir, "gists").set_index("passage_id")["gist"]
    for row in rows:
        assert re.fullmatch(r"k[0-9a-f]{4}-\d\d", row["passage"])
        behind = key[row["passage"]]
        assert row["gist"] == gists[behind["passage_id"]]
        said, speaker = (
            documents.loc[behind["doc_id"]],
            states.get(documents.loc[behind["doc_id"], "iso3"], "-"),
        )
        told = " ".join(row.values())
        assert not any(
            one in told for one in (behind["passage_id"], behind["doc_id"], str(said["year"]), speaker)
        )


def test_difficulty_is_how_far_the_two_annotators_differ(codes: pd.DataFrame) -> None:
    base = dict.fromkeys(CODES, "0") | {"relevant": "1", "inf": "1", "primary": "inf", "referent": "state"}
    base |= {"agent": "none", "measure": "none", "pol_kind": "none"}
    changes = {
        "same": {},
        "two": {"level": "1", "agent": "state"},
        "three": {"level": "1", "agent": "state", "measure": "norms"},
        "threat": {"primary": "cri", "cri": "1"},
    }
    rows = [{"passage_id": name, "annotator": "C", **base} for name in (*changes, "alone")]
    rows += [{"passage_id": name, "annotator": "D", **base, **change} for name, change in changes.items()]
    assert difficulties(pd.DataFrame(rows, columns=CODE)).to_dict() == {
        "same": "easy",
        "two": "medium",
        "three": "contested",
        "threat": "contested",
    }
    assert set(difficulties(codes)) == set(Difficulty)


def test_a_year_of_a_region_is_all_its_speeches(data_dir: Path) -> None:
    pool = load(data_dir, "passages")["passage_id"].tolist()
    key = Items(corpus="UNGDC", region="Eastern European", years=(2022, 2023)).key(data_dir, pool, 1)
    documents, states = load(data_dir, "documents"), load(data_dir, "states")
    documents = documents[(documents["corpus"] == "UNGDC") & documents["year"].between(2022, 2023)]
    documents = documents.merge(states[states["region"] == "Eastern European"][["iso3"]])
    passages = load(data_dir, "passages")
    assert set(key["passage_id"]) == set(
        passages.loc[passages["doc_id"].isin(documents["doc_id"]), "passage_id"]
    )
    some = Items(1, ["easy"], without=key["passage_id"][:-3].tolist()).key(
        data_dir, key["passage_id"].tolist(), 1
    )
    assert set(some["passage_id"]) <= set(key["passage_id"][-3:])


@pytest.mark.parametrize(
    ("items", "error", "match"),
    [
        (Items(12, ["contestd"]), UnknownNameError, "difficulty 'contestd'; nearest allowed: 'contested'"),
        (Items(region="Eastern Europe"), UnknownNameError, "region .* nearest allowed: 'Eastern European'"),
        (Items(corpus="UNGCD"), UnknownNameError, "corpus 'UNGCD'; nearest allowed: 'UNGDC'"),
        (Items(900), BuzanError, "900 items, .*allowed: 1 to"),
        (Items(years=(1900, 1901)), BuzanError, "no passage of this corpus, region, these years"),
        (Items(12, years=(1900, 1901)), BuzanError, "no passage of this corpus, region, these years"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    items: Items, error: type[BuzanError], match: str, data_dir: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=match):
        write_sheets(data_dir, tmp_path / "sheet.csv", items=items)
    assert not list(tmp_path.iterdir())


def test_a_coder_called_key_and_items_in_a_sample_are_refused(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match=r"sheet-key\.csv is the key"):
        write_sheets(data_dir, tmp_path / "sheet.csv", coders=["key"], items=Items(3))
    with pytest.raises(BuzanError, match="neither a sample nor"):
        write_sheets(data_dir, tmp_path / "sheet.csv", passages=3, items=Items(3))
    assert not list(tmp_path.iterdir())


def test_a_numbered_sheet_comes_back_by_its_key(
    sheet: Path, codes: pd.DataFrame, data_dir: Path, tmp_path: Path
) -> None:
    data, key = Path(shutil.copytree(data_dir, tmp_path / "data")), sheet.with_name("sheet-key.csv")
    behind = read_key(key)
    theirs = codes[codes["annotator"] == "D"].set_index("passage_id")
    rows = [
        row | {"coder": "teal-heron"} | theirs.loc[behind[row["passage"]], list(CODES)].to_dict()
        for row in rows_of(sheet)
    ]
    pd.DataFrame(rows).to_csv(sheet, index=False)
    with pytest.raises(DataError, match="no such passage"):
        codes_with(sheet, data)
    assert main(["data", "codes", str(sheet), "--key", str(key), "--data", str(data)]) == 0
    verify_lock(data)
    new = pd.read_csv(data / "codes.csv", dtype="str", keep_default_na=False)
    mine = new[new["annotator"] == "teal-heron"].set_index("passage_id")
    assert set(mine.index) == set(behind.values())
    pd.testing.assert_frame_equal(mine[list(CODES)], theirs.loc[mine.index, list(CODES)])
    with pytest.raises(DataError, match=r"k.*-\d\d.*has coded this passage already"):
        add_codes(sheet, data, key=key)
    write_sheets(data, tmp_path / "other.csv", seed=2, items=Items(12))
    with pytest.raises(DataError, match=r"'other-key\.csv', which may be the key of another sheet") as caught:
        add_codes(sheet, data, replace=True, key=tmp_path / "other-key.csv")
    assert len(caught.value.faults) == 12


def test_a_key_that_is_at_fault_is_refused(sheet: Path, data_dir: Path) -> None:
    key = sheet.with_name("sheet-key.csv")
    lines = key.read_text(encoding="utf-8").splitlines()
    twice, unknown = [*lines, lines[1]], [lines[0], "item-01,P00000000,x,easy,pol"]
    for content, match in ((twice, "stand once"), (unknown, "P00000000.*no such passage")):
        key.write_text("\n".join(content) + "\n", encoding="utf-8")
        with pytest.raises(DataError, match=match):
            codes_with(sheet, data_dir, key=key)


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["--years", "2022"], "need --class"),
    ],
)
def test_the_command_says_what_is_wrong(
    words: list[str], match: str, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "sheet", "--data", str(data_dir), "--out", str(tmp_path / "s.csv"), *words]) == 2
    assert match in capsys.readouterr().err


@pytest.mark.parametrize("years", ["2022-", "2023-2022", "soon"])
def test_years_that_are_none_are_refused(years: str, data_dir: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "sheet.csv")
    with pytest.raises(SystemExit):
        main(["data", "sheet", "--data", str(data_dir), "--out", out, "--class", "--years", years])


@pytest.mark.parametrize("number", ["0", "-1", "1.5"])
def test_a_class_codes_one_passage_or_more(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["data", "sheet", "--class", number])
    assert f"one passage or more, not '{number}'" in capsys.readouterr().err
