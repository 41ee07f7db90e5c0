"""All indices of all members of the United Nations, one row a state and year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources import (
    bti,
    fractionalization,
    fragile_states,
    governance,
    nmc,
    sipri,
    state_fragility,
    vdem,
    worldbank,
)
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.discovery import Stock
from buzanlib.sources.existing_tables import Held
from buzanlib.sources.source import Source
from buzanlib.sources.write import as_text

Reader = Callable[[Path, Crosswalk], pd.DataFrame]

#: Where each column after `iso3` and `year` comes from, in the order of the file. One that ends in ``_rank`` is a
#: rank within the year.
READERS: Mapping[str, tuple[Source, Reader]] = {
    "cinc": (nmc.SOURCE, nmc.read),
    "milex_rank": (sipri.SOURCE, sipri.read),
    **{
        column: (source, partial(worldbank.read, column=column))
        for column, source in worldbank.SOURCES.items()
    },
    "fsi_cohesion_rank": (fragile_states.SOURCE, fragile_states.read),
    "wgi_stability": (governance.SOURCE, governance.read),
    "sfi_legitimacy_rank": (state_fragility.SOURCE, state_fragility.read),
    "bti_stateness_rank": (bti.SOURCE, bti.read),
    "fractionalization": (fractionalization.SOURCE, fractionalization.read),
    "polyarchy": (vdem.SOURCE, vdem.read),
}
COLUMNS = list(READERS)


def build(stock: Stock, crosswalk: Crosswalk, held: Held) -> pd.DataFrame:
    """The panel.

    Where a publisher's terms do not let us pass scores on, the rank within the year among members of the
    United Nations stands in their place: 1 is the weakest, equal scores share the mean of their ranks.

    Parameters
    ----------
    stock : Stock
        Which publishers' files are there.
    crosswalk : Crosswalk
        Who is who.
    held : Held
        The data folder, of which columns without a source are kept.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year` (members on the last day of each year, 1995 to 2024, sorted) and `COLUMNS`.
    """
    panel = crosswalk.members()
    for column, (source, read) in READERS.items():
        paths = stock.paths(source)
        if paths:
            values = pd.concat([read(path, crosswalk) for path in paths])
            panel[column] = _joined(panel, values, column)
        else:
            panel[column] = _kept(panel, held, column)
    return panel


def _joined(panel: pd.DataFrame, values: pd.DataFrame, column: str) -> pd.Series[float]:
    """A column of the panel from the values of a source."""
    score = column.removesuffix("_rank")
    merged = _merged(panel, values, score)
    return merged.groupby("year")[score].rank(method="average") if column != score else merged[score]


def _kept(panel: pd.DataFrame, held: Held, column: str) -> pd.Series[str]:
    """A column of the panel as the data folder has it, in the same words; empty where it has none."""
    rows = held.table("panel.csv", ["iso3", "year", column])
    return _merged(as_text(panel[["iso3", "year"]]), rows, column)[column].fillna("")


def _merged(panel: pd.DataFrame, values: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows of the panel with their value."""
    twice = values[values.duplicated(["iso3", "year"])]
    if len(twice):
        raise BuzanError(f"{name} is given twice for {twice['iso3'].iloc[0]} in {twice['year'].iloc[0]}")
    return panel[["iso3", "year"]].merge(values, on=["iso3", "year"], how="left", validate="one_to_one")
