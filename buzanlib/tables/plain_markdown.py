"""Text that comes with the data and becomes a page: plain CommonMark with tables, in which nothing can run or be asked.

It is read as the book reads it, with every extension of MyST switched on, so that nothing is mere text here that would
be alive on a page; what is not known to be harmless is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from buzanlib.errors import Fault

if TYPE_CHECKING:
    from markdown_it.token import Token

CODEBOOK = "codebook.md"

_EXTENSIONS = (
    "amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist", "html_admonition",
    "html_image", "strikethrough", "substitution", "tasklist",
)  # fmt: skip

_PAIRS = (
    "paragraph", "heading", "bullet_list", "ordered_list", "list_item", "blockquote", "em", "strong", "s", "link",
    "table", "thead", "tbody", "tr", "th", "td",
)  # fmt: skip

_HARMLESS = frozenset(
    [f"{name}_{end}" for name in _PAIRS for end in ("open", "close")]
    + ["inline", "text", "softbreak", "hardbreak", "code_inline", "code_block", "fence", "hr"]
)
"""Types of tokens that only show text."""

_ATTRIBUTES = {"link_open": {"href", "title"}, "ordered_list_open": {"start"}}
_CELLS = {"th_open", "td_open"}

_ADDRESS = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[\w+-]*")

_ALLOWED = (
    "plain Markdown is needed: headings, text, lists, tables, code, and links to http, https and mailto addresses;"
    " no HTML, front matter, roles, directives, substitutions or images"
)


def check_codebook(data_dir: Path) -> list[Fault]:
    """Hold the codebook of a data folder against plain CommonMark; see `check_markdown`.

    Parameters
    ----------
    data_dir : Path
        Folder of the tables; a codebook that is not there has no fault.
    """
    file = data_dir / CODEBOOK
    try:
        return check_markdown(file.read_text(encoding="utf-8"), CODEBOOK) if file.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        return [Fault(CODEBOOK, 0, "", "cannot be read", str(error))]


def check_markdown(text: str, file: str) -> list[Fault]:
    """Hold a text against plain CommonMark.

    Parameters
    ----------
    text : str
        The whole file.
    file : str
        Its name, for messages.

    Returns
    -------
    list of Fault
        One for each thing that is more than text, with its line, or that of the paragraph in which it stands.
    """
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    config = MdParserConfig(enable_extensions=set(_EXTENSIONS))
    parser = create_md_parser(config, RendererHTML)
    try:
        found = list(_live(parser.parse(text), 1))
    except RecursionError:
        found = [(1, "nested too deeply")]
    return [Fault(file, line, "", what, _ALLOWED) for line, what in dict.fromkeys(found)]


def _live(tokens: list[Token], line: int) -> Iterator[tuple[int, str]]:
    """Line and source of every token that is not harmless."""
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        if token.nesting >= 0 and not _is_harmless(token):
            yield line, _source(token)
        yield from _live(token.children or [], line)


def _is_harmless(token: Token) -> bool:
    attributes: set[Any] = token.attrs.keys() - _ATTRIBUTES.get(token.type, set())
    if token.type in _CELLS and str(token.attrGet("style")).startswith("text-align:"):
        attributes -= {"style"}
    if token.type not in _HARMLESS or attributes:
        return False
    if token.type == "link_open":
        return bool(_ADDRESS.match(str(token.attrGet("href"))))
    return token.type != "fence" or bool(_LANGUAGE.fullmatch(token.info.strip()))


def _source(token: Token) -> str:
    """Something by which a reader finds the place."""
    if token.type == "link_open":
        return str(token.attrGet("href"))
    if token.type == "image":
        return str(token.attrGet("src"))
    words = (token.info, token.content, str(token.meta.get("name", "")), token.markup)
    return next(filter(None, map(str.strip, words)), token.type.replace("_", " "))
