"""The explorer: its numbers are those of the library, and a reader can choose, read and take away what it shows."""

from __future__ import annotations

import csv
import io
import math
import random
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page

from buzanlib.errors import EstimationError
from buzanlib.inference.exploration import explore
from buzanlib.measurement.placement import Placement
from buzanlib.site.explorer import CHOICES, NAME, explorer_pages
from buzanlib.site.scripts import data_script
from buzanlib.study.results import Results
from buzanlib.study.study_file import load_study
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Quadrant, Threat

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("explorer")]

SETTINGS, SEED, EQUAL = 200, 20100615, 1e-6


@pytest.fixture(scope="module")
def data(data_dir: Path) -> Data:
    return Data.open(data_dir)


def write_page(root: Path, folder: Path, data: Path) -> str:
    """Write the page as it is from a folder, without a book around it; its address."""
    assets = root / "book" / "_assets"
    tags = "".join(
        f'<script defer src="{script.as_uri()}"></script>'
        for script in (assets / "page.js", data, assets / "explorer.js")
    )
    index = folder / "index.html"
    index.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Explorer</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{(assets / "book.css").as_uri()}">{tags}'
        '<main class="bd-article"><h1>Explorer</h1><div class="explorer">The tables.</div></main></html>',
        encoding="utf-8",
    )
    return index.as_uri()


