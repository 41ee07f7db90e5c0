"""A page loads what it uses, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import tinycss2
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.site import weight
from buzanlib.site.weight import trimmed

SHEET = """/*! Licence: keep */ /* a remark */
:root { --x: 1 } .used, .unused b > i { top: 1px } #here .unused { top: 2px } .unused:not(.used) { top: 3px }
@media (min-width: 3px) { .unused { top: 4px } .used::before { content: ".unused" } }
@media print { .unused { top: 5px } } @keyframes turn { from { top: 0 } }
"""


def test_rules_for_what_no_page_has_go_and_all_others_stay() -> None:
    kept = trimmed(SHEET, {"used", "here"})
    assert "Licence: keep" in kept
    assert "a remark" not in kept
    assert [number for number in range(1, 6) if f"top: {number}px" in kept] == [1]
    assert '.used::before{ content: ".unused" }' in kept
    assert "@media print" not in kept
    assert {":root", "@keyframes turn"} <= {part for part in (":root", "@keyframes turn") if part in kept}


def test_a_selector_stays_without_the_others_of_its_rule() -> None:
    assert trimmed(".a, .b .c, p.d { x: y }", {"a", "b", "d"}) == ".a,p.d{ x: y }"


@given(st.sets(st.sampled_from(["used", "unused", "here"])))
def test_trimming_twice_is_trimming_once(used: set[str]) -> None:
    once = trimmed(SHEET, used)
    assert trimmed(once, used) == once


@pytest.mark.parametrize(
    ("named", "body", "needed"),
    [
        ("_static/copybutton.js", '<div class="highlight"><pre>', True),
        ("_static/copybutton.js", "<p>highlight</p>", False),
        ("_static/sphinx-thebe.js", '<div class="thebe">', False),
        ("_static/sphinx-design.min.css", '<div class="sd-card">', True),
        ("_static/sphinx-design.min.css", '<div class="card">', False),
        ("_static/book.css", "", True),
    ],
)
def test_a_script_or_style_sheet_is_loaded_where_a_page_needs_it(named: str, body: str, needed: bool) -> None:
    one = SimpleNamespace(filename=named, attributes={})
    assert weight._is_needed(one, body) is needed


def test_no_brace_of_the_style_sheet_is_lost(root: Path) -> None:
    sheet = (root / "book" / "_assets" / "book.css").read_text(encoding="utf-8")
    rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    assert [rule.serialize() for rule in rules if rule.type == "error"] == []
    assert [
        rule.serialize()
        for rule in rules
        if rule.type == "qualified-rule" and "{" in tinycss2.serialize(rule.content)
    ] == []


def test_scripts_wait_for_a_page_but_not_for_the_search_that_is_written_after_it(
    folder: Path, build: Callable[..., tuple[str, str]]
) -> None:
    page, _ = build(folder, "Text.")
    search = (folder / "out" / "search.html").read_text(encoding="utf-8")
    waits, at_once = (re.search(r"<script[^>]*doctools\.js[^>]*>", text) for text in (page, search))
    assert waits is not None
    assert "defer" in waits[0]
    assert at_once is not None
    assert "defer" not in at_once[0]
