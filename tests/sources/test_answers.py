"""Codes that a model gave, as JSON lines: read, or refused with line and reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buzanlib.errors import DataError
from buzanlib.sources.annotation import CODE
from buzanlib.sources.answers import coders_of, read_answers
from buzanlib.sources.coders import codes_with
from buzanlib.sources.sheet_words import CODES
from buzanlib.sources.sheets import HandCodes, Known
from buzanlib.tables.schema import Descriptor, Table

PASSAGES = {"P00000001", "P00000002", "P00000003"}
CRIME = {
    "relevant": 1, "pol": 0, "inf": 0, "cri": 1, "mil": 0, "ter": 0, "oth": 0, "gen": 0, "primary": "cri", "level": 1,
    "referent": "economy", "agent": "criminal", "measure": "police", "pol_kind": "none", "hostile": 0,
}  # fmt: skip
LINE = {
    "passage_id": "P00000001", "model": "lab/some-model", "version": "2026-01-02", "date": "2026-11-28",
    "settings": {"temperature": 0, "seed": 7}, "codes": CRIME,
}  # fmt: skip
NAME = "lab-some-model"


@pytest.fixture(scope="module")
def described(data_dir: Path) -> Table:
    return Descriptor.load(data_dir).table("codes")


@pytest.fixture
def read(described: Table, tmp_path: Path) -> Callable[..., HandCodes]:
    def run(*lines: dict[str, Any] | str, **taken: str) -> HandCodes:
        return read_answers(written(tmp_path, *lines), Known(described, PASSAGES, taken))

    return run


def written(folder: Path, *lines: dict[str, Any] | str) -> Path:
    path = folder / "answers.jsonl"
    text = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def test_answers_are_codes_of_a_model(read: Callable[..., HandCodes], tmp_path: Path) -> None:
    second = LINE | {"passage_id": "P00000002", "date": "2026-11-29", "tokens": 7}
    other = LINE | {"annotator": "mine", "model": "m", "settings": "temperature 0"}
    found = read(LINE, "", second, other)
    assert found.codes.to_numpy().tolist() == [
        [passage, who, *map(str, CRIME.values())]
        for passage, who in (("P00000001", NAME), ("P00000002", NAME), ("P00000001", "mine"))
    ]
    assert found.about[NAME] == {
        "kind": "model", "model": "lab/some-model", "version": "2026-01-02", "coded": "2026-11-29",
        "settings": '{"seed": 7, "temperature": 0}',
    }  # fmt: skip
    assert found.about["mine"]["settings"] == "temperature 0"
    assert found.notes == ("answers.jsonl: not read: further names 'tokens'",)
    assert coders_of(tmp_path / "answers.jsonl") == [NAME, "mine"]


def coded(**codes: object) -> dict[str, Any]:
    return LINE | {"codes": CRIME | codes}


WRONG: list[tuple[dict[str, Any] | str, str]] = [
    ("{", r"row 2: '\{'; one JSON object a line is needed"),
    ("[1]", r"row 2, \$: '\[1\]'; needed: object"),
    ('{"a": 1, "a": 2}', "row 2: .*the name 'a' occurs twice"),
    ({"passage_id": "P00000001"}, r"row 2, \$: .*; missing: 'model', 'version', 'date', 'settings', 'codes'"),
    (LINE | {"date": "yesterday"}, r"row 2, \$\.date: 'yesterday'; the form .* is needed"),
    (LINE | {"model": "=1+1"}, r"row 2, \$\.model: '=1\+1'; the form"),
    (LINE | {"settings": 5}, r"row 2, \$\.settings: '5'; needed: object or string"),
    (LINE | {"codes": "none"}, r"row 2, \$\.codes: 'none'; needed: object"),
    (coded(level=3), r"row 2, \$\.codes\.level: '3'; a number is needed: 0, 1, 2"),
    (coded(level="1"), r"row 2, \$\.codes\.level: '1'; a number is needed: 0, 1, 2"),
    (coded(cri=True), r"row 2, \$\.codes\.cri: 'true'; a number is needed: 0, 1"),
    (coded(measure="polise"), r"row 2, \$\.codes\.measure: 'polise'; nearest allowed: 'police'"),
    (coded(mesure="police"), r"row 2, \$\.codes: .*; unknown: 'mesure', nearest allowed: 'measure'"),
    (coded(relevant=0), r"row 2, column codes\.cri: '1'; 0 is needed here: the passage is not relevant"),
    (LINE | {"passage_id": "P9"}, "row 2, column passage_id: 'P9'; no such passage"),
    (LINE | {"annotator": "=1"}, "row 2, column annotator: '=1'; a name is needed"),
    (LINE | {"annotator": "A"}, "row 2, column annotator: 'A'; it ships"),
    (
        LINE | {"passage_id": "P00000002"},
        "row 2, column passage_id: 'P00000002'; a coder codes a passage once",
    ),
    (
        LINE | {"version": "2"},
        f"row 2, column version: '2'; {NAME} has another in row 1: one annotator is one",
    ),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_what_does_not_fit_is_refused_with_line_and_reason(
    line: dict[str, Any] | str, message: str, read: Callable[..., HandCodes]
) -> None:
    with pytest.raises(
        DataError, match=rf"^[1-9][0-9]? faults? in the data\n(?s:.*)answers\.jsonl, {message}"
    ):
        read(LINE | {"passage_id": "P00000002"}, line, A="it ships")


def test_all_faults_come_in_one_round(read: Callable[..., HandCodes]) -> None:
    with pytest.raises(DataError) as caught:
        read(*(line for line, _ in WRONG), A="it ships")
    assert {fault.row for fault in caught.value.faults} == set(range(1, len(WRONG))) - {18} | {19}


def test_a_file_without_an_answer(read: Callable[..., HandCodes]) -> None:
    with pytest.raises(DataError, match=r"answers\.jsonl: 'no answer'; at least one passage"):
        read("")


def test_a_model_stays_apart_from_people_and_is_one_model(data_dir: Path, tmp_path: Path) -> None:
    passages = pd.read_csv(data_dir / "passages.csv")["passage_id"].tolist()
    lines = [LINE | {"passage_id": passage, "annotator": "mine"} for passage in passages[:3]]
    tables, added = codes_with(written(tmp_path, *lines), data_dir)
    assert added.passages == {"mine": 3}
    row = tables["annotators.csv"].set_index("annotator").loc["mine"]
    assert row.to_dict() == {
        "codebook": "2", "role": "coder", "coded": "2026-11-28", "note": "", "kind": "model", "model": "lab/some-model",
        "version": "2026-01-02", "settings": '{"seed": 7, "temperature": 0}',
    }  # fmt: skip
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("datapackage.json", "passages.csv"):
        (folder / name).symlink_to(data_dir / name)
    for name, table in tables.items():
        table.to_csv(folder / name, index=False)
    more = LINE | {"passage_id": passages[3], "annotator": "mine"}
    assert codes_with(written(tmp_path, more), folder)[1].passages == {"mine": 1}
    with pytest.raises(
        DataError, match=r"column version: '3'; mine is another annotator, whose version is '2026-"
    ):
        codes_with(written(tmp_path, more | {"version": "3"}), folder)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        f"passage,coder,relevant,threats,level,referent,agent,measure\n{passages[3]},mine,no,,,,,\n"
    )
    with pytest.raises(
        DataError, match=r"column kind: 'sheet'; mine is another annotator, whose kind is 'model'"
    ):
        codes_with(sheet, folder)


@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_codes_come_back_as_they_were_written(data: st.DataObject, data_dir: Path, tmp_path: Path) -> None:
    whole = pd.read_csv(data_dir / "codes.csv", keep_default_na=False)
    chosen = data.draw(st.lists(st.integers(0, 999), min_size=1, max_size=8, unique=True))
    rows = whole[whole["annotator"] == "C"].iloc[chosen]
    order = data.draw(st.permutations(CODES))
    lines = [
        LINE | {"passage_id": row["passage_id"], "codes": {name: row[name] for name in order}}
        for row in rows.to_dict("records")
    ]
    known = Known(Descriptor.load(data_dir).table("codes"), set(rows["passage_id"]), {})
    found = read_answers(written(tmp_path, *lines), known).codes
    assert found[list(CODES)].to_numpy().tolist() == rows[list(CODES)].astype(str).to_numpy().tolist()
    assert list(found.columns) == CODE
