"""The table of coded passages, as a reader uses it."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from buzanlib.measurement.coded_passages import CodedPassages, coded_passages
from buzanlib.measurement.placement import Placement
from buzanlib.sources.annotation import CODE
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Threat

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("browser")]

PAGE = "_generated/evidence.html"
THREATS = [*map(str, Threat)]
OTHERS = ("primary", "level", "referent", "agent", "measure", "pol_kind", "hostile")
SETTINGS = 40

Settings = dict[str, str]


@pytest.fixture(scope="module")
def found(data_dir: Path) -> CodedPassages:
    return coded_passages(Data.open(data_dir), Placement())


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What the page has said on the console."""
    return []


@pytest.fixture(scope="module")
def page(address: str, browser: Browser, said: list[str]) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/{PAGE}")
    yield page
    page.close()


def choose(page: Page, given: Settings) -> int:
    """Put settings into the address; how many passages the page then counts."""
    page.evaluate("hash => { location.hash = hash; }", urlencode(given))
    page.wait_for_function("hash => location.hash.slice(1) === hash", arg=urlencode(given))
    page.wait_for_timeout(20)
    return counted(page)


def counted(page: Page) -> int:
    return int(page.locator(".evidence [role=status]").inner_text().split()[0].replace(",", ""))


def differ(found: CodedPassages, codebook: int, on: str) -> pd.Series:
    """Whether the coders of a codebook differ in a variable, of the passages that two of them coded."""
    people = found.annotators
    coders = people.loc[(people["codebook"] == codebook) & (people["role"] == "coder"), "annotator"]
    codes = found.codes[found.codes["annotator"].isin(coders)]
    codes = codes[codes.duplicated("passage_id", keep=False)]
    columns = {"": CODE[2:], "threats": THREATS}.get(on, [on])
    return codes.groupby("passage_id")[columns].nunique().gt(1).any(axis=1)


def expected(found: CodedPassages, given: Settings) -> list[str]:
    """The passages that fit, by pandas."""
    who = given.get("annotator", "adjudicated_2")
    codes = found.codes[found.codes["annotator"] == who].set_index("passage_id")
    table = found.passages.join(codes, how="inner")
    fits = pd.Series(True, index=table.index)
    for name in ("level", "referent", "agent", "measure"):
        if name in given:
            fits &= table[name].astype(str) == given[name]
    for name, column in (("state", "iso3"), ("corpus", "corpus")):
        if name in given:
            fits &= table[column] == given[name]
    if "quadrant" in given:
        fits &= table["quadrant"].fillna("none") == given["quadrant"]
    fits &= table["year"].between(int(given.get("from", 0)), int(given.get("to", 9999)))
    if threat := given.get("threat"):
        fits &= {"any": table["relevant"] == 1, "none": table["relevant"] == 0}.get(
            threat, table.get(threat, 0) == 1
        )
    for word in given.get("q", "").split():
        fits &= table["gist"].fillna("").str.normalize("NFD").str.lower().str.contains(word, regex=False)
    if "agreement" in given:
        book = int(found.annotators.set_index("annotator")["codebook"][who])
        apart = differ(found, book, given.get("on", "")).reindex(table.index)
        fits &= apart.eq(given["agreement"] == "differed").where(apart.notna(), other=False)
    return table.index[fits].tolist()


def drawn(found: CodedPassages) -> list[Settings]:
    """Settings drawn at random, each near the passage of one coding, so that few are empty."""
    draw = random.Random(20261130)
    table = found.codes.merge(found.passages, left_on="passage_id", right_index=True)
    settings = []
    for _ in range(SETTINGS):
        row = table.iloc[draw.randrange(len(table))]
        carried = [threat for threat in THREATS if row[threat] == 1] or ["none"]
        words = str(row["gist"]).lower().split() if isinstance(row["gist"], str) else []
        near: Settings = {
            **{"state": row["iso3"], "corpus": row["corpus"]},
            "quadrant": row["quadrant"] if isinstance(row["quadrant"], str) else "none",
            **{name: str(row[name]) for name in ("level", "referent", "agent", "measure")},
            "threat": draw.choice(["any" if row["relevant"] else "none", *carried]),
            **{"from": str(row["year"] - draw.randrange(4)), "to": str(row["year"] + draw.randrange(4))},
            "agreement": draw.choice(["agreed", "differed"]),
            "q": next((word for word in words if len(word) > 5 and word.isalpha()), "cyber"),
        }
        given = {name: near[name] for name in draw.sample(sorted(near), draw.choice([1, 1, 2, 3]))}
        if "agreement" in given and draw.random() < 0.7:
            given["on"] = draw.choice(["threats", "relevant", *OTHERS])
        settings.append({**given, "annotator": row["annotator"]})
    return settings


