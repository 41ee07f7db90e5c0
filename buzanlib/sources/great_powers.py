"""Great powers: the list of major powers of the Correlates of War."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.sources.cow import EXCLUDED, GONE
from buzanlib.sources.crosswalk import FIRST, Crosswalk
from buzanlib.sources.raw import numbers, read_csv
from buzanlib.sources.source import Source, any_of

SOURCE = Source(
    key="cow_majors",
    title="Correlates of War, Major Powers",
    forms=any_of("cow_majors.csv", "majors20[0-9][0-9].csv"),
    gives=(("great_powers.csv", "all rows"),),
    url="https://correlatesofwar.org/data-sets/state-system-membership/ (majors2016.csv, unpacked)",
    cite="Correlates of War Project (2017), State System Membership List, version 2016",
)

COLUMNS = ["iso3", "first", "last"]


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Read spells of major powers that reach into the years of the panel.

    Parameters
    ----------
    path : pathlib.Path
        ``cow_majors.csv`` or the publisher's ``majors2016.csv``: `ccode`, `styear`, `endyear`.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, a row a spell, years from 1995 on; sorted.

    Raises
    ------
    UnknownNameError
        If a code is unknown.
    """
    spells = read_csv(path, ["ccode", "styear", "endyear"]).apply(numbers, path=path)
    spells = spells[spells["endyear"] >= FIRST]
    iso3 = crosswalk.from_cow(spells["ccode"], spells["endyear"], EXCLUDED | GONE, path.name)
    found = pd.DataFrame(
        {"iso3": iso3, "first": spells["styear"].clip(lower=FIRST), "last": spells["endyear"]}
    )
    return (
        found.dropna().astype({"first": int, "last": int}).sort_values(["iso3", "first"], ignore_index=True)
    )
