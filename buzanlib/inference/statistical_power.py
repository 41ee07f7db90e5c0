"""Do the tests of Table 2 keep their word, and what could they find: estimators in all kinds of simulated worlds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from buzanlib.inference.estimator_simulation import ALPHA, Rates, Structure, Worlds
from buzanlib.inference.weighted_contrast import Outcome
from buzanlib.inference.world import World

#: Kinds of worlds, as tables name them.
KINDS: Mapping[Rates, str] = {
    Rates.SAME: "one rate everywhere",
    Rates.REGIONS: "a rate for each region",
    Rates.VOLUME: "a rate for each region, and by volume",
}


@dataclass(frozen=True, eq=False)
class PowerStudy:
    """Simulates the predictions of Table 2 in worlds with the states, regions and passages that there are."""

    structure: Structure
    outcomes: Mapping[str, Outcome]  #: By id of the prediction.
    gate: str  #: Id of the hypothesis on the whole table.
    worlds: int = 500  #: Simulated for each kind of rates and true contrast.
    fits: int = 100  #: To so many of them the mixed model is fitted.
    seed: int = 20261128

    @classmethod
    def of(cls, world: World, worlds: int = 500, fits: int = 100, draws: int = 499) -> PowerStudy:
        """Of the predictions on the statements of a world, with so many permutations.

        Raises `EstimationError` as `WeightedContrastTest` does.
        """
        structure = Structure.of(world.counts, world.placed, world.data.regions, draws)
        predictions = world.data.predictions
        outcomes = {one.id: Outcome(one.threat, one.effect, one.sign) for one in predictions.cells}
        return cls(structure, outcomes, predictions.gate.id, worlds, fits)

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
        least, _ = proportion_confint(
            (size.to_numpy() * self.worlds).round(), self.worlds, 0.05 / size.size, "beta"
        )
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
