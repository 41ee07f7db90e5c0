"""What errors of coding would do to the test of Table 2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import POSITION, empirical_logit, factorial
from buzanlib.inference.intervals import percentile_interval
from buzanlib.inference.placed_sample import THREATS, Sample
from buzanlib.tables.statements import Statements
from buzanlib.theory.predictions import Predictions
from buzanlib.theory.vocabulary import Annotator


def disagreement(statements: Statements) -> pd.DataFrame:
    """How often one annotator sees a threat where the other does not, in passages that both found relevant.

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


@dataclass(frozen=True)
class CodingErrorStudy:
    """Codes the passages with error, `draws` times, and fits the contrasts of Table 2 each time."""

    predictions: Predictions
    draws: int = 999
    seed: int = 20100615

    def __call__(
        self,
        passages: pd.DataFrame,
        sample: Sample,
        rates: pd.DataFrame,
        factors: tuple[float, ...] = (1, 3, 5),
    ) -> pd.DataFrame:
        """Simulate.

        Parameters
        ----------
        passages : DataFrame
            Relevant passages: ``iso3`` and one 0/1 column a threat; those of states outside the sample are left out.
        rates : DataFrame
            As `disagreement` gives them.
        factors : tuple of float
            By how much the rates are multiplied: two runs of one model agree more than its coding is right.

        Returns
        -------
        DataFrame
            A row a factor and prediction: ``factor``, ``hypothesis``, ``contrast`` (mean over codings, in the predicted
            direction), ``low90``, ``high90`` (of the codings).

        Raises
        ------
        EstimationError
            If a multiplied rate is above one half, where codes would say less than a coin.
        """
        own = passages[passages["iso3"].isin(sample.counts.index)]
        state = sample.counts.index.get_indexer(pd.Index(own["iso3"]))
        codes = own[THREATS].to_numpy() == 1
        n = np.bincount(state, minlength=len(sample)).astype(float)
        rows = []
        for factor in factors:
            chance = factor * rates.loc[THREATS, ["missed", "added"]].to_numpy()
            if (chance > 0.5).any():
                raise EstimationError(
                    f"error of coding times {factor:g} is above one half; allowed: a smaller factor"
                )
            rng = np.random.default_rng(self.seed)
            y = np.empty((len(sample), self.draws, len(THREATS)))
            for draw in range(self.draws):
                wrong = rng.random(codes.shape) < np.where(codes, chance[:, 0], chance[:, 1])
                for column in range(len(THREATS)):
                    y[:, draw, column] = np.bincount(state, codes[:, column] ^ wrong[:, column], len(sample))
            logits = empirical_logit(y, n[:, None, None]).reshape(len(sample), -1)
            effects = 2 * factorial(logits, sample.quadrants).estimates[0].reshape(4, self.draws, -1)
            for column, hypothesis in enumerate(self.predictions.cells):
                drawn = hypothesis.sign * effects[POSITION[hypothesis.effect], :, column]
                rows.append((float(factor), hypothesis.id, float(drawn.mean()), *percentile_interval(drawn)))
        return pd.DataFrame(rows, columns=["factor", "hypothesis", "contrast", "low90", "high90"])
