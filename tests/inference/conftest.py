"""Small worlds of states for the tests of inference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.weighted_contrast import Outcome

REGIONS = 4


class World:
    """States with a placement, regions and permutations; what they say is made by each test."""

    def __init__(self, seed: int, size: int = 120, draws: int = 199) -> None:
        self.rng = np.random.default_rng(seed)
        self.names = pd.Index([f"S{place:03d}" for place in range(size)], name="iso3")
        p, k = self.rng.choice([-1, 1], size=(2, size))
        # Every quadrant is held by some, whatever the seed.
        p[:8], k[:8] = [-1, -1, -1, -1, 1, 1, 1, 1], [-1, -1, 1, 1, -1, -1, 1, 1]
        self.placed = pd.DataFrame({"p": p, "k": k}, index=self.names)
        self.regions = pd.Series(self.rng.integers(0, REGIONS, size).astype(str), index=self.names)
        self.permutations = PermutationBank(draws, seed)(self.regions)

    def sample(self, counts: pd.DataFrame | None = None) -> Sample:
        if counts is None:
            counts = pd.DataFrame({"relevant": 1}, index=self.names)
        return Sample.of(counts, self.placed, self.permutations)


@pytest.fixture(scope="session")
def world() -> type[World]:
    return World


@pytest.fixture(scope="session")
def table2() -> dict[str, Outcome]:
    """What Table 2 of the paper predicts of three threats."""
    return {
        "B1": Outcome("pol", "cohesion", -1),
        "B2": Outcome("inf", "power", -1),
        "B3": Outcome("cri", "power:cohesion", 1),
    }
