"""The directive ``rooms``: a drawing and a table of the rooms of this library, read from its imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import buzanlib
from buzanlib.site.pages import markdown_table

_ROOT = Path(buzanlib.__file__).parent
_HEIGHT, _STEP, _WIDTH, _LEFT = 30, 50, 210, 12
"""Of a box, from one box to the next, and where boxes stand; in pixels on a phone."""


def imports(root: Path = _ROOT) -> dict[str, set[str]]:
    """Find which room of a library imports which; `ValueError` where rooms import each other.

    For each room those that its modules name in an import, anywhere in them; the room that all others may import comes
    first.
    """
    rooms = sorted(file.parent.name for file in root.glob("*/__init__.py"))
    found = {room: {name for file in (root / room).glob("*.py") for name in _named(file)} for room in rooms}
    graph = {room: (found[room] & set(rooms)) - {room} for room in rooms}
    levels: dict[str, int] = {}
    for room in TopologicalSorter(graph).static_order():
        levels[room] = 1 + max((levels[other] for other in graph[room]), default=0)
    return {room: graph[room] for room in sorted(rooms, key=lambda room: (levels[room], room))}


def _named(file: Path) -> Iterator[str]:
    """Rooms that a module imports from."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == buzanlib.__name__:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").removeprefix(f"{buzanlib.__name__}.").partition(".")[0]


def direct(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Leave out what a room also reaches through another that it imports."""

    @cache
    def reached(room: str) -> frozenset[str]:
        return frozenset(graph[room]).union(*map(reached, graph[room]))

    return {room: graph[room] - set().union(*map(reached, graph[room])) for room in graph}


def drawing(graph: Mapping[str, set[str]]) -> str:
    """Draw what `imports` gives, as SVG with a text alternative: the rooms below each other, arrows of `direct`."""
    rooms = list(graph)[::-1]
    top = {room: 4 + _STEP * place for place, room in enumerate(rooms)}
    shapes, words = [], []
    for room, others in direct(graph).items():
        y = top[room]
        shapes.append(f'<rect x="{_LEFT}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="4"/>')
        shapes.append(f'<text x="{_LEFT + _WIDTH / 2:g}" y="{y + 20}">{escape(room)}</text>')
        for other in sorted(others, key=rooms.index):
            span = rooms.index(other) - rooms.index(room)
            if span == 1:
                x = _LEFT + _WIDTH / 2
                line = f"M{x:g} {y + _HEIGHT}V{top[other] - 3}"
            else:
                x, bow = _LEFT + _WIDTH, 24 * span
                end = top[other] + _HEIGHT // 2 - 5
                line = f"M{x} {y + _HEIGHT // 2 + 5}C{x + bow} {y + 40} {x + bow} {end - 40} {x + 3} {end}"
            shapes.append(f'<path d="{line}" marker-end="url(#rooms-arrow)"/>')
        if others:
            words.append(f"{room} imports from {' and '.join(sorted(others))}")
    height = _STEP * len(rooms)
    return (
        f'<svg class="rooms" viewBox="0 0 340 {height}" width="340" height="{height}" role="img"'
        f' aria-label="Rooms of the library: {escape("; ".join(reversed(words)))}.">'
        '<defs><marker id="rooms-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
        ' orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>' + "".join(shapes) + "</svg>"
    )


class Rooms(SphinxDirective):
    """The drawing, then a table with what each room holds, how many modules it has and what it imports from."""

    def run(self) -> list[nodes.Node]:
        """Make the nodes; a circle among the rooms stops the build."""
        graph = imports()
        rows = []
        for room, others in graph.items():
            files = sorted((_ROOT / room).glob("*.py"))
            for file in files:
                self.env.note_dependency(str(file))
            about = ast.get_docstring(ast.parse((_ROOT / room / "__init__.py").read_text(encoding="utf-8")))
            first = (about or "").partition("\n")[0].replace("`", "")
            named = [name for name in graph if name in others]
            rows.append([room, first, len(files) - 1, ", ".join(named) or "–"])
        head = ["room", "holds", "modules", "imports from"]
        lines = ["{.stacked}", *markdown_table(head, rows, {"modules"}).splitlines()]
        table = nodes.container()
        self.state.nested_parse(StringList(lines), self.content_offset, table)
        for cells in table.findall(nodes.row):
            list(cells.findall(nodes.entry))[1]["classes"].append("words")
        return [nodes.raw("", drawing(graph), format="html"), *table.children]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("rooms", Rooms)
