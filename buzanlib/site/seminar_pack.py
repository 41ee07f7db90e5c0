"""All handouts of the seminar as one PDF for a printer without colours, from the pages of a built book."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup

from buzanlib.errors import BuzanError
from buzanlib.site.pdf import body_of, printed, reader_for, whole_of

_TITLE = "Seminar: handouts"


@dataclass(frozen=True)
class Part:
    """A handout."""

    page: str  #: of the book, without its ending
    sheets: int  #: pages of paper that it takes
    copies: int = 1  #: how often it stands on one, to be cut


#: The handouts in the order in which they are needed.
PARTS = (
    Part("seminar/bets", 1, copies=2),
    Part("seminar/descriptions", 1),
    Part("seminar/codebook", 2),
    Part("seminar/sheet", 1),
    Part("seminar/passages", 4),
    Part("seminar/cards", 2),
    Part("seminar/ticket", 1, copies=2),
    Part("seminar/rubric", 1),
    Part("seminar/ai", 1),
)

_CHAPTER = "executed/13_doubts.html"
_WORLDS = "Share of worlds without any effect"
"""How the caption of the table begins that is a handout without its chapter, of the second session."""

_SHEET = """
@page { margin: 14mm 15mm 16mm; @bottom-right { content: "CC BY 4.0"; font: 8pt sans-serif; } }
html, body { font-size: 9.5pt; line-height: 1.3; }
body {
  width: 180mm;
  --pst-color-info: #555; --pst-color-info-bg: #e5e5e5; --pst-color-primary: #555; --pst-color-surface: #f3f3f3;
  --pst-color-inline-code: #000; --pst-color-text-base: #000; --pst-color-text-muted: #555; --pst-color-heading: #000;
}
section.page:first-child { break-before: auto; }
.copy + .copy { margin-top: 4mm; padding-top: 4mm; border-top: 0.5pt dashed #000; }
h1 { font-size: 16pt; margin: 0 0 3mm; }
h2 { font-size: 12pt; margin: 4mm 0 2mm; }
p, ul, ol, table, .admonition { margin-bottom: 2mm; }
.table { font-size: inherit; width: 100%; }
.table > :not(caption) > * > * { padding: 0.7mm 2mm; border: 0.5pt solid #777; color: #000; }
a { color: inherit; }
.handout-bets { font-size: 8.8pt; }
.handout-passages dl { margin: 0; }
.handout-passages dt { float: left; width: 10mm; }
.handout-passages dd { margin: 0 0 2.6mm 11mm; break-inside: avoid; }
.handout-passages dd p { margin: 0; }
.handout-passages section + section { break-before: page; }
.handout-bets .lines { margin-bottom: 3mm; }
.handout-sheet tbody td { height: 12mm; vertical-align: middle; white-space: nowrap; word-spacing: 0.25em; }
.handout-cards, .handout-ai { font-size: 11pt; }
.handout-descriptions { font-size: 10.5pt; }
.handout-cards section + section { break-before: page; }
.handout-cards .table > :not(caption) > * > * { padding: 2mm; }
.role-cards { gap: 0; }
"""


def print_pack(html: Path, out: Path) -> int:
    """Print the handouts of a built book into one PDF.

    Parameters
    ----------
    html : Path
        Folder of its pages, with ``index.html``.
    out : Path
        The PDF; its folder is made.

    Returns
    -------
    int
        Number of its pages, A4.

    Raises
    ------
    BuzanError
        If there is no book or it has no such pages, or Chromium or pypdf is missing.
    RunError
        If Chromium fails.
    """
    read = reader_for(html)
    missing = [part.page for part in PARTS if not (html / f"{part.page}.html").is_file()]
    if missing:
        raise BuzanError(f"this book has no page {', '.join(missing)}: it is of another study")
    text = "".join(_part(html, part) for part in PARTS) + _worlds(html / _CHAPTER)
    content = printed(whole_of(html, _TITLE, text, _SHEET))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)
    return len(read(content).pages)


def _part(html: Path, part: Part) -> str:
    copies = f'<div class="copy">{body_of(html, f"{part.page}.html", [])}</div>' * part.copies
    return f'<section class="page handout-{part.page.rpartition("/")[2]}">{copies}</section>'


def _worlds(chapter: Path) -> str:
    """The handout of the second session: a table without the text that explains it; nothing without such a table."""
    if not chapter.is_file():
        return ""
    page = BeautifulSoup(chapter.read_text(encoding="utf-8"), "html.parser")
    found = [
        one.parent
        for one in page.select("article table > caption")
        if one.get_text().strip().startswith(_WORLDS)
    ]
    heading = f"<h1>{escape('Worlds in which there is nothing to find')}</h1>"
    return f'<section class="page">{heading}{found[0]}</section>' if found and found[0] else ""
