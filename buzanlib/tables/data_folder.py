"""The tables of a data folder, each read and checked once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.tables.declarations import load_open_claims
from buzanlib.tables.descriptor import load
from buzanlib.tables.roll_calls import Votes, load_votes
from buzanlib.tables.schema import Descriptor
from buzanlib.tables.statements import Statements, load_statements
from buzanlib.tables.states import load_panel, load_regions
from buzanlib.theory.predictions import Hypothesis, Predictions, load_predictions
from buzanlib.theory.registration import Registration, load_registration

#: Name of the table of windows around conventional dangers.
CONVENTIONAL = "conventional"


@dataclass(frozen=True)
class Data:
    """A data folder. Every table is read and checked when it is first asked for, and kept.

    `DataError` on first use of a table, with all its faults; `LockError` on first use of the predictions, if a locked
    file is not what it was.
    """

    folder: Path  #: With ``datapackage.json`` and the tables.

    @classmethod
    def open(cls, folder: str | Path) -> Data:
        """Open a data folder; `BuzanError` if there is none."""
        if not Path(folder).is_dir():
            raise BuzanError(f"{folder}: no such data folder")
        return cls(Path(folder))

    def label(self, corpus: str) -> str:
        """The name in full that the folder describes a corpus by; empty where it has none."""
        field = Descriptor.load(self.folder).table("documents").field("corpus")
        return dict(field.labels).get(corpus, "")

    @cached_property
    def statements(self) -> Statements:
        """Documents, passages and codes."""
        return load_statements(self.folder)

    @cached_property
    def votes(self) -> Votes:
        """Roll calls and how each state voted."""
        return load_votes(self.folder)

    @cached_property
    def panel(self) -> pd.DataFrame:
        """Indices by state and year."""
        return load_panel(self.folder)

    @cached_property
    def regions(self) -> pd.Series[str]:
        """United Nations regional group by ``iso3``."""
        return load_regions(self.folder)

    @cached_property
    def memberships(self) -> pd.DataFrame:
        """States in organisations."""
        return load(self.folder, "memberships")

    @cached_property
    def contiguity(self) -> pd.DataFrame:
        """Which states border on each other, by land and across water, in which years."""
        return load(self.folder, "contiguity")

    @cached_property
    def great_powers(self) -> pd.DataFrame:
        """Which states are great powers, in which years."""
        return load(self.folder, "great_powers")

    @cached_property
    def conventional(self) -> pd.DataFrame:
        """Windows around conventional dangers by document; no rows where the folder does not describe such a table."""
        if CONVENTIONAL not in Descriptor.load(self.folder).tables:
            return pd.DataFrame(columns=["doc_id"])
        return load(self.folder, CONVENTIONAL)

    @cached_property
    def paris_call(self) -> pd.DataFrame:
        """States that support the Paris Call."""
        return load(self.folder, "paris_call")

    @cached_property
    def predictions(self) -> Predictions:
        """The locked predictions, verified."""
        return load_predictions(self.folder)

    @cached_property
    def open_claims(self) -> dict[str, Hypothesis]:
        """Claims of the paper that the locked file leaves out (family X), by id."""
        return load_open_claims(self.folder)

    @cached_property
    def registration(self) -> Registration:
        """The second registration, verified."""
        return load_registration(self.folder)
