from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from buzanlib.theory.factorial import factorial_form
from buzanlib.theory.matrices import TABLE1, TABLE2
from buzanlib.theory.vocabulary import Effect, Quadrant, Threat


def test_each_threat_of_table2_loads_on_one_effect():
    form = factorial_form(TABLE2.weights())
    assert list(form.columns) == list(Effect)
    assert form.loc[Threat.POL].tolist() == [0, -0.5, 0]
    assert form.loc[Threat.INF].tolist() == [-0.5, 0, 0]
    assert form.loc[Threat.CRI].tolist() == [0, 0, 0.5]


def test_table1_needs_no_interaction():
    form = factorial_form(TABLE1.weights())
    assert form.loc[Threat.POL].tolist() == [0, -0.5, 0]
    assert form.loc[Threat.MIL].tolist() == [-0.5, 0, 0]


@given(
    cells=hnp.arrays(float, (4, 2), elements=st.floats(-10, 10)),
    order=st.permutations(list(Quadrant)),
)
def test_the_form_gives_the_cells_back(cells, order):
    weights = pd.DataFrame(cells, index=list(Quadrant), columns=["one", "two"])
    form = factorial_form(weights.loc[order])
    for quadrant in Quadrant:
        signs = np.array([quadrant.power, quadrant.cohesion, quadrant.power * quadrant.cohesion])
        rebuilt = weights.mean() + form.to_numpy() @ signs
        np.testing.assert_allclose(rebuilt, weights.loc[quadrant], atol=1e-9)
