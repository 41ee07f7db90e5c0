"""Tables to be read: a caption, a scope on every heading, and numbers set as in prose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import pandas as pd

from buzanlib.figures.base import check_named
from buzanlib.figures.labels import in_plain_words
from buzanlib.figures.typeset import NO_BREAK, typeset
from buzanlib.inference.verdicts import Finding

DASH = "\u2013"

#: Characters from which on a cell is a sentence, and its column needs room.
SENTENCE = 60

#: Characters up to which the heading of a row stays on one line.
SHORT = 8

#: Stands under every table of findings: how to read its p values.
ONE_SIDED = "p is one-sided: a small one speaks for the paper, and a large one alone says nothing."

_VERDICT = "verdict"


def interval(low: pd.Series, high: pd.Series, form: str = "+.2f") -> pd.Series:
    """Set intervals as text, ``"−0.50 to +0.24"``; a dash where an end is missing; the form is as in `typeset`."""
    ends = [
        DASH
        if pd.isna(a) or pd.isna(b)
        else f"{typeset(a, form)} to {typeset(b, form)}".replace(" ", NO_BREAK)
        for a, b in zip(low, high, strict=True)
    ]
    return pd.Series(ends, index=low.index, dtype="str")


def with_graded(literal: pd.DataFrame, graded: pd.DataFrame) -> pd.DataFrame:
    """Numbers by the printed table with those by the graded one in brackets, ``"+1 (+0.5)"``; 0 has no sign."""
    one, other = (table.map(lambda x: typeset(x, "+g") if x else "0") for table in (literal, graded))
    return one + " (" + other + ")"


@dataclass(frozen=True)
class Table:
    """A table to be read, as `table` makes it: shown as HTML in a notebook."""

    frame: pd.DataFrame
    caption: str
    formats: Mapping[str, str]
    links: Mapping[str, str]
    note: str = ""
    stacked: bool = False

    def to_html(self) -> str:
        """One ``<table>`` element in a region that a keyboard can scroll, and the note; every text is escaped."""
        caption = _shown(self.caption)
        heads = list(map(str, self.frame.columns))
        columns = [self._column(name) for name in self.frame.columns]
        sides = [side for side, _ in columns]
        head = "".join(
            f'<th scope="col"{side}>{_shown(text)}</th>'
            for side, text in zip(["", *sides], [str(self.frame.index.name or ""), *heads], strict=True)
        )
        # What a card needs in order to name its lines.
        labels = [f' data-label="{_shown(name)}"' if self.stacked else "" for name in heads]
        rows = []
        for name, *cells in zip(map(str, self.frame.index), *(texts for _, texts in columns), strict=True):
            linked = _shown(name)
            length = ' class="short"' if len(linked) <= SHORT else ""
            if name in self.links:
                linked = f'<a class="reference internal" href="{escape(self.links[name])}">{linked}</a>'
            row = "".join(
                f"<td{side}{label}>{_shown(text)}</td>"
                for side, label, text in zip(sides, labels, cells, strict=True)
            )
            rows.append(f'<tr><th scope="row"{length}>{linked}</th>{row}</tr>\n')
        kind = "table stacked" if self.stacked else "table"
        note = f'\n<p class="note">{_shown(self.note)}</p>' if self.note else ""
        return (
            f'<div class="pst-scrollable-table-container" role="region" tabindex="0" aria-label="{caption}">\n'
            f'<table class="{kind}"><caption><span>{caption}</span></caption>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody></table></div>{note}"
        )

    def _repr_html_(self) -> str:
        # The name that a notebook looks for.
        return self.to_html()

    def _column(self, name: str) -> tuple[str, list[str]]:
        """Attribute of a column's cells, and their texts; numbers stand at the right, sentences have room."""
        values = self.frame[name]
        form = self.formats.get(name, "")
        texts = [DASH if pd.isna(value) else typeset(value, form) for value in values.tolist()]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            return ' class="number"', texts
        if name == _VERDICT:
            return ' class="verdict"', texts
        return ' class="words"' if max(map(len, texts), default=0) > SENTENCE else "", texts


def _shown(text: str) -> str:
    """A text of a table as a page has it: without short names, and escaped."""
    return escape(in_plain_words(text, begins=True))


def table(
    frame: pd.DataFrame,
    caption: str,
    formats: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    *,
    note: str = "",
    stacked: bool = False,
) -> Table:
    """Set a table to be read, with a caption and a scope on every heading.

    Parameters
    ----------
    frame : DataFrame
        Its columns are the headings. Its index heads the rows, under the name of the index.
    caption : str
        Says what the table shows; also the name of the region in which a table too wide for the page is scrolled.
    formats : mapping of str to str
        Formats of columns, as in `typeset`; a missing value becomes a dash.
    links : mapping of str to str
        Addresses by the names of rows.
    note : str
        A sentence under the table.
    stacked : bool
        Whether a narrow screen shows a row as a card, a line a cell, with the verdict at its head where there is a
        column of this name. Other tables are scrolled there.

    Raises
    ------
    UnknownNameError
        If a format names no column.
    """
    check_named("column", formats or {}, frame.columns)
    return Table(frame, caption, formats or {}, links or {}, note, stacked)


def findings_table(
    findings: Mapping[str, Finding],
    claims: Mapping[str, str],
    caption: str,
    verdicts: Mapping[str, str] | None,
    p_adjusted: Mapping[str, float],
    *,
    more: pd.DataFrame | None = None,
    formats: Mapping[str, str] | None = None,
    note: str = ONE_SIDED,
) -> Table:
    """Set findings to be read, a row a hypothesis, with its verdict beside the claim; cards on a narrow screen.

    Parameters
    ----------
    findings : mapping of str to Finding
        By id.
    claims, verdicts : mapping of str to str
        What each says, and what became of it, by id; without verdicts there is no such column.
    p_adjusted : mapping of str to float
        By id; what has none gets a dash.
    more : DataFrame, optional
        Further columns, by id.
    caption, formats, note
        As in `table`; the formats are those of the further columns.
    """
    found = pd.DataFrame(list(findings.values()), pd.Index(list(findings), name="hypothesis"))
    frame = pd.DataFrame(
        {
            "claim": [claims[name] for name in findings],
            **({_VERDICT: [str(verdicts[name]) for name in findings]} if verdicts is not None else {}),
            "contrast": found["contrast"],
            "90 % interval": interval(found["low90"], found["high90"]),
            "p": found["p"],
            "adjusted p": [p_adjusted.get(name, float("nan")) for name in findings],
        }
    )
    if more is not None:
        frame = frame.join(more)
    own = {"contrast": "+.2f", "p": "p", "adjusted p": "p"}
    return table(frame, caption, {**own, **(formats or {})}, note=note, stacked=True)
