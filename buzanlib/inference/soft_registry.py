"""The contrasts of rates that are registered, with states in quadrants, by fuzzy membership and on continuous axes."""

from __future__ import annotations

from contextlib import suppress

import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.hypothesis_tests import RATES
from buzanlib.inference.second_registration import SecondRegistration
from buzanlib.inference.soft_axes import contrasts_by_position, positions_of
from buzanlib.inference.statement_content import Rate, rate_counts
from buzanlib.inference.weighted_contrast import Outcome
from buzanlib.inference.world import World
from buzanlib.measurement.profiles import STRICT

#: Of the second registration, on later statements.
LATER = "P1"


def table2_rates(world: World) -> dict[str, Rate]:
    """The predictions of Table 2 on single threats, by id."""
    cells = world.data.predictions.cells
    return {one.id: (one.threat, Outcome(one.threat, one.effect, one.sign).weights) for one in cells}


def registry_by_position(world: World) -> pd.DataFrame:
    """Contrasts of Table 2, of `RATES` and of P1 by the primary estimator, under each of `positions_of`.

    P values are each of its own; those of `RATES` may be smaller than that of the finding, which is the larger of two.

    Returns
    -------
    DataFrame
        Of `contrasts_by_position`; outcomes are the predictions of Table 2 and their gate, `RATES`, and P1 where there
        are later statements.
    """
    regions, three = world.data.regions, table2_rates(world)
    positions = positions_of(world.placement, world.data)
    sample = world.sample
    counts = sample.counts.assign(
        **{
            column: rate_counts(sample, column)
            for column in dict.fromkeys(column for column, _ in RATES.values())
        }
    )
    gate = {world.data.predictions.gate.id: list(three)}
    tables = [
        contrasts_by_position(counts, positions, regions, three, world.bank, gate),
        contrasts_by_position(counts, positions, regions, RATES, world.bank),
    ]
    with suppress(EstimationError):
        later = SecondRegistration(world)
        said = later.registration.predictions[LATER]
        rate = STRICT, Outcome(STRICT, said.effect, said.sign).weights
        tables.append(contrasts_by_position(later.counts, positions, regions, {LATER: rate}, later.bank))
    return pd.concat(tables)
