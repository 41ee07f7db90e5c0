"""All indices of all members of the United Nations, one row a state and year."""

from __future__ import annotations

from typing import Any

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.publishers import INDICES
from buzanlib.sources.source import Inventory
from buzanlib.sources.write import ExistingTables, as_text

COLUMNS = list(INDICES)


def build(inventory: Inventory, crosswalk: Crosswalk, existing: ExistingTables) -> pd.DataFrame:
    """Make the panel: `iso3`, `year` (members on the last day of each year, 1995 to 2024, sorted) and `COLUMNS`.

    Where a publisher's terms do not allow scores to be passed on, the panel has the rank within the year among members
    of the United Nations: 1 is the weakest, equal scores share the mean of their ranks. Columns without a source are
    kept as the data folder has them.
    """
    panel = crosswalk.members()
    for column, index in INDICES.items():
        if paths := inventory.paths(index.source):
            values = _joined(panel, pd.concat([index.read(path, crosswalk) for path in paths]), column)
            panel[column] = values.groupby(panel["year"]).rank() if column.endswith("_rank") else values
        else:  # as the data folder has it, in the same words
            rows = existing.table("panel.csv", ["iso3", "year", column]).rename(columns={column: "value"})
            panel[column] = _joined(as_text(panel[["iso3", "year"]]), rows, column).fillna("")
    return panel


def _joined(panel: pd.DataFrame, values: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Values in the order of the panel."""
    twice = values[values.duplicated(["iso3", "year"])]
    if len(twice):
        raise BuzanError(f"{column} is given twice for {twice['iso3'].iloc[0]} in {twice['year'].iloc[0]}")
    keys = ["iso3", "year"]
    return panel[keys].merge(values, on=keys, how="left", validate="one_to_one")["value"]
