"""A small book of its own for what the extension does to a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from buzanlib.study.results import Results, Value

VALUES = {
    "B1.contrast": Value(-0.25, "06"),
    "B1.verdict": Value("hardly decided", "06"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with results."""
    Results("hash", {}, {}, {}, VALUES).write(tmp_path / "results.json")
    return tmp_path


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, str]]:
    """Build one page, with more settings where given; its HTML and what Sphinx warned of."""

    def built(folder: Path, text: str, parallel: int = 0, **settings: object) -> tuple[str, str]:
        monkeypatch.setenv("NO_COLOR", "1")
        (folder / "index.md").write_text(f"# Title\n\n{text}\n", encoding="utf-8")
        warnings = folder / "warnings.txt"
        with (
            docutils_namespace(),
            patch_docutils(str(folder)),
            warnings.open("w", encoding="utf-8") as stream,
        ):
            Sphinx(
                srcdir=folder,
                confdir=None,
                outdir=folder / "out",
                doctreedir=folder / "doctrees",
                buildername="html",
                confoverrides={
                    "extensions": ["myst_parser", "buzanlib.site"],
                    "myst_enable_extensions": ["attrs_block"],
                    "buzan_results": "results.json",
                    # Sphinx keeps the suffixes of the build before, which had perhaps another parser.
                    "source_suffix": {".md": "markdown"},
                    "html_math_renderer": "mathml",
                    **settings,
                },
                status=None,
                warning=stream,
                parallel=parallel,
            ).build()
        page = folder / "out" / "index.html"
        return page.read_text(encoding="utf-8"), warnings.read_text(encoding="utf-8")

    return built
