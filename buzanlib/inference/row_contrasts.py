"""The predictions of Table 2 by models of single passages, beside the test of states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from buzanlib.inference.models import binomial, gee
from buzanlib.inference.table2 import QuadrantResult
from buzanlib.theory.predictions import Hypothesis

#: Models of one threat, by the name that a table gives them.
MODELS = {"binomial": binomial, "GEE": gee}


@dataclass(frozen=True, eq=False)
class RowContrasts:
    """Contrasts of single passages in the predicted direction."""

    #: Index ``hypothesis``, ``model``; columns ``threat``, ``contrast``, ``low90``, ``high90`` in log odds, and
    #: ``same``, whether the contrast has the sign of that of states.
    table: pd.DataFrame
    note: str  #: What a reader must know of errors and p values, or nothing.

    @classmethod
    def of(cls, rows: pd.DataFrame, cells: Sequence[Hypothesis], states: QuadrantResult) -> RowContrasts:
        """Fit every model to the threat of every prediction.

        Parameters
        ----------
        rows : DataFrame
            A row a passage, as the models take them.
        cells : sequence of Hypothesis
            The predictions, each of one threat and effect.
        states : QuadrantResult
            The test of states.

        Raises
        ------
        EstimationError
            As the models do.
        """
        lines: dict[tuple[str, str], tuple[object, ...]] = {}
        notes: dict[str, None] = {}
        for one in cells:
            for name, model in MODELS.items():
                fit = model(rows, one.threat)
                contrast, *ends = one.sign * fit.table.loc[one.effect, ["contrast", "low90", "high90"]]
                same = contrast * states.table["contrast"][one.id] > 0
                lines[one.id, name] = (one.threat, contrast, *sorted(ends), same)
                notes[fit.note] = None
        table = pd.DataFrame.from_dict(
            lines, "index", columns=["threat", "contrast", "low90", "high90", "same"]
        )
        table.index = pd.MultiIndex.from_tuples(lines, names=["hypothesis", "model"])
        return cls(table, " ".join(filter(None, notes)))

    @property
    def turned(self) -> list[str]:
        """Predictions whose contrast has another sign by a model of passages than by the test of states."""
        other = self.table.index[~self.table["same"]]
        return list(dict.fromkeys(other.get_level_values("hypothesis")))

    def to_results(self) -> dict[str, float]:
        """Contrasts under the keys by which prose calls them, such as ``rows.B2.gee.contrast``."""
        values = zip(self.table.index.tolist(), self.table["contrast"].tolist(), strict=True)
        return {f"rows.{name}.{model.lower()}.contrast": value for (name, model), value in values}
