"""Time the aggregated likelihood against statsmodels, on the same rows, in the same run.

Both start from codes: ours of state, cell and category; statsmodels has the design matrix of the rows already made.
Nothing is asserted; the largest differences are printed beside the times.
"""

from __future__ import annotations

import argparse
from time import perf_counter

import numpy as np
import statsmodels.api as sm

from buzanlib.inference.contrasts import CODING
from buzanlib.inference.likelihood import AggregatedMultinomial, aggregate

STATES, CATEGORIES = 150, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10**6, help="number of rows (default: one million)")
    rows = parser.parse_args().rows

    rng = np.random.default_rng(1)
    cells = CODING.T
    true = rng.normal(0, 0.4, size=(cells.shape[1], CATEGORIES - 1))
    quadrant = rng.integers(len(cells), size=STATES)
    own = rng.normal(0, 0.5, size=(STATES, CATEGORIES - 1))
    state = rng.integers(STATES, size=rows)
    cell = quadrant[state]
    scores = np.column_stack([np.zeros(STATES), cells[quadrant] @ true + own])
    # The largest of scores plus Gumbel noise is a draw from the multinomial logit.
    category = (scores[state] + rng.gumbel(size=(rows, CATEGORIES))).argmax(axis=1)
    design = cells[cell]

    start = perf_counter()
    counts = aggregate(cell, category, state, len(cells), CATEGORIES, STATES)
    counted = perf_counter()
    ours = AggregatedMultinomial()(cells, counts)
    fitted = perf_counter()
    theirs = sm.MNLogit(category, design).fit(
        method="newton", tol=1e-10, disp=0, cov_type="cluster", cov_kwds={"groups": state}
    )
    done = perf_counter()

    print(f"{rows:,} rows, {STATES} states, {cells.shape[1]} columns, {CATEGORIES} categories")
    print(f"buzanlib      {fitted - start:10.4f} s (of which {counted - start:.4f} s count the rows)")
    print(f"statsmodels   {done - fitted:10.4f} s")
    print(f"ratio         {(done - fitted) / (fitted - start):10,.0f}")
    print(f"coefficients differ by at most {np.abs(ours.coefficients - theirs.params).max():.1e}")
    print(f"errors       differ by at most {np.abs(ours.errors - theirs.bse).max():.1e}")


if __name__ == "__main__":
    main()
