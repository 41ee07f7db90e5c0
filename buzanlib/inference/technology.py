"""Technology as a third axis beside power and cohesion: does it tell apart what quadrants do not?

Hare's abstract says that "different technology levels" lead states to different priorities, but his table has no place
for it. Here a state is high or low in technology by its score, or stands anywhere between. All of it is exploratory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import Contrasts
from buzanlib.inference.divergence import DIVERGENCES, distances, quadrant_divergences
from buzanlib.inference.intervals import TAILS, bootstrap_weights
from buzanlib.inference.mixed_model import corner_design, logit_normal
from buzanlib.inference.permutation import Array, Moves, p_value
from buzanlib.inference.placed_sample import Codes, Sample
from buzanlib.inference.rival_explanations import RivalResult, rival_test
from buzanlib.inference.weighted_contrast import centred_shares, stratified
from buzanlib.inference.world import World
from buzanlib.measurement.indices import scores_of_column
from buzanlib.measurement.profiles import NAMED
from buzanlib.theory.vocabulary import Quadrant

#: Columns of the panel whose normal scores are averaged.
COLUMNS = ("internet_users", "gdp_per_head")

#: The column on which e-government rests.
INTERNET = "internet_users"

_THREATS = [threat.value for threat in NAMED]


def added_contrast(values: Array, weights: Array, small: Array, added: Array, moves: Moves) -> Contrasts:
    """Contrast of 1 and -1 on a regressor beside others, by weighted least squares with robust errors (HC1).

    Under the null the residuals of the smaller model, in units of their error, change places (Freedman and Lane 1983).

    Parameters
    ----------
    values, weights : ndarray of float, shape (states, outcomes)
        Weights are above zero.
    small : ndarray of float, shape (states, terms)
        The other regressors, with the constant.
    added : ndarray of float, shape (states,)
        The regressor.
    moves : ndarray of int, shape (placements, states)
        Place of the state whose residual each state receives.

    Returns
    -------
    Contrasts
        Of shape (placements, outcomes): twice the coefficient, and its error.

    Raises
    ------
    EstimationError
        If the regressor is a sum of the others, or there are no more states than terms.
    """
    n, terms = len(values), small.shape[1] + 1
    if n <= terms or np.linalg.matrix_rank(np.column_stack([small, added])) < terms:
        raise EstimationError(f"the regressor says nothing beyond the others, or {n} states are too few")
    moves = np.atleast_2d(moves)
    estimates, errors = (np.empty((len(moves), values.shape[1])) for _ in range(2))
    for outcome, (v, w) in enumerate(zip(values.T, weights.T, strict=True)):
        root = np.sqrt(w)
        base, _ = np.linalg.qr(root[:, None] * small)
        beyond = root * added - base @ (base.T @ (root * added))
        size = float(beyond @ beyond)
        own = root * v - base @ (base.T @ (root * v))
        received = own[moves]
        coefficients = received @ beyond / size
        left = received - (received @ base) @ base.T - coefficients[:, None] * beyond
        estimates[:, outcome] = 2 * coefficients
        errors[:, outcome] = 2 * np.sqrt(n / (n - terms) * ((left * beyond) ** 2).sum(axis=1)) / size
    return Contrasts(estimates, errors)


@dataclass(frozen=True, eq=False)
class Technology:
    """Technology of the states that are placed, beside power and cohesion."""

    world: World
    columns: Sequence[str] = COLUMNS  #: Of the panel.

    @cached_property
    def score(self) -> pd.Series[float]:
        """Mean of the normal scores over the window, by ``iso3``, of the placed states that have them all."""
        means = [
            scores_of_column(self.world.data.panel, one, *self.world.window).mean(axis=1)
            for one in self.columns
        ]
        table = pd.concat(means, axis=1, join="inner").dropna()
        return table[table.index.isin(self.world.placed.index)].mean(axis=1).sort_index().rename("technology")

    @cached_property
    def positions(self) -> pd.DataFrame:
        """``split``, -1 low or 1 high by the median, and ``axis``, the score less the median in mean distances."""
        beyond = self.score - self.score.median()
        return pd.DataFrame({"split": np.where(beyond > 0, 1.0, -1.0), "axis": beyond / beyond.abs().mean()})

    @property
    def counts(self) -> pd.DataFrame:
        """Passages of the states that have a score."""
        return self.world.counts[self.world.counts.index.isin(self.score.index)]

    @cached_property
    def _stratified(self) -> Sample:
        world = self.world
        return stratified(self.counts, world.placed, world.data.regions, world.bank)[0]

    def contrasts(self, by: str = "split") -> pd.DataFrame:
        """High against low technology in each named threat, beside power, cohesion and their product.

        Parameters
        ----------
        by : {"split", "axis"}
            A column of `positions`.

        Returns
        -------
        DataFrame
            Index ``threat``. Columns ``estimate``, ``low90``, ``high90``, in log odds of the mixed model; ``p``,
            two-sided, of weighted shares with residuals exchanged within region and volume; ``p_adjusted`` (Benjamini
            and Hochberg 1995).
        """
        sample, regions = self._stratified, self.world.data.regions
        own, technology = sample.counts, self.positions.loc[sample.counts.index, by]
        y, n = own[_THREATS].to_numpy(dtype=float), own["relevant"].to_numpy(dtype=float)
        values, weights, _ = centred_shares(y, n, regions.loc[own.index])
        p, k = (sample.placed[axis].to_numpy(dtype=float) for axis in ("p", "k"))
        small = np.column_stack([np.ones_like(p), p, k, p * k])

        def statistic(moves: Moves) -> Array:
            return np.abs(added_contrast(values, weights, small, technology.to_numpy(), moves).statistics)

        p_values = p_value(statistic(np.arange(len(own)))[0], sample.exchanged(statistic))
        design = corner_design(sample.placed, regions).assign(technology=technology / 2)
        table = pd.DataFrame(
            {threat: logit_normal(own[threat], n, design).table.loc["technology"] for threat in _THREATS}
        ).T.rename_axis("threat")
        return table.drop(columns="se").assign(
            p=p_values, p_adjusted=multipletests(p_values, method="fdr_bh")[1]
        )

    def rival(self) -> RivalResult:
        """What the score adds to power, cohesion and product in guessing states, and what these add to it."""
        sample = self.world.sample_of(self.counts)
        return rival_test("technology", self.score.to_frame(), sample)

    def within_quadrants(self) -> pd.DataFrame:
        """Jensen-Shannon distance of the mean profiles of high and low technology within each quadrant.

        Returns
        -------
        DataFrame
            Index the quadrants, and ``all``. Columns ``distance``, corrected for bias by the jackknife over states,
            ``low90``, ``high90`` by bootstrap, ``uncorrected``, ``p`` (technology exchanged within quadrant and
            region), ``high`` and ``low``, the states. NaN where fewer than two states are high, or low.
        """
        profiles, sample = self.world.profiles
        profiles = profiles[profiles.index.isin(self.score.index)]
        states = profiles.index
        quadrant, high = sample.placed.loc[states, "quadrant"], self.positions.loc[states, "split"] > 0
        region = self.world.data.regions.loc[states]
        rows = {}
        for name in [*map(str, Quadrant), "all"]:
            inside = np.ones(len(states), dtype=bool) if name == "all" else (quadrant == name).to_numpy()
            some = states[inside]
            counts = {"high": int(high[some].sum()), "low": int((~high[some]).sum())}
            found = dict.fromkeys(("distance", "low90", "high90", "uncorrected", "p"), np.nan)
            if min(counts.values()) > 1:
                groups = region[some] if name != "all" else region[some] + ", " + quadrant[some]
                found = self._apart(profiles.loc[some].to_numpy(), high[some].to_numpy(), groups)
            rows[name] = {**found, **counts}
        return pd.DataFrame.from_dict(rows, "index").rename_axis("quadrant")

    def _apart(self, profiles: Array, high: np.ndarray, groups: pd.Series[str]) -> dict[str, float]:
        """Distance of the profiles of high and low states, which are exchanged within groups."""
        codes, measure = high.astype(np.intp), "jensen_shannon"
        plain, corrected = (
            two_divergences(profiles, codes[None], measure, correct=one)[0] for one in (False, True)
        )
        weights = bootstrap_weights(codes, self.world.draws, self.world.seed)
        one, other = ((weights * inside) @ profiles / inside.sum() for inside in (~high, high))
        # A draw is biased twice, as in `DivergenceTest`.
        drawn = distances(DIVERGENCES[measure](one, other) - 2 * (plain - corrected))
        low, high_end = np.quantile(drawn, TAILS)
        p = np.nan
        if groups.duplicated().any():
            moves = self.world.bank(groups).moves
            p = float(p_value(corrected, two_divergences(profiles, codes[moves], measure)))
        return {
            "distance": float(distances(corrected)),
            "low90": float(low),
            "high90": float(high_end),
            "uncorrected": float(distances(plain)),
            "p": p,
        }

    def by_quadrant(self) -> pd.DataFrame:
        """Placed states by quadrant: ``states``, those with a score, ``high`` and ``low``; and of Internet use.

        Those whose Internet use is known are ``known``; of these it lies ``below`` the median of all placed states.
        """
        quadrant, use, high = self.world.placed["quadrant"], self._use, self.positions["split"] > 0
        below = use < use.median()
        kinds = {"states": quadrant.notna(), "high": high, "low": ~high, "known": use.notna(), "below": below}
        counted = {name: kind.groupby(quadrant.loc[kind.index]).sum() for name, kind in kinds.items()}
        table = pd.DataFrame(counted).reindex(list(map(str, Quadrant))).fillna(0).astype(int)
        return table.rename_axis("quadrant")

    @property
    def _use(self) -> pd.Series[float]:
        """Internet use of the placed states that have it."""
        use = scores_of_column(self.world.data.panel, INTERNET, *self.world.window).mean(axis=1)
        return use[use.index.isin(self.world.placed.index)]


def two_divergences(profiles: Array, groups: Codes, measure: str, *, correct: bool = True) -> Array:
    """Divergence of the mean profiles of two groups, as `quadrant_divergences` gives that of two quadrants.

    Groups are 0 or 1, shape (placements, states), with at least two states each; the result is of shape (placements,).
    """
    # Two more groups of two states each make the four of which that function takes the first pair.
    more = np.tile([2, 2, 3, 3], (len(groups), 1))
    filled = np.vstack([profiles, np.repeat(profiles[:1], 4, axis=0)])
    found = quadrant_divergences(filled, np.hstack([groups, more]), measure, correct=correct)
    return np.asarray(found[:, 0], dtype=float)
