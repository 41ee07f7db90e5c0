"""The slides of the seminar: one page of its own, with the figures and the numbers of the book, for a projector.

``build_slides(book, out)`` makes them from ``seminar/slides.md`` in the folder of a book that has been run. Each
heading is a slide; ``{num}`` reads a recorded number, and the directive ``book-figure`` shows a figure of an executed
chapter by its label, with the text alternative that it has there. Nothing is loaded from outside.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from buzanlib.errors import BuzanError, RunError, StudyError, check_name
from buzanlib.study.child import PYTHON, search_path
from buzanlib.study.results import PICTURE
from buzanlib.study.runner import RESULTS

_logger = logging.getLogger(__name__)

SOURCE, STYLE = Path("seminar", "slides.md"), Path("seminar", "slides.css")
"""In the folder of a book."""

_EXECUTED = "executed"

_SETTINGS: Mapping[str, Any] = {
    "extensions": ["myst_parser", "sphinx_revealjs", "buzanlib.site.numbers", "buzanlib.site.slides"],
    "myst_enable_extensions": ["attrs_block", "attrs_inline", "colon_fence"],
    "language": "en",
    "html_copy_source": False,
    "smartquotes_action": "qe",
    "revealjs_html_theme": "revealjs-simple",
    "revealjs_style_theme": "white",
    "revealjs_static_path": ["_static"],
    "revealjs_css_files": [STYLE.name],
    "revealjs_script_plugins": [{"src": "revealjs/plugin/notes/notes.js", "name": "RevealNotes"}],
    "revealjs_script_conf": {
        **{"width": 1280, "height": 720, "margin": 0.05, "center": False, "transition": "none"},
        **{"hash": True, "slideNumber": "c/t", "controls": True, "progress": True},
    },
}

_NOT_USED = ("math", "markdown", "highlight", "search", "zoom")
"""Plugins that come along, and of which some would ask other servers."""


def build_slides(book: Path, out: Path) -> Path:
    """Make the slides, every warning being an error, and give the page to open.

    Parameters
    ----------
    book : Path
        Folder of the sources of a book, with ``seminar/slides.md`` and the executed chapters.
    out : Path
        Folder for the pages, such as ``_build/seminar/slides``; what lies there from before is written over.

    Raises
    ------
    StudyError
        If the book has no slides or has not been run.
    RunError
        If Sphinx warns of anything, such as an unknown number or figure.
    """
    source, executed = book / SOURCE, book / _EXECUTED
    for file in (source, executed / RESULTS):
        if not file.is_file():
            raise StudyError(f"no slides can be made: there is no {file.relative_to(book).as_posix()}")
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "_static").mkdir()
        shutil.copyfile(source, folder / "index.md")
        shutil.copyfile(book / STYLE, folder / "_static" / STYLE.name)
        settings = {
            **_SETTINGS,
            "buzan_results": str((executed / RESULTS).absolute()),
            "buzan_executed": str(executed.absolute()),
        }
        conf = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
        (folder / "conf.py").write_text(conf, encoding="utf-8")
        words = [
            "-b",
            "revealjs",
            "-W",
            "-n",
            "--keep-going",
            "-q",
            "--no-color",
            "-d",
            str(folder / "doctrees"),
        ]
        ended = subprocess.run(
            [*PYTHON, "-m", "sphinx", *words, str(folder), str(out.absolute())],
            env=os.environ | search_path(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if ended.returncode:
        raise RunError(f"the slides were not built, since Sphinx is strict about warnings:\n{ended.stdout}")
    for name in _NOT_USED:
        shutil.rmtree(out / "_static" / "revealjs" / "plugin" / name)
    return out / "index.html"


class BookFigure(SphinxDirective):
    """The figure of an executed chapter with this label."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the drawing beside the source, and show it."""
        label = self.arguments[0]
        drawn = _figures(Path(self.config.buzan_executed))
        try:
            check_name("figure", label, drawn)
        except BuzanError as error:
            _logger.warning("%s", error, location=self.get_location())
            return []
        svg, alt = drawn[label]
        Path(self.env.srcdir, f"{label}.svg").write_text(svg, encoding="utf-8")
        return [nodes.image(uri=f"{label}.svg", alt=alt)]


@lru_cache(maxsize=1)
def _figures(executed: Path) -> dict[str, tuple[str, str]]:
    """Drawings and text alternatives of all executed chapters, by label."""
    found = {}
    for file in sorted(executed.glob("*.ipynb")):
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            about = cell["metadata"].get("mystnb", {})
            for output in cell.get("outputs", []) if "figure" in about else []:
                if svg := output.get("data", {}).get(PICTURE):
                    found[about["figure"]["name"]] = ("".join(svg), about["image"]["alt"])
    return found


def setup(app: Sphinx) -> None:
    """Register the directive and the setting that says where the executed chapters lie."""
    app.add_config_value("buzan_executed", "", "env", [str])
    app.add_directive("book-figure", BookFigure)
