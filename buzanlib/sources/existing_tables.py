"""What a data folder already holds, as text: kept where the source that it came from is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.sources.raw import read_csv
from buzanlib.sources.write import as_text


@dataclass(frozen=True)
class Held:
    """The tables of a data folder before it is built again.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the tables; none of them need be there.
    """

    folder: Path

    def has(self, name: str) -> bool:
        """Whether the folder has a table of that name."""
        return (self.folder / name).is_file()

    def table(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """Named columns of a table, every cell as the text that it is; without rows where there is no table.

        Raises
        ------
        BuzanError
            If the table lacks one of the columns, or cannot be read.
        """
        if not self.has(name):
            return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
        return read_csv(self.folder / name, columns, dtype="str", keep_default_na=False)


def joined(made: pd.DataFrame, kept: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Rows that were made and rows that were kept, sorted.

    Parameters
    ----------
    made : pandas.DataFrame
        As it was made, with types.
    kept : pandas.DataFrame of str
        From the data folder, the same columns.
    *by : str
        What to sort by.

    Returns
    -------
    pandas.DataFrame
        Every cell as text where something is kept; otherwise with the types of `made`.
    """
    both = pd.concat([as_text(made), kept]) if len(kept) else made
    return both.sort_values(list(by), ignore_index=True)