def test_every_filter_counts_what_pandas_counts(page: Page, found: CodedPassages) -> None:
    settings = drawn(found)
    counts = [(given, choose(page, given)) for given in settings]
    assert [(given, number) for given, number in counts if number != len(expected(found, given))] == []
    assert sum(number > 0 for _, number in counts) > SETTINGS / 2
    used = {name for given in settings for name in given}
    assert used >= {
        *("state", "corpus", "quadrant", "level", "referent", "agent", "measure", "threat", "from", "to")
    }
    assert used >= {"agreement", "on", "q", "annotator"}
    assert choose(page, {}) == len(found.passages)


def test_accents_and_capitals_play_no_part_in_the_search(page: Page) -> None:
    assert choose(page, {"q": "internet"}) == choose(page, {"q": "ÍNTERNÉT"}) > 0


def test_what_is_chosen_comes_back_after_a_reload_and_can_be_gone_back_to(page: Page) -> None:
    given = {"threat": "pol", "from": "2011", "corpus": "UNGDC", "sort": "-year", "page": "2"}
    number = choose(page, given)
    first = page.locator(".evidence tbody th").first.inner_text()
    page.reload()
    assert counted(page) == number
    assert page.locator(".evidence tbody th").first.inner_text() == first
    page.get_by_label("Danger", exact=True).select_option("cri")
    assert "threat=cri" in page.url
    assert "page=" not in page.url
    assert counted(page) != number
    page.go_back()
    page.wait_for_function("document.querySelector('.evidence select').value === 'pol'")
    assert counted(page) == number
    choose(page, {"state": "nowhere", "level": "9", "page": "x", "unknown": "1"})
    assert page.get_by_label("State", exact=True).input_value() == ""


def test_a_download_has_the_passages_that_are_filtered(
    page: Page, found: CodedPassages, tmp_path: Path
) -> None:
    given = {"threat": "ter", "from": "2015", "agreement": "differed"}
    choose(page, given)
    for button, wanted in (
        ("CSV of these passages", expected(found, given)),
        ("CSV of all passages", [*found.passages.index]),
    ):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        download.value.save_as(tmp_path / "out.csv")
        with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        codes = found.codes[found.codes["passage_id"].isin(wanted)].astype(str)
        assert sorted([row[name] for name in CODE] for row in rows) == sorted(codes[CODE].to_numpy().tolist())
        for row in rows[:200]:
            passage = found.passages.loc[row["passage_id"]]
            assert row["gist"] == (passage["gist"] if isinstance(passage["gist"], str) else "")
            assert [row["iso3"], row["state"]] == [passage["iso3"], passage["state"]]
            assert row["level_in_words"] != row["level"]
    decided = {(row["passage_id"], row["annotator"]): (row["rules"], row["definitions"]) for row in rows}
    for one in found.decisions.itertuples():
        assert decided[one.passage_id, one.annotator] == (one.rules, one.definitions)


def test_every_heading_sorts(page: Page, found: CodedPassages) -> None:
    choose(page, {"corpus": "UNGDC"})
    years = page.locator(".evidence tbody td[data-label=Year]")
    page.locator("th[data-key=year] button").click()
    assert years.first.inner_text() == "1995"
    page.locator("th[data-key=year] button").click()
    assert years.first.inner_text() == "2026"
    assert page.locator(".evidence th[aria-sort]").get_attribute("aria-sort") == "descending"
    page.locator("th[data-key=level] button").click()
    assert "sort=level" in page.url
    page.get_by_role("button", name="Passages after").click()
    assert page.locator(".evidence nav span").inner_text() == "51 to 100"


