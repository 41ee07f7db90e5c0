"""Differences between two runs: numbers, verdicts, figures, data and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from buzanlib.figures.typeset import Scalar, typeset
from buzanlib.study.results import Results

VERDICT = ".verdict"


@dataclass(frozen=True)
class Change:
    """A value that has changed."""

    key: str
    before: Scalar | None  #: None if the value is new
    after: Scalar | None  #: None if the value is gone

    @property
    def by(self) -> float | None:
        """Difference of two numbers; None if they are not both numbers."""
        if isinstance(self.before, bool | str | None) or isinstance(self.after, bool | str | None):
            return None
        return self.after - self.before


@dataclass(frozen=True)
class Changes:
    """All differences between two runs; figures and data count as changed if they are new or gone, too."""

    values: tuple[Change, ...]  #: recorded values, including the verdicts
    figures: tuple[str, ...]  #: labels
    data: tuple[str, ...]  #: names of files
    parameters: tuple[Change, ...]  #: the key is the name of the page and that of the parameter

    @property
    def verdicts(self) -> tuple[Change, ...]:
        """The values that are verdicts."""
        return tuple(change for change in self.values if change.key.endswith(VERDICT))

    def __bool__(self) -> bool:
        return bool(self.values or self.figures or self.data or self.parameters)


def compare(before: Results, after: Results) -> Changes:
    """Compare the results of two runs; the differences are sorted by key."""
    return Changes(
        values=_differing(before.scalars, after.scalars),
        figures=tuple(change.key for change in _differing(before.figures, after.figures)),
        data=tuple(change.key for change in _differing(before.data, after.data)),
        parameters=_differing(_parameters(before), _parameters(after)),
    )


def format_changes(changes: Changes) -> str:
    """Format changes as lines of text: first verdicts, then data and parameters, then all values and figures.

    What only one of the runs has, as where they test different hypotheses, is listed apart from what moved.
    """
    if not changes:
        return "nothing has changed"
    others = [change for change in changes.values if change not in changes.verdicts]
    parts = [
        *_told("verdict", "verdicts", changes.verdicts),
        ("file of the data", "files of the data", list(changes.data)),
        *_told("parameter", "parameters", changes.parameters),
        *_told("value", "values", others),
        ("figure", "figures", list(changes.figures)),
    ]
    return "\n".join(
        "\n".join([f"{len(lines)} {one if len(lines) == 1 else many}", *(f"  {line}" for line in lines)])
        for one, many, lines in parts
        if lines
    )


def _told(one: str, many: str, changes: Sequence[Change]) -> Iterator[tuple[str, str, list[str]]]:
    """What moved, what only the old run has, and what only the new run has; each with what it is called."""
    gone = [change for change in changes if change.after is None]
    new = [change for change in changes if change.before is None]
    yield one, many, [_line(change) for change in changes if change not in gone + new]
    for where, some in (("only in the old run", gone), ("only in the new run", new)):
        held = {change.key: change.after if change.before is None else change.before for change in some}
        lines = [f"{key}: {in_words(value)}" for key, value in held.items()]
        yield f"{one} {where}", f"{many} {where}", lines


def in_words(value: Scalar | None) -> str:
    """Format a value for a table of changes."""
    if value is None:
        return "–"
    return typeset(value, ".4g") if isinstance(value, float) else typeset(value)


def _line(change: Change) -> str:
    moved = "" if change.by is None else f" ({typeset(change.by, '+.4g')})"
    return f"{change.key}: {in_words(change.before)} → {in_words(change.after)}{moved}"


def _differing(before: Mapping[str, Scalar], after: Mapping[str, Scalar]) -> tuple[Change, ...]:
    changes = (Change(key, before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys()))
    return tuple(change for change in changes if change.before != change.after)


def _parameters(results: Results) -> dict[str, Scalar]:
    return {
        f"{page}.{name}": value
        for page, about in results.notebooks.items()
        for name, value in about["parameters"].items()
    }
