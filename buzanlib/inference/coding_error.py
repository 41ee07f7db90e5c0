"""What errors of coding would do to the contrasts of Table 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from buzanlib.errors import EstimationError
from buzanlib.inference.intervals import percentile_interval
from buzanlib.inference.placed_sample import THREATS, Sample
from buzanlib.inference.weighted_contrast import Outcome, centred_shares, weighted_cells
from buzanlib.tables.statements import Statements
from buzanlib.theory.predictions import Predictions
from buzanlib.theory.vocabulary import Annotator


def disagreement(statements: Statements) -> pd.DataFrame:
    """How often one annotator sees a threat where the other does not, in passages that both found relevant.

    The annotators are those who coded by the second codebook, C and D.

    Returns
    -------
    DataFrame of float
        Index the threats of Table 2; ``missed`` is the chance that one annotator does not see a threat that the other
        sees, ``added`` that one sees a threat that the other does not, both directions pooled.
    """
    a, b = (
        statements.codes[statements.codes["annotator"] == annotator].set_index("passage_id").sort_index()
        for annotator in (Annotator.C, Annotator.D)
    )
    both = (a["relevant"] == 1) & (b["relevant"] == 1)
    one = pd.concat([a.loc[both, THREATS], b.loc[both, THREATS]]) == 1
    other = pd.concat([b.loc[both, THREATS], a.loc[both, THREATS]]) == 1
    missed, added = (one & ~other).sum() / one.sum(), (~one & other).sum() / (~one).sum()
    return pd.DataFrame({"missed": missed, "added": added}).rename_axis("threat")


def misread(read: int, wrong: int) -> tuple[float, float]:
    """Share of passages that an independent reading found wrong, and the upper end of its 95 % interval.

    The interval is that of Clopper and Pearson (1934), two-sided.

    Raises
    ------
    EstimationError
        If no passage was read, or more are wrong than were read.
    """
    if not 0 <= wrong <= read or not read:
        raise EstimationError(f"{wrong} of {read} passages read are wrong; allowed: 0 to all of at least one")
    return wrong / read, float(proportion_confint(wrong, read, method="beta")[1])


def even_rates(chance: float) -> pd.DataFrame:
    """Rates of error as `disagreement` gives them, the same for every threat and both ways."""
    return pd.DataFrame(chance, pd.Index(THREATS, name="threat"), ["missed", "added"])


def error_scenarios(rates: pd.DataFrame, read: int, wrong: int) -> dict[str, pd.DataFrame]:
    """Chances of error by name: none, those of `disagreement` and multiples of them, and those of `misread`.

    The last are as if every error of the reading had struck each threat, both ways. No chance is above one half.
    """
    often = {"as C and D disagree": 1, "3 times": 3, "5 times": 5}
    found = {name: (factor * rates).clip(upper=0.5) for name, factor in often.items()}
    shares = [min(share, 0.5) for share in misread(read, wrong)]
    as_read = {f"as read, {share:.0%}": even_rates(share) for share in shares}
    return {"none": even_rates(0.0), **found, **as_read}


@dataclass(frozen=True)
class CodingErrorStudy:
    """Codes the passages with error, `draws` times, and computes the weighted contrasts of Table 2 each time."""

    predictions: Predictions
    draws: int = 999
    seed: int = 20100615

    def __call__(
        self,
        passages: pd.DataFrame,
        sample: Sample,
        regions: pd.Series[str],
        errors: Mapping[str, pd.DataFrame],
    ) -> pd.DataFrame:
        """Simulate.

        Parameters
        ----------
        passages : DataFrame
            Relevant passages: ``iso3`` and one 0/1 column a threat; those of states outside the sample are left out.
        regions : Series of str
            Regional group by ``iso3``.
        errors : mapping of str to DataFrame
            By name, chances of error as `disagreement` gives them.

        Returns
        -------
        DataFrame
            A row a name and prediction: ``error`` (the name), ``hypothesis``, ``contrast`` of shares by the primary
            estimator (mean over codings, in the predicted direction), ``low90``, ``high90`` (of the codings).

        Raises
        ------
        EstimationError
            If a chance is not from 0 to one half; above it codes would say less than a coin.
        """
        own = passages[passages["iso3"].isin(sample.counts.index)]
        state = sample.counts.index.get_indexer(pd.Index(own["iso3"]))
        codes = own[THREATS].to_numpy() == 1
        n = np.bincount(state, minlength=len(sample)).astype(float)
        rows = []
        for name, rates in errors.items():
            chance = rates.loc[THREATS, ["missed", "added"]].to_numpy(dtype=float)
            if not ((chance >= 0) & (chance <= 0.5)).all():
                raise EstimationError(
                    f"a chance of {chance.max():.2f} of an error of coding ({name}); allowed: 0 to one half"
                )
            rng = np.random.default_rng(self.seed)
            y = np.empty((len(sample), self.draws, len(THREATS)))
            for draw in range(self.draws):
                wrong = rng.random(codes.shape) < np.where(codes, chance[:, 0], chance[:, 1])
                for column in range(len(THREATS)):
                    y[:, draw, column] = np.bincount(state, codes[:, column] ^ wrong[:, column], len(sample))
            for one in self.predictions.cells:
                counted = y[..., THREATS.index(one.threat)]
                values, weights, _ = centred_shares(counted, n, regions.loc[sample.counts.index])
                signs = Outcome(one.threat, one.effect, one.sign).weights
                drawn = weighted_cells(values, weights, sample.quadrants).contrast(signs).estimates[0]
                rows.append((name, one.id, float(drawn.mean()), *percentile_interval(drawn)))
        return pd.DataFrame(rows, columns=["error", "hypothesis", "contrast", "low90", "high90"])
