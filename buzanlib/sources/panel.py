"""All indices of all members of the United Nations, one row a state and year."""

from __future__ import annotations

from collections.abc import Callable
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
from buzanlib.sources.raw import RawFolder

#: Columns after `iso3` and `year`, in the order of the file. One that ends in ``_rank`` is a rank within
#: the year.
COLUMNS = [
    "cinc", "milex_rank", "gdp", "gdp_per_head", "internet_users", "fsi_cohesion_rank", "wgi_stability",
    "sfi_legitimacy_rank", "bti_stateness_rank", "fractionalization", "polyarchy",
]  # fmt: skip


def build(raw: RawFolder, crosswalk: Crosswalk) -> pd.DataFrame:
    """The panel.

    Where a publisher's terms do not let us pass scores on, the rank within the year among members of the
    United Nations stands in their place: 1 is the weakest, equal scores share the mean of their ranks.

    Parameters
    ----------
    raw : RawFolder
        The publishers' files.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year` (members on the last day of each year, 1995 to 2024, sorted) and `COLUMNS`.
    """
    panel = crosswalk.members()
    for column, read in _readers(raw, crosswalk).items():
        panel = _join(panel, read(), column.removesuffix("_rank"))
        if column.endswith("_rank"):
            score = column.removesuffix("_rank")
            panel[column] = panel.groupby("year")[score].rank(method="average")
    return panel[["iso3", "year", *COLUMNS]]


def _readers(raw: RawFolder, crosswalk: Crosswalk) -> dict[str, Callable[[], pd.DataFrame]]:
    """For each column, how to read its source."""

    def world_bank(column: str) -> Callable[[], pd.DataFrame]:
        return lambda: worldbank.read(find(worldbank.file_name(column)), column, crosswalk)

    def find(name: str) -> Path:
        return raw.find(name, "panel.csv")

    return {
        "cinc": lambda: nmc.read(find(nmc.FILE), crosswalk),
        "milex_rank": lambda: sipri.read(find(sipri.FILE), crosswalk),
        **{column: world_bank(column) for column in worldbank.SERIES},
        "fsi_cohesion_rank": lambda: fragile_states.read(find(fragile_states.FILE), crosswalk),
        "wgi_stability": lambda: governance.read(find(governance.FILE), crosswalk),
        "sfi_legitimacy_rank": lambda: state_fragility.read(find(state_fragility.FILE), crosswalk),
        "bti_stateness_rank": lambda: bti.read(find(bti.FILE), crosswalk),
        "fractionalization": lambda: fractionalization.read(find(fractionalization.FILE), crosswalk),
        "polyarchy": lambda: vdem.read(find(vdem.FILE), crosswalk),
    }


def _join(panel: pd.DataFrame, source: pd.DataFrame, column: str) -> pd.DataFrame:
    twice = source[source.duplicated(["iso3", "year"])]
    if len(twice):
        raise BuzanError(f"{column} is given twice for {twice['iso3'].iloc[0]} in {twice['year'].iloc[0]}")
    return panel.merge(source, on=["iso3", "year"], how="left", validate="one_to_one")
