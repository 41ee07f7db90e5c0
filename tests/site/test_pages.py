from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from buzanlib.errors import DataError
from buzanlib.site.pages import data_page, generated_pages
from buzanlib.study.markup import escape

HOSTILE = "<script>alert(1)</script> | `a` {num}`B1.p` $x$ [b](c) {{d}} *e* # f \\ &amp; http://x.example"


def shown(markdown: str) -> str:
    """What a reader sees: the text of the rendered paragraph."""
    (inline,) = [
        token for token in MarkdownIt("commonmark").enable("table").parse(markdown) if token.type == "inline"
    ]
    assert all(child.type in ("text", "text_special") for child in inline.children or [])
    return "".join(child.content for child in inline.children or [])


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).filter(
        lambda text: text.split() != []
    )
)
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    assert shown("x" + escape(text)) == "x" + " ".join(text.split())


def package(**field: object) -> dict[str, object]:
    return {
        "description": HOSTILE,
        "resources": [
            {
                "path": "a.csv",
                "title": HOSTILE,
                "description": HOSTILE,
                "sources": [{"title": HOSTILE, "path": "javascript:alert(1)"}],
                "licenses": [{"name": "CC0-1.0", "path": "https://example.org/x"}],
                "schema": {
                    "fields": [{"name": "n", "type": "integer", "description": HOSTILE, **field}],
                    "primaryKey": "n",
                },
                "buzan:rules": [{"says": HOSTILE}],
            }
        ],
    }


def test_nothing_in_a_descriptor_is_taken_for_markup() -> None:
    page = data_page(package(unit=HOSTILE, constraints={"enum": [HOSTILE], "pattern": "[|]"}))
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(page)
    assert "<script" not in html
    assert "javascript:alert" not in re.findall(r'href="([^"]*)"', html)
    assert html.count("<tr>") == 2
    assert html.count("<td>") == 4
    assert html.count("<h2>") == 1
    assert re.findall(r'href="([^"]*)"', html) == ["https://example.org/x"]


@pytest.mark.parametrize(
    ("constraints", "said"),
    [
        ({"minimum": 0, "maximum": 1, "required": True}, "0 to 1; never empty"),
        ({"minimum": 0}, "from 0"),
        ({"maximum": "2024"}, "up to 2024"),
        ({"enum": ["A", "B"], "unique": True}, "A, B; unique"),
        ({}, ""),
    ],
)
def test_what_is_allowed_is_said_in_words(constraints: dict[str, object], said: str) -> None:
    page = data_page(package(constraints=constraints))
    html = MarkdownIt("commonmark").enable("table").render(page)
    assert re.findall(r"<td>(.*?)</td>", html)[-1] == said


def test_the_page_of_the_data_that_ship_names_every_field(data_dir: Path, tmp_path: Path) -> None:
    pages = generated_pages(data_dir)
    page = pages["data.md"]
    descriptor = json.loads((data_dir / "datapackage.json").read_text(encoding="utf-8"))
    for table in descriptor["resources"]:
        section = page.split(f"`{table['path']}`")[1].split("\n## ")[0]
        for field in table["schema"]["fields"]:
            assert f"| {escape(field['name'])} | {escape(field['description'])}" in section
        assert section.count("**Terms:**") == len(table["licenses"])
        assert section.count("**Source:**") == len(table["sources"])
    assert pages["codebook.md"].encode() == (data_dir / "codebook.md").read_bytes()


def test_a_missing_or_broken_file_is_told(data_dir: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with pytest.raises(DataError, match=r"datapackage\.json: 'missing'"):
        generated_pages(data)
    (data / "datapackage.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match=r"datapackage\.json.*must be a descriptor of tables"):
        generated_pages(data)
    shutil.copy(data_dir / "datapackage.json", data)
    with pytest.raises(DataError, match=r"codebook\.md: 'missing'"):
        generated_pages(data)


@pytest.mark.parametrize(
    "live",
    [
        "<script>alert(1)</script>",
        "> ```{raw} html",
        "- :::{include} x",
        "{raw}`<b>`",
    ],
)
def test_a_codebook_is_plain_markdown(live: str, data_dir: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(data_dir / "datapackage.json", data)
    (data / "codebook.md").write_text(f"# Codebook\n\n{live}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"codebook\.md, row 3: .*plain Markdown is needed"):
        generated_pages(data)
