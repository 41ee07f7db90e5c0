from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest

from buzanlib.errors import StudyError
from buzanlib.study.data_staging import looked_at
from buzanlib.study.parameters import declared
from buzanlib.study.spec import RESULTS
from buzanlib.study.study_file import load_study


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
        ("numbers", {"sheets": "[{fil: study.yml}]"}, "sheets: .*unknown key 'fil'|unknown key 'fil'"),
        ("numbers", {"sheets": "[{file: study.yml, worksheet: 5}]"}, "sheets, worksheet: 5 is not a text"),
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
            "numbers: {sweep: [count]}",
            {},
            r"line 6: sweep: \['count'\] is not a mapping of parameters to lists of values",
        ),
        ("numbers: {sweep: {}}", {}, "line 6: sweep: nothing is not a mapping of parameters to lists"),
        ("numbers: {sweep: {count: [1], share: 2}}", {}, "line 6: sweep, share: 2 is not a list of values"),
        (
            "numbers: {sweep: {count: [1], shape: [2]}}",
            {},
            "unknown parameter of numbers 'shape'; nearest allowed: 'share'",
        ),
        (
            f"numbers: {{sweep: {{label: [{'a' * 50}], count: [{'1' * 40}]}}}}",
            {},
            "line 6: sweep, label, count: the name of a page would be 13 characters too long",
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


PAIRS = {
    "first: int = 2011  # first\nlast: int = 2024  # last": ("first: 2030", "first", 2030, "last", 2024),
    "lowest: float = 0.3  # low\nhighest: float = 0.7  # high": (
        "highest: 0.1",
        "lowest",
        0.3,
        "highest",
        0.1,
    ),
    "later: int = 2025  # first\nlatest: int = 2026  # last": ("later: 2027", "later", 2027, "latest", 2026),
    "path_first: int = 1995  # a\npath_last: int = 2024  # b": (
        "path_last: 1990",
        "path_first",
        1995,
        "path_last",
        1990,
    ),
    "read: int = 40  # a\nwrong: int = 4  # b": ("wrong: 50", "wrong", 50, "read", 40),
    'one: str = "C"  # a [an annotator]\nother: str = "D"  # b [an annotator]': (
        "one: D",
        "one",
        "'D'",
        "other",
        "'D'",
    ),
}


def notebook_with(folder: Path, parameters: str) -> None:
    cell = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})  # type: ignore[no-untyped-call]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "pair.ipynb")  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("parameters", PAIRS)
def test_values_that_contradict_each_other_are_refused_wherever_they_are_given(  # type: ignore[no-untyped-def]
    write_study, tmp_path: Path, parameters: str
) -> None:
    notebook_with(tmp_path, parameters)
    given, one, low, other, high = PAIRS[parameters]
    says = re.escape(f"parameter '{one}' of pair is {low} and '{other}' {high}; ")
    with pytest.raises(StudyError, match=rf"study\.yml, line 6: {says}"):
        load_study(write_study(f"pair: {{{given}}}"))
    name, value = given.split(": ")
    with pytest.raises(StudyError, match=rf"study\.yml, line 5: {says}"):
        load_study(write_study("pair", parameters=f"{{{given}}}"))
    with pytest.raises(StudyError, match=rf"study\.yml, line 6: {says}"):
        load_study(write_study(f"pair: {{sweep: {{{name}: [{value}]}}}}"))
    with pytest.raises(StudyError, match=rf"-p {name}={value}: {says}"):
        load_study(write_study("pair"), {name: value})
    assert load_study(write_study("pair")).runs


def test_a_default_of_ones_own_that_contradicts_another_is_refused(write_study, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    notebook_with(tmp_path, "first: int = 2011  # a\nlast: int = 2010  # b")
    with pytest.raises(
        StudyError, match=r"line 6: parameter 'first' of pair is 2011 and 'last' 2010; allowed: first"
    ):
        load_study(write_study("pair"))


def test_a_case_and_a_proposal_are_held_against_the_data_before_anything_runs(
    write_study, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    notebook_with(
        tmp_path,
        'case: str = "estonia-crime"  # a [a case]\nproposal: str = "proposal.yml"  # b [a proposal]',
    )
    assert load_study(write_study("pair: {case: estonia-infrastructure}")).runs
    with pytest.raises(
        StudyError, match="parameter 'case' of pair is 'estonia-crme'; nearest allowed: 'estonia-crime'"
    ):
        load_study(write_study("pair: {case: estonia-crme}"))
    with pytest.raises(
        StudyError, match=r"parameter 'proposal' of pair is 'mine\.yml'; allowed: 'proposal\.yml'"
    ):
        load_study(write_study("pair: {proposal: mine.yml}"))


def test_what_macos_puts_beside_files_is_no_notebook_and_no_table(
    write_study, tmp_path: Path, root: Path
) -> None:  # type: ignore[no-untyped-def]
    data, templates = tmp_path / "data", tmp_path / "templates"
    shutil.copytree(root / "data", data)
    shutil.copytree(root / "tests" / "notebooks", templates)
    for folder, name in ((data, "codes.csv"), (templates, "numbers.ipynb"), (tmp_path, "numbers.ipynb")):
        (folder / f"._{name}").write_bytes(b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X")
    path = write_study("numbers", data="data", templates="templates")
    assert [run.name for run in load_study(path).runs] == ["numbers"]
    with looked_at(load_study(path)) as folder:
        assert not [name for name in folder.hashes if name.startswith(".")]
    with pytest.raises(StudyError, match=r"unknown notebook '\._numbers'; nearest allowed: 'numbers'"):
        load_study(write_study("._numbers", data="data", templates="templates"))


def test_annotators_who_shared_the_passages_are_named_together(write_study) -> None:  # type: ignore[no-untyped-def]
    (run,) = load_study(write_study("offered: {annotator: C+D}")).runs
    assert run.parameters["annotator"] == "C+D"
    with pytest.raises(
        StudyError, match=r"'annotator' of offered is 'C\+adjudicatd'; nearest allowed: 'adjudicated'"
    ):
        load_study(write_study("offered: {annotator: C+adjudicatd}"))


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
