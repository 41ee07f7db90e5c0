"""The tables that a data folder has before it is built again, as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.sources.raw import read_csv
from buzanlib.sources.write import as_text


@dataclass(frozen=True)
class ExistingTables:
    """The tables of a data folder, any of which may be missing."""

    folder: Path

    def has(self, name: str) -> bool:
        """Whether the folder has a table of that name."""
        return (self.folder / name).is_file()

    def table(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """Read columns of a table, every cell as text; without rows where there is no table.

        Raises
        ------
        BuzanError
            If the table lacks one of the columns, or cannot be read.
        """
        if not self.has(name):
            return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
        return read_csv(self.folder / name, columns, dtype="str", keep_default_na=False)


def joined(made: pd.DataFrame, kept: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Join rows that were made and rows of text that were kept, sorted; all as text if any were kept."""
    both = pd.concat([as_text(made), kept]) if len(kept) else made
    return both.sort_values(list(by), ignore_index=True)
