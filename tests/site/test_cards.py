"""Links of numbers and ids, and what their cards say, in a small book of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from buzanlib.site.hypotheses import Known
from buzanlib.site.linked_tables import link_table
from buzanlib.site.run_facts import FACTS, Facts, PageFacts
from buzanlib.study.results import Results, Value

Build = Callable[..., tuple[str, str]]

HOSTILE = "</script><script>alert(1)</script>"
KNOWN = {
    "B1": Known(f"The weak fear more {HOSTILE}", "F1", "log odds", "undecided", "06_test"),
    "F1": Known("Routes differ", "F3"),
}
MADE = PageFacts(
    "06_test",
    "1" * 64,
    "c0ffee",
    7.25,
    ("codes.csv", "README.md"),
    (("power", "its index", "CINC (cinc)", "an index"),),
)
VALUES = {
    "B1.contrast": Value(-0.254, "06_test", "last"),
    "B1.low90": Value(-0.5, "06_test", "last"),
    "B1.high90": Value(0.01, "06_test", "last"),
    "B1.verdict": Value("undecided", "06_test", "shown"),
    "strategies.B1.p": Value(0.5, "06_test", "last"),
    "locked.B1.p": Value(0.5, "06_test", "last"),
    "counted": Value("1 reversed (F1)", "06_test", "last"),
    "elsewhere": Value(1, "gone", "last"),
}
TABLE = """<div><table class="table stacked"><thead><tr><th scope="col">id</th></tr></thead><tbody>
<tr><th scope="row">B1</th><td data-label="claim">as F1 &lt;b&gt;</td><td data-label="verdict">undecided</td>\
<td data-label="contrast">\u22120.25</td><td data-label="90 % interval">\u22120.50\u00a0to\u00a0+0.01</td>\
<td data-label="p">0.500</td><td><a href="#">B1</a></td></tr></tbody></table><p>B1</p></div>"""


def notebook(path: Path) -> None:
    cells = [
        new_markdown_cell("# The test\n\nIt reads {num}`B1.contrast:+.2f` and {num}`counted`."),
        new_code_cell("power: str = 'cinc'", id="par", metadata={"tags": ["parameters"]}),
        new_code_cell("power = 'gdp'", id="given", metadata={"tags": ["injected-parameters"]}),
        new_code_cell("plain", id="plain"),
        new_code_cell("record(shown)", id="shown", metadata={"tags": ["hide-input"]}),
        new_code_cell("record(last)", id="last", metadata={"tags": ["remove-cell"]}),
    ]
    about = {"language_info": {"name": "python", "pygments_lexer": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=about), path)  # type: ignore[no-untyped-call]


@pytest.fixture
def book(tmp_path: Path, build: Build) -> dict[str, str]:
    """The pages of a book with a chapter, by name."""
    (tmp_path / "executed").mkdir()
    (tmp_path / "_generated").mkdir()
    notebook(tmp_path / "executed" / "06_test.ipynb")
    about = {"06_test": {"parameters": {"power": "cinc"}, "prefix": ""}}
    Results("hash", {}, about, {}, VALUES).write(tmp_path / "results.json")
    (tmp_path / "_generated" / FACTS).write_text(Facts({"06_test": MADE}, KNOWN).to_json(), encoding="utf-8")
    pages = {
        "_generated/hypotheses": "# Hypotheses\n\nB1 is here.",
        "_generated/colophon": "# Made\n\nSo.",
        "glossary": "# Glossary\n\n```{glossary}\nhard word\n  Its *meaning*.\n\n  More of it.\n\n"
        "undecided\n  Not known.\n```",
    }
    for name, text in pages.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    text = (
        "## Of B1\n\nB1, B1–F1; B12 and A/B1; indicators B1, B2 and F1; `B1`, [B1](https://example.org),"
        " ({num}`B1.verdict`):"
        " {num}`B1.contrast:+.1f`, {num}`elsewhere`, {term}`hard word`.\n\n"
        f"```{{raw}} html\n{TABLE}\n```\n\n"
        "```{toctree}\n:numbered: 1\n\nexecuted/06_test\n_generated/hypotheses\n_generated/colophon\nglossary\n```"
    )
    suffixes = {".md": "myst-nb", ".ipynb": "myst-nb"}
    html, warned = build(
        tmp_path,
        text,
        extensions=["myst_nb", "buzanlib.site"],
        source_suffix=suffixes,
        nb_execution_mode="off",
    )
    assert warned == ""
    out = tmp_path / "out"
    return {"index": html} | {
        name: (out / f"{name}.html").read_text(encoding="utf-8") for name in ("executed/06_test", *pages)
    }


def cards(page: str) -> Any:
    (text,) = re.findall(r'<script type="application/json" id="buzan-cards">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def test_a_number_leads_to_the_code_that_recorded_it(book: dict[str, str]) -> None:
    link = r'<a class="num recorded" data-key="B1\.contrast" href="executed/06_test\.html#cell_last">\u22120\.3</a>'
    assert re.search(link, book["index"])
    assert re.search(r'<a [^>]*href="executed/06_test.html#cell_shown"[^>]*>undecided</a>', book["index"])
    assert 'id="cell_last"' in book["executed/06_test"]
    assert 'id="cell_shown"' in book["executed/06_test"]
    assert '<span class="num">1</span>' in book["index"], "a chapter that is not in the book has no link"


def test_a_card_says_what_value_chapter_choices_and_tables(book: dict[str, str]) -> None:
    said = cards(book["index"])
    assert said["numbers"]["B1.contrast"] == ["B1: estimate (log odds)", "\u22120.254", "06_test", "B1"]
    assert said["pages"] == {"06_test": ["The test", "power: CINC (cinc)", "codes.csv"]}
    assert said["ids"]["B1"].endswith("Undecided.")
    assert said["ids"]["F1"] == "Routes differ. Not judged in this study."
    assert said["terms"] == {"term-hard-word": "Its meaning.", "term-undecided": "Not known."}
    assert "elsewhere" not in said["numbers"]
    assert HOSTILE not in book["index"]


def test_every_id_in_prose_is_a_link_but_none_in_code_headings_and_links(book: dict[str, str]) -> None:
    prose = book["index"].split("<h2>")[1].split("<table")[0]
    linked = re.findall(
        r'<a class="hypothesis[^>]*href="_generated/hypotheses.html#hypothesis-(\w+)">(\w+)</a>', prose
    )
    assert linked == [("b1", "B1"), ("b1", "B1"), ("f1", "F1")]
    assert "1 reversed (<a" in book["executed/06_test"], "in words that were recorded, too"
    assert "hypothesis-b1" not in book["_generated/hypotheses"]


def test_ids_and_numbers_of_certain_keys_in_tables_are_links(book: dict[str, str]) -> None:
    table = book["index"].split("<tbody>")[1].split("</tbody>")[0]
    assert re.findall(r'data-key="([^"]+)"[^>]*>([^<]+)</a>', table) == [
        ("B1.verdict", "undecided"),
        ("B1.contrast", "\u22120.25"),
        ("B1.low90", "\u22120.50"),
        ("B1.high90", "+0.01"),
    ]
    assert "0.500</td>" in table, "two keys have this value"
    assert table.count("#hypothesis-b1") == table.count("#hypothesis-f1") == 1
    assert "&lt;b&gt;" in table
    assert "<p>B1</p>" in book["index"]


def test_a_table_without_anything_known_stays_as_it_is() -> None:
    class Nothing:
        def split(self, text: str) -> list[str]:
            return [text]

        def hypothesis(self, name: str) -> str:
            raise AssertionError

        key_of = address = hypothesis

    html = TABLE + "<script>if (1 < 2) '<td>B1</td>'</script><!-- x --><br/>&amp;&#8722;"
    assert link_table(html, Nothing()) == html  # type: ignore[arg-type]


def test_a_chapter_does_not_open_with_parameters_and_ends_with_how_it_was_made(book: dict[str, str]) -> None:
    page = book["executed/06_test"]
    head, foot = page.split("<h2>How this page was made")
    for hidden in ("cinc", "gdp"):
        assert f"&#39;{hidden}&#39;" not in page
    assert head.count("<details") == 2, "code is folded, also where the notebook does not say so"
    assert "record</span>" not in head.split("shown")[0]
    assert foot.partition('<details class="cite">')[0].count("<details") == 1
    assert "the code that recorded 6 values" in foot
    assert 'data-label="here"' in foot
    for fact in ("06_test", "111111111111", "c0ffee", "7.2", "CINC (cinc)", "its index", "codes.csv"):
        assert fact in foot
    assert "README.md" not in foot


def test_a_chapter_has_its_number_in_heading_and_window(book: dict[str, str]) -> None:
    assert '<h1><span class="section-number">1. </span>The test' in book["executed/06_test"]
    assert re.search(r"<title>\s*1. The test", book["executed/06_test"])


def test_scripts_are_loaded_where_they_have_something_to_do(book: dict[str, str]) -> None:
    assert "code.js" in book["executed/06_test"]
    assert "code.js" not in book["index"]
    assert "cards.js" in book["index"]
    assert "cards.js" not in book["glossary"]
