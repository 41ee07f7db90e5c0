"""The panel and the regions that ship."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.inference.permutation import Array
from buzanlib.policy.defence import Alliance
from buzanlib.tables.data_folder import Data
from buzanlib.tables.states import load_panel, load_regions


@pytest.fixture(scope="session")
def panel(data_dir: Path) -> pd.DataFrame:
    return load_panel(data_dir)


@pytest.fixture(scope="session")
def data(data_dir: Path) -> Data:
    return Data.open(data_dir)


@pytest.fixture(scope="session")
def regions(data_dir: Path) -> pd.Series[str]:
    return load_regions(data_dir)


@pytest.fixture(scope="session")
def utility() -> Callable[[Alliance, Array, Array], Array]:
    """Utility of each member of an alliance by the formula of `buzanlib.policy.defence`."""

    def of(alliance: Alliance, spending: Array, protection: Array) -> Array:
        left, safe = np.log(alliance.wealth - spending), np.log(protection)
        return np.asarray((1 - alliance.tastes) * left + alliance.tastes * safe)

    return of