@pytest.fixture(scope="module")
def page(root: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Page:
    """The page with the data of the study that ships."""
    folder = tmp_path_factory.mktemp("explorer")
    study = load_study(root / "notebooks" / "study.yml")
    made = explorer_pages(study, Results("", {}, {}, {}, {}), ["BRA", "AFG"])
    (folder / "data.js").write_text(made[f"assets/{NAME}-data.js"], encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(write_page(root, folder, folder / "data.js"))
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
    return (
        theirs is None or math.isnan(theirs) if math.isnan(ours) else theirs == pytest.approx(ours, abs=EQUAL)
    )


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
        scores = ours.placed[["power", "cohesion"]]
        lines = place.thresholds(scores, data.regions, *place.others(data, scores.index)).add_suffix("_line")
        numbers = scores.join(lines)
        for (iso3, row), one in zip(numbers.iterrows(), browsers["states"], strict=True):
            assert str(list(Quadrant)[one["quadrant"]]) == ours.placed["quadrant"][iso3], (setting, iso3)
            assert all(alike(row[name], one[name]) for name in numbers), (setting, iso3)
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


def chosen(page: Page, address: str) -> None:
    """Open the page anew with something in its address."""
    page.evaluate("address => { location.hash = address; }", address)
    page.reload()


def shown(page: Page, name: str) -> list[list[str]]:
    """The cells of one of the tables, heads first."""
    rows: list[list[str]] = page.evaluate(
        "name => [...document.querySelectorAll(`.explorer .${name} tr`)]"
        ".map(row => [...row.children].map(cell => cell.textContent))",
        name,
    )
    return rows


def saved(page: Page, name: str) -> bytes:
    """What a button gives."""
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return Path(download.value.path()).read_bytes()


def test_it_opens_with_the_setting_of_the_study(page: Page, data: Data) -> None:
    chosen(page, "")
    ours = explore(data, Placement(), "UNGDC", "adjudicated_2")
    said = page.locator(".explorer [role=status]").inner_text()
    assert f"{len(ours.placed)} states are placed, {len(ours.speaking)} of them" in said
    assert "the setting with which the page opens" in said
    shares = shown(page, "shares")
    assert [row[0] for row in shares[1:]] == [threat.label for threat in Threat]
    assert shares[0][1:] == [quadrant.label for quadrant in Quadrant]
    for row, share in zip(shares[1:], ours.shares.to_numpy(), strict=True):
        assert row[1:] == [f"{value:.2f}" for value in share]


def test_a_choice_is_in_the_address_and_comes_back_from_it(page: Page) -> None:
    chosen(page, "")
    page.locator("select[name=power]").select_option("gdp")
    page.locator("select[name=first]").select_option("2015")
    page.get_by_role("slider").last.fill("37")
    address = page.evaluate("location.hash")
    assert address == "#power=gdp&first=2015&cohesion_rule=quantile&cohesion_quantile=0.37"
    before = page.locator(".explorer").inner_text()
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate("location.hash") == ""
    assert page.locator(".explorer").inner_text() != before
    chosen(page, address)
    assert page.locator(".explorer").inner_text() == before
    assert page.get_by_role("slider").last.input_value() == "37"


@pytest.mark.parametrize(
    "address", ["power=nothing", "first=1890", "first=2020&last=2001", "power_quantile=2", "constructor=x&x"]
)
def test_an_address_that_means_nothing_changes_nothing(page: Page, address: str) -> None:
    chosen(page, "")
    before = page.locator(".explorer").inner_text()
    chosen(page, address)
    assert page.locator(".explorer").inner_text() == before


def test_who_cannot_be_placed_is_said(page: Page) -> None:
    chosen(page, "cohesion=sfi_legitimacy&first=2025&last=2026")
    said = page.locator(".explorer [role=status]").inner_text()
    assert "Nobody can be placed: no state has a value of State Fragility Index: legitimacy in" in said
    assert len(shown(page, "states")) == 1, "no row but the heads"
    chosen(page, "corpus=NCSS&first=2006&last=2007")
    assert "No effects" in page.locator(".explorer [role=status]").inner_text()


@pytest.mark.parametrize("name", ["States that are placed", "Effects in log odds", "Share of a state's"])
def test_a_table_as_csv_has_what_it_shows(page: Page, name: str) -> None:
    chosen(page, "power=milex&power_rule=regional")
    page.get_by_role("button", name="cohesion", exact=True).click()
    rows = list(csv.reader(io.StringIO(saved(page, f"{name} ").decode("utf-8"))))
    region = page.get_by_role("region", name=name)
    table = region.evaluate(
        "box => [...box.querySelectorAll('tr')].map(row => [...row.children].map(cell => cell.textContent))"
    )
    assert [len(row) for row in rows] == [len(row) for row in table]
    assert len(rows) > 5
    assert [head.rstrip(" ▲▼") for head in table[0]] == rows[0]
    for ours, theirs in zip(rows[1:], table[1:], strict=True):
        for value, cell in zip(ours, theirs, strict=True):
            text = cell.replace("\N{MINUS SIGN}", "-").lstrip("+")
            decimals = len(text.partition(".")[2])
            assert text in (value, "–") or float(text) == pytest.approx(
                float(value), abs=0.51 * 10**-decimals
            )


def test_states_are_sorted_by_a_column(page: Page) -> None:
    chosen(page, "")
    page.get_by_role("button", name="relevant passages", exact=True).click()
    numbers = [int(row[6]) for row in shown(page, "states")[1:]]
    assert numbers == sorted(numbers, reverse=True)
    assert (
        page.get_by_role("columnheader", name="relevant passages").get_attribute("aria-sort") == "descending"
    )
    page.keyboard.press("Enter")
    numbers = [int(row[6]) for row in shown(page, "states")[1:]]
    assert numbers == sorted(numbers)


def test_arrow_keys_go_from_state_to_state_and_name_them(page: Page) -> None:
    chosen(page, "")
    stops = page.locator(".explorer-map [tabindex='0']")
    assert stops.count() == 1, "the map is one stop of the tabulator key"
    stops.focus()
    page.keyboard.press("Home")
    assert page.locator(".explorer-readout").inner_text().startswith("Afghanistan: ")
    scores = []
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        named = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert page.locator(".explorer-readout").inner_text().startswith(named)
        assert stops.count() == 1
        scores.append(float(named.partition("cohesion ")[2].partition(",")[0].replace("\N{MINUS SIGN}", "-")))
    assert scores == sorted(scores)
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") != named


def test_a_state_that_is_pointed_at_is_named_and_links_to_its_page(page: Page) -> None:
    chosen(page, "")
    page.locator(".explorer-map [aria-label^='Brazil: ']").hover(force=True)
    readout = page.locator(".explorer-readout")
    assert readout.inner_text().startswith("Brazil: strong power")
    assert readout.locator("a").get_attribute("href") == "states/BRA.html"
    linked = page.get_by_role("region", name="States").locator("a")
    assert [one.get_attribute("href") for one in linked.all()] == ["states/AFG.html", "states/BRA.html"]


def test_strong_power_stands_at_the_top_and_strong_cohesion_at_the_right(page: Page) -> None:
    chosen(page, "")
    boxes = {
        name: page.locator(f".explorer-map [aria-label^='{name}: ']").bounding_box()
        for name in ("United States", "Iceland", "Somalia")
    }
    assert boxes["United States"]["y"] < boxes["Iceland"]["y"]  # type: ignore[index]
    assert boxes["Iceland"]["x"] > boxes["Somalia"]["x"]  # type: ignore[index]


def test_the_picture_can_be_taken_away(page: Page) -> None:
    chosen(page, "")
    drawing = ElementTree.fromstring(saved(page, "Picture (SVG)"))
    words = " ".join(drawing.itertext())
    assert "Composite Index of National Capability" in words
    assert "Criminal activity" in words
    assert len([one for one in drawing.iter() if "translate" in one.get("transform", "")]) > 178
    assert "var(" not in ElementTree.tostring(drawing, encoding="unicode")
    with Image.open(io.BytesIO(saved(page, "Picture (PNG)"))) as image:
        assert image.width > 1500
        assert len(image.convert("RGB").getcolors(1_000_000) or ()) > 20


def test_nothing_is_complained_of_and_nothing_is_wider_than_a_phone(page: Page) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_viewport_size({"width": 390, "height": 844})
    chosen(page, "")
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.set_viewport_size({"width": 1280, "height": 900})
    assert faults == []


def test_what_the_page_has_can_be_reached_and_read(page: Page) -> None:
    chosen(page, "")
    found = Axe().run(page, context=".explorer").response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_no_name_runs(root: Path, browser: Browser, tmp_path: Path, page: Page) -> None:
    known = page.evaluate("buzan.data.explorer")
    hostile = '<img src=x onerror="window.pwned=1">'
    known["names"] = [f"{name} {hostile}" for name in known["names"]]
    for what in ("corpora", "annotators"):
        known[what] = {name: f"{said} {hostile}" for name, said in known[what].items()}
    (tmp_path / "data.js").write_text(data_script(NAME, known)[1], encoding="utf-8")
    other = browser.new_page()
    other.goto(write_page(root, tmp_path, tmp_path / "data.js"))
    other.locator(".explorer-map .state").first.focus()
    assert hostile in other.locator(".explorer").inner_text()
    assert not other.evaluate("'pwned' in window")
    assert other.locator(".explorer img").count() == 0
    other.close()
