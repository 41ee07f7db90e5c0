"""Time the multiverse on the tables that ship against a loop that fits every permuted placement with statsmodels.

Ours runs in two new processes, one with a quarter of the specifications and one with all, so that each has a peak of
memory of its own. The loop takes a few specifications under a few hundred permutations; ours runs on these, too, to
show that both find the same p values. A statistic is the t of one hypothesis in one specification under one
permutation. The time of ours includes drawing the permutations and making outcomes and positions, that of the loop is
of its fits only. Nothing is asserted, and no result is printed.
"""

from __future__ import annotations

import argparse
import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
import statsmodels.api as sm

from buzanlib.inference.contrasts import POSITION, empirical_logit
from buzanlib.inference.multiverse import Declaration, Multiverse
from buzanlib.inference.multiverse_options import Alternatives
from buzanlib.inference.permutation import PermutationBank, Permutations, p_value
from buzanlib.tables.data_folder import Data
from buzanlib.tables.states import load_regions
from buzanlib.theory.predictions import load_predictions

DATA = Path(__file__).resolve().parents[2] / "data"
NAMES = [hypothesis.id for hypothesis in load_predictions(DATA).cells]
#: What the loop fits.
FEW, PERMUTED = 4, 300
#: getrusage counts in kilobytes, on macOS in bytes.
UNIT = 1 if sys.platform == "darwin" else 1024


def options() -> Alternatives:
    return Alternatives(Data.open(DATA))


def bank(draws: int) -> Permutations:
    return PermutationBank(draws)(load_regions(DATA))


def estimable(declared: Declaration, wanted: int) -> pd.DataFrame:
    """The first specifications that can be estimated, of a larger sample where the declared one holds too few."""
    made = options()
    table = declared.specifications()
    # One permutation is enough to learn which.
    held = table[
        Multiverse(made.outcome, made.position, load_predictions(DATA))(table, bank(1)).table["n"] > 0
    ]
    if len(held) < wanted:
        return estimable(replace(declared, size=2 * declared.size), wanted)
    return held.head(wanted)


def ours(specifications: pd.DataFrame, draws: int) -> tuple[float, float, float]:
    """Seconds, and the peak of memory in megabytes before and after."""
    made = options()
    before = peak()
    start = perf_counter()
    Multiverse(made.outcome, made.position, load_predictions(DATA))(specifications, bank(draws))
    return perf_counter() - start, before, peak()


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT / 1e6


def loop(made: Alternatives, record: dict[str, str], permutations: Permutations) -> tuple[float, np.ndarray]:
    """Seconds, and p values of the hypotheses, of one specification."""
    outcome, position = made.outcome(record), made.position(record)
    states = outcome.n.index.intersection(position.axes.index).sort_values()
    logits = empirical_logit(outcome.y.loc[states], outcome.n.loc[states].to_numpy()[:, None])
    axes = position.axes.loc[states].to_numpy()
    locked = load_predictions(DATA).cells
    columns = outcome.y.columns.get_indexer([hypothesis.threat for hypothesis in locked])
    moves = np.vstack([np.arange(len(states)), permutations.among(states)])
    statistics = np.empty((len(moves), len(locked)))
    start = perf_counter()
    for draw, move in enumerate(moves):
        p, k = axes[move].T
        design = np.column_stack([np.ones(len(p)), p, k, p * k])
        for place, (hypothesis, column) in enumerate(zip(locked, columns, strict=True)):
            fit = sm.OLS(logits[:, column], design).fit(cov_type="HC3")
            statistics[draw, place] = hypothesis.sign * fit.tvalues[POSITION[hypothesis.effect]]
    seconds = perf_counter() - start
    return seconds, p_value(statistics[0], statistics[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--specifications", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--draws", type=int, default=9999, help="permutations (default: 9999)")
    given = parser.parse_args()

    sizes = [max(1, given.specifications // 4), given.specifications]
    # A process starts from the peak of the one that made it: this one has done nothing yet but import.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        specifications = pool.submit(estimable, Declaration.load(DATA), given.specifications).result()
        runs = list(pool.map(partial(ours, draws=given.draws), map(specifications.head, sizes)))

    # The loop does not weigh.
    few = specifications[specifications["weighting"] == "states"].head(FEW)
    made, permutations = options(), bank(PERMUTED)
    fitted = [loop(made, record, permutations) for record in few.to_dict("records")]
    same = Multiverse(made.outcome, made.position, load_predictions(DATA))(few, permutations).table
    p_values = np.array([p for _, p in fitted])
    differ = np.abs(same[[f"{name}.p" for name in NAMES]].to_numpy() - p_values).max()

    print(
        f"{given.draws:,} permutations, {len(NAMES)} hypotheses, {Multiverse.threads} threads (the loop: 1)"
    )
    for size, (seconds, before, after) in zip(sizes, runs, strict=True):
        each = seconds / (size * given.draws * len(NAMES))
        print(f"buzanlib     {size:6,} specifications {seconds:8.2f} s {each * 1e9:10,.0f} ns a statistic")
        print(f"             peak of memory {after:,.0f} MB, {before:,.0f} MB before")
    seconds = sum(taken for taken, _ in fitted)
    rival = seconds / (p_values.size * (1 + PERMUTED))
    print(f"statsmodels  {len(few):6,} specifications {seconds:8.2f} s {rival * 1e9:10,.0f} ns a statistic")
    print(f"ratio        {rival / each:6,.0f}")
    print(f"p values of {PERMUTED} permutations differ by at most {differ:.1e}")


if __name__ == "__main__":
    main()
