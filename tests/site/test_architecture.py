from __future__ import annotations

import re
from collections.abc import Callable
from graphlib import CycleError
from pathlib import Path
from xml.etree import ElementTree

import pytest

from buzanlib.site.architecture import direct, drawing, imports

ROOMS = (
    "theory",
    "sources",
    "tables",
    "measurement",
    "inference",
    "policy",
    "figures",
    "seminar",
    "study",
    "site",
    "cli",
)
GRAPH = {"a": set(), "b": {"a"}, "c": {"a", "b"}, "d": {"a"}}


def library(folder: Path, **code: str) -> Path:
    for name, text in code.items():
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
        (folder / name / "module.py").write_text(text)
    return folder


def test_the_rooms_import_from_earlier_ones_only() -> None:
    graph = imports()
    assert sorted(graph) == sorted(ROOMS)
    order = list(graph)
    assert all(order.index(other) < order.index(room) for room in graph for other in graph[room])
    assert "inference" not in graph["study"] | graph["site"]
    assert graph["theory"] == set()


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    code = (
        "def f():\n    from buzanlib.a.module import x\nfrom buzanlib import b\nfrom elsewhere.d import y\n"
    )
    root = library(tmp_path, a="", b="", c=code, d="")
    assert imports(root) == {"a": set(), "b": set(), "d": set(), "c": {"a", "b"}}


def test_rooms_that_import_each_other_are_refused(tmp_path: Path) -> None:
    root = library(
        tmp_path, a="from buzanlib.b.module import x", b="import os\nfrom buzanlib.a import module"
    )
    with pytest.raises(CycleError, match="nodes are in a cycle"):
        imports(root)


def test_an_arrow_that_another_path_replaces_is_left_out() -> None:
    assert direct(GRAPH) == {"a": set(), "b": {"a"}, "c": {"b"}, "d": {"a"}}


def test_the_drawing_has_a_box_a_room_and_an_arrow_a_direct_import() -> None:
    svg = ElementTree.fromstring(drawing(GRAPH))
    assert [text.text for text in svg.iter("text")] == ["a", "b", "c", "d"]
    assert len(svg.findall("path")) == 3
    assert svg.get("aria-label") == (
        "Rooms of the library: d imports from a; c imports from b; b imports from a."
    )
    top = {text.text: float(text.get("y", "nan")) for text in svg.iter("text")}
    assert top["d"] < top["c"] < top["b"] < top["a"]
    width, height = (float(svg.get(side, "nan")) for side in ("width", "height"))
    assert height > max(top.values())
    library = ElementTree.fromstring(drawing(imports()))
    for path in bowed(library):
        x, y = (path[::2], path[1::2])
        assert max(x) < width
        assert max(y) < float(library.get("height", "nan"))


def bowed(svg: ElementTree.Element) -> list[list[float]]:
    """Points of every arrow that bows, of which the two in the middle are never reached."""
    paths = svg.findall("path")
    curves = [path.get("d", "") for path in paths if "C" in path.get("d", "")]
    # A cubic curve bows three quarters of the way to its two points in the middle.
    found = []
    for curve in curves:
        x0, y0, x1, y1, _, _, _, y3 = map(float, re.findall(r"[\d.]+", curve))
        found.append([x0 + 0.75 * (x1 - x0), y1, x0, y0, x0, y3])
    assert found
    return found


def test_the_page_has_drawing_and_table(folder: Path, build: Callable[..., tuple[str, str]]) -> None:
    page, warnings = build(folder, "```{rooms}\n```")
    assert warnings == ""
    assert '<svg class="rooms"' in page
    for room in ROOMS:
        assert re.search(rf"<td[^>]*><p>{room}</p></td>", page)
    assert "vocabulary, securitizing moves" in page
