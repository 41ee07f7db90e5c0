from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from buzanlib.errors import StudyError
from buzanlib.study.parameters import declared
from buzanlib.study.spec import RESULTS, load_study


def test_values_come_from_the_study_then_the_notebook_then_the_default(write_study, root: Path) -> None:  # type: ignore[no-untyped-def]
    path = write_study(
        "numbers: {label: own}\nfigure:\n", seed="7", parameters="{label: common, count: 9, height: 2}"
    )
    study = load_study(path)
    numbers, figure = study.runs
    assert (numbers.name, figure.name) == ("numbers", "figure")
    assert dict(numbers.parameters) == {
        "data": "../../data",
        "count": 9,
        "share": 0.5,
        "label": "own",
        "bold": False,
        "seed": 7,
    }
    assert dict(figure.given) == {"data": "../../data", "height": 2}
    assert study.output == path.parent / "executed"
    assert study.data == root / "data"


def test_what_equals_the_default_is_not_injected(write_study) -> None:  # type: ignore[no-untyped-def]
    (run,) = load_study(write_study("numbers: {count: 3, share: 0.25}")).runs
    assert "count" not in run.given
    assert run.given["share"] == 0.25


@pytest.mark.parametrize(
    ("notebooks", "keys", "message"),
    [
        ("numbers", {"titel": "x"}, r"study\.yml, line 5: unknown key 'titel'; nearest allowed: 'title'"),
        ("numbers", {"title": ""}, r"study\.yml: the key 'title' is missing"),
        ("numbers", {"title": "5"}, "title: 5 is not a text"),
        (
            "numbers",
            {"title": "'a <b> c'"},
            r"study\.yml, line 1: title: 'a <b> c' is empty or has '<' or '>' in it",
        ),
        ("numbers", {"title": "' '"}, "title: ' ' is empty"),
        ("numbers", {"seed": "yes"}, "seed: True is not a whole number"),
        ("numbers", {"seed": "'1'"}, "seed: '1' is not a whole number"),
        ("numbers", {"data": "no-such-folder"}, "data: there is no folder 'no-such-folder'"),
        ("numbers", {"templates": "elsewhere"}, "templates: there is no folder 'elsewhere'"),
        ("nubmers", {}, "unknown notebook 'nubmers'; nearest allowed: 'numbers'"),
        ("- numbers:", {}, r"notebooks: \[\{'numbers': None\}\] is not a mapping"),
        ("numbers: {cuont: 1}", {}, "unknown parameter of numbers 'cuont'; nearest allowed: 'count'"),
        ("numbers: {data: x}", {}, "unknown parameter of numbers 'data'"),
        (
            "numbers: {count: many}",
            {},
            "parameter 'count' of numbers is 'many', which is not of the kind int",
        ),
        ("numbers: {count: true}", {}, "parameter 'count' of numbers is True"),
        ("numbers: 5", {}, "notebooks, numbers: 5 is not a mapping"),
        ("numbers", {"parameters": "{heigth: 1.0}"}, "unknown parameter 'heigth'"),
        ("figure", {"parameters": "{heigth: 1.0}"}, "unknown parameter 'heigth'; nearest allowed: 'height'"),
        ("figure", {"parameters": "{height: tall}"}, "parameter 'height' of figure is 'tall'"),
        ("figure:\nfigure:", {}, r"study\.yml, line 7: the key 'figure' stands twice"),
        ("figure: [", {}, r"study\.yml is not a study file"),
        ("unread", {}, r"unread\.ipynb, parameters cell, line 2"),
        ("numbers", {"sheets": "mine.csv"}, r"line 5: sheets: 'mine\.csv' is not a list"),
        ("numbers", {"sheets": "[mine.csv]"}, r"line 5: sheets: there is no file 'mine\.csv'"),
        ("numbers", {"sheets": "[5]"}, "sheets: 5 is not a text"),
        ("numbers", {"sheets": "[study.yml, ./study.yml]"}, r"sheets: '\./study\.yml' stands twice"),
        (
            "offered: {corpus: UNGC}",
            {},
            r"line 6: parameter 'corpus' of offered is 'UNGC'; nearest allowed: 'UNGDC'",
        ),
        (
            "offered: {annotator: Ana}",
            {},
            "parameter 'annotator' of offered is 'Ana'; allowed: 'A', 'B', 'C', 'C again', 'D', 'D again', 'adj",
        ),
        (
            "offered: {sweep: {power: [gdp, gpd]}}",
            {},
            "parameter 'power' of offered is 'gpd'; nearest allowed: 'gdp'",
        ),
        (
            "offered: {sweep: {power: [gdp, cinc, gdp]}}",
            {},
            "line 6: sweep, power: 'gdp' and 'gdp' give pages of the same name",
        ),
        (
            "numbers: {sweep: {label: [Ana, Ben, ana]}}",
            {},
            "line 6: sweep, label: 'Ana' and 'ana' give pages of the same name",
        ),
    ],
)
def test_wrong_input_is_refused_with_its_place(write_study, notebooks, keys, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StudyError, match=message):
        load_study(write_study(notebooks, **keys))


