"""The process of Jupyter Book, which is started before it is known what it is to build."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from buzanlib.errors import RunError
from buzanlib.site.build import _JupyterBook
from buzanlib.site.layout import Layout


def layout_of(folder: Path) -> Layout:
    return Layout(folder, folder, folder / "_toc.yml", folder / "_config.yml")


def test_a_process_that_is_not_needed_ends() -> None:
    with _JupyterBook(progress=False) as book:
        process = book._process
        assert process.poll() is None
    assert process.poll() is not None


def test_what_it_says_is_told_where_it_fails(tmp_path: Path) -> None:
    with (
        _JupyterBook(progress=False) as book,
        pytest.raises(RunError, match=r"without a warning:\n(?s:.*)Table of Contents"),
    ):
        book.build(layout_of(tmp_path), tmp_path, 1)


def test_it_imports_nothing_that_lies_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "mark"
    for name in ("json", "random", "sitecustomize", "buzanlib", "jupyter_book", "pandas", "sphinx"):
        (tmp_path / f"{name}.py").write_text(f"open({str(mark)!r}, 'a').write(__name__)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep)  # of which each empty part means the working directory
    with _JupyterBook(progress=False) as book, pytest.raises(RunError, match="Table of Contents"):
        book.build(layout_of(tmp_path), tmp_path, 1)
    assert not mark.exists()


def test_a_process_that_has_died_is_told_of(tmp_path: Path) -> None:
    with _JupyterBook(progress=False) as book:
        book._process.kill()
        book._process.wait()
        with pytest.raises(RunError, match="Jupyter Book did not build the book"):
            book.build(layout_of(tmp_path), tmp_path, 1)
