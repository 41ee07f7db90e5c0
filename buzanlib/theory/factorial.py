"""Four cells as a two-by-two factorial design: what power does, what cohesion does, what takes both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from buzanlib.theory.vocabulary import Effect, Quadrant


def factorial_form(weights: pd.DataFrame) -> pd.DataFrame:
    r"""Write the four cells of each threat as a grand mean plus three effects, and give the effects.

    In effects coding (weak -1, strong +1) the weight of a threat in the cell with power :math:`p` and cohesion
    :math:`k` is :math:`m + a\,p + b\,k + c\,pk`. Four cells, four coefficients: the form is exact. A corner
    contrast is twice an effect.

    Parameters
    ----------
    weights : pandas.DataFrame
        Shape (4, threats), index `Quadrant`.

    Returns
    -------
    pandas.DataFrame of float
        Shape (threats, 3), columns `Effect`. The columns of the design are orthogonal, so each effect is the
        mean of the signed cells.
    """
    design = np.array([[q.power, q.cohesion, q.power * q.cohesion] for q in Quadrant], dtype=float)
    cells = weights.loc[list(Quadrant)].to_numpy(dtype=float)
    return pd.DataFrame(
        # Adding zero turns a negative zero into a plain one.
        cells.T @ design / len(Quadrant) + 0.0,
        index=weights.columns,
        columns=pd.Index(list(Effect), name="effect", dtype=object),
    )
