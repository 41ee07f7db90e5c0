"""The teacher's part of the coding lab: the same numbers as in Python, and what a teacher sees."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from coder_files import WRONG, class_of_coders, content
from playwright.sync_api import Browser, FilePayload, Page

from buzanlib.cli import main
from buzanlib.errors import DataError
from buzanlib.seminar.class_agreement import (
    agreement_table,
    confusion,
    group_table,
    hardest_items,
)
from buzanlib.seminar.class_beside_key import against_key, confusion_with_key
from buzanlib.seminar.coding_files import FORMS, ITEMS, SPEAKERS, VALUES, read_coding
from buzanlib.seminar.speaker_labels import experiment
from buzanlib.seminar.vignettes import read_lab
from buzanlib.site.coding_lab import lab_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LAB = Path(__file__).parents[2] / "book" / "seminar" / "lab"

KNOWN = {"items": {item: {"set": name} for name, inside in ITEMS.items() for item in inside}}

ALL = """([texts, known]) => {
  const { files, faults } = agreement.gather(texts, known);
  return { faults, table: agreement.table(files), groups: agreement.groups(files),
    confusion: agreement.confusion(files), withKey: agreement.confusionWithKey(files),
    againstKey: agreement.againstKey(files), hardest: agreement.hardest(files),
    experiment: agreement.experiment(files, 200) };
}"""


@pytest.fixture(scope="module")
def script(browser: Browser) -> Iterator[Page]:
    """An empty page with the functions."""
    page = browser.new_page()
    page.add_script_tag(path=LAB / "agreement.js")
    yield page
    page.close()


def rows(found: Any) -> list[dict[str, Any]]:
    """The rows of a table, what names them among the columns."""
    listed: list[dict[str, Any]] = found.reset_index().to_dict("records")
    return listed


def close(one: Any, other: Any) -> bool:
    """Whether two contents are the same to 1e-9, nothing being equal to nothing."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return bool(one == other if isinstance(one, str) else abs(one - other) <= 1e-9)


@pytest.mark.parametrize(
    "seeds", [range(24), pytest.param(range(24, 200), marks=pytest.mark.soak)], ids=["some", "all"]
)
def test_two_hundred_classes_have_the_same_numbers_in_the_page_and_in_python(
    script: Page, seeds: range
) -> None:
    undefined = 0
    for seed in seeds:
        contents = class_of_coders(seed)
        texts = [{"name": f"{number}.json", "text": json.dumps(one)} for number, one in enumerate(contents)]
        codings = [read_coding(one["name"], one["text"]) for one in texts]
        page = script.evaluate(ALL, [texts, KNOWN])
        assert page["faults"] == []
        table = rows(agreement_table(codings))
        undefined += sum(math.isnan(row["alpha_low"]) for row in table)
        assert close(page["table"], table), seed
        assert close(page["groups"], rows(group_table(codings))), seed
        for name, of in (("confusion", confusion(codings)), ("withKey", confusion_with_key(codings))):
            assert close(page[name], {"values": list(of.columns), "matrix": of.to_numpy().tolist()}), (
                seed,
                name,
            )
        assert close(page["againstKey"], rows(against_key(codings))), seed
        hardest = rows(hardest_items(codings))
        for row in page["hardest"]:
            row["primary values"] = ", ".join(f"{name} {count}" for name, count in row.pop("primaries"))
        assert close(page["hardest"], hardest), seed
        assert close(page["experiment"], vars(experiment(codings, 200))), seed
    assert undefined > len(seeds) / 2


def test_the_quantiles_of_t_are_those_of_scipy(script: Page) -> None:
    from scipy import stats

    found = script.evaluate("() => [...Array(60).keys()].map((df) => agreement.tQuantile(df + 1))")
    assert found == pytest.approx(stats.t.ppf(0.975, range(1, 61)), rel=1e-11)


def test_the_words_of_the_codebook_are_those_of_the_library(script: Page) -> None:
    found = script.evaluate("() => [agreement.VALUES, agreement.SPEAKERS, agreement.FORMS]")
    assert found == [{name: list(values) for name, values in VALUES.items()}, list(SPEAKERS), {
        name: list(variables) for name, variables in FORMS.items()}]  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused_in_python_is_refused_in_the_page_and_at_the_same_place(
    name: str, script: Page
) -> None:
    text = WRONG[name][0]
    with pytest.raises(DataError) as raised:
        read_coding("x.json", text)
    found = script.evaluate("([text, known]) => agreement.read(text, 'x.json', known)", [text, KNOWN])
    (fault,) = raised.value.faults
    # JSON.parse lets these through; they are refused for what they are.
    place = {"a pseudonym in halves": "$.coder", "deep": "$"}.get(name, fault.place)
    assert (found["fault"]["name"], found["fault"]["place"]) == ("x.json", place)
    if found["fault"]["nearest"] and "nearest" in fault.allowed:
        assert repr(found["fault"]["nearest"]) in fault.allowed


