"""What goes with a page out of the book: how to cite it, and what search engines and others that link to it show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from textwrap import shorten
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape as escape_xml

from docutils import nodes
from sphinx.application import Sphinx

from buzanlib import __version__
from buzanlib.site.seminar_pages import is_for_class

_LONGEST = 160
"""Characters of a description; search engines cut longer ones."""

_CARD = "_static/front-page.png"

_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')

_BIBTEX = str.maketrans({sign: f"\\{sign}" for sign in "&%$#_{}"} | {"\\": r"\textbackslash{}"})


def described(doctree: nodes.document) -> str:
    """The first sentences of a page, as many as are shown below a link to it."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.document | nodes.section) and (
            text := paragraph.astext().strip()
        ):
            return shorten(text, _LONGEST, placeholder=" …")
    return ""


def bibtex_of_page(page: str, title: str, book: str, author: str, year: str, address: str = "") -> str:
    r"""BibTeX of a page of a book, and of the data behind it.

    Parameters
    ----------
    page, title : str
        Its name in the book, for the key, and its title.
    book, author, year : str
        Title, author and year of the book.
    address : str
        Where the page is published; without one there is no such field.

    Examples
    --------
    >>> print(bibtex_of_page("executed/06_quadrants", "A & B", "The book", "somebody", "2026").split("\n\n")[0])
    @incollection{buzanlib-06-quadrants,
      author = {{somebody}},
      title = {{A \& B}},
      booktitle = {{The book}},
      year = {2026},
      note = {buzanlib 0.1.0},
    }
    """
    key = f"buzanlib-{re.sub('[^A-Za-z0-9]+', '-', page.rpartition('/')[2])}"
    fields = {"author": f"{{{author.translate(_BIBTEX)}}}", "title": f"{{{title.translate(_BIBTEX)}}}"}
    inside = {"booktitle": f"{{{book.translate(_BIBTEX)}}}", "year": year, "note": f"buzanlib {__version__}"}
    data = {**fields, "title": f"{{{book.translate(_BIBTEX)} Data and codes}}", "year": year}
    where = {"url": address} if address else {}
    return "\n\n".join(
        [
            _entry("incollection", key, {**fields, **inside, **where}),
            _entry(
                "misc",
                "buzanlib-data",
                {**data, "note": f"Tables of buzanlib {__version__}, with their sources"},
            ),
        ]
    )


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    return "\n".join(
        [f"@{kind}{{{key},", *(f"  {name} = {{{value}}}," for name, value in fields.items()), "}"]
    )


def _take_away(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put into the head of a page what links to it show, and at its foot how to cite it."""
    if doctree is None or "body" not in context:
        return
    title = app.env.titles[page].astext()
    context["metatags"] = f"{context.get('metatags', '')}\n{head_of(app, page, title, described(doctree))}"
    if not is_for_class(page):  # the source has results in it
        context["body"] += citation_box(
            citation_of(app, page, title), context.get("theme_repository_url", "")
        )


def head_of(app: Sphinx, page: str, title: str, about: str) -> str:
    """What the head of a page has for those that link to it, escaped."""
    config = app.config
    base = config.html_baseurl.rstrip("/")
    tags = {
        "og:title": title,
        "og:type": "article",
        "og:site_name": config.html_title,
        "og:description": about,
    }
    if base:
        tags |= {"og:url": f"{base}/{quote(page)}.html", "og:image": f"{base}/{_CARD}"}
    head = [f'<meta name="description" content="{escape(about)}">'] if about else []
    head += [f'<meta property="{name}" content="{escape(text)}">' for name, text in tags.items() if text]
    head.append(f'<meta name="twitter:card" content="{"summary_large_image" if base else "summary"}">')
    return "\n".join(head)


def citation_of(app: Sphinx, page: str, title: str) -> str:
    """BibTeX of a page of this book."""
    config = app.config
    base = config.html_baseurl.rstrip("/")
    year = (re.findall(r"\d{4}", config.copyright) or [""])[-1]
    address = f"{base}/{quote(page)}.html" if base else ""
    return bibtex_of_page(page, title, config.html_title, config.author, year, address)


def citation_box(cited: str, source: str) -> str:
    """The foot of a page, with BibTeX and perhaps the address of the source."""
    link = f'<p>Source: <a href="{escape(source)}">{escape(source)}</a></p>' if source else ""
    return (
        '<details class="cite"><summary>Cite this page</summary>'
        f'<div class="highlight-none notranslate"><div class="highlight"><pre>{escape(cited)}</pre></div></div>'
        "<p>The paper, and the source of each table, are cited by themselves: <code>buzan cite</code>.</p>"
        f"{link}</details>"
    )


def _write_lists(app: Sphinx, error: Exception | None) -> None:
    """Write ``robots.txt``, ``llms.txt`` and, where the book has an address, ``sitemap.xml``."""
    if error or app.builder.name != "html":
        return
    out, base = Path(app.outdir), app.config.html_baseurl.rstrip("/")
    pages = [app.config.root_doc, *_in_order(app, app.config.root_doc)]
    robots = "User-agent: *\nAllow: /\n"
    if base:
        addresses = sorted(
            file.relative_to(out).as_posix() for file in out.rglob("*.html") if "_static" not in file.parts
        )
        listed = "".join(f"<url><loc>{escape_xml(f'{base}/{quote(one)}')}</loc></url>\n" for one in addresses)
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        sitemap = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{space}">\n{listed}</urlset>\n'
        (out / "sitemap.xml").write_text(sitemap, encoding="utf-8")
        robots += f"Sitemap: {base}/sitemap.xml\n"
    (out / "robots.txt").write_text(robots, encoding="utf-8")
    lines = [f"# {app.config.html_title}", ""]
    for page in pages:
        shown = _DESCRIPTION.search((out / f"{page}.html").read_text(encoding="utf-8"))
        about = f": {unescape(shown[1])}" if shown else ""
        title = " ".join(app.env.titles[page].astext().split())
        lines.append(f"- [{title}]({f'{base}/' if base else ''}{quote(page)}.html){about}")
    (out / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _in_order(app: Sphinx, page: str) -> Iterator[str]:
    """Pages below a page, in the order of the table of contents."""
    for below in app.env.toctree_includes.get(page, ()):
        yield below
        yield from _in_order(app, below)


def setup(app: Sphinx) -> None:
    """Register the handlers."""
    app.connect("html-page-context", _take_away)
    app.connect("build-finished", _write_lists)
