"""Which measures states ask for, and whether they are those that their quadrants should accept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.permutation import p_value
from buzanlib.inference.placed_sample import Sample
from buzanlib.policy.acceptability import Rule, assess
from buzanlib.policy.proposals import OF_MEASURE
from buzanlib.theory.vocabulary import Measure, Quadrant

# Smaller spreads are rounding.
_TIE = 1e-9


def measures_accepted(weights: pd.DataFrame, rule: Rule | None = None) -> pd.DataFrame:
    """Net benefit of each measure of the codebook as the proposal that it would be (`OF_MEASURE`); shape (4, 5)."""
    return pd.DataFrame(
        {measure.value: assess(proposal, weights, rule)["net"] for measure, proposal in OF_MEASURE.items()}
    )


@dataclass(frozen=True, eq=False)
class Asked:
    """Measures that states ask for, compared with those that the model has them accept."""

    #: Mean over the states of a quadrant of the share of each measure among the passages that ask for one, shape
    #: (4, measures).
    shares: pd.DataFrame
    correlations: pd.Series[float]  #: over states, of that share with the net benefit to their quadrant
    mean: float  #: of the correlations
    p: float  #: one-sided, by permutation of placements within groups
    n: int  #: states that ask for a measure

    def table(self) -> pd.DataFrame:
        """Shares in percent by quadrant, and the column ``correlation``; index the measures."""
        return (100 * self.shares.T).assign(correlation=self.correlations)


def asked_for(sample: Sample, accepted: pd.DataFrame, fewest: int = 10) -> Asked:
    """Compare the measures that states ask for with those that their quadrants should accept.

    Parameters
    ----------
    sample : Sample
        Counts as `buzanlib.measurement.profiles.state_counts` gives them; each state asks for a measure.
    accepted : DataFrame of float, shape (4, 5)
        As `measures_accepted` gives it.
    fewest : int
        Passages that must ask for a measure for it to be compared.

    Raises
    ------
    EstimationError
        If a state asks for no measure, or no measure can be compared.
    """
    names = [measure.value for measure in OF_MEASURE]
    counts = sample.counts[[f"measure.{name}" for name in names]].set_axis(names, axis=1)
    if (counts.sum(axis=1) == 0).any():
        raise EstimationError("a state asks for no measure; allowed: states with at least one")
    nets = accepted.loc[list(Quadrant)][names].to_numpy(dtype=float)
    shares = counts.div(counts.sum(axis=1), axis=0)
    quadrants = sample.quadrants
    # Placements are permuted, never made: the moments of both sides stay what they are.
    centred = nets - nets[quadrants].mean(axis=0)
    asked = shares.to_numpy() - shares.to_numpy().mean(axis=0)
    scale = np.linalg.norm(centred[quadrants], axis=0) * np.linalg.norm(asked, axis=0)
    kept = np.flatnonzero((counts.sum().to_numpy() >= fewest) & (scale > _TIE))
    if not len(kept):
        raise EstimationError(
            f"no measure that differs between states is asked for in {fewest} passages; allowed: fewer"
        )
    # What each state adds to each correlation in each quadrant, so that a permutation is a look-up.
    adds = asked[:, None, kept] * centred[:, kept] / scale[kept]
    correlations = adds[np.arange(len(sample)), quadrants].sum(axis=0)
    mean = adds.mean(axis=2)
    drawn = mean[np.arange(len(sample)), sample.permuted].sum(axis=1)
    compared = [names[place] for place in kept]
    return Asked(
        shares[compared].groupby(sample.placed["quadrant"]).mean().loc[list(Quadrant)],
        pd.Series(correlations, index=compared),
        float(correlations.mean()),
        float(p_value(float(correlations.mean()), drawn)),
        len(sample),
    )


def asking(counts: pd.DataFrame) -> pd.DataFrame:
    """The rows of `buzanlib.measurement.profiles.state_counts` of the states that ask for a measure."""
    return counts[counts["relevant"] > counts[f"measure.{Measure.NONE}"]]
