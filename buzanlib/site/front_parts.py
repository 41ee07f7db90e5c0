"""Directives of the front page: effects as a picture, how to cite, and where the source is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.figures.typeset import typeset
from buzanlib.site.numbers import read_results
from buzanlib.study.citation import bibtex
from buzanlib.study.results import Results


class Effect(NamedTuple):
    """An estimate with its interval."""

    label: str
    contrast: float
    low: float
    high: float
    verdict: str


def picture(effects: Iterable[Effect], band: float) -> str:
    """Draw effects with intervals, a line of text above each and zero in the middle, as HTML.

    Parameters
    ----------
    effects : iterable of Effect
        From top to bottom.
    band : float
        Effects smaller than this, on either side of zero, lie in a band.
    """
    effects = list(effects)
    reach = 1.1 * max(band, *(max(abs(one.low), abs(one.high)) for one in effects))

    def across(value: float) -> str:
        return f"{50 + 50 * value / reach:.2f}%"

    ground = (
        f'<rect x="{across(-band)}" width="{100 * band / reach:.2f}%" height="100%" class="band"/>'
        f'<line x1="50%" x2="50%" y2="100%" class="zero"/>'
    )
    rows = "".join(_row(one, ground, across) for one in effects)
    ends = "<span>← against the paper</span><span>0</span><span>as the paper predicts →</span>"
    return f'<div class="effects"><ul>{rows}</ul><p class="ends" aria-hidden="true">{ends}</p></div>'


def _row(one: Effect, ground: str, across: Callable[[float], str]) -> str:
    numbers = (
        f"{typeset(one.contrast, '+.2f')}, from {typeset(one.low, '+.2f')} to {typeset(one.high, '+.2f')}"
    )
    return (
        f"<li>{escape(one.label)}: <strong>{escape(one.verdict)}</strong> <span>{numbers}</span>"
        f'<svg width="100%" height="22" aria-hidden="true">{ground}'
        f'<line x1="{across(one.low)}" x2="{across(one.high)}" y1="11" y2="11"/>'
        f'<circle cx="{across(one.contrast)}" cy="11" r="5"/></svg></li>'
    )


class Effects(SphinxDirective):
    """Effects of the results as a `picture`; a line of the content is the id of a hypothesis and words for it.

    Nothing is shown where the study has not tested one of them.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the node."""
        results = read_results(self.env)
        try:
            effects = list(_effects(self.content, results))
            band = float(results["sesoi"])
        except UnknownNameError:
            return []
        return [nodes.raw("", picture(effects, band), format="html")]


def _effects(lines: Iterable[str], results: Results) -> Iterator[Effect]:
    for line in lines:
        name, _, label = line.partition(" ")
        contrast, low, high = (float(results[f"{name}.{key}"]) for key in ("contrast", "low90", "high90"))
        yield Effect(label.strip(), contrast, low, high, str(results[f"{name}.verdict"]))


class HowToCite(SphinxDirective):
    """The entries of ``CITATION.cff`` in BibTeX; nothing where the library is not a clone of the project."""

    def run(self) -> list[nodes.Node]:
        """Make the node."""
        try:
            entries = bibtex()
        except BuzanError:
            return []
        return [nodes.literal_block(entries, entries, language="bibtex")]


class Source(SphinxDirective):
    """Where the source is, if the book has a setting that says so."""

    def run(self) -> list[nodes.Node]:
        """Make the node."""
        address = str(self.config.html_theme_options.get("repository_url", ""))
        if not address:
            return []
        link = nodes.reference("", address, refuri=address)
        return [nodes.paragraph("", "", nodes.Text("The source of this book and of its library: "), link)]


def setup(app: Sphinx) -> None:
    """Register the directives ``effects``, ``how-to-cite`` and ``where-the-source-is``."""
    app.add_directive("effects", Effects)
    app.add_directive("how-to-cite", HowToCite)
    app.add_directive("where-the-source-is", Source)
