"""What comes with the data of somebody else: nothing in it is run, or read from the disk of who builds the book."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from nbformat.v4 import new_code_cell, new_notebook, new_output
from sphinx.errors import ExtensionError

from buzanlib.errors import RunError
from buzanlib.site.claims import claims_page
from buzanlib.site.how_made import _foot
from buzanlib.site.hypotheses import Known, hypotheses_page
from buzanlib.site.pages import data_page
from buzanlib.site.run_facts import PageFacts
from buzanlib.site.study_pages import changes_page, colophon_page, front_page, own_note, parameters_page
from buzanlib.study.changes import Change, Changes
from buzanlib.study.manifest import Manifest, Origin
from buzanlib.study.publish import publish
from buzanlib.study.results import Results, Value
from buzanlib.study.spec import Run, Study
from buzanlib.tables import codebook

LIVE = (
    *("{raw}`html <b>`", "{download}`/etc/passwd`", "{eval}`a`", "```{include} /etc/passwd\n```", "<script>"),
    *(
        "```{literalinclude} ../x\n```",
        ":::{figure} /x.png\n:::",
        "~~~{csv-table}\n:file: x\n~~~",
        "<img src=x>",
    ),
    *("```{code-cell}\nx\n```", "```{eval-rst}\n.. raw:: html\n```", "![a](../../x.png)", "[a](/etc/passwd)"),
    *("<!-- a -->", "(a)=", "% a", "$$a$$", "[^1]: a"),
)
PIECES = (
    *(*LIVE, "{num}", "`", "```", "\n\n", "\n", "](", "[", "!", "[a](javascript:b)", "[a](data:text/html,b)"),
    *(
        "[a]: vbscript:b",
        "<javascript:b>",
        "&lt;img&gt;",
        "{{ a }}",
        "+++",
        "---",
        "$",
        "|",
        "[a](file:///etc/passwd)",
    ),
    *("\\", "\\begin{a}", "[^1]", ":a: b", "{#a}", "{.b}", "{", "}", "#", "    ", "\t", "\r", "\x0b", "\x85"),
    *("\u2028", "\x00", "- ", "1. ", "> ", "<!--", "*", "_", "~~", "\x1b", "www.a.org", ";", "</script>"),
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), min_size=1, max_size=5).map("".join)

#: What the pages themselves have beside plain Markdown: links to their own chapters, a note, a list of claims.
OURS = {"myst_role", "colon_fence", "span_open", "span_close", "dl_open", "dt_open", "dd_open"}
ATTRIBUTES = {"id", "class"}
CHAPTER = r"(\.\./)?((executed|_generated)/[\w.-]+|rerun)"


def live(page: str) -> Iterator[str]:
    """What the book, with the extensions that it has on, would do with a page beyond showing text and its links."""
    yield from _live(_parser().parse(page))


@cache
def _parser() -> MarkdownIt:
    config = yaml.safe_load((Path(__file__).parents[2] / "_config.yml").read_text(encoding="utf-8"))
    extensions = set(config["parse"]["myst_enable_extensions"])
    return create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)


def _live(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        address = str(token.attrs.get("href", ""))
        if token.type == "myst_role":
            plain = token.meta["name"] == "doc" and re.fullmatch(CHAPTER, token.content) is not None
        elif token.type == "colon_fence":
            plain = token.info == "{note}"
            yield from live(token.content)
        elif token.type == "link_open" and address.startswith("../executed/"):
            plain = True
        elif token.type in OURS or (token.type in codebook._PLAIN and token.attrs.keys() & ATTRIBUTES):
            plain = token.attrs.keys() <= ATTRIBUTES
        else:
            plain = token.nesting < 0 or codebook._is_plain(token)
        if not plain:
            yield f"{token.type} {token.attrs} {token.content!r}"
        yield from _live(token.children or [])


def test_what_is_live_is_found() -> None:
    for text in LIVE:
        assert list(live(f"a\n\n{text}\n")), text


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_no_text_of_a_descriptor_is_live(one: str, other: str) -> None:
    about = {"title": one, "description": other, "path": "a.csv"}
    field = {
        "name": one,
        "type": "string",
        "description": other,
        "unit": one,
        "source": other,
        "licence": one,
    }
    constraints = {"enum": [one, other], "minimum": one, "pattern": other}
    table = {
        **about,
        "schema": {
            "fields": [{**field, "constraints": constraints}],
            "primaryKey": [one],
            "foreignKeys": [{"fields": other, "reference": {"resource": one, "fields": other}}],
        },
        "sources": [{"title": one, "path": other}, {"title": other, "path": f"https://{one}"}],
        "licenses": [{"name": one, "path": f"http://a.org/{other}"}],
        "buzan:rules": [{"says": one}],
        "buzan:coverage": [{"says": other}],
    }
    assert list(live(data_page({"description": one, "resources": [table]}))) == []


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_no_text_of_a_study_or_its_results_is_live(one: str, other: str) -> None:
    here = Path("study.yml")
    run = Run("a", Path("a.ipynb"), {"one": one}, {"one": one, "seed": other}, swept=("one",))
    study = Study(here, one, here, here, here, here, {one: here}, (Path(other),), (run,))
    values = {f"{name}.verdict": Value(other, "a") for name in (one, other)}
    results = Results("", {}, {}, {}, values)
    moved = (Change(one, other, one), Change(f"{one}.verdict", None, other))
    origin = Origin(one, other, None)
    about = {"seconds": 1.0, "parameters": {"seed": one}, "template": other, "read": [one, other]}
    manifest = Manifest(one, origin, origin, other, one, {one: other}, other, one, {other: one}, {one: about})
    for page in (
        front_page(study, results, {one: other, other: one}),
        own_note(run),
        changes_page(Changes(moved, (one,), (other,), moved)),
        colophon_page(manifest),
        hypotheses_page({"B1": Known(one, other, one, other, "a")}),
        _foot(PageFacts(one, other, one, 1.0, (one, f"{other}.csv"), ((one, other, one, other),))),
    ):
        assert list(live(page)) == []


@settings(max_examples=30, deadline=None)
@given(TEXTS)
def test_no_text_of_a_parameter_is_live(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("templates") / "one.ipynb"
    line = " ".join(text.split()).replace("\x00", "")
    source = f"many: int = 1  # a {line}\nword: str = {text!r}  # a word\n"
    cell = new_code_cell(source, metadata={"tags": ["parameters"]})  # type: ignore[no-untyped-call]
    nbformat.write(new_notebook(cells=[cell]), file)  # type: ignore[no-untyped-call]
    run = Run("one", file, {}, {"many": 1, "word": text})
    assert list(live(parameters_page([run]))) == []


@settings(max_examples=30, deadline=None)
@given(TEXTS, TEXTS)
def test_no_claim_is_live_whatever_its_descriptor_allows(
    tmp_path_factory: pytest.TempPathFactory, data_dir: Path, one: str, other: str
) -> None:
    data = tmp_path_factory.mktemp("data")
    shutil.copy(data_dir / "definitions.json", data)
    package: dict[str, Any] = json.loads((data_dir / "datapackage.json").read_text(encoding="utf-8"))
    tables = [table for table in package["resources"] if table["name"] in ("claims", "added_hypotheses")]
    for table in tables:
        fields = [{**field, "type": "string", "constraints": {}} for field in table["schema"]["fields"]]
        table["schema"] = {"fields": fields, "primaryKey": table["schema"]["primaryKey"]}
        table.pop("buzan:rules", None)
        names = [field["name"] for field in fields]
        cell = '"a ' + " ".join(one.split()).replace('"', "'").replace("\x00", "") + ' x"'
        (data / table["path"]).write_text(
            f"{','.join(names)}\n{','.join([cell] * len(names))}\n", encoding="utf-8"
        )
    (data / "datapackage.json").write_text(json.dumps({**package, "resources": tables}), encoding="utf-8")
    run = Run("a", Path(f"{other}.ipynb"), {}, {})
    study = Study(data / "study.yml", "", data, data, data, data, {}, (), (run,))
    values = {"X9.verdict": Value(other, "a")}
    assert list(live(claims_page(study, Results("", {}, {}, {}, values)))) == []


def figure(caption: str) -> nbformat.NotebookNode:
    about = {"name": "fig-a", "caption": caption, "alt": "a"}
    shown = new_output("display_data", {"image/svg+xml": "<svg/>"}, metadata={"buzan": about})  # type: ignore[no-untyped-call]
    return new_notebook(cells=[new_code_cell("show()", outputs=[shown])])  # type: ignore[no-untyped-call,no-any-return]


@pytest.mark.parametrize(
    "caption",
    [
        *(
            "Votes of <b>A</b>",
            "{download}`/etc/passwd`",
            "![a](https://a.org/x.png)",
            "{raw}`a`",
            "{eval}`a`",
        ),
        *("```{include} x\n```", ":::{figure} x\n:::", "{{ a }}", "<!-- a -->", "![a](//a.org/x)"),
    ],
)
def test_a_caption_with_a_name_that_is_markup_is_refused(caption: str) -> None:
    with pytest.raises(RunError, match=r"one, cell 1: the caption has .* plain Markdown"):
        publish(Run("one", Path("one.ipynb"), {}, {}), figure(caption))


@pytest.mark.parametrize(
    "caption",
    ["*Hub*, $a$ and {num}`B1.p:p` of {numref}`fig-b`; 1 < 2, A & B", "[a](https://a.org)", "[](fig-b) 5 $"],
)
def test_a_caption_of_text_numbers_and_references_is_not(caption: str) -> None:
    assert publish(Run("one", Path("one.ipynb"), {}, {}), figure(caption)).figures.keys() == {"fig-a"}


OUTSIDE = (
    "![a]({})",
    "```{{figure}} {}\n```",
    "```{{image}} {}\n```",
    "{{download}}`{}`",
    "```{{include}} {}\n```",
    "```{{literalinclude}} {}\n```",
    "```{{raw}} html\n:file: {}\n```",
    "```{{csv-table}} a\n:file: {}\n```",
    "```{{eval-rst}}\n.. image:: {}\n```",
    "```{{eval-rst}}\n.. csv-table:: a\n   :file: {}\n```",
)


@pytest.mark.parametrize("text", OUTSIDE)
@pytest.mark.parametrize("place", ["../secret.png", "link.png"])
def test_no_page_shows_a_file_from_outside_of_the_book(
    tmp_path: Path, folder: Path, build: Callable[..., tuple[str, str]], text: str, place: str
) -> None:
    book = tmp_path / "book"
    book.mkdir()
    shutil.move(folder / "results.json", book)
    secret = (
        b"\x89PNG\r\n\x1a\n" if "image" in text or "figure" in text or "![" in text else b"secret, secret\n"
    )
    (tmp_path / "secret.png").write_bytes(secret)
    (book / "link.png").symlink_to(tmp_path / "secret.png")
    (book / "own.png").write_bytes(secret)
    with pytest.raises(ExtensionError, match="lies outside of the book, which shows only what lies in it"):
        build(book, text.format(place))
    assert not list((book / "out").rglob("secret*"))
    build(book, text.format("own.png"))


@pytest.mark.parametrize("text", ["```{{raw}} html\n:url: {}\n```", "```{{csv-table}} a\n:url: {}\n```"])
def test_no_page_reads_an_address_while_it_is_built(
    tmp_path: Path, folder: Path, build: Callable[..., tuple[str, str]], text: str
) -> None:
    (tmp_path / "secret").write_text("<b>secret</b>, a\n", encoding="utf-8")
    page, warnings = build(folder, text.format((tmp_path / "secret").as_uri()))
    assert "unknown option" in warnings.lower() or "Unknown option" in warnings
    assert "secret</b>" not in page
