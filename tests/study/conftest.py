"""A study file over the tiny notebooks, written for each test."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

WriteStudy = Callable[..., Path]


@pytest.fixture
def write_study(tmp_path: Path, root: Path) -> WriteStudy:
    """Make ``study.yml`` from the names of notebooks, or from YAML for its end, and more keys."""

    def write(notebooks: str, **keys: str) -> Path:
        lines = {
            "title": "Tiny",
            "templates": str(root / "tests" / "notebooks"),
            "data": str(root / "data"),
            "output": "executed",
        } | keys
        if ":" not in notebooks:
            notebooks = "".join(f"  {name}:\n" for name in notebooks.split())
        head = "".join(f"{key}: {value}\n" for key, value in lines.items() if value)
        path = tmp_path / "study.yml"
        path.write_text(
            f"{head}notebooks:\n{textwrap.indent(textwrap.dedent(notebooks), '  ')}", encoding="utf-8"
        )
        return path

    return write
