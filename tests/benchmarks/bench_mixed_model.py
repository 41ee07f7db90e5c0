"""Fit the logit-normal mixed model to a million passages of ten thousand units, against that of statsmodels.

Ours starts from the rows, too: it counts them by unit and fits the counts. The rival, `BinomialBayesMixedGLM` with its
variational fit, takes rows; its search keeps a matrix of units by units, so that it gets the first so many units only,
in two portions. Its time on all is extrapolated from the larger by the power of the rows that the two show, in
proportion at the most. It says itself that it has not converged; how far off it is is printed. Nothing is asserted.
"""

from __future__ import annotations

import argparse
from time import perf_counter
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.special import expit
from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from buzanlib.inference.mixed_model import MixedFit, logit_normal

PREDICTORS = ["constant", "power", "cohesion", "power:cohesion"]


def passages(rows: int, units: int) -> pd.DataFrame:
    """Rows of passages, of which units have about equally many, with 0 or 1 in `y`."""
    rng = np.random.default_rng(1)
    power, cohesion = rng.choice([-0.5, 0.5], size=(2, units))
    design = np.column_stack([np.ones(units), power, cohesion, 2 * power * cohesion])
    log_odds = design @ [-1.0, 0.4, -0.2, 0.3] + rng.normal(size=units)
    unit = np.sort(rng.integers(0, units, rows))
    table = pd.DataFrame(design[unit], columns=PREDICTORS)
    return table.assign(unit=unit, y=(rng.random(rows) < expit(log_odds[unit])).astype(float))


def ours(rows: pd.DataFrame) -> MixedFit:
    """Count and fit."""
    units = rows.groupby("unit")
    return logit_normal(units["y"].sum(), units.size(), units[PREDICTORS].first())


def rival(rows: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Coefficients and standard deviation of statsmodels."""
    codes, unit = np.unique(rows["unit"], return_inverse=True)
    member = csr_matrix((np.ones(len(rows)), (np.arange(len(rows)), unit)))
    model = BinomialBayesMixedGLM(
        rows["y"].to_numpy(), rows[PREDICTORS].to_numpy(), member, np.zeros(len(codes), int), vcp_p=2, fe_p=10
    )
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)
        found = model.fit_vb()
    return found.fe_mean, float(np.exp(found.vcp_mean[0]))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--rival", type=int, default=200, help="units of the rival's larger portion")
    given = parser.parse_args()
    rows = passages(given.passages, given.units)
    start = perf_counter()
    fit = ours(rows)
    seconds = perf_counter() - start
    print(f"ours, {len(rows)} passages of {fit.n_states} units: {seconds:.2f} s")
    print(f"  coefficients {fit.coefficients.round(3).tolist()}, sd {fit.sigma:.3f}")
    taken = []
    for units in (given.rival // 2, given.rival):
        part = rows[rows["unit"] < units]
        start = perf_counter()
        coefficients, sd = rival(part)
        taken.append((len(part), perf_counter() - start))
        own = ours(part)
        off = np.abs(coefficients - own.coefficients.to_numpy()).max()
        print(f"statsmodels, {len(part)} passages of {units} units: {taken[-1][1]:.2f} s")
        print(f"  off from ours on the same by {off:.3f} in coefficients, {sd - own.sigma:+.3f} in sd")
    (few, short), (many, long) = taken
    power = np.log(long / short) / np.log(many / few)
    whole = long * (len(rows) / many) ** min(power, 1.0)
    print(f"its time rises with the power {power:.1f} of the rows, to {whole:.0f} s on all (extrapolated)")
    print(f"ratio: {whole / seconds:.0f}")


if __name__ == "__main__":
    main()
