"""What each rule of placement does to the contrasts of Table 2 and to P1, by the primary estimator; exploratory."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.soft_axes import Positions, contrasts_by_position, positions_of
from buzanlib.inference.weighted_contrast import Outcome
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.profiles import STRICT
from buzanlib.tables.data_folder import Data

#: The gate: the three contrasts of Table 2 together.
GATE = "gate"

_COLUMNS = ["contrast", "low90", "high90", "p", "n"]


def outcomes_of(world: World) -> dict[str, Outcome]:
    """B1 to B3 as the locked file predicts them, and P1 as the second registration does."""
    table2 = {one.id: Outcome(one.threat, one.effect, one.sign) for one in world.data.predictions.cells}
    strict = world.data.registration.predictions["P1"]
    return table2 | {"P1": Outcome(STRICT, strict.effect, strict.sign)}


def positions_by_rule(
    placements: Mapping[str, pd.DataFrame], place: Placement, data: Data
) -> dict[str, Positions]:
    """States in the quadrants of several placements by name, and by fuzzy membership and anywhere on the axes of one.

    Raises what `positions_of` does.
    """
    hard = {name: Positions.hard(placed) for name, placed in placements.items()}
    soft = positions_of(place, data)
    return hard | {"fuzzy membership": soft["fuzzy"], "continuous axes": soft["continuous"]}


def contrasts_by_rule(world: World, positions: Mapping[str, Positions]) -> pd.DataFrame:
    """Contrasts of the statements of a world under each of several rules.

    Parameters
    ----------
    world : World
        Its statements, codes, draws and seed count; its own placement does not.
    positions : mapping of str to Positions
        By name of the rule.

    Returns
    -------
    DataFrame
        Columns ``sample``, the name of the rule; ``outcome``, an id of `outcomes_of` or `GATE`; ``contrast``,
        ``low90``, ``high90`` in log odds of the mixed model, in the predicted direction, of the gate the mean of its
        three; ``p``, one-sided and of each alone, by weighted shares; ``n`` states. Missing where a rule leaves a
        quadrant with fewer than two states that speak, or a model has no estimate.
    """
    outcomes, found = outcomes_of(world), []
    rates = {name: (one.column, one.weights) for name, one in outcomes.items()}
    three = {GATE: [one.id for one in world.data.predictions.cells]}
    for name, where in positions.items():
        rows = pd.DataFrame(np.nan, [*rates, GATE], _COLUMNS)
        with suppress(EstimationError):
            given = world.counts, {name: where}, world.data.regions, rates, world.bank, three
            rows[_COLUMNS] = contrasts_by_position(*given).droplevel("placement").to_numpy()
        found.append(rows.rename_axis("outcome").reset_index().assign(sample=name))
    return pd.concat(found, ignore_index=True)


def summary(contrasts: pd.DataFrame) -> pd.DataFrame:
    """What all rules together say of each outcome, from the result of `contrasts_by_rule`.

    Returns
    -------
    DataFrame
        Index ``outcome``. ``least`` and ``most``, the contrasts farthest apart; ``above`` and ``below``, rules whose
        90 % interval lies wholly on that side of zero; ``estimable``, rules with an estimate; ``smallest``, the
        smallest p.
    """
    side = {
        "above": (contrasts["low90"] > 0).astype(int),
        "below": (contrasts["high90"] < 0).astype(int),
        "estimable": contrasts["contrast"].notna().astype(int),
    }
    return (
        contrasts.assign(**side)
        .groupby("outcome", sort=False)
        .agg(
            least=("contrast", "min"),
            most=("contrast", "max"),
            above=("above", "sum"),
            below=("below", "sum"),
            estimable=("estimable", "sum"),
            smallest=("p", "min"),
        )
    )


def values(contrasts: pd.DataFrame) -> dict[str, float | str]:
    """The numbers of the chapter, by key, from the result of `contrasts_by_rule`."""
    void = dict.fromkeys(contrasts.loc[contrasts["contrast"].isna(), "sample"])
    said: dict[str, float | str] = {"rules.void": ", ".join(void) or "none"}
    for name, row in summary(contrasts).iterrows():
        n, above, below = (int(row[column]) for column in ("estimable", "above", "below"))
        parts = [f"{many} {way}" for many, way in ((above, "above"), (below, "below")) if many]
        said[f"rules.{name}.sides"] = f"{' and '.join(parts) or 'none'} (of {n})"
        known = row[["least", "most", "smallest"]].dropna()
        said |= {f"rules.{name}.{part}": float(value) for part, value in known.items()}
    return said
