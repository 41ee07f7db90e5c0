"""Parameters of a notebook: the cell that declares them, what each means, and whether a value fits."""

from __future__ import annotations

import ast
import io
import math
import re
import tokenize
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from buzanlib.errors import StudyError, nearest, shown

KINDS: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError, nbformat.ValidationError)
"""What nbformat raises, or whoever looks into what it has read, where a file is no notebook."""

Value = str | int | float | bool

_BOUND = re.compile(r"(at least|at most|above|below) (-?\d+(?:\.\d+)?)")
_SPAN = re.compile(r"(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)")
_OF_DATA = {
    "an index of power": "power",
    "an index of cohesion": "cohesion",
    "a corpus": "corpus",
    "an annotator": "annotator",
}


@dataclass(frozen=True)
class Allowed:
    """What a parameter may be, as the brackets at the end of its comment say."""

    text: str = ""  #: what stands between the brackets; empty where anything of the kind will do
    #: the values among which it must be; empty where it need not be among any
    options: tuple[str, ...] = ()
    #: ``at least``, ``at most``, ``above`` or ``below``, and the number
    bounds: tuple[tuple[str, float], ...] = ()
    #: ``"power"`` or ``"cohesion"`` where it must be an index of that axis, ``"corpus"`` or ``"annotator"`` where
    #: it must be one that the data have; else empty
    of_data: str = ""

    @classmethod
    def parse(cls, text: str) -> Allowed:
        """Read the words between the brackets.

        ``[an index of power]``, ``[a corpus]``, ``[1995 to 2024]``, ``[at least 1]``, ``[above 0, below 1]`` or a list
        of options, ``[hamming, jaccard]``.
        """
        if text in _OF_DATA:
            return cls(text, of_data=_OF_DATA[text])
        if span := _SPAN.fullmatch(text):
            return cls(text, bounds=(("at least", float(span[1])), ("at most", float(span[2]))))
        parts = [part.strip() for part in text.split(",")]
        bounds = [_BOUND.fullmatch(part) for part in parts]
        if all(bounds):
            return cls(text, bounds=tuple((bound[1], float(bound[2])) for bound in bounds if bound))
        return cls(text, options=tuple(parts))

    def fault(self, value: Value) -> str:
        """Say what is wrong with a value of the right kind; empty where nothing is.

        What depends on the data is held against them elsewhere.
        """
        if self.options and str(value) not in self.options:
            return nearest(value, self.options)
        holds = {
            "at least": lambda limit: value >= limit,
            "at most": lambda limit: value <= limit,
            "above": lambda limit: value > limit,
            "below": lambda limit: value < limit,
        }
        if any(not holds[word](limit) for word, limit in self.bounds):
            return f"allowed: {self.text}"
        return ""


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: ``name: kind = default  # meaning [allowed]``."""

    name: str  #: name of the variable
    kind: str  #: ``"str"``, ``"int"``, ``"float"`` or ``"bool"``
    default: Value  #: value unless a study gives another
    meaning: str = ""  #: the comment behind it, or the comment lines above it
    allowed: Allowed = field(default_factory=Allowed)  #: what it may be

    def accepts(self, value: object) -> bool:
        """Say whether a value is of this kind; an int will do for a float, a bool for nothing but bool."""
        if isinstance(value, bool):
            return self.kind == "bool"
        if isinstance(value, int):
            return self.kind in ("int", "float")
        if isinstance(value, float) and not math.isfinite(value):
            return False
        return isinstance(value, KINDS[self.kind])

    def parse(self, text: str) -> Value:
        """Read a value as it is written on the command line.

        Raises
        ------
        ValueError
            If it is none of this kind.
        """
        if self.kind == "bool":
            return (
                {"true": True, "false": False}[text.lower()]
                if text.lower() in ("true", "false")
                else _no(text)
            )
        return KINDS[self.kind](text)  # type: ignore[no-any-return]


def _no(text: str) -> bool:
    raise ValueError(f"{text!r} is neither true nor false")


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
        Where the notebook cannot be read, does not have exactly one cell tagged ``parameters``, or a line of that
        cell is not of the form ``name: kind = literal`` with a comment and a default that is allowed.

    Notes
    -----
    papermill's own inspection reads line by line with a pattern and passes over a line that it cannot read,
    such as one with ``=`` in its comment. A strict study must know every parameter, so the cell is parsed as
    Python.
    """
    try:
        content = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
        sources = [cell.source for cell in content.cells if "parameters" in cell.metadata.get("tags", [])]
        unread = [source for source in sources if not isinstance(source, str)]
    except (*UNREADABLE, OSError) as error:
        raise StudyError(f"{notebook.name} cannot be read as a notebook: {error}") from error
    if len(sources) != 1 or unread:
        raise StudyError(f"{notebook.name}: {len(sources)} cells are tagged 'parameters'; there must be one")
    (source,) = sources
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise StudyError(f"{notebook.name}, parameters cell, line {error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise StudyError(f"{notebook.name}, parameters cell, cannot be read: {error}") from error
    comments = _comments(source)
    found: dict[str, Parameter] = {}
    for statement in statements:
        parameter = _parameter(notebook, statement, comments)
        if parameter.name in found:
            where = f"{notebook.name}, parameters cell, line {statement.lineno}"
            raise StudyError(f"{where}: {parameter.name!r} is declared twice")
        found[parameter.name] = parameter
    return found


def _comments(source: str) -> dict[int, tuple[int, str]]:
    """Column and text of each comment by line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: (token.start[1], token.string.lstrip("#").strip())
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _parameter(notebook: Path, statement: ast.stmt, comments: dict[int, tuple[int, str]]) -> Parameter:
    where = f"{notebook.name}, parameters cell, line {statement.lineno}"
    match statement:
        case ast.AnnAssign(
            target=ast.Name(id=name), annotation=ast.Name(id=kind), value=ast.expr() as value
        ) if kind in KINDS:
            try:
                default = ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                default = None
            if isinstance(default, Value) and Parameter(name, kind, default).accepts(default):
                return _explained(where, Parameter(name, kind, default), statement, comments)
    raise StudyError(
        f"{where}: {shown(ast.unparse(statement))} is not of the"
        f" form 'name: kind = value' with a kind of {', '.join(KINDS)} and a value of that kind"
    )


def _explained(
    where: str, parameter: Parameter, statement: ast.stmt, comments: dict[int, tuple[int, str]]
) -> Parameter:
    """The parameter with what its comment says."""
    behind = comments.get(statement.end_lineno or statement.lineno)
    if behind is not None:
        words = behind[1]
    else:
        above: list[str] = []
        line = statement.lineno - 1
        while line in comments and comments[line][0] == 0:
            above.insert(0, comments[line][1])
            line -= 1
        words = " ".join(above)
    bracketed = re.fullmatch(r"(.*?)\s*\[([^\[\]]+)\]", words)
    meaning, allowed = (bracketed[1], Allowed.parse(bracketed[2])) if bracketed else (words, Allowed())
    if not meaning:
        raise StudyError(f"{where}: {parameter.name!r} needs a comment that says what it means")
    if allowed.bounds and parameter.kind not in ("int", "float"):
        raise StudyError(
            f"{where}: {parameter.name!r} is of the kind {parameter.kind}; only a number has bounds"
        )
    if fault := allowed.fault(parameter.default):
        raise StudyError(f"{where}: the default {parameter.default!r} of {parameter.name!r}; {fault}")
    return Parameter(parameter.name, parameter.kind, parameter.default, meaning, allowed)
