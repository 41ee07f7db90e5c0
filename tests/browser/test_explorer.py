"""The explorer: its numbers are those of the library, and a reader can choose, read and take away what it shows."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from buzanlib.errors import EstimationError
from buzanlib.inference.exploration import explore
from buzanlib.measurement.placement import Placement
from buzanlib.site.explorer import CHOICES, NAME, explorer_pages
from buzanlib.study.results import Results
from buzanlib.study.study_file import load_study
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Quadrant, Threat

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("explorer")]

SETTINGS, SEED, EQUAL = 200, 20100615, 1e-6


@pytest.fixture(scope="module")
def data(data_dir: Path) -> Data:
    return Data.open(data_dir)


@pytest.fixture(scope="module")
def page(root: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Page:
    """The page as it is from a folder, without a book around it; what it complains of is in ``buzan.faults``."""
    folder = tmp_path_factory.mktemp("explorer")
    made = explorer_pages(load_study(root / "notebooks" / "study.yml"), Results("", {}, {}, {}, {}), linked=True)
    (folder / "data.js").write_text(made[f"assets/{NAME}-data.js"], encoding="utf-8")
    assets = root / "book" / "_assets"
    scripts = (assets / "page.js", folder / "data.js", assets / "explorer.js")
    tags = "".join(f'<script defer src="{script.as_uri()}"></script>' for script in scripts)
    (folder / "index.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Explorer</title>'
        f'<link rel="stylesheet" href="{(assets / "book.css").as_uri()}">{tags}'
        f'<article class="bd-article"><h1>Explorer</h1><div class="explorer">The tables.</div></article></html>',
        encoding="utf-8",
    )
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((folder / "index.html").as_uri())
    return page


def drawn(known: dict[str, Any]) -> list[dict[str, Any]]:
    """Settings, every choice of each at random."""
    rng = random.Random(SEED)
    years = range(known["years"][0], known["years"][1] + 1)

    def one() -> dict[str, Any]:
        first, last = sorted(rng.choices(years, k=2))
        setting: dict[str, Any] = {"first": first, "last": last}
        for axis in ("power", "cohesion"):
            setting[axis] = rng.choice([*known["indices"][axis]])
            setting[f"{axis}_rule"] = rng.choice([rule for rule in known["rules"][axis] if rule != "tercile"])
            setting[f"{axis}_quantile"] = rng.choice([2 / 3, rng.randrange(1, 100) / 100, rng.random()])
        setting["corpus"] = rng.choice([*known["corpora"], "UNGDC"])
        setting["annotator"] = rng.choice([*known["annotators"]])
        return setting

    return [one() for _ in range(SETTINGS)]


def alike(ours: float, theirs: float | None) -> bool:
    """Whether two numbers are; what is undefined here comes as nothing from there."""
    return theirs is None or math.isnan(theirs) if math.isnan(ours) else theirs == pytest.approx(ours, abs=EQUAL)


def test_the_numbers_of_random_settings_are_those_of_the_library(page: Page, data: Data) -> None:
    known = page.evaluate("buzan.data.explorer")
    settings = drawn(known)
    found = page.evaluate("settings => settings.map(one => buzan.explore(one))", settings)
    placed = estimated = 0
    for setting, browsers in zip(settings, found, strict=True):
        place = Placement(**{name: setting[name] for name in CHOICES if name not in ("corpus", "annotator")})
        try:
            ours = explore(data, place, setting["corpus"], setting["annotator"])
        except EstimationError:
            assert browsers.get("fault"), setting
            continue
        placed += 1
        assert "fault" not in browsers, (setting, browsers["fault"])
        assert [known["states"][one["state"]] for one in browsers["states"]] == list(ours.placed.index)
        for (iso3, row), one in zip(ours.placed.iterrows(), browsers["states"], strict=True):
            assert str(list(Quadrant)[one["quadrant"]]) == row["quadrant"], (setting, iso3)
            assert all(alike(row[axis], one[axis]) for axis in ("power", "cohesion")), (setting, iso3)
            if iso3 in ours.counts.index:
                assert one["counts"] == ours.counts.loc[iso3, ["relevant", *map(str, Threat)]].tolist()
            else:
                assert not any(one["counts"])
        for theirs, (threat, row) in zip(browsers["shares"], ours.shares.iterrows(), strict=True):
            assert all(map(alike, row, theirs)), (setting, threat, theirs, list(row))
        try:
            effects = ours.effects
        except EstimationError:
            assert browsers["effects"] == [], setting
            continue
        estimated += 1
        for theirs, (name, row) in zip(browsers["effects"], effects.iterrows(), strict=True):
            assert all(alike(row[key], theirs[key]) for key in effects), (setting, name, theirs)
    assert placed > SETTINGS / 2, "most settings place states"
    assert estimated > SETTINGS / 4, "many have effects"
