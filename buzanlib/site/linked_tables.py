"""Links in tables that a notebook shows as HTML: ids of hypotheses, and numbers of findings whose key is certain."""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser
from typing import Protocol

#: Ending of the key and format of a number, by the heading of its column.
_COLUMNS = {
    "verdict": ("verdict", ""),
    "contrast": ("contrast", "+.2f"),
    "p": ("p", "p"),
    "adjusted p": ("p_adjusted", "p"),
    "detectable": ("detectable", ".2f"),
}
_INTERVAL = ("90 % interval", "low90", "high90")
_BETWEEN = re.compile(r"([ \u00a0]to[ \u00a0])")


class Links(Protocol):
    """What knows where ids and keys lead."""

    def split(self, text: str) -> list[str]:
        """Cut a text so that every second part is the id of a hypothesis."""

    def hypothesis(self, name: str) -> str:
        """Address of a hypothesis."""

    def key_of(self, tail: str, text: str, form: str) -> str:
        """The key with an ending that has a number of this text; empty if it is not certain."""

    def address(self, key: str) -> str:
        """Address of the code that recorded a number; empty if there is none."""


def link_table(html: str, links: Links) -> str:
    """Make links of ids, and of the numbers of findings, in the cells of tables; all else stays as it is."""
    parser = _Linking(links)
    parser.feed(html)
    parser.close()
    return "".join(parser.made)


class _Linking(HTMLParser):
    """Writes again what it reads, with links in cells."""

    def __init__(self, links: Links) -> None:
        super().__init__(convert_charrefs=False)
        self.made: list[str] = []
        self._links = links
        self._row = ""  # the hypothesis of the row
        self._cell = ""  # the element of the cell; empty outside of one
        self._column = ""
        self._linked = 0  # depth of links
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._flush()
        if tag == "tr":
            self._row = ""
        if tag in ("td", "th"):
            self._cell, self._column = tag, dict(attrs).get("data-label") or ""
        self._linked += tag == "a"
        self.made.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._flush()
        self.made.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self._flush()
        self._linked -= tag == "a"
        if tag in ("td", "th"):
            self._cell = ""
        self.made.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_entityref(self, name: str) -> None:
        self._text += f"&{name};"

    def handle_charref(self, name: str) -> None:
        self._text += f"&#{name};"

    def handle_comment(self, data: str) -> None:
        self._flush()
        self.made.append(f"<!--{data}-->")

    def close(self) -> None:
        super().close()
        self._flush()

    def _flush(self) -> None:
        text, self._text = self._text, ""
        if not self._cell or self._linked or not text.strip():
            if self._cell == "th" and self._linked:
                self._name_row(text)
            self.made.append(text)
            return
        if self._cell == "th":
            self._name_row(text)
        if numbers := self._numbers(unescape(text)):
            self.made.append(numbers)
            return
        parts = self._links.split(text)
        self.made += [self._id(part) if place % 2 else part for place, part in enumerate(parts)]

    def _name_row(self, text: str) -> None:
        parts = self._links.split(text)
        self._row = parts[1] if len(parts) > 1 else ""

    def _id(self, name: str) -> str:
        return f'<a class="reference internal hypothesis" href="{escape(self._links.hypothesis(name))}">{name}</a>'

    def _numbers(self, text: str) -> str:
        """The number of a cell, or the two of an interval, as links; empty if it has none of a known key."""
        if self._row and self._column in _COLUMNS:
            ending, form = _COLUMNS[self._column]
            return self._number(text, ending, form)
        parts = _BETWEEN.split(text)
        if self._row and self._column == _INTERVAL[0] and len(parts) == 3:
            low, high = (self._number(parts[2 * at], _INTERVAL[1 + at], "+.2f") for at in (0, 1))
            return f"<span>{low}{parts[1]}{high}</span>" if low and high else ""
        return ""

    def _number(self, text: str, ending: str, form: str) -> str:
        key = self._links.key_of(f"{self._row}.{ending}", text, form)
        address = self._links.address(key) if key else ""
        if not address:
            return ""
        return f'<a class="num recorded" data-key="{escape(key)}" href="{escape(address)}">{escape(text)}</a>'
