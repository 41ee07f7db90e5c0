"""The short list of names of the package itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import buzanlib as bz
from buzanlib.study.dependencies import modules_of


@pytest.mark.parametrize("name", bz.FACE)
def test_every_name_is_what_it_says(name: str) -> None:
    module, _, attribute = bz.FACE[name].partition(":")
    assert getattr(bz, name) is getattr(sys.modules[module], attribute)
    assert name in dir(bz)


def test_the_interface_pages_start_with_these_names(root: Path) -> None:
    text = (root / "book" / "api" / "index.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \{py:(?:class|func)\}`bz\.(\w+) <([\w.]+)>` \|", text, re.MULTILINE)
    assert {name: origin.rpartition(".")[0] for name, origin in rows} == {
        name: origin.partition(":")[0] for name, origin in bz.FACE.items()
    }
    assert text.index("| name |") < text.index("tableofcontents")


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(str(bz.__file__)).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname: f"{node.module}:{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == bz.FACE


def test_a_name_that_is_none_is_told() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Plaecment'; it has Data, "):
        _ = bz.Plaecment


@pytest.mark.parametrize(
    "code", ["import buzanlib; dir(buzanlib)", "from buzanlib.cli import main; main(['version'])"]
)
def test_nothing_is_loaded_before_it_is_used(code: str) -> None:
    code += (
        "; import sys; print({'numpy', 'pandas', 'matplotlib', 'sphinx', 'nbformat'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize(
    "code",
    ["import buzanlib as bz", "from buzanlib import Placement", "import buzanlib.errors\nbuzanlib.Placement"],
)
def test_a_notebook_that_uses_the_face_depends_on_all_that_is_behind_it(code: str, tmp_path: Path) -> None:
    template = tmp_path / "short.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(code)]), template)  # type: ignore[no-untyped-call]
    assert {origin.partition(":")[0] for origin in bz.FACE.values()} <= modules_of(template).keys()


def test_other_notebooks_do_not(tmp_path: Path) -> None:
    template = tmp_path / "short.ipynb"
    code = "from buzanlib.theory.vocabulary import Quadrant"
    nbformat.write(new_notebook(cells=[new_code_cell(code)]), template)  # type: ignore[no-untyped-call]
    found = modules_of(template).keys()
    assert {"buzanlib", "buzanlib.theory.vocabulary"} <= found
    assert not {origin.partition(":")[0] for origin in bz.FACE.values()} & found


def test_the_example_of_the_guide_runs(root: Path) -> None:
    text = (root / "book" / "rerun.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=root, capture_output=True, text=True, check=True
    )
    assert "not large" in done.stdout
    assert len(example.splitlines()) <= 4
