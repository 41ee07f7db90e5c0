"""Defence pacts."""

from __future__ import annotations

from pathlib import Path

import pytest

from buzanlib.errors import BuzanError
from buzanlib.sources import alliances
from buzanlib.sources.crosswalk import Crosswalk


def test_a_pair_stands_once_and_only_with_a_pact_of_the_year(small_raw: Path, crosswalk: Crosswalk) -> None:
    table = alliances.read(small_raw / alliances.FILE, crosswalk)
    assert table.to_dict("records") == [{"iso3": "TUR", "ally": "USA", "year": 2018}]


def test_a_file_without_the_year_is_told(tmp_path: Path, crosswalk: Crosswalk) -> None:
    path = tmp_path / "atop.csv"
    path.write_text("ccode1,ccode2,year,atop_defense\n2,640,2017,1\n", encoding="utf-8")
    with pytest.raises(BuzanError, match=r"atop\.csv has no defence pact of 2018"):
        alliances.read(path, crosswalk)
