"""Whether states speak more of conventional dangers than of digital ones: counts of words in the same speeches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import against_rest, contrast_test
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.statement_content import sign_tests
from buzanlib.inference.verdicts import Finding, Value, intersection_union
from buzanlib.inference.world import HypothesisTest, World
from buzanlib.measurement.profiles import danger_windows
from buzanlib.theory.vocabulary import Quadrant

#: Conventional dangers, columns of `conventional.csv`.
RIVALS = ("war", "nuclear", "terrorism")

#: All kinds of windows that are compared.
DANGERS = ("digital", *RIVALS)


@dataclass(frozen=True)
class ConventionalThreats(HypothesisTest):
    """Whether states of a quadrant speak more of war, of nuclear arms and of terrorism than of digital dangers.

    Of each state, log ratios of windows, one half added to every count; all three must be above zero
    (intersection-union), by random changes of the signs of the states' ratios.
    """

    quadrant: Quadrant

    def __call__(self, world: World) -> Finding:
        """Test; beside it each ratio here and in the other quadrants, and this quadrant minus the rest (``more``).

        Raises
        ------
        EstimationError
            If no placed state has speeches in which the windows were counted, or a quadrant holds fewer than two.
        """
        sample = self.sample(world)
        beside: dict[str, Value] = {}
        wholes = {}
        for quadrant in Quadrant:
            inside = self.ratios(sample)[sample.quadrants == list(Quadrant).index(quadrant)]
            parts = sign_tests(dict(inside.items()), world.draws, world.seed)
            wholes[quadrant] = intersection_union(self.hypothesis, parts)
            beside |= {f"{quadrant}.{key}": value for key, value in wholes[quadrant].beside.items()}
            beside[f"{quadrant}.p"] = wholes[quadrant].p
        for name, ratio in self.ratios(sample).items():
            more = contrast_test(str(name), ratio, sample, against_rest(self.quadrant))
            beside |= {
                f"more.{name}.{key}": getattr(more, key) for key in ("contrast", "low90", "high90", "p")
            }
        return replace(wholes[self.quadrant], beside=beside)

    def sample(self, world: World) -> Sample:
        """Windows of the states that are placed and have a relevant passage, over all their speeches."""
        data = world.data
        windows = danger_windows(data.statements, data.conventional, world.corpus, *world.window)
        if windows.empty:
            raise EstimationError(
                f"no windows around conventional dangers are counted in {world.corpus} of {world.window[0]} to "
                f"{world.window[1]}; allowed: a data folder with conventional.csv, which is counted from the speeches"
            )
        return world.sample_of(windows.join(world.counts["relevant"], how="inner"))

    @staticmethod
    def ratios(sample: Sample) -> pd.DataFrame:
        """Log ratio of the windows around each conventional danger to the digital ones, by state."""
        counts = sample.counts[list(DANGERS)] + 0.5
        return counts[list(RIVALS)].div(counts["digital"], axis=0).map(np.log)

    @staticmethod
    def rates(sample: Sample) -> pd.DataFrame:
        """Windows per speech, mean over the states of each quadrant: quadrants down, dangers across."""
        each = sample.counts[list(DANGERS)].div(sample.counts["documents"], axis=0)
        names = np.array(list(map(str, Quadrant)))[sample.quadrants]
        return each.groupby(names).mean().reindex(list(map(str, Quadrant))).rename_axis("quadrant")


CONVENTIONAL = ConventionalThreats("X32", Quadrant.SS)

#: The test, by id.
OF_CONVENTIONAL: Mapping[str, HypothesisTest] = {"X32": CONVENTIONAL}
