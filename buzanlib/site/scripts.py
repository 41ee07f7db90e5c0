"""Which scripts a page loads, and the data they read: classic scripts in one object, `buzan`, also from ``file://``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: Folder, beside the generated pages, of the scripts with data; its content lies in ``_static`` of the book.
ASSETS = "assets"

#: Loaded by every page: what all scripts share.
_COMMON = ("page.js", "tables.js")

#: Further scripts, in the order in which they run, by page.
PAGE_SCRIPTS: Mapping[str, Sequence[str]] = {
    "_generated/evidence": ("evidence-data.js", "evidence.js"),
    "_generated/explorer": ("explorer-data.js", "explorer.js"),
    "_generated/states": ("states.js",),
}


def data_script(name: str, value: Any) -> tuple[str, str]:
    r"""Path and text of a script that puts a value into ``buzan.data``, by a name; what JSON cannot say is refused.

    Examples
    --------
    >>> data_script("years", [2011, 2024])
    ('assets/years-data.js', 'buzan.data.years = [2011,2024];\n')
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{ASSETS}/{name}-data.js", f"buzan.data.{name} = {text};\n"


def _add_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    for script in (*_COMMON, *PAGE_SCRIPTS.get(page, ())):
        app.add_js_file(script, loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the handler."""
    app.connect("html-page-context", _add_scripts)
