from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from buzanlib.errors import DataError
from buzanlib.files import sha256
from buzanlib.site.pages import data_page, generated_pages
from buzanlib.study.markup import code, escape
from buzanlib.tables.codebook import read_codebook

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


def package(**field: object) -> dict[str, Any]:
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
    files = {"codebook.md": "codebook.md", "codebook_1.md": "codebook_1.md", "datasheet.md": "README.md"}
    assert pages.keys() == {"data.md", *files}
    for name, file in files.items():
        assert pages[name].encode() == (data_dir / file).read_bytes()


def test_a_missing_or_broken_file_is_told(data_dir: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with pytest.raises(DataError, match=r"datapackage\.json: 'missing'"):
        generated_pages(data)
    (data / "datapackage.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match=r"datapackage\.json.*must be a descriptor of tables"):
        generated_pages(data)
    shutil.copy(data_dir / "datapackage.json", data)
    for name in ("codebook.md", "codebook_1.md", "README.md"):
        with pytest.raises(DataError, match=rf"^1 fault in the data\n  {name}: 'missing'"):
            generated_pages(data)
        shutil.copy(data_dir / name, data)
    (data / "README.md").write_text("# Datasheet\n\n<b>\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"README\.md, row 3: '<b>'; plain Markdown is needed"):
        generated_pages(data)


def test_a_codebook_is_plain_markdown(data_dir: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(data_dir / "datapackage.json", data)
    for other in ("codebook_1.md", "README.md"):
        shutil.copy(data_dir / other, data)
    (data / "codebook.md").write_text("# Codebook\n\n<b>\n\n{{ a }}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"codebook\.md, row 3: '<b>'; plain Markdown is needed.*\n.*row 5"):
        generated_pages(data)
    with pytest.raises(DataError, match=r"codebook\.md, row 3"):
        generated_pages(data, {"codebook.md": sha256(data_dir / "codebook.md")})
    checked = {"codebook.md": sha256(data / "codebook.md")}
    assert generated_pages(data, checked)["codebook.md"] == "# Codebook\n\n<b>\n\n{{ a }}\n"


PIECES = (
    "# head", "text", "*", "**", "`", "``", "```", "```text", "~~~", ":::", ":::{include} secret.txt", "- ", "1. ",
    "> ", "    ", "\n", "\n\n", "\n", " ", "| a | b |\n|---|---|\n| c | d |", "---", "...", "[a](https://a.org)",
    "[a](", ")", "]", "[a](secret.txt)", "![a](secret.png)", "![a](https://a.org/b.png)", "<https://a.org>",
    "<ftp://a.org>", "<script>", "<img src=x>", "javascript:alert(1)", "{download}`secret.txt`", "{raw}`html`", "{",
    "}", "{{ cycler }}", "$", "$$", "{.a}", "{%", "%}", "% ", "+++", "(a)=", "[^a]", "[^a]: ", ":a: ", ": ", "~~",
    "- [ ] ", "[b]: https://b.org\n", "[b]: secret.txt\n", "[b]", "\\", "&lt;script&gt;", "&#123;",
    "file_format: mystnb", "myst:", "http://a.org", "mailto:a@b.org", "<a@b.org>", "{eval-rst}",
    "```{image} secret.png", "\\begin{a}", "\\end{a}", "\t", "[a](#head)",
)  # fmt: skip
"""Of which pages are made that may or may not pass as codebooks."""


class Body(HTMLParser):
    """Elements and addresses in the body of a built page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.addresses: list[str] = []
        self.feed(page.split('role="main">')[1].split('<div class="sphinxsidebar"')[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.add(tag)
        if given.get("class") != "headerlink":
            self.addresses += [
                value or "" for name, value in attrs if name in ("href", "src", "srcset", "data")
            ]
        assert not [name for name in given if name.startswith("on")]


@pytest.mark.parametrize("pages", [20, pytest.param(120, marks=pytest.mark.soak)])
def test_nothing_on_a_page_made_from_data_is_live(
    folder: Path, build: Callable[..., tuple[str, str]], pages: int
) -> None:
    chosen, texts = random.Random(7), []
    while len(texts) < pages:
        text = "".join(chosen.choices(PIECES, k=chosen.randint(2, 9)))
        (folder / "codebook.md").write_text(text, encoding="utf-8", newline="")
        if not read_codebook(folder)[1]:
            texts.append(text)
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "secret.png").write_bytes(b"secret")
    hostile = package(unit=HOSTILE, constraints={"enum": [HOSTILE]})
    hostile["resources"][0]["path"] = "`{download}`secret.txt`` ```"
    texts.append(data_page(hostile))
    texts.append(f"# {escape(HOSTILE)}\n\n{code(HOSTILE)}\n")
    for number, text in enumerate(texts):
        (folder / f"page-{number}.md").write_text(text, encoding="utf-8", newline="")
    build(
        folder,
        "Text.",
        extensions=["myst_nb", "buzanlib.site"],
        source_suffix={".md": "myst-nb"},
        myst_enable_extensions=[
            "amsmath",
            "attrs_block",
            "attrs_inline",
            "colon_fence",
            "deflist",
            "dollarmath",
        ],
        nb_execution_mode="off",
    )
    for number, text in enumerate(texts):
        body = Body((folder / "out" / f"page-{number}.html").read_text(encoding="utf-8"))
        assert not body.elements & {"script", "img", "object", "iframe", "embed", "link", "style", "math"}, (
            text
        )
        wrong = [
            address
            for address in body.addresses
            if not address.startswith(("http://", "https://", "mailto:"))
        ]
        assert not wrong, text
    assert not (folder / "out" / "_downloads").exists()
    assert not (folder / "out" / "_images").exists()
