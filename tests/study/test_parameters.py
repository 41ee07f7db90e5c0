from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from buzanlib.errors import StudyError
from buzanlib.study.parameters import Parameter, declared


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
    assert found == {"low": Parameter("low", "float", -1.5)}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("height = 1.0", r"one\.ipynb, parameters cell, line 1: 'height = 1\.0' is not of the form"),
        ("a: int = 1\nb: list = [1]", r"line 2: 'b: list = \[1\]' is not of the form"),
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
        ("float", [1, 0.5], [True, "0.5", None]),
        ("str", ["x"], [1, True, None]),
        ("bool", [True], [1, "yes", None]),
    ],
)
def test_a_parameter_accepts_its_kind_and_no_other(kind: str, good: list[object], bad: list[object]) -> None:
    parameter = Parameter("x", kind, 0)
    assert all(parameter.accepts(value) for value in good)
    assert not any(parameter.accepts(value) for value in bad)
