"""The teacher's part of the coding lab: the same numbers as in Python, and what a teacher sees."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from class_of_coders import class_of_coders
from playwright.sync_api import Browser, Page

from buzanlib.seminar.class_agreement import (
    against_key,
    agreement_table,
    confusion,
    confusion_with_key,
    group_table,
    hardest_items,
)
from buzanlib.seminar.coding_files import FORMS, ITEMS, read_coding
from buzanlib.seminar.speaker_labels import experiment
from buzanlib.seminar.vignettes import SPEAKERS, VALUES

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


def test_two_hundred_classes_have_the_same_numbers_in_the_page_and_in_python(script: Page) -> None:
    undefined = 0
    for seed in range(200):
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
    assert undefined > 20


def test_the_quantiles_of_t_are_those_of_scipy(script: Page) -> None:
    from scipy import stats

    found = script.evaluate("() => [...Array(60).keys()].map((df) => agreement.tQuantile(df + 1))")
    assert found == pytest.approx(stats.t.ppf(0.975, range(1, 61)), rel=1e-11)


def test_the_words_of_the_codebook_are_those_of_the_library(script: Page) -> None:
    found = script.evaluate("() => [agreement.VALUES, agreement.SPEAKERS, agreement.FORMS]")
    assert found == [{name: list(values) for name, values in VALUES.items()}, list(SPEAKERS), {
        name: list(variables) for name, variables in FORMS.items()}]  # fmt: skip
