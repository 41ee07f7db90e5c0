"""Parameters of a notebook: the cell that declares them, and whether a value fits."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import nbformat

from buzanlib.errors import StudyError

KINDS: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: ``name: kind = default``.

    Attributes
    ----------
    name : str
        Name of the variable.
    kind : str
        ``"str"``, ``"int"``, ``"float"`` or ``"bool"``.
    default : str, int, float or bool
        Value unless a study gives another.
    """

    name: str
    kind: str
    default: str | int | float | bool

    def accepts(self, value: object) -> bool:
        """Say whether a value is of this kind; an int will do for a float, a bool for nothing but bool."""
        if isinstance(value, bool):
            return self.kind == "bool"
        if isinstance(value, int):
            return self.kind in ("int", "float")
        return isinstance(value, KINDS[self.kind])


def declared(notebook: Path) -> dict[str, Parameter]:
    """Read the parameters that a notebook declares.

    Parameters
    ----------
    notebook : Path
        A template.

    Returns
    -------
    dict of str to Parameter
        In the order of the cell.

    Raises
    ------
    StudyError
        Where the notebook does not have exactly one cell tagged ``parameters``, or a line of that cell is not
        of the form ``name: kind = literal``.

    Notes
    -----
    papermill's own inspection reads line by line with a pattern and passes over a line that it cannot read,
    such as one with ``=`` in its comment. A strict study must know every parameter, so the cell is parsed as
    Python.
    """
    content = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    cells = [cell for cell in content.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise StudyError(f"{notebook.name}: {len(cells)} cells are tagged 'parameters'; there must be one")
    try:
        statements = ast.parse(cells[0].source).body
    except SyntaxError as error:
        raise StudyError(f"{notebook.name}, parameters cell, line {error.lineno}: {error.msg}") from error
    parameters = [_parameter(notebook, statement) for statement in statements]
    return {parameter.name: parameter for parameter in parameters}


def _parameter(notebook: Path, statement: ast.stmt) -> Parameter:
    match statement:
        case ast.AnnAssign(
            target=ast.Name(id=name), annotation=ast.Name(id=kind), value=ast.expr() as value
        ) if kind in KINDS:
            try:
                parameter = Parameter(name, kind, ast.literal_eval(value))
            except ValueError:
                pass
            else:
                if parameter.accepts(parameter.default):
                    return parameter
    raise StudyError(
        f"{notebook.name}, parameters cell, line {statement.lineno}: {ast.unparse(statement)!r} is not of the"
        f" form 'name: kind = value' with a kind of {', '.join(KINDS)} and a value of that kind"
    )
