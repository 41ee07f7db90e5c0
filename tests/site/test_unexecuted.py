from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from buzanlib.study.publish import publish
from buzanlib.study.spec import Run

MODES = ("force", "auto", "cache", "inline")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

TEXT = """---
file_format: mystnb
kernelspec:
  name: python3
mystnb:
  execution_mode: {mode}
---

# Page

```{{code-cell}}
{code}
```

{{eval}}`a`
"""


def asking(mode: str, code: str) -> nbformat.NotebookNode:
    """A notebook that asks for its execution wherever that can be asked for."""
    wanted = {"execution_mode": mode}
    front = f"---\nmystnb:\n  execution_mode: {mode}\n---"
    cells = [
        new_markdown_cell(front, metadata={"mystnb": wanted}),
        new_markdown_cell("# Page\n\n{eval}`a`"),
        new_code_cell(code, metadata={"mystnb": wanted, "execution": wanted, "tags": ["hide-input", "own"]}),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "mystnb": wanted})


@pytest.mark.parametrize("parallel", [0, 2])
def test_no_page_is_executed_whatever_it_asks_for(
    parallel: int, folder: Path, build: Callable[..., tuple[str, str]]
) -> None:
    made = folder / "made"
    made.mkdir()
    for mode in MODES:
        code = "from pathlib import Path; a = Path({!r}).touch()"
        text = TEXT.format(mode=mode, code=code.format(str(made / f"{mode}.md")))
        (folder / f"text-{mode}.md").write_text(text, encoding="utf-8")
        nbformat.write(asking(mode, code.format(str(made / f"{mode}.ipynb"))), folder / f"{mode}.ipynb")
    _, warnings = build(
        folder,
        "Text.",
        parallel,
        extensions=["myst_nb", "buzanlib.site"],
        source_suffix={".md": "myst-nb", ".ipynb": "myst-nb"},
        nb_execution_mode="force",
    )
    assert list(made.iterdir()) == []
    assert warnings.count("This document does not have a running kernel") == 2 * len(MODES)
    for mode in MODES:
        for page in (mode, f"text-{mode}"):
            assert "touch" in (folder / "out" / f"{page}.html").read_text(encoding="utf-8")


def test_no_published_page_asks_for_it() -> None:
    page = nbformat.reads(
        publish(Run("one", Path("one.ipynb"), {}, {}), asking("force", "1")).text, as_version=4
    )
    assert page.metadata == {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    assert [cell.metadata for cell in page.cells] == [{}, {}, {"tags": ["hide-input"]}]
