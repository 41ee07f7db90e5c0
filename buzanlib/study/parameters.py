"""Parameters of a notebook: the cell that declares them, what each means, and whether a value fits."""

from __future__ import annotations

import ast
import io
import math
import operator
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from buzanlib.errors import StudyError, nearest, shown
from buzanlib.study.dependencies import cells_of
from buzanlib.theory.vocabulary import RULES

KINDS: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError, nbformat.ValidationError)
"""Errors that show that a file is not a notebook, when it is read or when its content is used."""

Value = str | int | float | bool

_BOUND = re.compile(r"(at least|at most|above|below) (-?\d+(?:\.\d+)?)")
_SPAN = re.compile(r"(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)")
_HOLDS = {"at least": operator.ge, "at most": operator.le, "above": operator.gt, "below": operator.lt}
_RULES = {f"a rule of {axis}": rules for axis, rules in RULES.items()}
_WORDS = ("an index of power", "an index of cohesion", "a corpus", "an annotator", "a case", "a proposal")
_Comments = dict[int, tuple[int, str]]  # column and text by line
_OF_DATA = {words: words.split()[-1] for words in _WORDS}


@dataclass(frozen=True)
class Allowed:
    """Allowed values of a parameter, from the brackets at the end of its comment."""

    text: str = ""  #: text in the brackets; empty if any value of the kind is allowed
    options: tuple[str, ...] = ()  #: allowed values; empty if they are not listed
    #: ``at least``, ``at most``, ``above`` or ``below``, and the number
    bounds: tuple[tuple[str, float], ...] = ()
    #: ``"power"`` or ``"cohesion"`` for an index of that axis, ``"corpus"`` and so on for one in the data
    of_data: str = ""

    @classmethod
    def parse(cls, text: str) -> Allowed:
        """Read the words between the brackets.

        ``[an index of power]``, ``[a rule of power]``, ``[a corpus]``, ``[1995 to 2024]``, ``[at least 1]``,
        ``[above 0, below 1]`` or a list of options, ``[hamming, jaccard]``.
        """
        if text in _RULES:
            return cls(text, options=_RULES[text])
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
        """Describe why a value of the right kind is not allowed; empty if it is, or if that depends on the data."""
        if self.options and str(value) not in self.options:
            return nearest(value, self.options)
        if not all(_HOLDS[word](value, limit) for word, limit in self.bounds):
            return f"allowed: {self.text}"
        return ""


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: ``name: kind = default  # meaning [allowed]``."""

    name: str  #: name of the variable
    kind: str  #: ``"str"``, ``"int"``, ``"float"`` or ``"bool"``
    default: Value
    meaning: str = ""  #: the comment on its line, or the comment lines above it
    allowed: Allowed = Allowed()

    def accepts(self, value: object) -> bool:
        """Whether a value is of this kind; an int is also a float, but a bool is no number."""
        if isinstance(value, bool):
            return self.kind == "bool"
        if isinstance(value, int):
            return self.kind in ("int", "float")
        if isinstance(value, float) and not math.isfinite(value):
            return False
        return isinstance(value, KINDS[self.kind])

    def parse(self, text: str) -> Value:
        """Read a value from the command line; raise ValueError if it is not of this kind."""
        if self.kind != "bool":
            return KINDS[self.kind](text)  # type: ignore[no-any-return]
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{text!r} is neither true nor false")
        return text.lower() == "true"


ASCENDING = (
    ("first", "last"), ("later", "latest"), ("path_first", "path_last"), ("lowest", "highest"), ("wrong", "read"),
)  # fmt: skip
"""Pairs of numbers, wherever a notebook has both, of which the first must not be above the second."""

APART = (("one", "other"),)
"""Pairs of annotators who must not be the same."""


def contradicting(
    parameters: Mapping[str, Parameter], values: Mapping[str, Value]
) -> tuple[str, str, str] | None:
    """Two parameters whose values contradict each other, and what would do; None where there are none."""
    for one, other in ASCENDING:
        low, high = values.get(one), values.get(other)
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            return one, other, f"allowed: {one} at most {other}"
    for one, other in APART:
        coders = all(
            name in parameters and parameters[name].allowed.of_data == "annotator" for name in (one, other)
        )
        if coders and values[one] == values[other]:
            return one, other, f"{one} and {other} must be different annotators"
    return None


def declared(notebook: Path) -> dict[str, Parameter]:
    """Read the parameters that a notebook declares.

    Returns
    -------
    dict of str to Parameter
        In the order of the cell.

    Raises
    ------
    StudyError
        If the notebook cannot be read, does not have exactly one cell tagged ``parameters``, or a line of that
        cell is not of the form ``name: kind = literal`` with a comment and a default that is allowed.

    Notes
    -----
    papermill's own inspection matches a pattern line by line and skips lines that do not match, such as one with ``=``
    in its comment. Here every parameter must be known, so the cell is parsed as Python.
    """
    try:
        cells = cells_of(notebook)
        sources = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
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
        where = f"{notebook.name}, parameters cell, line {statement.lineno}"
        parameter = _parameter(where, statement, comments)
        if parameter.name in found:
            raise StudyError(f"{where}: {parameter.name!r} is declared twice")
        found[parameter.name] = parameter
    return found


def _comments(source: str) -> _Comments:
    """Column and text of each comment by line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: (token.start[1], token.string.lstrip("#").strip())
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _parameter(where: str, statement: ast.stmt, comments: _Comments) -> Parameter:
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
    form = f"'name: kind = value' with a kind of {', '.join(KINDS)} and a value of that kind"
    raise StudyError(f"{where}: {shown(ast.unparse(statement))} is not of the form {form}")


def _explained(where: str, parameter: Parameter, statement: ast.stmt, comments: _Comments) -> Parameter:
    """The parameter with the meaning and the allowed values from its comment."""
    if on_line := comments.get(statement.end_lineno or statement.lineno):
        words = on_line[1]
    else:
        first = statement.lineno
        while comments.get(first - 1, (1, ""))[0] == 0:  # a whole line
            first -= 1
        words = " ".join(comments[line][1] for line in range(first, statement.lineno))
    bracketed = re.fullmatch(r"(.*?)\s*\[([^\[\]]+)\]", words)
    meaning, allowed = (bracketed[1], Allowed.parse(bracketed[2])) if bracketed else (words, Allowed())
    if not meaning:
        raise StudyError(f"{where}: {parameter.name!r} needs a comment that says what it means")
    if allowed.bounds and parameter.kind not in ("int", "float"):
        kind = f"is of the kind {parameter.kind}; only a number has bounds"
        raise StudyError(f"{where}: {parameter.name!r} {kind}")
    if fault := allowed.fault(parameter.default):
        raise StudyError(f"{where}: the default {parameter.default!r} of {parameter.name!r}; {fault}")
    return replace(parameter, meaning=meaning, allowed=allowed)
