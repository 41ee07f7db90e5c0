"""The second study that ships: codes from a sheet, one corpus alone."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pandas as pd
import pytest

from buzanlib.errors import DataError
from buzanlib.figures.account import account_in_words
from buzanlib.inference.hypothesis_tests import OfTable2
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.sources.coders import codes_with
from buzanlib.study.cache import Cache
from buzanlib.study.data_staging import prepare
from buzanlib.study.owned import OwnedFolder
from buzanlib.study.runner import run_study
from buzanlib.study.spec import Study
from buzanlib.study.study_file import load_study
from buzanlib.tables.data_folder import Data

SAME = {"first": "A", "second": "B"}
"""Coders of the sheet, and whose codes they are."""


@pytest.fixture
def study(root: Path, tmp_path: Path) -> Path:
    """The study in a folder of its own, so that nothing is written beside the one that ships."""
    text = (root / "notebooks" / "strategies.yml").read_text(encoding="utf-8")
    for name in ("data: ../data", "book: ../book"):
        text = text.replace(name, name.replace("..", str(root)))
    text = text.replace("output: ../_build/strategies", f"templates: {root / 'notebooks'}\noutput: out")
    (tmp_path / "strategies.csv").write_bytes((root / "notebooks" / "strategies.csv").read_bytes())
    path = tmp_path / "strategies.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_sheet_says_what_the_two_runs_of_the_model_said(root: Path, data_dir: Path) -> None:
    tables, added = codes_with(root / "notebooks" / "strategies.csv", data_dir)
    codes = tables["codes.csv"]
    newest = tables["annotators.csv"].set_index("annotator")["codebook"][list(SAME)]
    assert newest.tolist() == ["2", "2"]
    shipped = pd.read_csv(data_dir / "codes.csv", dtype=str, keep_default_na=False)
    strategies = set(codes.loc[codes["annotator"].isin(list(SAME)), "passage_id"])
    for coder, annotator in SAME.items():
        ours = codes[codes["annotator"] == coder].drop(columns="annotator").reset_index(drop=True)
        theirs = shipped[(shipped["annotator"] == annotator) & shipped["passage_id"].isin(strategies)]
        pd.testing.assert_frame_equal(ours, theirs.drop(columns="annotator").reset_index(drop=True))
    assert added.passages == dict.fromkeys(SAME, len(strategies))


@pytest.mark.slow
def test_its_numbers_are_those_of_the_same_codes_without_a_sheet(study: Path, data_dir: Path) -> None:
    results = run_study(study, {"draws": "199", "bootstrap": "49"}, progress=False)
    world = World.open(data_dir, Placement(first=2000, last=2017), 199, 20100615, 49, "NCSS", "A")
    for key, value in OfTable2.result(world).to_results().items():
        assert results[key] == pytest.approx(value, nan_ok=True), key
    assert results["own.n_both"] == results["own.n_passages"]
    assert results["B4.verdict"] in ("supported", "contradicted", "undecided")
    page = nbformat.read(study.parent / "out" / "15_verdicts.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    assert any("The hypotheses of the locked file" in str(cell.get("outputs")) for cell in page.cells)


def laid_out(study: Study) -> bytes:
    with OwnedFolder.claimed(study.output) as output:
        folder = prepare(study, Cache(output), output)
    return b"".join((folder.path / name).read_bytes() for name in ("annotators.csv", "codes.csv"))


def test_the_codes_are_those_of_folder_and_sheets_whatever_lay_there(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load_study(study)
    whole = laid_out(loaded)
    assert all(name in whole for name in (b"\nfirst,2,coder,", b",first,", b",A,", b",adjudicated,"))

    with monkeypatch.context() as patch:  # nothing has changed, and the sheets are not read again
        patch.setattr("buzanlib.sources.coders.codes_with", None)
        assert laid_out(loaded) == whole

    for name in ("annotators.csv", "codes.csv"):
        (loaded.output / "data" / name).write_bytes(whole[:1000])
        assert laid_out(loaded) == whole

    sheet = study.parent / "strategies.csv"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace(",second,", ",third,"), encoding="utf-8")
    changed = laid_out(loaded)
    assert changed == whole.replace(b",second,", b",third,").replace(b"\nsecond,", b"\nthird,")


def test_a_fault_of_the_sheet_is_told_with_its_place_and_nothing_runs(study: Path) -> None:
    sheet = study.parent / "strategies.csv"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("military", "militray", 1), encoding="utf-8")
    with pytest.raises(
        DataError, match=r"strategies\.csv, row 2, column threats: 'militray'; nearest allowed: 'milit"
    ):
        run_study(study, progress=False)
    assert not list((study.parent / "out").glob("*.ipynb"))


def test_faults_of_all_sheets_are_told_at_once(study: Path) -> None:
    sheet = study.parent / "strategies.csv"
    text = sheet.read_text(encoding="utf-8").replace("military", "militray", 1)
    sheet.write_text(text, encoding="utf-8")
    (study.parent / "more.csv").write_text(text.replace(",first,", ",third,"), encoding="utf-8")
    both = study.read_text(encoding="utf-8").replace("[strategies.csv]", "[strategies.csv, more.csv]")
    study.write_text(both, encoding="utf-8")
    with pytest.raises(DataError) as raised:
        run_study(study, progress=False)
    assert {fault.file for fault in raised.value.faults} == {"strategies.csv", "more.csv"}


@pytest.mark.soak
def test_a_worksheet_may_be_named_and_further_columns_stay(study: Path, data_dir: Path) -> None:
    """Of a workbook with two worksheets of codes one is read; the tables keep the columns that a user has added."""
    folder = study.parent
    sheet = pd.read_csv(folder / "strategies.csv", dtype=str, keep_default_na=False)
    codes = pd.read_csv(data_dir / "codes.csv", dtype=str, keep_default_na=False).assign(minutes="3")
    book = {"mine": sheet, "again": sheet.replace({"first": "third"}), "codes": codes}
    with pd.ExcelWriter(folder / "book.xlsx", engine="xlsxwriter") as writer:
        for name, frame in book.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    text = study.read_text(encoding="utf-8").replace(
        "sheets: [strategies.csv]",
        "sheets: [{file: book.xlsx, worksheet: again}]\ntables: {codes: {file: book.xlsx, worksheet: codes}}",
    )
    study.write_text(text.replace("first", "third"), encoding="utf-8")
    loaded = load_study(study)
    assert loaded.worksheets == {"codes.csv": "codes", str(folder / "book.xlsx"): "again"}
    laid_out(loaded)
    made = pd.read_csv(loaded.output / "data" / "codes.csv", dtype=str, keep_default_na=False)
    assert set(made["annotator"]) - set(codes["annotator"]) == {"third", "second"}
    assert made.groupby("annotator")["minutes"].unique().map(list).loc[["C", "third"]].tolist() == [
        ["3"],
        [""],
    ]


@pytest.mark.soak
@pytest.mark.parametrize(
    ("coded", "names"),
    [
        ({"Ana": slice(0, 400), "李明": slice(400, 842)}, ("Ana", "Ana", "李明")),
        ({"Ana": slice(0, 400), "Li": slice(399, 842)}, ("Ana", "Ana", "Li")),
        ({"Ana": slice(0, 842), "Li": slice(0, 3)}, ("Ana", "Ana", "Li")),
        ({"Ana": slice(0, 3), "Li": slice(0, 3), "Bo": slice(1, 4)}, ("adjudicated_2", "Bo", "Li")),
        ({"Ana": slice(0, 3), "Li": slice(0, 3)}, ("Ana", "Ana", "Li")),
        (
            {f"coder {at}": slice(at * 80, at * 80 + 83) for at in range(10)},
            ("coder 1", "coder 1", "coder 9"),
        ),
    ],
)
def test_any_number_of_coders_makes_a_page_whatever_they_share(
    coded: dict[str, slice], names: tuple[str, str, str], root: Path, data_dir: Path, tmp_path: Path
) -> None:
    codes = pd.read_csv(data_dir / "codes.csv", dtype=str, keep_default_na=False)
    debate = codes[(codes["annotator"] == "D")].merge(pd.read_csv(data_dir / "passages.csv"))
    debate = debate[debate["doc_id"].str.startswith("UNGDC")][codes.columns]
    rows = [debate.iloc[part].assign(annotator=name) for name, part in coded.items()]
    pd.concat(rows).to_csv(tmp_path / "sheet.csv", index=False)
    annotator, one, other = names
    (tmp_path / "study.yml").write_text(
        f"title: t\ndata: {data_dir}\ntemplates: {root}/notebooks\nbook: {root}/book\noutput: out\n"
        "sheets: [sheet.csv]\nnotebooks:\n  own_statements: "
        f"{{annotator: {annotator}, one: {one}, other: {other}, draws: 49, bootstrap: 49}}\n",
        encoding="utf-8",
    )
    results = run_study(tmp_path / "study.yml", progress=False)
    assert "General Debate" in str(results["own.corpus"])
    few = annotator in coded and len(debate.iloc[coded[annotator]]) == 3
    assert ("B5.p" in results.scalars) != few
    both = debate.iloc[coded[one]].index.intersection(debate.iloc[coded[other]].index)
    assert results["own.n_both"] == (len(both) if one != other else 0)
    assert ("no such passage" in str(results["own.agreement"])) == (one == other or both.empty)


@pytest.mark.slow
def test_codes_that_find_no_danger_make_a_page_that_says_so(
    root: Path, data_dir: Path, tmp_path: Path
) -> None:
    """Neither the coder who is tested nor another of the page has a relevant passage."""
    codes = pd.read_csv(data_dir / "codes.csv", dtype=str, keep_default_na=False)
    silent = codes[(codes["annotator"] == "D") & (codes["relevant"] == "0")].head(5)
    pd.concat(silent.assign(annotator=name) for name in ("Ana", "Ben")).to_csv(
        tmp_path / "sheet.csv", index=False
    )
    (tmp_path / "study.yml").write_text(
        f"title: t\ndata: {data_dir}\ntemplates: {root}/notebooks\nbook: {root}/book\noutput: out\n"
        "sheets: [sheet.csv]\nnotebooks:\n  own_statements: "
        "{annotator: Ana, one: Ana, other: Ben, draws: 49, bootstrap: 49}\n",
        encoding="utf-8",
    )
    results = run_study(tmp_path / "study.yml", progress=False)
    assert (results["own.n_relevant"], results["own.corpus"]) == (0, "General Debate")
    assert "B1.contrast" not in results.values  # noqa: PD011
    page = nbformat.read(tmp_path / "out" / "own_statements.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    assert str(page.cells).count("These codes cannot carry a test of Table 2: no relevant passage") == 1
    assert "The codes of Ben cannot carry the test: no relevant passage" in str(page.cells)


def test_a_name_in_full_stands_in_the_data_that_pages_read(study: Path) -> None:
    text = study.read_text(encoding="utf-8")
    for name in ("strategies of states", "plans of states"):
        study.write_text(f"{text}\ncorpora: {{NCSS: {name}}}\n", encoding="utf-8")
        loaded = load_study(study)
        laid_out(loaded)
        assert Data.open(loaded.reads).label("NCSS") == name
        assert Data.open(loaded.reads).label("UNGDC") == ""
        world = World.open(loaded.reads, Placement(), 9, 1, corpus="NCSS")
        assert account_in_words(world.account).startswith(f"{name.capitalize()} (2000–2017), ")
