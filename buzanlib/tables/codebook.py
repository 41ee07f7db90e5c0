"""Check the codebooks and the datasheet of a data folder, which become pages of the book: plain Markdown only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from buzanlib.errors import LONG, Fault
from buzanlib.files import lies_in

if TYPE_CHECKING:
    from markdown_it.token import Token

CODEBOOK = "codebook.md"

PAGES = (CODEBOOK, "codebook_1.md", "README.md")
"""Files that become pages: both versions of the codebook, the newer first, and the datasheet."""

_LANGUAGES = ("text", "console", "json", "python", "r", "sql", "xml", "yaml")
"""What a fence of code may be named for."""

ALLOWED = (
    "plain Markdown is needed: headings, text, emphasis, lists, quotes, rules, tables, code (a fence may be named for"
    f" {', '.join(_LANGUAGES)}), and links to addresses that begin with https://, http:// or mailto:"
)

_EXTENSIONS = (
    "amsmath", "attrs_block", "attrs_image", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist",
    "html_admonition", "html_image", "linkify", "replacements", "smartquotes", "strikethrough", "substitution",
    "tasklist",
)  # fmt: skip
"""All extensions of MyST."""

_PLAIN: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "heading_open", "paragraph_open", "em_open", "strong_open", "code_inline", "code_block", "fence",
            "bullet_list_open", "list_item_open", "blockquote_open", "hr", "table_open", "thead_open", "tbody_open",
            "tr_open", "text", "text_special", "softbreak", "hardbreak", "inline",
        ),
        frozenset[str](),
    ),
    "ordered_list_open": frozenset({"start"}),
    "link_open": frozenset({"href", "title"}),
    "th_open": frozenset({"style"}),
    "td_open": frozenset({"style"}),
}  # fmt: skip
"""Tokens that are plain, and the attributes that the Markdown for each can set without any extension."""

_ROLES = frozenset(
    {
        *("any", "doc", "eq", "math:numref", "num", "numref", "prf:ref", "ref", "std:ref", "term"),
        *("cite", "cite:p", "cite:t", "math", "sub", "sup"),
    }
)
"""Roles that a caption may have: numbers and references, none of which reads a file or passes text on as it is."""

_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*|mailto:[^\s/?#]+\S*")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
"""Characters that cannot be seen, some of which end a line for one program and not for another."""

_ABOUT = 20
"""Characters before such a place that are shown with it."""


def leads_out(data_dir: Path, name: str) -> list[Fault]:
    """A fault if one of `PAGES` is a link out of its folder: a stranger's would publish a file of the reader's."""
    if lies_in(data_dir / name, data_dir):
        return []
    needed = "a page of the data must lie in their folder itself: copy what it leads to"
    return [Fault(name, 0, "", "a link", needed)]


def read_codebook(data_dir: Path, name: str = CODEBOOK) -> tuple[str | None, list[Fault]]:
    """Read and check a codebook or another of `PAGES` in a data folder; None if it is missing or cannot be read.

    It comes with the data, and so may not run anything on a page, include a file or contact a server: a fault for each
    place that MyST, with any extensions that a book enables, may take for more than plain Markdown.
    """
    if faults := leads_out(data_dir, name):
        return None, faults
    try:
        text = (data_dir / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None, []
    except (OSError, ValueError) as error:
        return None, [Fault(name, 0, "", "cannot be read", str(error))]
    lines = text.split("\n")
    places = {(number, found[0]) for number, line in enumerate(lines, 1) for found in _UNSEEN.finditer(line)}
    if text.startswith("---"):  # settings of the page, for MyST also where nothing ends them
        places.add((1, lines[0]))
    # An extension can hide what another would act on: none, all, and each alone.
    for extensions in ((), _EXTENSIONS, *((name,) for name in _EXTENSIONS)):
        places |= set(_live(_tokens(text, extensions), 0, lines))
    return text, [Fault(name, line, "", found, ALLOWED) for line, found in sorted(places)]


def live_in_caption(caption: str) -> str:
    """The first thing in a caption, in which a name from the data may stand, that is not for readers; or ``""``.

    Such are HTML, directives, substitutions, pictures from elsewhere, and roles other than numbers and references.
    """
    found = (token for extensions in ((), _EXTENSIONS) for token in _tokens(caption, extensions))
    for token in chain.from_iterable((token, *(token.children or ())) for token in found):
        live = token.type.startswith(("html_", "substitution_"))
        live |= token.type == "myst_role" and token.meta["name"] not in _ROLES
        live |= token.type in ("fence", "colon_fence") and token.info.lstrip().startswith("{")
        live |= token.type == "image" and re.match(r"[\w+.-]+:|//", str(token.attrs["src"])) is not None
        if live:
            return token.info or token.content or str(token.attrs["src"])
    return ""


def _tokens(text: str, extensions: tuple[str, ...]) -> list[Token]:
    """Parse as the book does; imported late, since it is slow and notebooks do not need it."""
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    return create_md_parser(MdParserConfig(enable_extensions=set(extensions)), RendererHTML).parse(text)


def _live(tokens: list[Token], above: int, lines: list[str]) -> Iterator[tuple[int, str]]:
    """Lines, counted from one, and what on them is not plain."""
    line = above
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        if token.nesting >= 0 and not _is_plain(token):
            yield line, _excerpt(token, lines[line - 1].strip())
        elif token.children:
            yield from _live(token.children, line, lines)
        line += token.type in ("softbreak", "hardbreak")


def _is_plain(token: Token) -> bool:
    if token.type not in _PLAIN or not token.attrs.keys() <= _PLAIN[token.type]:
        return False
    if token.type == "link_open":
        return _ADDRESS.fullmatch(str(token.attrs["href"])) is not None
    return token.type != "fence" or token.info.strip() in ("", *_LANGUAGES)


def _excerpt(token: Token, line: str) -> str:
    """The line, or the part of a long one that is near the token."""
    if len(line) <= LONG:
        return line
    piece = str(token.attrs.get("href") or token.attrs.get("src") or token.content).partition("\n")[0]
    start = max(0, line.find(piece) - _ABOUT)
    return line[start : start + LONG].strip()
