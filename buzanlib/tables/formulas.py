"""Which texts a spreadsheet takes for a formula, and how to prevent that."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = frozenset("=+-@\N{MINUS SIGN}")

_BREAKS = ("\t", "\r", "\n")

_UNSEEN = frozenset("CZM")
"""First letters of the categories that show nothing of their own (controls and formats, spaces, marks)."""

_BLANK = frozenset('"\u115f\u1160\u2800\u3164\uffa0')
"""The quote, which is taken off a cell; and what has no ink, the fillers of Hangul and the empty cell of Braille."""

PLAIN = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
"""First characters of which no formula is made; nearly every cell has one."""

_PART = re.compile(r"[^;\t\r\n]+")


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula.

    Its first character that can be seen is ``=``, ``+``, ``-`` or ``@``, in any width or position, or it begins with a
    tab or a line break.
    """
    if text[:1] in PLAIN:
        return False
    if text[:1] in _BREAKS:
        return True
    for letter in text:
        for form in unicodedata.normalize("NFKC", letter):
            if unicodedata.category(form)[0] not in _UNSEEN and form not in _BLANK:
                return form in _SIGNS
    return False


def without_formulas(text: str) -> str:
    """Put an apostrophe before a text, and before every part of it, that begins like a formula.

    A program that was set up for semicolons splits cells at them, and one that ignores quotes at tabs and line breaks:
    no part may begin like a formula either. What has apostrophes before a formula gets one more, so that
    `with_formulas` gives the text back.
    """
    safe = _PART.sub(lambda part: f"'{part[0]}" if _is_formula(part[0]) else part[0], text)
    return f"'{safe}" if _begins_break(safe) else safe


def with_formulas(safe: str) -> str:
    """Take away the apostrophes that `without_formulas` has put."""
    text = safe[1:] if safe[:1] == "'" and _begins_break(safe) else safe
    return _PART.sub(
        lambda part: part[0][1:] if part[0][:1] == "'" and _is_formula(part[0]) else part[0], text
    )


def _is_formula(part: str) -> bool:
    """Whether what stands behind any apostrophes begins like a formula."""
    return begins_formula(part.lstrip("'"))


def _begins_break(text: str) -> bool:
    """Whether what stands behind any apostrophes begins with a tab or a line break."""
    return text.lstrip("'")[:1] in _BREAKS
