"""No page is run while the book is built, whatever it says of itself."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from buzanlib.study.results import Results

ASKS = "---\nfile_format: mystnb\nkernelspec: {{name: python3}}\nmystnb: {{execution_mode: {mode}}}\n---\n"


@pytest.mark.parametrize("parallel", [1, 2])
@pytest.mark.parametrize("mode", ["force", "auto", "cache", "inline"])
def test_a_page_that_asks_to_be_run_is_not(tmp_path: Path, mode: str, parallel: int) -> None:
    source, ran = tmp_path / "book", tmp_path / "ran"
    source.mkdir()
    code = f"from pathlib import Path\nPath({str(ran)!r}).touch()"
    notebook = new_notebook(
        cells=[new_markdown_cell("# Notebook"), new_code_cell(code)],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "mystnb": {"execution_mode": mode},
        },
    )
    nbformat.write(notebook, source / "notebook.ipynb")
    text = f"{ASKS.format(mode=mode)}# Text\n\n```{{code-cell}}\n{code}\n```\n\n{{eval}}`open({str(ran)!r}, 'w')`\n"
    (source / "text.md").write_text(text, encoding="utf-8")
    (source / "index.md").write_text("# Index\n\n```{toctree}\nnotebook\ntext\n```\n", encoding="utf-8")
    Results("hash", {}, {}, {}, {}).write(source / "results.json")
    with docutils_namespace(), patch_docutils(str(source)):
        Sphinx(
            srcdir=source,
            confdir=None,
            outdir=tmp_path / "out",
            doctreedir=tmp_path / "doctrees",
            buildername="html",
            confoverrides={
                "extensions": ["myst_nb", "buzanlib.site"],
                "source_suffix": {".md": "myst-nb", ".ipynb": "myst-nb"},  # Sphinx keeps those of an app before it
                "buzan_results": "results.json",
                "nb_execution_mode": "force",
                "nb_execution_allow_errors": True,
            },
            status=None,
            warning=None,
            parallel=parallel,
        ).build()
    assert "Path" in (tmp_path / "out" / "notebook.html").read_text(encoding="utf-8")
    assert (tmp_path / "out" / "text.html").is_file()
    assert not ran.exists()
