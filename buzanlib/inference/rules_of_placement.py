"""What each rule of placement does to the contrasts of Table 2 and to P1, by the primary estimator; exploratory."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.permutation import p_value
from buzanlib.inference.weighted_contrast import Outcome, WeightedContrastResult, WeightedContrastTest
from buzanlib.inference.world import World
from buzanlib.measurement.profiles import STRICT

#: The gate: Table 2 as a whole. It has a p, and no contrast.
GATE = "gate"


def outcomes_of(world: World) -> dict[str, Outcome]:
    """B1 to B3 as the locked file predicts them, and P1 as the second registration does."""
    table2 = {one.id: Outcome(one.threat, one.effect, one.sign) for one in world.data.predictions.cells}
    strict = world.data.registration.predictions["P1"]
    return table2 | {"P1": Outcome(STRICT, strict.effect, strict.sign)}


def contrasts_by_rule(world: World, placements: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Contrasts of the statements of a world under each of several placements.

    Parameters
    ----------
    world : World
        Its statements, codes, draws and seed count; its own placement does not.
    placements : mapping of str to DataFrame
        By name, as `Placement` gives them.

    Returns
    -------
    DataFrame
        Columns ``sample``, the name of the placement; ``outcome``, an id of `outcomes_of` or `GATE`; ``contrast``,
        ``low90``, ``high90`` in log odds of the mixed model, in the predicted direction; ``n`` states; ``p``, one-sided
        and of each alone, by weighted shares. The gate has p and n. Missing where a placement leaves a quadrant with
        fewer than two states that speak, or a model has no estimate.
    """
    return pd.concat(
        [_contrasts(name, placed, world) for name, placed in placements.items()], ignore_index=True
    )


def _contrasts(name: str, placed: pd.DataFrame, world: World) -> pd.DataFrame:
    counts, regions, outcomes = world.counts, world.data.regions, outcomes_of(world)
    rows = pd.DataFrame(np.nan, [*outcomes, GATE], ["contrast", "low90", "high90", "n", "p"])
    with suppress(EstimationError):
        found = WeightedContrastTest(world.bank.draws, world.bank.seed)(counts, placed, regions, outcomes)
        rows["n"] = found.n_states
        rows.loc[list(outcomes), "p"] = found.table["p"]
        rows.loc[GATE, "p"] = _gate(found, [one.id for one in world.data.predictions.cells])
    for outcome, (column, effect, sign) in outcomes.items():
        with suppress(EstimationError):
            fitted = corner_model(counts, column, placed, regions).contrast(effect, sign)
            rows.loc[outcome, ["contrast", "low90", "high90"]] = fitted
    return rows.rename_axis("outcome").reset_index().assign(sample=name)


def _gate(found: WeightedContrastResult, three: list[str]) -> float:
    """One-sided p of the sum of some statistics, each less its mean under permutation."""
    drawn = pd.DataFrame(found.permuted, columns=list(found.table.index))[three]
    observed = (found.table.loc[three, "statistic"] - drawn.mean()).sum()
    return float(p_value(observed, (drawn - drawn.mean()).sum(axis=1).to_numpy()))


def not_estimable(contrasts: pd.DataFrame) -> list[str]:
    """Names of samples of which some contrast is missing, in their order."""
    rows = contrasts[contrasts["outcome"] != GATE]
    return list(dict.fromkeys(rows.loc[rows["contrast"].isna(), "sample"]))
