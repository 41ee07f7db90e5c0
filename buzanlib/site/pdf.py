"""The whole book as one PDF, with page numbers, contents and working references; and what prints any part of one."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag

from buzanlib.errors import BuzanError, RunError

if TYPE_CHECKING:
    from pypdf import PdfReader

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

#: A browser that keeps to itself: no profile, no look for updates, no sync.
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

_LEFT_OUT = re.compile(r"^(api/|genindex|py-modindex|search|seminar/|_generated/(evidence|explorer|states))")
"""Pages for the screen: the library's reference, what is looked up rather than read, and handouts, which go apart."""

_NOT_PRINTED = (
    "script, style, button, a.headerlink, .only-dark, .onlyprint, .d-print-none, details.cite, .cell_input,"
    " details:not(:has(.cell_output)):has(.cell_input)"
)

_SHEET = """
@page { size: A4; margin: 20mm 20mm 22mm; @bottom-center { content: counter(page); font: 9pt sans-serif; } }
@page :first { @bottom-center { content: none; } }
html, body { background: #fff; color: #000; font-size: 10pt; }
body { width: 170mm; margin: 0; }
section.page, nav.contents { break-before: page; }
h1, h2, h3, h4 { break-after: avoid; }
figure, svg, img, tr, .admonition, .sd-card, div.math { break-inside: avoid; }
figure { margin: 1em 0; text-align: center; }
figure img, figure svg { max-width: 100%; max-height: 215mm; height: auto; }
table { break-inside: auto !important; font-size: 8.5pt; max-width: 100%; border-collapse: collapse; }
td, th { padding: 1.5pt 4pt; vertical-align: top; border-bottom: 0.5pt solid #bbb; min-width: 0 !important; }
thead { display: table-header-group; }
div, .pst-scrollable-table-container { overflow: visible !important; background: none; }
figcaption, figcaption .caption-text, caption { color: #222 !important; text-align: left; }
pre { white-space: pre-wrap; font-size: 8pt; }
a { color: #0a4f78; text-decoration: none; }
details > summary { list-style: none; font-weight: 600; }
.title { height: 230mm; display: flex; flex-direction: column; justify-content: center; }
.title h1 { font-size: 26pt; }
nav.contents p { display: flex; margin: 0.15em 0; }
nav.contents p span.dots { flex: 1; border-bottom: 0.5pt dotted #999; margin: 0 0.4em 0.3em; }
nav.contents { background: none; border: 0; }
nav.contents h2 { font-size: 11pt; margin: 0.9em 0 0.2em; }
"""

# Tables wider than the page are made smaller until they fit, never cut; what is folded is opened.
_SCRIPT = """
for (const fold of document.querySelectorAll('details')) fold.open = true;
for (const one of document.querySelectorAll('table, div.math math, pre, .full-width > *')) {
  const room = document.body.clientWidth;
  if (one.scrollWidth > room) one.style.zoom = Math.max(0.45, room / one.scrollWidth);
}
"""


def book_as_pdf(html: Path) -> bytes:
    """Print a built book, without its interface pages and what is looked up on the screen.

    Parameters
    ----------
    html : Path
        Folder of its pages, with ``index.html``.

    Returns
    -------
    bytes
        The PDF: A4, a title page, contents with page numbers, an outline, and references within it that can be
        followed.

    Raises
    ------
    BuzanError
        If there is no book, or Chromium or pypdf is missing.
    RunError
        If Chromium fails.
    """
    read = reader_for(html)
    title, parts = contents_of(html)
    pages = [page for _, listed in parts for page, _ in listed]
    bodies = "".join(body_of(html, page, pages) for page in ["index.html", *pages])
    first = printed(_whole(html, title, parts, {}, bodies))
    # Where a page begins is known once everything has been set; numbers of up to three digits take the same room.
    reader = read(first)
    begins = {
        name.lstrip("/"): reader.get_destination_page_number(place)
        for name, place in reader.named_destinations.items()
    }
    numbers = {page: (begins.get(_anchor(page)) or 0) + 1 for page in pages if _anchor(page) in begins}
    return printed(_whole(html, title, parts, numbers, bodies))


def reader_for(html: Path) -> Callable[[bytes], PdfReader]:
    """What reads a PDF of a built book; `BuzanError` if there is no book, or Chromium or pypdf is missing."""
    if not (html / "index.html").is_file():
        raise BuzanError(f"no book in {str(html)!r}: build it first, with 'buzan book'")
    if CHROMIUM is None:
        raise BuzanError(
            "a PDF needs Chromium, which is not installed (Debian, Ubuntu: apt install chromium)"
        )
    try:
        from pypdf import PdfReader
    except ImportError:
        raise BuzanError("a PDF needs pypdf: pip install 'buzanlib[documents]'") from None
    return lambda content: PdfReader(io.BytesIO(content))