def test_what_is_behind_a_passage_is_what_was_coded_and_decided(
    page: Page, browser: Browser, found: CodedPassages
) -> None:
    decided = found.decisions[
        (found.decisions["rules"] == "17") & (found.decisions["annotator"] == "adjudicated_2")
    ]
    name = decided["passage_id"].iloc[0]
    passage = found.passages.loc[name]
    choose(page, {"state": passage["iso3"], "corpus": passage["corpus"], "agreement": "differed"})
    behind = page.locator(f"[id=passage-{name}]")
    page.locator(f"[aria-controls=passage-{name}]").click()
    text = behind.inner_text()
    assert passage["sha256"] in text
    assert f"characters {passage['start']} to {passage['end']}" in text
    codes = found.codes[found.codes["passage_id"] == name]
    assert behind.locator("thead th").count() == 1 + len(codes)
    marked = behind.locator("td.differs")
    assert marked.count() > 0
    assert all(cell.startswith("\u2260") for cell in marked.all_inner_texts())
    rule = behind.get_by_role("link", name="rule 17").last
    where = rule.get_attribute("href")
    assert where == "codebook.html#rule-17"
    other = browser.new_page()
    other.goto(page.url.partition("evidence.html")[0] + where)
    assert other.locator(":target").inner_text().startswith("level 2 needs existential wording")
    other.goto(page.url.partition("evidence.html")[0] + "codebook_1.html#variable-level")
    assert other.locator(":target").inner_text().startswith("level")
    other.close()
    alike = differ(found, 2, "")
    name = next(one for one in alike.index[~alike] if found.passages.loc[one, "year"] == 2026)
    choose(page, {"state": found.passages.loc[name, "iso3"], "from": "2026"})
    page.locator(f"[aria-controls=passage-{name}]").click()
    assert "nothing had to be decided" in page.locator(f"[id=passage-{name}]").inner_text()


def test_all_of_it_is_done_with_the_keyboard(page: Page) -> None:
    choose(page, {})
    page.get_by_label("Words in the gist").focus()
    page.keyboard.type("election")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.labels[0].innerText") == "Danger"
    page.keyboard.type("Criminal")
    page.wait_for_function("location.hash.includes('threat=cri')")
    assert "q=election" in page.url
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hasAttribute('aria-expanded')"):
            break
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    assert page.locator(".evidence tr.behind:visible").count() == 1
    page.keyboard.press("Space")
    assert page.locator(".evidence tr.behind:visible").count() == 0


def test_nothing_was_said_on_the_console(page: Page, said: list[str]) -> None:
    choose(page, {"q": "<script>alert(1)</script>"})
    assert counted(page) == 0
    assert said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_readers_of_any_kind_find_no_obstacle(theme: str, width: int, address: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850})
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('theme', '{theme}'); localStorage.setItem('mode', '{theme}')")
    page.goto(f"{address}/{PAGE}#agreement=differed&from=2024")
    page.locator(".evidence tbody button").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, context={"include": [["article"]]})
    assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]] == []
    context.close()


def test_it_works_from_a_folder_without_a_server(html: Path, browser: Browser) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{(html / PAGE).as_uri()}#state=BRA")
    assert page.get_by_label("State", exact=True).input_value() == "BRA"
    page.get_by_label("Danger", exact=True).select_option("any")
    assert "threat=any" in page.url
    assert counted(page) > 0
    assert faults == []
    page.close()


def test_without_scripts_the_page_explains_itself_and_has_counts_and_tables(
    address: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{PAGE}")
    assert "With scripts the passages stand here" in page.locator(".evidence").inner_text()
    assert "Criminal activity" in page.locator("article table").inner_text()
    assert page.locator("article a.download").count() == 6
    context.close()


def test_one_annotator_and_no_gist_are_enough(html: Path, address: str, browser: Browser) -> None:
    head, _, text = (html / "_static" / "evidence-data.js").read_text(encoding="utf-8").partition(" = ")
    data = json.loads(text.rstrip().rstrip(";"))
    data["passages"]["gist"] = [""] * len(data["passages"]["id"])
    data |= {"annotators": data["annotators"][:1], "codes": data["codes"][:1], "shown": "A"}
    data |= {"decided": [], "decisions": []}
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    script = f"{head} = {json.dumps(data)};"
    page.route(
        "**/evidence-data.js*", lambda route: route.fulfill(body=script, content_type="text/javascript")
    )
    page.goto(f"{address}/{PAGE}#q=word&agreement=differed")
    assert counted(page) == sum(coding >= 0 for coding in data["codes"][0])
    assert (
        page.get_by_label("Words in the gist").count() == page.get_by_label("Agree or differ in").count() == 0
    )
    page.locator(".evidence tbody button").first.click()
    assert page.locator("tr.behind thead th").count() == 2
    assert "no gist" in page.locator("table.passages > tbody").inner_text()
    assert page.locator("tr.behind:visible a:not([href^='states/'])").count() == 1
    assert faults == []
    page.close()
