from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from buzanlib.site.hypotheses import Known
from buzanlib.site.run_facts import Facts
from buzanlib.site.study_pages import changes_page, colophon_page, front_page, parameters_page
from buzanlib.study.changes import Change, Changes
from buzanlib.study.manifest import Manifest, Origin
from buzanlib.study.results import Results, Value
from buzanlib.study.spec import Run, Study
from buzanlib.study.study_file import load_study

HOSTILE = "<script>alert(1)</script>"

MANIFEST = Manifest(
    title=HOSTILE,
    library=Origin("0.1.0", "c0ffee", clean=False),
    study=Origin("2nd edition", "decaf", clean=True),
    python="3.11.2",
    platform="Linux",
    packages={"pandas": "3.0.0"},
    requirements="1" * 64,
    predictions="2" * 64,
    data={"codes.csv": "3" * 64},
    notebooks={
        "one": {"template": "4" * 64, "parameters": {"seed": 7}, "read": ["codes.csv"], "seconds": 1.25},
        "two": {"template": "5" * 64, "parameters": {}, "read": [], "seconds": 0.1},
    },
)


def html(markdown: str) -> str:
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    assert "<script" not in rendered
    return rendered


def study_of(*runs: Run, tables: dict[str, Path] | None = None) -> Study:
    here = Path(__file__).parents[2]  # with a folder of data in it
    return Study(here, HOSTILE, here, here, here, here, tables or {}, (), runs)


def test_parameters_come_from_the_notebooks_and_the_study(root: Path) -> None:
    template = root / "tests" / "notebooks" / "reads.ipynb"
    runs = [
        Run(f"reads--times-{n}", template, {}, {"data": "../data", "times": n}, swept=("times",))
        for n in (1, 2)
    ]
    page = html(parameters_page(runs))
    assert page.count("<h2>") == 1
    assert (
        "<td>the number is multiplied by it</td>\n<td>int</td>\n<td>1</td>\n<td>1, 2</td>\n<td>1 to 9</td>"
        in page
    )
    assert "<td>folder of the tables</td>\n<td>str</td>\n<td>../data</td>\n<td></td>" in page


def test_every_parameter_of_the_study_that_ships_is_explained(root: Path) -> None:
    study = load_study(root / "notebooks" / "study.yml")
    page = parameters_page(study.runs)
    for run in study.runs:
        assert f"## `{run.name}`" in page


def test_the_colophon_says_what_was_run() -> None:
    page = html(colophon_page(MANIFEST))
    assert "buzanlib, version 0.1.0, commit c0ffee, with changes that are in no commit" in page
    assert ", version 2nd edition, commit decaf, nothing differed from it" in page
    assert "<td>pandas</td>\n<td>3.0.0</td>" in page
    assert (
        "<td>one</td>\n<td>1.2</td>\n<td>7</td>\n<td>444444444444</td>\n<td>codes.csv</td>"
        in page.replace(' style="text-align:right"', "")
    )
    assert "3" * 64 in page
    page = html(colophon_page(replace(MANIFEST, study=Origin("", "", clean=None))))
    assert ", of no known commit" in page
    assert "nothing differed" not in page
    page = html(colophon_page(replace(MANIFEST, study=Origin("", "decaf", clean=None))))
    assert "commit decaf, not all of its files could be compared with it" in page
    assert "nothing differed" not in page


def test_changes_are_listed_verdicts_first() -> None:
    moved = Change("B1.contrast", -0.5, 0.25)
    verdict = Change("B1.verdict", "undecided", "supported")
    page = html(changes_page(Changes((moved, verdict), ("fig-one",), ("codes.csv",), ())))
    assert page.index("Verdicts") < page.index("supported") < page.index("Numbers") < page.index("+0.75")
    assert "fig-one" in page
    assert "Parameters" not in page


def test_the_first_run_has_nothing_to_compare() -> None:
    assert "This is the first run" in changes_page(None)


@pytest.mark.parametrize("verdicts", [{}, {"B1.verdict": Value(HOSTILE, "one")}])
def test_the_front_page_of_a_study_of_ones_own(verdicts: dict[str, Value]) -> None:
    study = study_of(Run("one", Path("one.ipynb"), {}, {}), tables={"codes.csv": Path("mine.csv")})
    markdown = front_page(study, Results("", {}, {}, {}, {"n": Value(1, "one"), **verdicts}), {"B1": HOSTILE})
    page = html(markdown)
    assert "Tables of its own:</strong> codes.csv" in page
    assert ("Verdicts" in page) is bool(verdicts)
    assert "{doc}`executed/one`" in markdown


def test_the_front_page_says_whose_statements_they_are() -> None:
    of = {"corpus": "NCSS", "annotator": "Ana", "first": 2009, "last": 2010}
    runs = [Run(name, Path("one.ipynb"), {}, of) for name in ("one", "two")]
    named = study_of(*runs, tables={"codes.csv": Path("mine.csv")})
    page = html(front_page(named, Results("", {}, {}, {}, {}), {}))
    assert "<strong>Statements:</strong> national strategies (2009–2010, coded by Ana)." in page


def test_the_front_page_of_a_sweep_names_its_pages_in_words() -> None:
    swept = {"power": "sophisticated_gdp", "cohesion": "wgi_stability"}
    run = Run("06--power--cohesion", Path("06.ipynb"), {}, swept, swept=("power", "cohesion"))
    values = {f"{run.prefix}B1.verdict": "supported", f"{run.prefix}strategies.B1.verdict": "undecided"}
    results = Results("", {}, {}, {}, {key: Value(word, run.name) for key, word in values.items()})
    page = html(front_page(study_of(run), results, {"B1": "It is so."}))
    swept_in_words = "(power: GDP and GDP per head, cohesion: Governance Indicators: stability)"
    assert f"<td>B1 {swept_in_words}</td>" in page
    assert f"<td>B1 (strategies) {swept_in_words}</td>" in page
    assert "sweep." not in page
    assert "sophisticated_gdp" not in page


@pytest.mark.parametrize(("commit", "shown"), [("decaf" * 8, "decafdecaf"), ("", "c0ffee")])
def test_what_chapters_say_of_the_run_comes_back_as_written(root: Path, commit: str, shown: str) -> None:
    template = root / "tests" / "notebooks" / "reads.ipynb"
    runs = [Run(name, template, {}, {"data": "../data", "times": 2}) for name in MANIFEST.notebooks]
    manifest = replace(MANIFEST, study=Origin("", commit, clean=True))
    facts = Facts.of(runs, manifest, {"B1": Known("It is so")})
    assert Facts.from_json(facts.to_json()).hypotheses == facts.hypotheses
    made = facts.pages["one"]
    assert (made.notebook, made.commit, made.seconds, made.read) == ("reads", shown, 1.25, ("codes.csv",))
    assert [(name, value, allowed) for name, _, value, allowed in made.parameters] == [
        ("times", "2", "1 to 9")
    ]
