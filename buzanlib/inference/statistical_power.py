"""Do the tests of Table 2 keep their word, and what could they find: estimators in all kinds of simulated worlds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from buzanlib.inference.estimator_simulation import ALPHA, Rates, Structure, Worlds
from buzanlib.inference.verdicts import POWER, Value
from buzanlib.inference.weighted_contrast import Outcome
from buzanlib.inference.world import World

#: Kinds of worlds, as tables name them.
KINDS: Mapping[Rates, str] = {
    Rates.SAME: "one rate everywhere",
    Rates.REGIONS: "a rate for each region",
    Rates.VOLUME: "a rate for each region, and by volume",
}

#: Estimators, as tables name them; the locked one has no power where it does not keep its size.
TESTED_ON: Mapping[str, str] = {
    "locked": "empirical logits (locked)",
    "share": "plain shares",
    "primary": "weighted shares (primary)",
}

#: True contrasts whose power is drawn, beside the smallest effect of interest, in log odds.
GRID = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.6)


@dataclass(frozen=True, eq=False)
class PowerReport:
    """What a `PowerStudy` found, for tables and prose."""

    size: pd.DataFrame  #: `PowerStudy.significant` without any effect, for all estimators.
    over: Mapping[str, Sequence[str]]  #: `PowerStudy.oversized` of it.
    power: pd.DataFrame  #: The same at the smallest effect of interest, without the locked estimator.
    model: pd.DataFrame  #: `PowerStudy.estimated` at the smallest effect of interest.
    curves: pd.DataFrame  #: `PowerStudy.curves`, in worlds with a rate for each region.
    sesoi: float  #: Smallest effect of interest, in log odds.
    worlds: int  #: Of each kind.
    fits: int  #: Of them, those to which the mixed model was fitted.

    @staticmethod
    def in_rows(shares: pd.DataFrame, called: str) -> pd.DataFrame:
        """Name the worlds, which head the rows, and what is compared in them, the first column, by its words."""
        named = shares.rename(index=TESTED_ON).reset_index(names=["rates", called])
        return named.assign(rates=named["rates"].map(KINDS)).set_index("rates").rename_axis("worlds")

    @property
    def reached(self) -> list[str]:
        """Hypotheses that are found in four worlds of five, or more, at some true contrast."""
        best = self.curves.groupby("hypothesis", sort=False)["power"].max()
        return list(best.index[best >= POWER])

    def to_results(self) -> dict[str, Value]:
        """Numbers under the keys by which prose calls them; of one kind of worlds, those of regional rates."""
        prefixes = {"locked": "size", "share": "size.share", "primary": "size.primary"}
        regional = self.size.xs(str(Rates.REGIONS)).T
        sizes = {
            f"{to}.{name}": float(x) for one, to in prefixes.items() for name, x in regional[one].items()
        }
        at_sesoi = self.curves[self.curves["contrast"] == self.sesoi].set_index("hypothesis")["power"]
        middle = self.model.xs(str(Rates.REGIONS))["median"]
        return {
            **sizes,
            **{f"power.sesoi.{name}": float(value) for name, value in at_sesoi.items()},
            "power.largest": float(self.curves["contrast"].max()),
            **{f"estimate.sesoi.{name}": float(value) for name, value in middle.items()},
            "size.worlds": self.worlds,
            "mixed.worlds": self.fits,
            # Two standard errors of a share of nine in ten.
            "mixed.error": 2 * (0.9 * 0.1 / self.fits) ** 0.5,
            "mixed.least": float(self.model["median"].min()),
            "mixed.most": float(self.model["median"].max()),
            "mixed.cover.least": float(self.model["coverage"].min()),
            "mixed.cover.most": float(self.model["coverage"].max()),
            "mixed.not_large": float(self.model["below"].max()),
            "mixed.reversed": float(self.model["reversed"].max()),
        }


@dataclass(frozen=True, eq=False)
class PowerStudy:
    """Simulates the predictions of Table 2 in worlds with the states, regions and passages that there are."""

    structure: Structure
    outcomes: Mapping[str, Outcome]  #: By id of the prediction.
    gate: str  #: Id of the hypothesis on the whole table.
    worlds: int = 400  #: Simulated for each kind of rates and true contrast.
    fits: int = 200  #: To so many of them the mixed model is fitted.
    seed: int = 20261128

    @classmethod
    def of(cls, world: World, worlds: int = 400, fits: int = 200, draws: int = 499) -> PowerStudy:
        """Of the predictions on the statements of a world, with so many permutations.

        Raises `EstimationError` as `WeightedContrastTest` does.
        """
        structure = Structure.of(world.counts, world.placed, world.data.regions, draws)
        predictions = world.data.predictions
        outcomes = {one.id: Outcome(one.threat, one.effect, one.sign) for one in predictions.cells}
        return cls(structure, outcomes, predictions.gate.id, worlds, fits)

    def report(self, sesoi: float) -> PowerReport:
        """All of it, at contrasts of zero and of the smallest effect of interest."""
        size = self.significant(0.0, TESTED_ON)
        valid = [one for one in TESTED_ON if one != "locked"]
        power, model = self.significant(sesoi, valid), self.estimated(sesoi)
        over, curves = self.oversized(size), self.curves(sorted({*GRID, sesoi}))
        return PowerReport(size, over, power, model, curves, sesoi, self.worlds, self.fits)

    def significant(self, contrast: float, estimators: Iterable[str]) -> pd.DataFrame:
        """Share of worlds in which each prediction by itself, and the gate, has p below 1/20.

        Returns
        -------
        DataFrame of float
            Index ``rates`` (`Rates`) and ``estimator``; columns the predictions and the gate.
        """
        chosen, names = list(estimators), [*self.outcomes, "gate"]
        found = {rates: self._of(rates).tested(contrast, self.worlds, self.seed, chosen) for rates in Rates}
        table = pd.concat(
            {rates: one["single"] for rates, one in found.items()}, names=["rates"]
        ).reset_index()
        shares = table.pivot_table(index=["rates", "estimator"], columns="outcome", values="single")
        order = pd.MultiIndex.from_product([list(found), chosen], names=shares.index.names)
        ordered: pd.DataFrame = shares.loc[order, names]
        return ordered.rename(columns={"gate": self.gate})

    def oversized(self, size: pd.DataFrame) -> dict[str, list[str]]:
        """By estimator, the predictions that are found without any effect more often than 1/20 beyond chance.

        Takes what `significant` gives at a contrast of zero. Beyond chance means that the Clopper-Pearson interval over
        worlds lies above 1/20, at a level of 95 % for all numbers together (Bonferroni).
        """
        found = size.to_numpy() * self.worlds
        least, _ = proportion_confint(found, self.worlds, 0.05 / size.size, "beta")
        over = pd.DataFrame(least > ALPHA, size.index, size.columns).groupby("estimator", sort=False).any()
        return {
            str(estimator): list(over.columns[row])
            for estimator, row in zip(over.index, over.to_numpy(), strict=True)
        }

    def estimated(self, contrast: float) -> pd.DataFrame:
        """What the mixed model says of a true contrast, by ``rates`` and ``outcome``: see `Worlds.estimated`."""
        return pd.concat(
            {rates: self._of(rates).estimated(contrast, self.fits, self.seed) for rates in Rates},
            names=["rates"],
        )

    def curves(self, contrasts: Sequence[float], rates: str = Rates.REGIONS) -> pd.DataFrame:
        """Share of worlds in which each prediction is found by the primary estimator, behind gate and maxT.

        Returns
        -------
        DataFrame
            A row a contrast and hypothesis: ``hypothesis``, ``contrast`` (true, of all three), ``power``, and its 95 %
            Clopper-Pearson interval over worlds, ``low`` and ``high``.
        """
        drawn, rows = self._of(rates), []
        for number, contrast in enumerate(contrasts):
            found = drawn.tested(contrast, self.worlds, self.seed + number, ["primary"])["found"]
            for hypothesis, power in found.droplevel("estimator").items():
                low, high = proportion_confint(round(power * self.worlds), self.worlds, method="beta")
                name = self.gate if hypothesis == "gate" else hypothesis
                rows.append((name, contrast, power, float(low), float(high)))
        return pd.DataFrame(rows, columns=["hypothesis", "contrast", "power", "low", "high"])

    def _of(self, rates: str) -> Worlds:
        return Worlds.fitted(self.structure, self.outcomes, rates)
