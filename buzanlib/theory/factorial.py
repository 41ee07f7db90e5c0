"""Four cells as a two-by-two factorial design: what power does, what cohesion does, what takes both."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.theory.vocabulary import Effect, Quadrant

#: The design in effects coding, constant and effects by quadrants (rows, columns). Coefficients are this matrix times
#: the values of the quadrants, over four.
CODING: npt.NDArray[np.float64] = np.array(
    [[1, q.power, q.cohesion, q.power * q.cohesion] for q in Quadrant], dtype=float
).T


def factorial_form(weights: pd.DataFrame) -> pd.DataFrame:
    r"""Write the four cells of each threat as a grand mean plus three effects, and give the effects.

    In effects coding (weak -1, strong +1) the weight of a threat in the cell with power :math:`p` and cohesion
    :math:`k` is :math:`m + a\,p + b\,k + c\,pk`. Four cells, four coefficients: the form is exact. A corner
    contrast is twice an effect. From weights of shape (4, threats), index `Quadrant`, to a DataFrame of float, shape
    (threats, 3), columns `Effect`.
    """
    cells = weights.loc[list(Quadrant)].to_numpy(dtype=float)
    return pd.DataFrame(
        # Adding zero turns a negative zero into a plain one.
        cells.T @ CODING[1:].T / len(Quadrant) + 0.0,
        index=weights.columns,
        columns=pd.Index(list(Effect), name="effect", dtype=object),
    )