#: By place: what a key has there, why it is refused, and the value that is named; None takes the place away.
WRONG_KEYS: dict[str, tuple[Any, str, str]] = {
    "codes": ({}, "missing", "A01"),
    "codes/A02": ({}, "missing", "threats"),
    "codes/A12": (None, "missing", "A12"),
    "codes/A03/measure": (None, "missing", "measure"),
    "form": ("short", "value", "short"),
    "why": (None, "", ""),
    "why/A01": ({"x": 1}, "string", "{…}"),
    "rules/A01": ("<b>", "list", "<b>"),
    "rules/A02": ([1, "<b>"], "value", "<b>"),
    "accept": ([], "object", "[…]"),
    "toward/A02/ww": ("inff", "value", "inff"),
}


@pytest.mark.parametrize("path", WRONG_KEYS)
def test_a_key_that_could_not_be_laid_beside_the_codes_is_refused(path: str, script: Page) -> None:
    value, why, named = WRONG_KEYS[path]
    key = json.loads(json.dumps(read_lab(LAB).key_file("A", "en")))
    *way, last = path.split("/")
    place = key
    for name in way:
        place = place[name]
    place.pop(last, None)
    if value is not None:
        place[last] = value
    read = "([text, known]) => agreement.read(text, 'x.json', known)"
    found = script.evaluate(read, [json.dumps(key), KNOWN])
    if not why:
        assert "file" in found
        return
    assert (found["fault"]["why"], found["fault"]["value"]) == (why, named)
    assert found["fault"]["place"].startswith("$" + "".join(f".{name}" for name in way))


@pytest.mark.parametrize(("coded", "name", "why", "value"), [
    ({"threats": [], "primary": "inf"}, "primary", "value", "inf"),
    ({"threats": ["pol", "cri"], "primary": "inf"}, "primary", "value", "inf"),
    ({"threats": ["pol"], "primary": "none"}, "primary", "value", "none"),
    ({"primary": "gen", "threats": ["gen", "inf"]}, "threats", "alone", "gen, inf"),
    ({"threats": [], "primary": "none"}, "", "", ""),
    ({"primary": "inf"}, "", "", ""),
    ({"threats": ["pol", "cri"]}, "", "", ""),
])  # fmt: skip
def test_codes_that_no_passage_can_have_are_refused(
    coded: dict[str, Any], name: str, why: str, value: str, script: Page
) -> None:
    read = "([text, known]) => agreement.read(text, 'x.json', known)"
    found = script.evaluate(read, [json.dumps(content(codes={"A07": coded})), KNOWN])
    assert ("file" in found) == (not why)
    if why:
        fault = found["fault"]
        assert (fault["place"], fault["why"], fault["value"]) == (f"$.codes.A07.{name}", why, value)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the lab, as files."""
    folder = tmp_path_factory.mktemp("lab")
    for language in ("en", "de"):
        (folder / f"{language}.html").write_text(lab_page(LAB, read_lab(LAB), language), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def keys() -> list[FilePayload]:
    """The keys of both sets."""
    lab = read_lab(LAB)
    return [payload(f"key-{name}.json", json.dumps(lab.key_file(name, "en"))) for name in "AB"]


def payload(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "application/json", "buffer": text.encode()}


def of_a_class() -> list[FilePayload]:
    """Files of a class with a model, in set A, with labels, and one in set B; the key of chance left out."""
    contents = class_of_coders(43)[:-1]
    contents += [contents[0] | {"set": "B", "codes": {}, "labels": None}]
    return [payload(f"{number:02}.json", json.dumps(one)) for number, one in enumerate(contents)]


def opened(
    browser: Browser, place: Path, width: int = 1280, scheme: Literal["light", "dark"] = "light"
) -> Page:
    """The teacher's part of the lab; whatever fails in it or is asked of the outside fails the test."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "blob:")) else pytest.fail(request.url),
    )
    page.goto(place.as_uri())
    page.get_by_role("button").filter(has_text=re.compile("teacher|lehr", re.IGNORECASE)).last.click()
    return page