def contents_of(html: Path) -> tuple[str, list[tuple[str, list[tuple[str, str]]]]]:
    """Title of a built book, and its parts in order: heading, and file and title of each page that is printed."""
    front = _soup(html / "index.html")
    parts: list[tuple[str, list[tuple[str, str]]]] = []
    for entry in front.select("nav.bd-docs-nav p.caption, nav.bd-docs-nav a.reference.internal"):
        text = " ".join(entry.get_text().split())
        if entry.name == "p":
            parts.append((text, []))
        elif not _LEFT_OUT.match(str(entry["href"])) and parts and str(entry["href"]) != "#":
            parts[-1][1].append((str(entry["href"]), text))
    heading = front.select_one("article h1")
    for sign in heading.select("a.headerlink") if heading else ():
        sign.decompose()
    return heading.get_text().strip() if heading else "", [part for part in parts if part[1]]


def _soup(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def _anchor(page: str, fragment: str = "") -> str:
    """Id in the whole of a page, or of a place in it."""
    return re.sub(r"[^A-Za-z0-9]+", "-", page.removesuffix(".html")) + (f"--{fragment}" if fragment else "")


def body_of(html: Path, page: str, pages: list[str]) -> str:
    """The article of a page of a built book, with ids, links and pictures that hold in a whole of `pages`."""
    article = _soup(html / page).select_one("article")
    assert article is not None, page
    for unwanted in article.select(_NOT_PRINTED):
        unwanted.decompose()
    for one in article.select("[id]"):
        one["id"] = _anchor(page, str(one["id"]))
    for reference in ("aria-labelledby", "aria-describedby", "for"):
        for one in article.select(f"[{reference}]"):
            del one[reference]
    for image in article.select("img[src]"):
        image["src"] = _address(html, join(dirname(page), str(image["src"])))
        image["loading"] = "eager"
    for link in article.select("a[href]"):
        _point(link, page, pages)
    return f'<section class="page" id="{_anchor(page)}">{article.decode_contents()}</section>'


def _address(html: Path, name: str) -> str:
    """Where a file of the book lies; from here, since with a base links within the whole would lead out of it."""
    file, mark, version = name.partition("?")
    return f"{(html.resolve() / normpath(file)).as_uri()}{mark}{version}"


def _point(link: Tag, page: str, pages: list[str]) -> None:
    """Let a link lead to its place in the whole; one to what is not printed is text."""
    href = str(link["href"])
    if re.match(r"[a-z]+:", href):
        return
    file, _, fragment = href.partition("#")
    there = normpath(join(dirname(page), file)) if file else page
    if there in ("index.html", *pages):
        link["href"] = f"#{_anchor(there, fragment)}"
    else:
        link.unwrap()


def _whole(
    html: Path,
    title: str,
    parts: list[tuple[str, list[tuple[str, str]]]],
    numbers: Mapping[str, int],
    bodies: str,
) -> str:
    """The book as one page of HTML."""
    listed = "".join(_listed(heading, pages, numbers) for heading, pages in parts)
    content = f'<div class="title"><h1>{escape(title)}</h1></div><nav class="contents"><h1>Contents</h1>{listed}</nav>'
    return whole_of(html, title, content + bodies)


def whole_of(html: Path, title: str, content: str, sheet: str = "") -> str:
    """A page of HTML to be `printed`, with the style sheets of a built book and perhaps further rules."""
    sheets = "".join(
        f'<link rel="stylesheet" href="{escape(_address(html, name))}">'
        for name in dict.fromkeys(
            str(link["href"]) for link in _soup(html / "index.html").select("link[rel=stylesheet]")
        )
    )
    return (
        f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"{sheets}<style>{_SHEET}{sheet}</style></head><body>{content}<script>{_SCRIPT}</script></body></html>"
    )


def _listed(heading: str, pages: list[tuple[str, str]], numbers: Mapping[str, int]) -> str:
    lines = [
        f'<p><a href="#{_anchor(page)}">{escape(text)}</a><span class="dots"></span>{numbers.get(page, 999)}</p>'
        for page, text in pages
    ]
    return f"<h2>{escape(heading)}</h2>{''.join(lines)}"


def printed(text: str) -> bytes:
    """Print a page of HTML with Chromium; `RunError` if that fails."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, out = folder / "book.html", folder / "book.pdf"
        source.write_text(text, encoding="utf-8")
        words = [str(CHROMIUM), "--headless", *FLAGS, "--allow-file-access-from-files"]
        words += [f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer"]
        words += ["--generate-pdf-document-outline", f"--print-to-pdf={out}", source.as_uri()]
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
        if ended.returncode or not out.is_file():
            raise RunError(f"Chromium did not print the book:\n{ended.stderr}")
        return out.read_bytes()
