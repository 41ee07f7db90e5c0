"""What moved between two runs: numbers, verdicts, figures, and what they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from buzanlib.figures.typeset import Scalar, typeset
from buzanlib.study.results import Results

VERDICT = ".verdict"


@dataclass(frozen=True)
class Change:
    """A value that is not what it was."""

    key: str  #: of the value
    #: the values; None where there was or is none
    before: Scalar | None
    after: Scalar | None

    @property
    def by(self) -> float | None:
        """How far a number moved; None where it is not one, or was or is not there."""
        if isinstance(self.before, bool | str | None) or isinstance(self.after, bool | str | None):
            return None
        return self.after - self.before


@dataclass(frozen=True)
class Changes:
    """All that differs between two runs."""

    values: tuple[Change, ...]  #: numbers and words, by key; verdicts among them
    figures: tuple[str, ...]  #: labels of figures that look different, are new or have gone
    data: tuple[str, ...]  #: files of the data that have changed, are new or have gone
    parameters: tuple[Change, ...]  #: parameters, by the name of the page and their own

    @property
    def verdicts(self) -> tuple[Change, ...]:
        """Of the values those that are verdicts."""
        return tuple(change for change in self.values if change.key.endswith(VERDICT))

    def __bool__(self) -> bool:
        return bool(self.values or self.figures or self.data or self.parameters)


def compare(before: Results, after: Results) -> Changes:
    """Hold the results of two runs against each other.

    Parameters
    ----------
    before, after : Results
        Of the same study or of two.

    Returns
    -------
    Changes
        Sorted by key.
    """
    return Changes(
        values=_differing(_plain(before), _plain(after)),
        figures=tuple(change.key for change in _differing(before.figures, after.figures)),
        data=tuple(change.key for change in _differing(before.data, after.data)),
        parameters=_differing(_parameters(before), _parameters(after)),
    )


def told(changes: Changes) -> str:
    """Put changes into lines of text.

    Parameters
    ----------
    changes : Changes
        Of `compare`.

    Returns
    -------
    str
        Verdicts first, then what the run was made from, then all numbers and figures.
    """
    if not changes:
        return "nothing has changed"
    others = [change for change in changes.values if change not in changes.verdicts]
    parts = [
        ("verdict", "verdicts", [_line(change) for change in changes.verdicts]),
        ("file of the data", "files of the data", list(changes.data)),
        ("parameter", "parameters", [_line(change) for change in changes.parameters]),
        ("value", "values", [_line(change) for change in others]),
        ("figure", "figures", list(changes.figures)),
    ]
    return "\n".join(
        "\n".join([f"{len(lines)} {one if len(lines) == 1 else many}", *(f"  {line}" for line in lines)])
        for one, many, lines in parts
        if lines
    )


def in_words(value: Scalar | None) -> str:
    """A value as tables of changes show it."""
    if value is None:
        return "–"
    return typeset(value, ".4g") if isinstance(value, float) else typeset(value)


def _line(change: Change) -> str:
    moved = "" if change.by is None else f" ({typeset(change.by, '+.4g')})"
    return f"{change.key}: {in_words(change.before)} → {in_words(change.after)}{moved}"


def _differing(before: Mapping[str, Scalar], after: Mapping[str, Scalar]) -> tuple[Change, ...]:
    changes = (Change(key, before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys()))
    return tuple(change for change in changes if change.before != change.after)


def _plain(results: Results) -> dict[str, Scalar]:
    return {key: value.value for key, value in results.values.items()}


def _parameters(results: Results) -> dict[str, Scalar]:
    return {
        f"{page}.{name}": value
        for page, about in results.notebooks.items()
        for name, value in about["parameters"].items()
    }
