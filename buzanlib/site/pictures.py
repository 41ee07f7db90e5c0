"""Figures on a page: drawn once and shown in light or dark colours, with links to the drawing and its numbers.

Two files a figure, of which a browser loads the one that is seen, and not before it is near: fifty drawings set into
the pages themselves would weigh more than all their text. Only one whose marks are states is set into the page, so that
each can be hovered, focused and followed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx

from buzanlib.figures.palette import in_both, in_dark
from buzanlib.study.results import CSV, PICTURE
from buzanlib.theory.vocabulary import Quadrant

STATES = "_generated/states"
"""Index of the pages of states, which are named by their codes; a mark is a link in a book that has it."""

_BEFORE_COLLECTORS = 400
"""Sphinx lists at 500 which images and downloads a page has."""

_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"')


class Drawing(nodes.image):  # type: ignore[misc]
    """The picture of a figure as one of its two files, with the size that it takes up before it is loaded."""


def _visit_drawing(self: Any, node: Drawing) -> None:
    place = self.builder.images.get(node["uri"])
    source = f"{self.builder.imgpath}/{place}" if place else node["uri"]
    said = {"class": " ".join(node["classes"]), "src": source, "alt": node.get("alt", ""), "loading": "lazy"}
    size = {name: node[name] for name in ("width", "height")}
    written = "".join(f' {name}="{escape(str(text))}"' for name, text in (said | size).items())
    self.body.append(f"<img{written} />")


def _leave(self: Any, node: nodes.Element) -> None:
    """Nothing is left open."""


def _show(app: Sphinx, doctree: nodes.document) -> None:
    """Put both files in the place of a figure's picture, and links below its caption."""
    page = Path(app.env.doc2path(app.env.docname))
    figures = [(one, image) for one in doctree.findall(nodes.figure) for image in _pictures(one)]
    numbers = _numbers(page) if figures else {}
    for figure, image in figures:
        name = figure["names"][0]
        source = Path(app.srcdir, app.env.relfn2path(image["uri"], app.env.docname)[0])
        svg, folder = source.read_text(encoding="utf-8"), source.parent
        light = _write(folder / f"{name}.svg", svg)
        offered = {"SVG": light}
        if name in numbers:
            offered["data"] = _write(folder / f"{name}.csv", numbers[name])
        states = _states(numbers.get(name, ""))
        if states and 'id="state-' in svg:
            inline = _with_states(svg, states, app, image.get("alt", ""))
            image.replace_self(nodes.raw("", inline, format="html"))
            figure.append(_listed(states, app))
        else:
            width, height = (round(float(size) * 4 / 3) for size in _SIZE.search(svg).groups())  # type: ignore[union-attr]
            about = {"alt": image.get("alt", ""), "width": width, "height": height}
            dark = _write(folder / f"{name}-dark.svg", in_dark(svg))
            image.replace_self(
                [
                    # "dark-light" keeps the theme from laying a filter and a ground on it.
                    Drawing(uri=_from(app, file), classes=["drawn", scheme, "dark-light"], **about)
                    for file, scheme in ((light, "in-light"), (dark, "in-dark"))
                ]
            )
        figure.append(_links(name, {word: _from(app, file) for word, file in offered.items()}))


def _pictures(figure: nodes.figure) -> Iterator[nodes.image]:
    """The drawing of a figure that was shown by a cell; no other picture."""
    for image in list(figure.findall(nodes.image)):
        if image.parent.get("mime_type") == PICTURE and figure["names"]:
            yield image


def _numbers(page: Path) -> dict[str, str]:
    """The numbers of the figures of an executed notebook, as CSV, by label."""
    if page.suffix != ".ipynb":
        return {}
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    return {
        cell["metadata"]["mystnb"]["figure"]["name"]: "".join(output["data"][CSV])
        for cell in cells
        if "mystnb" in cell["metadata"]
        for output in cell["outputs"]
        if CSV in output.get("data", {})
    }


def _write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _from(app: Sphinx, file: Path) -> str:
    """A file as a page names it: from the folder of sources."""
    return "/" + Path(os.path.relpath(file, app.srcdir)).as_posix()


def _links(name: str, files: Mapping[str, str]) -> nodes.paragraph:
    """Small links below a caption to the files of a figure."""
    links = nodes.paragraph(classes=["downloads"])
    for word, file in files.items():
        links += [nodes.Text(" · ")] if links.children else []
        link = download_reference("", "", nodes.Text(word), reftarget=file, reftitle=f"{word} of {name}")
        links += link
    return links


def _states(numbers: str) -> dict[str, dict[str, str]]:
    """Rows of a figure's numbers by state, if they have a name and a quadrant for each."""
    rows = list(csv.DictReader(io.StringIO(numbers)))
    known = rows and {"iso3", "name", "quadrant"} <= rows[0].keys()
    return {row["iso3"]: row for row in rows} if known else {}


def _words(quadrant: str) -> str:
    return Quadrant(quadrant).label if quadrant else "not placed"


def _with_states(svg: str, states: Mapping[str, Mapping[str, str]], app: Sphinx, alt: str) -> str:
    """A drawing set into the page, its marks named by their state and linked to its page."""

    def linked(found: re.Match[str]) -> str:
        row = states[found[2]]
        said = escape(f"{row['name']}: {_words(row['quadrant'])}")
        address = f' href="{page}"' if (page := _page(found[2], app)) else ""
        return f'<a{address} tabindex="0" aria-label="{said}"><title>{said}</title>{found[0]}</a>'

    marked = re.sub(r'<g id="(state-(\w+))">.*?</g>', linked, svg, flags=re.DOTALL)
    return in_both(marked).replace("<svg ", f'<svg role="group" aria-label="{escape(alt)}" class="drawn" ', 1)


def _listed(states: Mapping[str, Mapping[str, str]], app: Sphinx) -> nodes.raw:
    """The same states as lists by quadrant, to be read where marks are too small for names."""
    parts = []
    for quadrant in [*map(str, Quadrant), ""]:
        names = [_name(iso3, row["name"], app) for iso3, row in states.items() if row["quadrant"] == quadrant]
        if names:
            term = f"{escape(_words(quadrant).capitalize())} ({len(names)})"
            parts.append(f"<dt>{term}</dt><dd>{', '.join(names)}</dd>")
    content = f"<summary>The states of each quadrant as a list</summary><dl>{''.join(parts)}</dl>"
    return nodes.raw("", f'<details class="by-quadrant">{content}</details>', format="html")


def _name(iso3: str, name: str, app: Sphinx) -> str:
    page = _page(iso3, app)
    return f'<a href="{page}">{escape(name)}</a>' if page else escape(name)


def _page(iso3: str, app: Sphinx) -> str:
    """Address of the page of a state; empty in a book without."""
    there = STATES in app.env.found_docs
    return app.builder.get_relative_uri(app.env.docname, f"{STATES}/{iso3}") if there else ""


def setup(app: Sphinx) -> None:
    """Register the node and the handler."""
    app.add_node(Drawing, html=(_visit_drawing, _leave))
    app.connect("doctree-read", _show, priority=_BEFORE_COLLECTORS)
