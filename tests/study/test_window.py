"""The window of a study: that which is set, or else the years of its corpus."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path

import nbformat
import pytest

from buzanlib.errors import StudyError
from buzanlib.study.parameters import declared
from buzanlib.study.results import Results, Value
from buzanlib.study.runner import run_study
from buzanlib.study.spec import Run
from buzanlib.study.study_file import load_study

from .conftest import WriteStudy


@pytest.fixture
def of_years(tmp_path: Path, data_dir: Path, root: Path, write_study: WriteStudy) -> WriteStudy:
    """Make a study in which the corpus MINE has a document of each of some years, beside the corpora that ship."""

    def write(years: Iterable[int], notebooks: str, **keys: str) -> Path:
        with (data_dir / "documents.csv").open(encoding="utf-8", newline="") as file:
            headings, *rows = csv.reader(file)
        for year in years:
            row = dict(zip(headings, rows[0], strict=True))
            row |= {"doc_id": f"MINE-EST-{year}", "corpus": "MINE", "iso3": "EST", "year": str(year)}
            rows.append(list(row.values()))
        with (tmp_path / "documents.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headings, *rows])
        tables = "{documents: documents.csv}"
        return write_study(notebooks, templates=str(root / "notebooks"), tables=tables, **keys)

    return write


def window(run: Run) -> tuple[object, object]:
    return run.parameters["first"], run.parameters["last"]


def test_the_declared_window_is_that_of_the_declared_corpus(root: Path) -> None:
    for run in load_study(root / "notebooks" / "study.yml").runs:
        if "first" in run.parameters:
            assert window(run) == (2011, 2024), run.name


def test_the_strategies_have_their_own_years(root: Path) -> None:
    """Nine of the 62 would lie outside the window of the General Debate."""
    assert {window(run) for run in load_study(root / "notebooks" / "strategies.yml").runs} == {(2000, 2017)}


@pytest.mark.parametrize(
    ("years", "given", "expected"),
    [
        ((2008, 2009), "", (2008, 2009)),
        ((2012, 2016), "", (2012, 2016)),
        # An index counts in the years of the corpus, or in the nearest that has it: CINC ends in 2022, and the
        # Fragile States Index has 2006 to 2023.
        ((2024,), "", (2022, 2024)),
        ((2025, 2026), "", (2022, 2026)),
        ((2025,), ", power: gdp, cohesion: fractionalization", (2013, 2025)),
        ((2011,), ", cohesion: bti_stateness", (2010, 2011)),  # every second year
        ((1996, 2001), "", (1996, 2006)),
        ((1996, 2001), ", cohesion: wgi_stability", (1996, 2001)),
        ((2008, 2012), ", first: 2010", (2010, 2012)),
        ((2008, 2012), ", last: 2010", (2008, 2010)),
        ((2008, 2012), ", first: 2011, last: 2024", (2011, 2024)),
    ],
)
def test_another_corpus_has_its_own_years_unless_they_are_set(
    of_years: WriteStudy, years: tuple[int, ...], given: str, expected: tuple[int, int]
) -> None:
    path = of_years(years, f"08_divergence: {{corpus: MINE{given}}}\n09_forums:\n")
    found, votes = load_study(path).runs
    assert window(found) == expected
    assert window(votes) == (2011, 2024)  # has no corpus
    assert found.given.items() >= {"corpus": "MINE"}.items()


def test_the_years_are_those_of_each_corpus_of_a_sweep_and_of_the_command_line(of_years: WriteStudy) -> None:
    path = of_years([2008], "08_divergence: {sweep: {corpus: [MINE, NCSS, UNGDC]}}\n")
    assert [window(run) for run in load_study(path).runs] == [(2008, 2008), (2000, 2017), (2011, 2024)]
    path = of_years([2008], "08_divergence:\n", parameters="{corpus: MINE}")
    assert [window(run) for run in load_study(path, {"corpus": "NCSS"}).runs] == [(2000, 2017)]
    assert [window(run) for run in load_study(path, {"last": "2010"}).runs] == [(2008, 2010)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            "{corpus: MINE, first: 2011, last: 2024}",
            "no document of the corpus 'MINE' lies in the window of 2011 to 2024: its documents are of 2008 to 2009;"
            " set first and last to years among these, or neither, for the years of the corpus",
        ),
        (
            "{first: 2090, last: 2091}",
            "no document of the corpus 'UNGDC' lies in the window of 2090 to 2091: its documents are of 1995 to 2026;"
            " set first and last to years among these",
        ),
        (
            "{corpus: MINE, sweep: {first: [2008, 2010]}, last: 2010}",
            "no document of the corpus 'MINE' lies in the window of 2010 to 2010",
        ),
    ],
)
def test_a_window_without_a_document_stops_before_anything_runs(
    of_years: WriteStudy, given: str, says: str
) -> None:
    path = of_years((2008, 2009), f"08_divergence: {given}\n")
    with pytest.raises(StudyError, match=rf"study\.yml, line \d+: 08_divergence[\w-]*: {re.escape(says)}"):
        load_study(path)


def test_every_page_that_tests_statements_says_what_became_of_the_documents(root: Path) -> None:
    """Of the notebooks that have a corpus, and of those that read the statements of the General Debate."""
    others = {"05_statements", "14_multiverse", "16_coalitions", "17_proposals"}
    for file in sorted((root / "notebooks").glob("*.ipynb")):
        if "corpus" not in declared(file) and file.stem not in others:
            continue
        cells = nbformat.read(file, as_version=4).cells  # type: ignore[no-untyped-call]
        code, prose = (
            "".join(cell.source for cell in cells if cell.cell_type == kind) for kind in ("code", "markdown")
        )
        name = file.stem.lstrip("0123456789_")
        assert f'account_results("{name}", ' in code, file.name
        assert f"{{num}}`account.{name}`" in prose, file.name


def test_a_run_prints_each_account_once_with_the_pages_that_give_it(
    write_study: WriteStudy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for page, words in (("one", "3 = 2 + 1"), ("two", "3 = 2 + 1"), ("three", "5 = 5 + 0")):
        cells = [
            nbformat.v4.new_markdown_cell(f"# {page}"),
            nbformat.v4.new_code_cell(
                'data: str = "data"  # folder of the tables', metadata={"tags": ["parameters"]}
            ),
            nbformat.v4.new_code_cell(
                "from buzanlib.study.results import record\n"
                f"record({{'account.{page}': {words!r}, 'account.{page}.documents': 3}})"
            ),
        ]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / f"{page}.ipynb")
    path = write_study("one two three", templates=".")
    for _ in range(2):  # the second time nothing has to run
        run_study(path)
        lines = capsys.readouterr().err.splitlines()
        assert lines[-2:] == ["3 = 2 + 1 (one, two)", "5 = 5 + 0 (three)"]
    run_study(path, progress=False)
    assert capsys.readouterr().err == ""


def test_accounts_of_a_sweep_are_found_behind_its_prefix() -> None:
    values = {
        "sweep.power.gdp.account.verdicts": Value("3 = 3", "page"),
        "sweep.power.gdp.account.verdicts.used": Value(3, "page"),
        "on_account.verdicts": Value("no account", "page"),
    }
    assert Results("", {}, {}, {}, values).accounts == {"3 = 3": ["page"]}


def test_a_window_that_ends_before_it_begins_is_refused_even_where_the_corpus_gives_one_end(
    of_years: WriteStudy,
) -> None:
    path = of_years((2008, 2009), "08_divergence: {corpus: MINE, first: 2010}\n")
    says = "parameter 'first' of 08_divergence is 2010 and 'last' 2009; allowed: first at most last"
    with pytest.raises(StudyError, match=re.escape(says)):
        load_study(path)
