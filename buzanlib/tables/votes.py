"""Roll calls of the General Assembly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.tables.descriptor import load_tables

CAST = ("yes", "no", "abstain")


@dataclass(frozen=True)
class Votes:
    """Resolutions put to a recorded vote, and how each state voted.

    Attributes
    ----------
    resolutions : DataFrame
        A row a roll call; columns as described in ``datapackage.json``.
    votes : DataFrame
        A row a roll call and state: ``rcid``, ``iso3``, ``vote``.
    """

    resolutions: pd.DataFrame
    votes: pd.DataFrame

    def tallies(self) -> pd.DataFrame:
        """Count the votes cast in each roll call.

        Returns
        -------
        DataFrame of int64
            Index ``rcid``, in the order of `resolutions`; columns ``yes``, ``no``, ``abstain``.
        """
        counts = pd.crosstab(self.votes["rcid"], self.votes["vote"])
        return counts.reindex(index=self.resolutions["rcid"], columns=list(CAST), fill_value=0).rename_axis(
            columns=None
        )


def load_votes(data_dir: Path) -> Votes:
    """Load resolutions and votes; `DataError` with all faults of the two, tallies included."""
    return Votes(**load_tables(data_dir, ["resolutions", "votes"]))
