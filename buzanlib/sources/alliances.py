"""Defence pacts: the Alliance Treaty Obligations and Provisions data, in their last year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.cow import EXCLUDED, GONE
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.raw import numbers, read_csv
from buzanlib.sources.source import Source, any_of

FILE = "atop5_dyads.csv.gz"

SOURCE = Source(
    key="atop",
    title="Alliance Treaty Obligations and Provisions",
    forms=any_of(FILE, "atop5*dy.csv", "atop5*ddyr.csv"),
    gives=(("alliances.csv", "all rows"),),
    url="http://www.atopdata.org (version 5.1, CSV, unpacked: atop5_1dy.csv)",
    cite="Leeds, Ritter, Mitchell & Long (2002), International Interactions 28(3), 237-260, "
    "doi:10.1080/03050620213653",
)

COLUMNS = ["iso3", "ally", "year"]

#: What the publisher calls the two ends and the pact, in its pairs and in its pairs with a direction.
_OTHERS = {
    "mem1": "ccode1", "mem2": "ccode2", "stateA": "ccode1", "stateB": "ccode2", "defense": "atop_defense",
}  # fmt: skip

#: The last year of the data, and that of the first contested votes.
YEAR = 2018


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Read the pairs of states that are bound to defend each other.

    Parameters
    ----------
    path : pathlib.Path
        ``atop5_dyads.csv.gz``: `ccode1`, `ccode2`, `year`, `atop_defense`; or the publisher's ``atop5_1dy.csv``
        (`mem1`, `mem2`, `year`, `defense`) or ``atop5_1ddyr.csv`` (`stateA`, `stateB`).

    Returns
    -------
    pandas.DataFrame
        `iso3`, `ally` and `year`, a row a pair, the first of its codes before the second; sorted.

    Raises
    ------
    BuzanError
        If the file has nothing for the year.
    """
    columns = ["ccode1", "ccode2", "year", "atop_defense"]
    # The publisher writes notes in another encoding than UTF-8; only numbers are wanted.
    table = read_csv(path, columns, _OTHERS, encoding_errors="replace").apply(numbers, path=path)
    table = table[(table["year"] == YEAR) & (table["atop_defense"] == 1)]
    if table.empty:
        raise BuzanError(f"{path.name} has no defence pact of {YEAR}")
    sides = [
        crosswalk.from_cow(table[side], table["year"], EXCLUDED | GONE, path.name) for side in columns[:2]
    ]
    ends = pd.concat(sides, axis=1).dropna()
    pairs = pd.DataFrame({"iso3": ends.min(axis=1), "ally": ends.max(axis=1), "year": YEAR})
    return pairs[COLUMNS].drop_duplicates().sort_values(["iso3", "ally"], ignore_index=True)
