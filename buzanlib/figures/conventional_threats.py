"""How often states speak of digital and of conventional dangers in the same speeches."""

from __future__ import annotations

import numpy as np
import pandas as pd

from buzanlib.figures.base import Drawn, style
from buzanlib.figures.captions import none_or
from buzanlib.figures.labels import FROM_TOP, MATRIX
from buzanlib.figures.primitives import QUADRANT_LOOKS, Rows
from buzanlib.figures.typeset import joined, listed, typeset
from buzanlib.inference.verdicts import Finding
from buzanlib.theory.vocabulary import Quadrant

#: Dangers of which windows are counted, in words.
DANGER_NAMES = {
    "digital": "digital danger",
    "war": "war",
    "nuclear": "nuclear arms",
    "terrorism": "terrorism",
}


@style()
def danger_rates(rates: pd.DataFrame) -> Drawn:
    """Draw windows per speech, a row a danger and a mark a quadrant.

    The `rates` are as `buzanlib.inference.conventional_threats.ConventionalThreats.rates` gives them.
    """
    rates = rates.loc[list(Quadrant)]
    rows = Rows.of(
        [DANGER_NAMES[name].capitalize() for name in rates.columns], margin=1.5, width=14, least=0.72
    )
    marks = {}
    for quadrant, shift in zip(FROM_TOP, np.linspace(-0.21, 0.21, len(Quadrant)), strict=True):
        look = QUADRANT_LOOKS[quadrant] | {"label": quadrant.label, "gid": quadrant.value, "markersize": 8.5}
        (marks[quadrant],) = rows.axes.plot(
            rates.loc[quadrant], rows.middles + shift, linestyle="none", **look
        )
    rows.axes.set_xlim(0, 1.06 * float(np.nanmax(rates.to_numpy())))
    rows.axes.set_xlabel("Windows per speech, mean over states")
    key = [marks[quadrant] for quadrant in MATRIX]
    rows.figure.legend(handles=key, loc="outside upper center", ncols=2, columnspacing=1, handletextpad=0.4)
    said = listed(
        (
            DANGER_NAMES[str(name)],
            [f"{Quadrant(str(quadrant)).label} {rate:.2f}" for quadrant, rate in column.items()],
        )
        for name, column in rates.items()
    )
    return Drawn(rows.figure, f"Windows per speech, by danger and quadrant. {said}.")


def above_digital(finding: Finding, alpha: float) -> str:
    """In which quadrants all three conventional dangers come before the digital one, at a level.

    Takes what `ConventionalThreats` finds; gives such as ``"in SW and SS, but not in WW and WS"``.
    """
    small = [quadrant for quadrant in Quadrant if float(finding.beside[f"{quadrant}.p"]) < alpha]
    rest = [quadrant for quadrant in Quadrant if quadrant not in small]
    if not small or not rest:
        return f"in {'all four quadrants' if small else 'no quadrant'}"
    return f"in {joined(small)}, but not in {joined(rest)}"


def digital_last(rates: pd.DataFrame) -> str:
    """In how many quadrants the digital danger is named least, of rates by quadrant and danger."""
    known = rates.dropna()
    last = int((known["digital"] < known.drop(columns="digital").min(axis=1)).sum())
    top = rates.mean().idxmax()
    return (
        f"In {none_or(last)} of {typeset(len(known), 'word')} quadrants the digital danger is named less often than "
        f"every conventional one; {DANGER_NAMES[str(top)]} is named most often over all."
    )
