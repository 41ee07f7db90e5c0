"""The front page in words: whatever is found, it is short, plain and says so."""

from __future__ import annotations

import re
from itertools import combinations_with_replacement, product
from pathlib import Path

import pytest

from buzanlib.figures.front_page import front_words
from buzanlib.inference.verdicts import Verdict

HINTS = {
    (0.1, 1.0): "seem to speak more",
    (-1.0, -0.1): "seem to speak less",
    (-1.0, 1.0): "do not clearly speak more",
}


def test_what_is_found_is_said_without_codes() -> None:
    said = front_words(["undecided", "not large", "undecided"], False, (0.1, 1.0), "undecided")
    assert said == {
        "front.whole": "fit no better than chance",
        "front.single": "Of three single predictions, one holds at most weakly and two cannot be decided.",
        "front.hint": "seem to speak more",
        "front.registered": "Later speeches, for which this was predicted beforehand, cannot tell.",
    }


@pytest.mark.parametrize(("hint", "words"), HINTS.items())
def test_the_hint_is_told_by_its_interval(hint: tuple[float, float], words: str) -> None:
    assert front_words(["supported"], True, hint, "supported")["front.hint"] == words


def test_whatever_is_found_is_said_shortly_without_a_code_or_symbol(root: Path) -> None:
    text = (root / "book" / "index.md").read_text(encoding="utf-8")
    (answer,) = re.findall(r":::\{admonition\} (.*?)\n:::", text, flags=re.S)
    template = answer.replace(":class: found", "")
    for single in combinations_with_replacement(Verdict, 3):
        for whole, hint, registered in product((True, False), HINTS, Verdict):
            said = front_words(single, whole, hint, registered)
            page = re.sub(r"\{num\}`(.*?)`", lambda key, said=said: said[key.group(1)], template)
            assert len(page.split()) <= 120, page
            assert not re.search(r"[^A-Za-z ,.:;?'\n-]|\b[A-Z]+\d", page), page


def test_the_doors_are_short_and_lead_to_pages(root: Path) -> None:
    text = (root / "book" / "index.md").read_text(encoding="utf-8")
    cards = re.findall(r":::\{grid-item-card\} (.*?)\n:::", text, flags=re.S)
    assert len(cards) == 3
    assert all("{doc}`" in card for card in cards)
    words = re.sub(r"\{doc\}`(.*?) <.*?>`", r"\1", " ".join(cards)).split()
    assert len(words) <= 120
