from __future__ import annotations

import textwrap
from pathlib import Path

import nbformat
import pytest

from buzanlib.errors import StudyError
from buzanlib.study.parameters import Allowed, Parameter, Value, declared


def notebook(folder: Path, source: str) -> Path:
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    path = folder / "one.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def test_every_kind_is_read_even_with_an_equals_sign_in_a_comment(root: Path) -> None:
    found = declared(root / "tests" / "notebooks" / "numbers.ipynb")
    assert [(parameter.kind, parameter.default) for parameter in found.values()] == [
        ("str", "../data"),
        ("int", 3),
        ("float", 0.5),
        ("str", "plain"),
        ("bool", False),
        ("int", 1),
    ]
    assert list(found) == ["data", "count", "share", "label", "bold", "seed"]


def test_a_value_may_stand_on_several_lines_and_be_negative(tmp_path: Path) -> None:
    found = declared(notebook(tmp_path, "# lower bound\nlow: float = (\n    -1.5\n)"))
    assert found == {"low": Parameter("low", "float", -1.5, "lower bound")}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("height = 1.0", r"one\.ipynb, parameters cell, line 1: 'height = 1\.0' is not of the form"),
        ("a: int = 1  # one\nb: list = [1]", r"line 2: 'b: list = \[1\]' is not of the form"),
        ("a: int", "line 1: 'a: int' is not of the form"),
        ("a: int = 1.5", r"'a: int = 1\.5' is not of the form"),
        ("a: bool = 1", "'a: bool = 1' is not of the form"),
        ("a: int = True", "'a: int = True' is not of the form"),
        ("a: int = 2 * n", r"'a: int = 2 \* n' is not of the form"),
        ("import os", "'import os' is not of the form"),
        ("a: int = ", "parameters cell, line 1: invalid syntax"),
    ],
)
def test_a_line_of_another_form_is_refused(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        declared(notebook(tmp_path, source))


def test_a_notebook_needs_one_parameters_cell(root: Path) -> None:
    with pytest.raises(StudyError, match=r"no_parameters\.ipynb: 0 cells are tagged 'parameters'"):
        declared(root / "tests" / "notebooks" / "no_parameters.ipynb")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("int", [1, -1], [1.0, True, "1", None]),
        ("float", [1, 0.5], [True, "0.5", None, float("nan"), float("-inf")]),
        ("str", ["x"], [1, True, None]),
        ("bool", [True], [1, "yes", None]),
    ],
)
def test_a_parameter_accepts_its_kind_and_no_other(kind: str, good: list[object], bad: list[object]) -> None:
    parameter = Parameter("x", kind, 0)
    assert all(parameter.accepts(value) for value in good)
    assert not any(parameter.accepts(value) for value in bad)


def test_a_comment_says_what_a_parameter_means_and_may_be(tmp_path: Path) -> None:
    source = """
    # a share,
    # of all
    share: float = 0.5
    kind: str = "a"  # which kind [a, b]
    year: int = 2000  # first [1995 to 2024]
    rate: float = 0.1  # of something [above 0, at most 1]
    index: str = "gdp"  # by which [an index of power]
    rule: str = "median"  # by which rule [a rule of cohesion]
    """
    found = declared(notebook(tmp_path, textwrap.dedent(source).strip()))
    assert [parameter.meaning for parameter in found.values()] == [
        "a share, of all",
        "which kind",
        "first",
        "of something",
        "by which",
        "by which rule",
    ]
    allowed = {name: parameter.allowed for name, parameter in found.items()}
    assert allowed["share"] == Allowed()
    assert allowed["kind"].options == ("a", "b")
    assert allowed["year"].bounds == (("at least", 1995.0), ("at most", 2024.0))
    assert allowed["rate"].bounds == (("above", 0.0), ("at most", 1.0))
    assert allowed["index"].of_data == "power"
    assert not allowed["rule"].fault("regional")
    assert allowed["rule"].fault("great_powers").startswith("allowed: 'median', 'quantile'")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a: int = 1", "line 1: 'a' needs a comment that says what it means"),
        ("a: int = 1  # [at least 1]", "'a' needs a comment"),
        ('a: str = "cas"  # kind [mat, cat]', "the default 'cas' of 'a'; nearest allowed: 'cat'"),
        ("a: int = 0  # how many [at least 1]", "the default 0 of 'a'; allowed: at least 1"),
    ],
)
def test_a_parameter_has_a_meaning_and_a_default_that_is_allowed(
    tmp_path: Path, source: str, message: str
) -> None:
    with pytest.raises(StudyError, match=message):
        declared(notebook(tmp_path, source))


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        ("at least 1", [1, 2], [0]),
        ("at most 1", [1, 0], [2]),
        ("above 0, below 1", [0.5], [0, 1, -1, 2.0]),
        ("1995 to 2024", [1995, 2024], [1994, 2025]),
        ("car, cat", ["car"], ["dog", ""]),
    ],
)
def test_a_value_is_held_against_what_is_allowed(text: str, good: list[Value], bad: list[Value]) -> None:
    allowed = Allowed.parse(text)
    assert [allowed.fault(value) for value in good] == [""] * len(good)
    assert all(allowed.fault(value) for value in bad)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("int", {"5": 5, "-1": -1}, ["5.0", "five", ""]),
        ("float", {"5": 5.0, "1e-3": 0.001}, ["half", ""]),
        ("str", {"x": "x", "5": "5"}, []),
        ("bool", {"true": True, "False": False}, ["1", "yes", ""]),
    ],
)
def test_a_value_is_read_as_it_is_written_on_the_command_line(
    kind: str, good: dict[str, Value], bad: list[str]
) -> None:
    parameter = Parameter("x", kind, 0)
    for text, value in good.items():
        assert parameter.parse(text) == value
        assert type(parameter.parse(text)) is type(value)
    for text in bad:
        with pytest.raises(ValueError, match=r"invalid literal|could not convert|neither true nor false"):
            parameter.parse(text)
