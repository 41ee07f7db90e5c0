"""The same corner contrasts on other statements, codes and states, and beside rival accounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.hypothesis_tests import RIVALS
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.weighted_contrast import Outcome, WeightedContrastTest
from buzanlib.inference.world import World

#: How a sample is called in which all rivals stand beside power and cohesion.
ALL_RIVALS = "beside all three"


class Counted(NamedTuple):
    """What contrasts are computed on."""

    sample: str  #: What a figure calls it.
    counts: pd.DataFrame  #: Passages by ``iso3`` (`state_counts`).
    further: pd.DataFrame | None = None  #: What else stands in the model, by ``iso3``, of every state.


def without_each_region(counts: pd.DataFrame, regions: pd.Series[str]) -> Iterator[Counted]:
    """The counts without the states of each regional group in turn."""
    of = regions.reindex(counts.index)
    for region in sorted(of.dropna().unique()):
        yield Counted(f"without {region}", counts[of != region])


def beside_rivals(counts: pd.DataFrame, world: World) -> Iterator[Counted]:
    """The counts of states that have the index of each rival, and of all of them, with it beside."""
    rivals = {f"beside {name}": rival.values(world) for name, rival in RIVALS.items()}
    rivals[ALL_RIVALS] = pd.concat(rivals.values(), axis=1, join="inner")
    for name, values in rivals.items():
        yield Counted(name, counts[counts.index.isin(values.index)], values)


def contrasts_by_sample(
    samples: Iterable[Counted],
    outcomes: Mapping[str, Outcome],
    placed: pd.DataFrame,
    regions: pd.Series[str],
    bank: PermutationBank,
) -> pd.DataFrame:
    """Corner contrasts by the primary estimator: log odds of the mixed model, p of weighted shares.

    Takes what `corner_model` and `WeightedContrastTest` take; a sample that cannot carry these has no rows.

    Returns
    -------
    DataFrame
        Columns ``sample``, ``outcome``, ``contrast``, ``low90``, ``high90`` in the predicted direction; ``n`` states;
        ``p``, one-sided, of each outcome alone, NaN where a sample has further columns, which weighted shares cannot
        take in.
    """
    test, rows = WeightedContrastTest(bank.draws, bank.seed), []
    for sample, counts, further in samples:
        with suppress(EstimationError):
            p = pd.Series(float("nan"), list(outcomes))
            if further is None:
                p = test(counts, placed, regions, outcomes).table["p"]
            for name, (column, effect, sign) in outcomes.items():
                fit = corner_model(counts, column, placed, regions, further)
                rows.append((sample, name, *fit.contrast(effect, sign), fit.n_states, float(p[name])))
    return pd.DataFrame(rows, columns=["sample", "outcome", "contrast", "low90", "high90", "n", "p"])
