"""The role, in a small book of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sphinx.errors import ExtensionError

from buzanlib.study.results import Results, Value

Build = Callable[..., tuple[str, str]]


def test_a_number_is_kept_on_one_line_and_words_may_break(folder: Path, build: Build) -> None:
    html, warned = build(folder, "{num}`B1.contrast:+.1f` is {num}`B1.verdict`.")
    assert '<span class="num">\u22120.2</span> is <span>hardly decided</span>.' in html
    assert warned == ""


def test_words_have_no_short_names_of_kinds_of_state(folder: Path, build: Build) -> None:
    Results("hash", {}, {}, {}, {"least": Value("WS", "09"), "pair": Value("SS and SW", "09")}).write(
        folder / "results.json"
    )
    html, _ = build(folder, "Of {num}`least` less than of {num}`pair`.")
    assert "Of <span>weak but cohesive states</span> less than" in html
    assert "<span>powerful and cohesive states and powerful but divided ones</span>" in html


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("B1.contrst", "unknown result 'B1.contrst'; nearest allowed: 'B1.contrast'"),
        ("B1.contrast:p", "-0.25 is not a probability"),
        ("B1.verdict:.2f", "Unknown format code 'f'"),
    ],
)
def test_a_key_or_format_that_does_not_fit_is_told_with_its_paragraph(
    folder: Path, build: Build, text: str, message: str
) -> None:
    html, warned = build(folder, f"Then {{num}}`{text}`.")
    assert f"[{text}]" in html
    assert f"index.md:3: WARNING: {{num}}`{text}`: {message}" in warned


def test_a_number_of_a_chapter_that_is_left_out_is_a_dash(folder: Path, build: Build) -> None:
    html, warned = build(folder, "Then {num}`B1.contrst:.2f`.", buzan_as_shipped=False)
    assert '<span class="num">–</span>' in html
    assert warned == ""


def test_without_results_nothing_is_read(tmp_path: Path, build: Build) -> None:
    with pytest.raises(ExtensionError, match=r"no results at results.json: run the study first"):
        build(tmp_path, "Text.")
