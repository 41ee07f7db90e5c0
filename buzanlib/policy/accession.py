"""Adhesion by vote: which quadrants said yes to successive resolutions, who joined and who left."""

from __future__ import annotations

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.permutation import Permutations, p_value
from buzanlib.policy.agenda import satisfaction
from buzanlib.theory.vocabulary import Quadrant

YES = 1.0


def adhesion(positions: pd.DataFrame, quadrants: pd.Series[str]) -> pd.DataFrame:
    """Share of each quadrant that said yes, resolution by resolution, and who changed.

    Parameters
    ----------
    positions : DataFrame of float, shape (states, resolutions)
        1 yes, 1/2 abstention, 0 no, NaN absent; resolutions in the order of their dates.
    quadrants : Series of str
        By state; states without one are left out.

    Returns
    -------
    DataFrame
        A row a resolution and quadrant: ``resolution``, ``quadrant``, ``voted`` (states that took a position),
        ``yes`` (share of these), ``joined`` and ``left`` (states that said yes and had not, or the reverse, when they
        last took a position; 0 at the first resolution).

    Raises
    ------
    EstimationError
        If there is no resolution, or no state with a quadrant.
    """
    placed = positions.loc[positions.index.isin(quadrants.dropna().index)]
    if placed.empty:
        raise EstimationError(
            f"positions of shape {placed.shape}; allowed: some placed states and resolutions"
        )
    said_yes = (placed == YES).astype(float).where(placed.notna())
    # What a state said when it last took a position: an absence is no answer.
    before = said_yes.ffill(axis=1).shift(axis=1)
    of = quadrants.loc[placed.index]
    rows = []
    for resolution in placed.columns:
        now, last = said_yes[resolution], before[resolution]
        for quadrant in Quadrant:
            own = of == quadrant.value
            rows.append(
                (
                    resolution,
                    quadrant.value,
                    int(now[own].notna().sum()),
                    float(now[own].mean()),
                    int((own & (now == 1) & (last == 0)).sum()),
                    int((own & (now == 0) & (last == 1)).sum()),
                )
            )
    return pd.DataFrame(rows, columns=["resolution", "quadrant", "voted", "yes", "joined", "left"])


def entry_test(
    positions: pd.DataFrame,
    quadrants: pd.Series[str],
    weights: pd.DataFrame,
    agenda: pd.Series[float],
    permutations: Permutations,
) -> dict[str, float]:
    """Whether states vote for a text the more, the more its agenda should satisfy their quadrant.

    Null: the placements of states of one group can be exchanged.

    Parameters
    ----------
    positions : DataFrame of float, shape (states, resolutions)
        On the roll calls of the text.
    quadrants : Series of str
        By state; states without one are left out, and so are states that took no position.
    weights : DataFrame of float, shape (4, threats)
        Index `Quadrant`.
    agenda : Series of float
        What the text is taken to be about, by threat.
    permutations : Permutations
        Of states within groups.

    Returns
    -------
    dict of str to float
        ``correlation`` of mean position and predicted satisfaction over states, its one-sided ``p`` (small where
        votes follow the prediction), and ``states``.

    Raises
    ------
    EstimationError
        If the agenda should satisfy all quadrants alike, or all states voted alike.
    """
    mean = positions.mean(axis=1)
    states = [state for state in mean.dropna().index if state in quadrants.dropna().index]
    y = mean.loc[states].to_numpy()
    offered = satisfaction(weights, agenda)
    x = np.array([offered[Quadrant.parse(name)] for name in quadrants.loc[states]])
    for what, values in (("all quadrants should be satisfied", x), ("all states voted", y)):
        if np.ptp(values) == 0:
            raise EstimationError(f"{what} alike; allowed: some difference, or there is no correlation")
    x, y = x - x.mean(), y - y.mean()
    size = np.sqrt((x @ x) * (y @ y))
    observed = float(x @ y / size)
    drawn = x[permutations.among(states)] @ y / size
    return {"correlation": observed, "p": float(p_value(observed, drawn)), "states": len(states)}