@pytest.mark.parametrize(("language", "width", "scheme"), [
    ("en", 1280, "light"), ("en", 390, "dark"), ("de", 390, "light"), ("de", 1280, "dark"),
])  # fmt: skip
def test_a_teacher_sees_all_parts(
    language: str,
    width: int,
    scheme: Literal["light", "dark"],
    lab: Path,
    keys: list[FilePayload],
    browser: Browser,
) -> None:
    page = opened(browser, lab / f"{language}.html", width, scheme)
    page.set_input_files("#teacher-files", [*of_a_class(), *keys])
    page.wait_for_selector("#teacher .actions")
    words = read_lab(LAB).languages[language].words
    for part in ("table", "groups", "confusion", "key", "hardest", "experiment"):
        assert page.get_by_role("heading", name=words[f"teacher.{part}.title"]).is_visible()
    assert "teacher." not in page.inner_text("#teacher")
    assert page.locator("#teacher .notice").count() == 0
    assert page.locator(".hardest li").count() == 12
    codings = [read_coding(one["name"], one["buffer"].decode()) for one in [*of_a_class(), *keys]]
    row = agreement_table([one for one in codings if one.set == "A"]).loc["primary"]
    shown = f"{row['alpha']:.2f} [{row['alpha_low']:.2f}, {row['alpha_high']:.2f}]"
    whole = " ".join(page.inner_text("#teacher").split())
    assert (shown.replace(".", ",", 3) if language == "de" else shown) in whole
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    page.close()


def test_the_table_is_saved_as_the_command_writes_it(lab: Path, browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, lab / "en.html")
    page.set_input_files("#teacher-files", of_a_class())
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "page.csv")
    paths = []
    for one in of_a_class():
        paths.append(tmp_path / one["name"])
        paths[-1].write_bytes(one["buffer"])
    assert main(["seminar", "agreement", *map(str, paths), "--csv", str(tmp_path / "command.csv")]) == 0
    tables = [pd.read_csv(tmp_path / f"{name}.csv") for name in ("page", "command")]
    inside = [table[table["set"] == "A"].dropna(subset="agreement") for table in tables]
    pd.testing.assert_frame_equal(*inside, check_dtype=False, atol=1e-9)
    page.close()


def test_files_at_fault_are_named_run_nothing_and_spoil_nothing(lab: Path, browser: Browser) -> None:
    page = opened(browser, lab / "en.html")
    run = "<img src=x onerror='window.pwned = 1'>"
    good = of_a_class()
    wrong = [payload(f"{place} {run}.json", text) for place, (text, _) in enumerate(WRONG.values())]
    hostile = json.dumps(json.loads(good[0]["buffer"]) | {"coder": run, "session": run})
    named = payload(f"{run}.json", hostile)
    others: list[FilePayload] = [
        {"name": "binary.json", "mimeType": "", "buffer": b'"\xff\xfe"'},
        payload("large.json", " " * 200_001),
        good[1] | {"name": "copy.json"},
        payload("other.json", json.dumps(json.loads(good[2]["buffer"]) | {"codes": {}})),
    ]
    page.set_input_files("#teacher-files", [*good, *wrong, named, *others])
    page.wait_for_selector("#teacher .actions")
    listed = page.locator("#teacher .notice li").all_inner_texts()
    # Of two files of one coder with other codes neither counts.
    assert len(listed) == len(wrong) + len(others) + 1
    assert any(text.startswith(good[2]["name"]) and "neither counts" in text for text in listed)
    for one in (*wrong, *others):
        assert any(text.startswith(one["name"]) for text in listed), one["name"]
    assert any("copy.json" in text and "counted once" in text for text in listed)
    assert page.locator("#teacher img").count() == 0
    assert page.evaluate("window.pwned") is None
    assert page.get_by_role("heading", name="How far all coders agree").is_visible()
    page.get_by_role("button", name="Start over").click()
    assert page.locator("#teacher-results").inner_text() == ""
    page.set_input_files("#teacher-files", good[:1])
    page.get_by_text("two coders").wait_for()
    page.close()


def test_files_are_dropped_and_sets_chosen_by_keyboard(lab: Path, browser: Browser) -> None:
    page = opened(browser, lab / "en.html")
    texts = [[one["name"], one["buffer"].decode()] for one in of_a_class()]
    more = [
        [f"b{name}", text.replace('"set": "A"', '"set": "B"').replace('"A', '"B')]
        for name, text in texts[:-1]
    ]
    page.evaluate(
        """(texts) => {
          const dropped = new DataTransfer();
          for (const [name, text] of texts) dropped.items.add(new File([text], name));
          const event = new DragEvent("drop", { dataTransfer: dropped, bubbles: true });
          document.querySelector("#teacher .drop").dispatchEvent(event);
        }""",
        [*texts[:-1], *more],
    )
    page.wait_for_selector("#teacher .actions")
    assert page.locator(".hardest li").first.inner_text().startswith("A")
    page.get_by_role("radio", name="A", exact=True).and_(page.locator("#teacher input")).focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".hardest li").first.inner_text().startswith("B")
    assert page.evaluate("document.activeElement.value") == "B"
    assert page.get_by_role("region", name="Both sets").get_by_role("row").count() > 3
    page.close()
