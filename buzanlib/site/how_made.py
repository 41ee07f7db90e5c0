"""A chapter without what made it, and at its foot how it was made: parameters, tables, and the code that records."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from buzanlib.site.numbers import results_of
from buzanlib.site.pages import markdown_table
from buzanlib.site.run_facts import FACTS, PageFacts, facts_of, path_of
from buzanlib.study.markup import code, escape

CHAPTERS = "executed/"

_SHORT = 12
"""Characters of a hash that a page shows."""

_PARAMETERS = {"parameters", "injected-parameters"}
_HIDDEN = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
_ANCHOR = "anchor"


def anchor(cell: str) -> str:
    """Where a cell stands on its page; an id of a cell may have nothing else in it."""
    return f"cell_{re.sub(r'[^A-Za-z0-9_-]', '_', cell)}"


def _rewrite(app: Sphinx, docname: str, source: list[str]) -> None:
    """Hide code and parameters of an executed notebook, and add the foot; only what is read, not the file.

    Cells keep their place and number, since messages name them; what records comes once more, at the end.
    """
    name = docname.removeprefix(CHAPTERS)
    about = facts_of(app).pages.get(name)
    if about is None or not docname.startswith(CHAPTERS):
        return
    app.env.note_dependency(str(path_of(app)))
    notebook = json.loads(source[0])
    values = results_of(app).values.values()
    recorded = Counter(value.cell for value in values if value.notebook == name and value.cell)
    foot = [{"cell_type": "markdown", "metadata": {}, "source": _foot(about)}]
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        tags = cell["metadata"].setdefault("tags", [])
        if _PARAMETERS & {*tags}:
            tags[:] = ["remove-cell"]
            continue
        if not _HIDDEN & {*tags}:
            tags.append("hide-input")
        if not (count := recorded[cell.get("id")]):
            continue
        if {"remove-cell", "remove-input"} & {*tags}:
            shown = copy.deepcopy(cell)
            shown |= {
                "metadata": {"tags": ["hide-input", "recording"], "mystnb": _prompts(count)},
                "outputs": [],
            }
            foot.append(shown)
        else:
            shown = cell
        shown["metadata"][_ANCHOR] = anchor(cell["id"])
    notebook["cells"] += foot
    if any("id" in cell for cell in notebook["cells"]):
        for place, cell in enumerate(foot):
            cell["id"] = f"how-made-{place}"
    source[0] = json.dumps(notebook)


def _prompts(count: int) -> dict[str, str]:
    values = f"the code that recorded {count} value{'s' if count != 1 else ''}"
    return {"code_prompt_show": f"Show {values}", "code_prompt_hide": f"Hide {values}"}


def _foot(about: PageFacts) -> str:
    """How a page was made, in Markdown."""
    commit = f", commit {escape(about.commit)}" if about.commit else ""
    tables = [name for name in about.read if name.endswith(".csv")]
    said = (
        f"The notebook {code(about.notebook)} (SHA-256 {escape(about.template[:_SHORT])}{commit}) ran for"
        f" {about.seconds:.1f} seconds"
    )
    read = f"**Tables read:** {', '.join(map(code, tables))}." if tables else "It read no table."
    if not about.parameters:
        return "\n\n".join(["## How this page was made", f"{said}. It has no parameters.", read])
    rows = (
        [name, meaning, value, allowed or "anything"] for name, meaning, value, allowed in about.parameters
    )
    table = markdown_table(["parameter", "meaning", "here", "allowed"], rows)
    heading = "{.stacked}\n"
    return "\n\n".join(["## How this page was made", f"{said} with these choices:", heading + table, read])


def _anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Give the code of a cell the place to which its numbers lead: within what is folded, so that it opens."""
    for cell in doctree.findall(nodes.container):
        metadata: Mapping[str, Any] = cell.get("cell_metadata") or {}
        if _ANCHOR in metadata and cell.get("nb_element") == "cell_code":
            cell.children[0]["ids"].append(metadata[_ANCHOR])


def _complete(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Load the script with the switch where there is code; put the link to how the book was made at every foot."""
    if doctree is not None and any("nb_element" in node for node in doctree.findall(nodes.container)):
        app.add_js_file("code.js", loading_method="defer")
    if (made := "_generated/colophon") in app.env.found_docs:
        link = f'<a href="{context["pathto"](made)}">How this book was made</a>'
        context["theme_extra_footer"] = f"{context.get('theme_extra_footer') or ''}<p>{link}</p>"


def setup(app: Sphinx) -> None:
    """Register the handlers, and the setting that says where the facts of the run lie."""
    app.add_config_value("buzan_facts", f"_generated/{FACTS}", "env", [str])
    app.connect("source-read", _rewrite)
    app.connect("doctree-read", _anchors)
    app.connect("html-page-context", _complete)
