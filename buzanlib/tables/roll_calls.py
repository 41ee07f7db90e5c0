"""Roll calls of the General Assembly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.tables.descriptor import load_tables

CAST = ("yes", "no", "abstain")


@dataclass(frozen=True)
class Votes:
    """Resolutions put to a recorded vote, and how each state voted."""

    resolutions: pd.DataFrame  #: A row a roll call; columns as described in ``datapackage.json``.
    votes: pd.DataFrame  #: A row a roll call and state; columns ``rcid``, ``iso3``, ``vote``.


def load_votes(data_dir: Path) -> Votes:
    """Load resolutions and votes; `DataError` with all faults of the two, tallies included."""
    return Votes(**load_tables(data_dir, ["resolutions", "votes"]))
