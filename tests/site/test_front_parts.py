"""The directives of the front page, in a small book of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from buzanlib.errors import BuzanError
from buzanlib.site import front_parts
from buzanlib.site.front_parts import Effect, picture
from buzanlib.study.results import Results, Value

Build = Callable[..., tuple[str, str]]

VALUES = {
    "sesoi": Value(0.4, "06"),
    "B1.contrast": Value(-0.2, "06"),
    "B1.low90": Value(-1.0, "06"),
    "B1.high90": Value(0.5, "06"),
    "B1.verdict": Value("un<decided", "06"),
}


def test_an_effect_stands_where_its_numbers_say() -> None:
    html = picture([Effect("Crime & more", 0.5, 0.0, 1.0, "supported")], 0.4)
    assert "Crime &amp; more: <strong>supported</strong>" in html
    assert "+0.50, from +0.00 to +1.00" in html
    low, at, high = (
        float(re.search(pattern, html).group(1))  # type: ignore[union-attr]
        for pattern in (r'<line x1="([\d.]+)%" x2="[\d.]+%" y1', r'cx="([\d.]+)%"', r'x2="([\d.]+)%" y1')
    )
    assert low == 50
    assert at - low == pytest.approx(high - at, abs=0.02)
    assert high < 100


def test_the_widest_interval_or_the_band_fits() -> None:
    html = picture([Effect("a", -3, -5, -1, "reversed"), Effect("b", 0, -0.1, 0.1, "not large")], 0.4)
    across = [float(value) for value in re.findall(r'(?:x|cx|x1|x2)="([\d.-]+)%"', html)]
    assert min(across) > 0
    assert max(across) < 100


def test_effects_are_read_from_results_and_escaped(folder: Path, build: Build) -> None:
    Results("hash", {}, {}, {}, VALUES).write(folder / "results.json")
    html, warned = build(folder, "```{effects}\nB1 Weak cohesion\n```")
    assert "Weak cohesion: <strong>un&lt;decided</strong>" in html
    assert warned == ""


def test_what_was_not_tested_is_not_drawn(folder: Path, build: Build) -> None:
    Results("hash", {}, {}, {}, VALUES).write(folder / "results.json")
    html, warned = build(folder, "```{effects}\nB1 Weak cohesion\nB2 Weak power\n```")
    assert "effects" not in html
    assert warned == ""


def test_the_book_is_cited_as_citation_says(
    folder: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    html, _ = build(folder, "```{how-to-cite}\n```")
    assert "@software" in html
    assert "hare2010" in html

    def nowhere() -> str:
        raise BuzanError("no clone")

    monkeypatch.setattr(front_parts, "bibtex", nowhere)
    html, _ = build(folder, "```{how-to-cite}\n```")
    assert "@software" not in html


def test_where_the_source_is_stands_only_where_it_is_known(folder: Path, build: Build) -> None:
    text = "```{where-the-source-is}\n```"
    assert "The source" not in build(folder, text)[0]
    html, _ = build(folder, text, html_theme_options={"repository_url": "https://example.org/book"})
    assert '<a class="reference external" href="https://example.org/book">' in html
