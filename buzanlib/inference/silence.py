"""Who is not heard: states that never speak of a cyber threat, and a hurdle model of speaking beside what is said.

Tests of what states say concern those that say something. Silence may go with the quadrant, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import chi2
from statsmodels.stats.proportion import proportion_confint

from buzanlib.errors import EstimationError
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.permutation import Array, PermutationBank, p_value
from buzanlib.inference.placed_sample import THREATS, Codes, Sample
from buzanlib.inference.weighted_contrast import Outcome, weighted_p
from buzanlib.theory.vocabulary import Effect, Quadrant

#: Level of both tests.
ALPHA = 0.05

#: Parts of the hurdle model: whether a document speaks of a cyber threat, and whether a passage is followed by another.
SPEAKS, FURTHER = "speaks", "further"


@dataclass(frozen=True, eq=False)
class SilenceResult:
    """How many states of each quadrant are silent."""

    #: Index ``quadrant``. Columns ``states``; ``silent`` ones, their ``share`` and the ends of its 90 % interval after
    #: Clopper and Pearson, ``low90`` and ``high90``; ``documents``, those that are ``speaking`` and their ``rate``;
    #: ``relevant`` passages, and ``each``, their mean number in a speaking document.
    by_quadrant: pd.DataFrame
    statistic: float  #: Chi-square of silence and quadrant, against what the regions let expect.
    p: float  #: Its p value, by placements exchanged within regions.
    plain: float  #: Pearson's chi-square, regions left aside.
    plain_p: float  #: Its p value, from the distribution.

    @property
    def ranked(self) -> list[Quadrant]:
        """Quadrants that hold states by their share of silent ones, the most silent first."""
        ranked = self.by_quadrant["share"].dropna().sort_values(ascending=False, kind="stable")
        return list(map(Quadrant, ranked.index))

    @property
    def heard(self) -> pd.DataFrame:
        """Share of each quadrant in the ``states`` and the ``relevant`` passages, the quietest for its size first."""
        held = self.by_quadrant.loc[self.by_quadrant["states"] > 0, ["states", "relevant"]]
        shares = held / held.sum()
        order = (shares["relevant"] / shares["states"]).sort_values(kind="stable")
        return shares.loc[order.index]

    @property
    def reading(self) -> str:
        """What the two tests say together, in a sentence."""
        over, within = self.plain_p < ALPHA, self.p < ALPHA
        if not (over or within):
            return "So silence cannot be shown to go with the quadrant."
        among = ", and also" if over and within else ", but not demonstrably" if over else ", if only"
        return f"So silence goes with the quadrant{among} among states of one region."

    def to_results(self, prefix: str) -> dict[str, float | int | str]:
        """What a chapter says of it, by keys that begin with a prefix: shares of silent states and so on."""
        table, heard = self.by_quadrant, self.heard
        named = {"most": self.ranked[0], "least": self.ranked[-1]}
        voices = {"quietest": heard.index[0], "loudest": heard.index[-1]}
        found: dict[str, float | int | str] = {
            "n_states": int(table["states"].sum()),
            "n_silent": int(table["silent"].sum()),
            "plain": self.plain,
            "plain.p": self.plain_p,
            "p": self.p,
            "reading": self.reading,
            **{str(quadrant): float(share) for quadrant, share in table["share"].dropna().items()},
            **{name: str(quadrant) for name, quadrant in (named | voices).items()},
            **{f"{name}.share": float(table["share"][quadrant]) for name, quadrant in named.items()},
        }
        for name, quadrant in voices.items():
            for key, column in {"states": "states", "passages": "relevant"}.items():
                found[f"{name}.{key}"] = float(heard[column][quadrant])
        return {f"{prefix}.{key}": value for key, value in found.items()}


@dataclass(frozen=True)
class SilenceTest:
    """Tests whether states of some quadrants are silent more often than those of others."""

    bank: PermutationBank = field(default_factory=PermutationBank)  #: Draws the permutations.

    def __call__(self, spoken: pd.DataFrame, placed: pd.DataFrame, regions: pd.Series[str]) -> SilenceResult:
        """Test the states that are placed and have a document.

        Parameters
        ----------
        spoken : DataFrame
            Index ``iso3``; columns ``documents``, ``speaking``, ``relevant``
            (`buzanlib.measurement.profiles.speech_counts`).
        placed : DataFrame
            Index ``iso3``; ``p`` and ``k`` (`buzanlib.measurement.placement.Placement`).
        regions : Series of str
            Regional group by ``iso3``.

        Raises
        ------
        EstimationError
            If no placed state has a document, or one has no region.
        """
        states = placed.index.intersection(spoken.index[spoken["documents"] > 0])
        if states.empty:
            raise EstimationError("no state is both placed and has a document")
        sample = Sample.of(spoken, placed, self.bank(regions.reindex(states)), "documents")
        silent = np.asarray(sample.counts["relevant"] == 0, dtype=float)
        by_region = pd.Series(silent).groupby(regions[sample.counts.index].to_numpy())
        within = np.asarray(by_region.transform("mean"), dtype=float)
        observed = float(_chi_square(silent, within, sample.quadrants)[0])
        drawn = sample.under_null(lambda quadrants: _chi_square(silent, within, quadrants))
        overall = np.full_like(silent, silent.mean())
        plain = float(_chi_square(silent, overall, sample.quadrants)[0])
        held = int((sample.sizes > 0).sum())
        return SilenceResult(
            by_quadrant=_by_quadrant(sample, silent),
            statistic=observed,
            p=float(p_value(observed, drawn)),
            plain=plain,
            plain_p=float(chi2.sf(plain, held - 1)) if held > 1 else 1.0,
        )


def _chi_square(silent: Array, expected: Array, quadrants: Codes) -> Array:
    """Chi-square of placements, shape (placements, states) or (states,): silent states and others of every quadrant."""
    inside = np.atleast_2d(quadrants)[:, None, :] == np.arange(len(Quadrant))[:, None]
    excess, sizes = inside @ (silent - expected), inside.sum(axis=-1)
    found, total = inside @ expected, np.zeros(excess.shape)
    for cell in (found, sizes - found):
        total += np.divide(excess**2, cell, out=np.zeros(excess.shape), where=cell > 1e-9)
    return np.asarray(total.sum(axis=1), dtype=float)


def _by_quadrant(sample: Sample, silent: Array) -> pd.DataFrame:
    """The table of `SilenceResult`."""
    names = pd.Index(list(map(str, Quadrant)), name="quadrant")
    counted = sample.counts[["documents", "speaking", "relevant"]].assign(states=1, silent=silent.astype(int))
    table = counted.groupby(names.to_numpy()[sample.quadrants]).sum().reindex(names, fill_value=0)
    low, high = proportion_confint(table["silent"], table["states"].clip(lower=1), 0.10, "beta")
    table["low90"], table["high90"] = low, high
    shares = {
        "share": ("silent", "states"),
        "rate": ("speaking", "documents"),
        "each": ("relevant", "speaking"),
    }
    for name, (part, whole) in shares.items():
        table[name] = table[part] / table[whole].where(table[whole] > 0)
    return table


def hurdle(
    spoken: pd.DataFrame,
    counts: pd.DataFrame,
    placed: pd.DataFrame,
    regions: pd.Series[str],
    bank: PermutationBank,
    threats: Iterable[str] = tuple(THREATS),
) -> pd.DataFrame:
    r"""Corner contrasts of speaking, of how much is said, and of what is said, all in log odds by `corner_model`.

    The hurdle is whether a document speaks of a cyber threat at all. Beyond it the number of passages is geometric:
    each is followed by a further one with probability :math:`q`, so that those followed are binomial among all, and
    the odds :math:`q / (1 - q)` are the mean number of further passages.

    Parameters
    ----------
    spoken, counts : DataFrame
        Index ``iso3``: as `SilenceTest` takes it; passages by what they say
        (`buzanlib.measurement.profiles.state_counts`).
    placed, regions
        As `SilenceTest` takes them.
    bank : PermutationBank
        Draws permutations within region and volume, for p.
    threats : iterable of str
        Columns of `counts`.

    Returns
    -------
    DataFrame
        Index ``outcome`` (`SPEAKS`, `FURTHER`, the threats) and ``effect``, strong less weak; of ``power:cohesion``,
        alike less unlike. Columns ``contrast``, ``low90``, ``high90``; ``p``, two-sided, by the weighted contrast; and
        ``word``: ``"more"``, ``"less"``, or that neither is shown.

    Raises
    ------
    UnknownNameError, EstimationError
        As `corner_model` and `weighted_p`.

    References
    ----------
    Mullahy, J. (1986). Specification and testing of some modified count data models. Journal of Econometrics 33(3),
    341-365.
    """
    further = spoken["relevant"] - spoken["speaking"]
    frames = {
        SPEAKS: pd.DataFrame({"relevant": spoken["documents"], SPEAKS: spoken["speaking"]}),
        FURTHER: pd.DataFrame({"relevant": spoken["relevant"], FURTHER: further}),
        **dict.fromkeys(threats, counts),
    }
    rows = []
    for name, frame in frames.items():
        fitted = corner_model(frame, name, placed, regions)
        for effect in Effect:
            weights = Outcome(name, effect, 1).weights
            sides = [weighted_p(frame, name, side, placed, regions, bank) for side in (weights, -weights)]
            contrast, *ends = fitted.contrast(effect)
            p = min(1.0, 2 * min(sides))
            word = "not demonstrably more or less" if p >= ALPHA else "more" if contrast > 0 else "less"
            rows.append((name, str(effect), contrast, *ends, p, word))
    columns = ["outcome", "effect", "contrast", "low90", "high90", "p", "word"]
    return pd.DataFrame(rows, columns=columns).set_index(columns[:2])


def hurdle_results(parts: pd.DataFrame) -> dict[str, float | str]:
    """What a chapter says of a `hurdle`, by keys such as ``hurdle.speaks.power.contrast``, ``.p`` and ``.word``."""
    names = [f"hurdle.{outcome}.{effect.replace(':', '_')}" for outcome, effect in parts.index]
    columns = ("contrast", "p", "word")
    return {
        f"{name}.{key}": value
        for key in columns
        for name, value in zip(names, parts[key].tolist(), strict=True)
    }
