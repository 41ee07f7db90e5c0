"""States: the dated crosswalk, the panel of indices, and the regional groups."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.tables.descriptor import load


def load_states(data_dir: Path) -> pd.DataFrame:
    """Load the crosswalk, index ``iso3``; `DataError` with all faults of the table."""
    return load(data_dir, "states").set_index("iso3")


def load_panel(data_dir: Path) -> pd.DataFrame:
    """Load the indices of power and cohesion, the rivals and the controls; `DataError` with all faults of the table.

    A row a member state and year of membership: ``iso3`` (str), ``year`` (int64), one float64 column an index (NaN =
    missing). In the ranks 1 is the lowest within the year, and higher means stronger.
    """
    return load(data_dir, "panel")


def load_regions(data_dir: Path) -> pd.Series[str]:
    """Give the United Nations regional group of every state that has been a member, by ``iso3``, sorted."""
    states = load_states(data_dir)
    return states.loc[states["kind"] == "member", "region"].sort_index()
