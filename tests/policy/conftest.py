"""The panel and the regions that ship."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.tables.states import load_panel, load_regions


@pytest.fixture(scope="session")
def panel(data_dir: Path) -> pd.DataFrame:
    return load_panel(data_dir)


@pytest.fixture(scope="session")
def regions(data_dir: Path) -> pd.Series[str]:
    return load_regions(data_dir)