def test_missing_and_empty_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"there is no study file 'none\.yml'"):
        load_study(tmp_path / "none.yml")
    (tmp_path / "empty.yml").write_text("", encoding="utf-8")
    with pytest.raises(StudyError, match=r"empty\.yml: None is not a mapping"):
        load_study(tmp_path / "empty.yml")


def test_what_depends_on_the_data_is_held_against_those_of_the_study(write_study, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "documents.csv").write_text("doc_id,corpus\n1,MINE\n2,NCSS\n", encoding="utf-8")
    (tmp_path / "sheet.csv").write_text(
        "passage,coder,relevant,threats,level,referent,agent,measure\nP1,Ana,no,,,,,\n", encoding="utf-8"
    )
    own = {"tables": "{documents: documents.csv}", "sheets": "[sheet.csv]"}
    (run,) = load_study(write_study("offered: {corpus: MINE, annotator: Ana}", **own)).runs
    assert (run.parameters["corpus"], run.parameters["annotator"]) == ("MINE", "Ana")
    # Of a sheet that cannot be read nobody knows who coded: that is told when the data are checked.
    (tmp_path / "sheet.csv").write_text("passage,reference\n1,state\n", encoding="utf-8")
    (run,) = load_study(write_study("offered: {corpus: MINE, annotator: Bob}", **own)).runs
    assert run.parameters["annotator"] == "Bob"
    # A default that the data lack is as wrong as a value that somebody gave.
    with pytest.raises(StudyError, match=r"'corpus' of offered is 'UNGDC'; allowed: 'MINE', 'NCSS'"):
        load_study(write_study("offered", **own))
    # A table that cannot be read is told when the data are checked.
    (tmp_path / "documents.csv").write_bytes(b"\xff\xfe")
    load_study(write_study("offered: {corpus: anything}", **own))


def test_notebooks_beside_the_study_count_too_and_never_hide_others(
    write_study, root: Path, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    for name in ("mine", "figure"):
        shutil.copy(root / "tests" / "notebooks" / "numbers.ipynb", tmp_path / f"{name}.ipynb")
    mine, figure = load_study(write_study("mine figure")).runs
    assert mine.template == tmp_path / "mine.ipynb"
    assert figure.template == root / "tests" / "notebooks" / "figure.ipynb"
    assert mine.given["data"] == "../../data"


def test_the_study_that_ships_names_its_notebooks_in_order(root: Path) -> None:
    study = load_study(root / "notebooks" / "study.yml")
    templates = sorted(path.stem for path in (root / "notebooks").glob("[0-9]*.ipynb"))
    names = [run.name for run in study.runs]
    assert sorted(names) == templates
    # The verdicts sum up what chapters that came later found, too.
    later = ["22_technology", "21_open_claims", "19_registered"]
    assert names.index("15_verdicts") == names.index("19_registered") + 1
    assert all(names.index(name) < names.index("15_verdicts") for name in later)
    rest = [name for name in templates if name not in later]
    assert [name for name in names if name not in later] == rest


def test_the_study_that_ships_changes_no_default(root: Path) -> None:
    # The pages show the cell of defaults; what the book runs must be what it shows.
    study = load_study(root / "notebooks" / "study.yml")
    for run in study.runs:
        assert run.given.keys() <= {RESULTS}
        assert list(run.parameters) == list(declared(run.template))


def test_a_corpus_may_have_a_name_in_full(write_study) -> None:  # type: ignore[no-untyped-def]
    study = load_study(write_study("numbers", corpora="{NCSS: ' the strategies of states '}"))
    assert study.corpora == {"NCSS": "the strategies of states"}
    assert study.laid_out


@pytest.mark.parametrize(
    ("corpora", "says"),
    [
        ("{NCS: strategies}", r"line 5: unknown corpus 'NCS'; nearest allowed: 'NCSS'"),
        ("{NCSS: 3}", r"line 5: corpora, NCSS: 3 is not a text"),
        ("{NCSS: ' '}", r"corpora, NCSS: ' ' is empty or has marks of a mark-up language in it"),
        ("{NCSS: '<b>'}", r"corpora, NCSS: '<b>' is empty or has marks"),
        ('{NCSS: "two\\nlines"}', r"is empty or has marks of a mark-up"),
        ("[NCSS]", r"corpora: .* is not a mapping of names to values"),
    ],
)
def test_a_name_in_full_that_cannot_be_is_refused(write_study, corpora: str, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StudyError, match=says):
        load_study(write_study("numbers", corpora=corpora))
